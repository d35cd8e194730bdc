"""The command line, as an operator uses it, in a thread of this process: starting a new one takes a second."""

import asyncio
from pathlib import Path

from typer.testing import CliRunner, Result

from app.cli import cli
from loadtests.rig import REGION, as_application


async def auxilio(database: str, redis: str, folder: Path, *args: str, typed: str = "") -> Result:
    """Run `auxilio` with these arguments and return what came of it. `database` is the owner's DSN, for migrations."""
    env = {
        "DATABASE_URL": as_application(database),
        "MIGRATE_DATABASE_URL": database,
        "REDIS_URL": redis,
        "AUXILIO_REGION": REGION,
        "AUXILIO_DATA_DIR": str(folder),
    }
    return await asyncio.to_thread(CliRunner().invoke, cli, list(args), input=typed, env=env)

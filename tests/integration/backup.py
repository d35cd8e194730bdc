"""Backups of a database, made and restored with PostgreSQL's own programs."""

import asyncio
import secrets
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from app.embedded.engine import engine_path
from loadtests.rig import Engines


async def dump(database: str, file: Path) -> Path:
    """Back a running database up."""
    await _run("pg_dump", "--format=custom", f"--file={file}", database)
    return file


async def dump_text(database: str) -> str:
    """Return a backup as SQL, to be searched."""
    return await _run("pg_dump", "--format=plain", database)


async def restore(rig: Engines, file: Path) -> str:
    """Return the DSN of a new database with a backup in it."""
    name = f"r{secrets.token_hex(6)}"
    connection = await asyncpg.connect(rig.postgres.dsn)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
    parts = urlsplit(rig.postgres.dsn)
    dsn = urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
    await _run("pg_restore", "--exit-on-error", f"--dbname={dsn}", str(file))
    return dsn


async def _run(program: str, *args: str) -> str:
    process = await asyncio.create_subprocess_exec(
        engine_path(program), *args, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, said = await process.communicate()
    assert process.returncode == 0, said.decode()
    return out.decode()

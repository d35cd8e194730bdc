"""PostgreSQL's client programs: those on PATH or of the embedded server's wheel, whichever are newer.

An older `pg_dump` refuses a newer server; a newer one reads all that are still maintained.
"""

import asyncio
import os
import re
import shutil
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from app.embedded.engine import engine_path
from app.embedded.errors import EmbeddedError

VERSION: Final = re.compile(rb"\(PostgreSQL\) (\d+)")
WORDS_MAX: Final = 2_000  # of what a program said when it failed


class ProgramFailed(OSError):
    """A program ended with a fault; holds its last words, which name tables and roles, never rows."""


async def run_program(name: str, dsn: str, *args: str) -> None:
    """Run a program against a database. The password goes by the environment: arguments can be read by everybody.

    Raises ProgramFailed, EmbeddedError when there is no such program.
    """
    parts = urlsplit(dsn)
    account, at, places = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    shown = urlunsplit((parts.scheme, f"{user}{at}{places}", parts.path, parts.query, ""))
    process = await asyncio.create_subprocess_exec(
        await _newest(name), f"--dbname={shown}", *args,
        env=_environment() | ({"PGPASSWORD": unquote(password)} if password else {}),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode != 0:
        raise ProgramFailed(f"{name}: {said.decode(errors='replace')[-WORDS_MAX:].strip()}")


def _environment() -> dict[str, str]:
    """Return what libpq looks at: a password file and certificates stand under HOME, or where PG... says."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name.startswith("PG")}


async def _newest(name: str) -> Path:
    """Return the newest of the programs of this name. Raises EmbeddedError when there is none."""
    on_path = shutil.which(name)
    if on_path is None:
        return await asyncio.to_thread(engine_path, name)
    try:
        found = (await asyncio.to_thread(engine_path, name), Path(on_path))
    except EmbeddedError:
        return Path(on_path)
    versions = [await _version(program) for program in found]
    return found[1] if versions[1] > versions[0] else found[0]


async def _version(program: Path) -> int:
    """Return a program's major version; 0 when it does not say."""
    asked = await asyncio.create_subprocess_exec(program, "--version", stdout=asyncio.subprocess.PIPE)
    said, _ = await asked.communicate()
    version = VERSION.search(said)
    return int(version[1]) if version else 0

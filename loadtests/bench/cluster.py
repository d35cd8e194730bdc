"""Debian's PostgreSQL with PostGIS for the peer, set up like ours: durable, the same tuning, a private unix socket."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg

from app.embedded.engine import account
from app.embedded.postgres import PINNED, TUNED
from app.embedded.process import last_words, spawn

PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")
POSTGIS: Final = Path("/usr/share/postgresql/15/extension/postgis.control")
PACKAGE: Final = "postgresql-15-postgis-3"
INSTALL_S: Final = 240.0
READY_S: Final = 30.0
POLL_S: Final = 0.05


async def install() -> str | None:
    """Install PostGIS from Debian where it is missing; return why it cannot be had, None when it is there."""
    if POSTGIS.exists() and (PROGRAMS / "postgres").exists():
        return None
    if account() is None or shutil.which("apt-get") is None:
        return f"{PACKAGE} is not installed, and this is not root on Debian"
    install = await asyncio.create_subprocess_exec(
        "apt-get", "install", "-y", "--no-install-recommends", PACKAGE,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(INSTALL_S):
            await install.wait()
    except TimeoutError:
        install.kill()
    return None if POSTGIS.exists() else f"{PACKAGE} could not be installed"


@asynccontextmanager
async def cluster(folder: Path) -> AsyncIterator[str]:
    """Create and run a cluster under `folder`, give its DSN, stop it. Raises RuntimeError with its last words."""
    folder.mkdir(mode=0o700)
    owner = account()
    if owner is not None:
        shutil.chown(folder, owner.uid, owner.gid)
    data, log = folder / "data", folder / "log"
    initdb = spawn(
        [PROGRAMS / "initdb", "--auth=trust", "--username=peer", "--encoding=UTF8", "--locale=C", "--data-checksums",
         f"--pgdata={data}"],
        log, signal.SIGKILL,
    )  # fmt: skip
    if not await initdb.is_gone(within_s=READY_S) or initdb.code != 0:
        raise RuntimeError(f"initdb: {last_words(log, 0)}")
    settings = {**TUNED, **PINNED, "unix_socket_directories": str(folder)}
    server = spawn(
        [PROGRAMS / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
        log, signal.SIGINT,
    )  # fmt: skip
    try:
        dsn = f"postgresql://peer@/postgres?host={folder}&port={PINNED['port']}"
        await ready(dsn, log)
        yield dsn
    finally:
        server.send(signal.SIGINT)
        if not await server.is_gone(within_s=READY_S):
            server.send(signal.SIGKILL)


async def ready(dsn: str, log: Path) -> None:
    """Wait until the server answers. Raises RuntimeError."""
    try:
        async with asyncio.timeout(READY_S):
            while True:
                try:
                    connection = await asyncpg.connect(dsn)
                except (OSError, asyncpg.CannotConnectNowError):
                    await asyncio.sleep(POLL_S)
                else:
                    await connection.close()
                    return
    except TimeoutError:
        raise RuntimeError(f"postgres: {last_words(log, 0)}") from None

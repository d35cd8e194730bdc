"""A rig of real servers for tests, load and faults: embedded engines, a database each, services as processes."""

import asyncio
import os
import secrets
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

from app.access.identity import Role
from app.access.keys import create_key
from app.demo import seeding
from app.embedded.home import home_for
from app.embedded.postgres import Postgres
from app.embedded.valkey import Valkey
from app.engines import Urls
from app.settings import Settings
from app.store.migrate import migrate
from app.store.pool import open_pool
from dispatch.entities import Unit
from loadtests.border import Border, make_border
from loadtests.hosts import Host

REGION = "southwest"
APPLICATIONS: dict[str, str] = {}  # by the owner's user and password: the application's, on the same server
START_S = 30.0
STOP_S = 15.0


@dataclass(slots=True)
class Engines:
    """One PostgreSQL and one Valkey, shared by a run; `new_database` gives each user a migrated database of its own."""

    folder: Path
    postgres: Postgres
    valkey: Valkey

    async def new_database(self) -> str:
        """Return the DSN of a new, migrated database."""
        name = f"t{secrets.token_hex(6)}"
        connection = await asyncpg.connect(self.postgres.dsn)
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()
        parts = urlsplit(self.postgres.dsn)
        dsn = urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
        await migrate(dsn)
        return dsn


@asynccontextmanager
async def engines() -> AsyncIterator[Engines]:
    """Start both engines in a folder of their own and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="auxilio-rig-"))
    folder.chmod(0o755)  # the engines' account has to pass
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    try:
        await asyncio.gather(postgres.start(), valkey.start())
        know(postgres)
        yield Engines(folder, postgres, valkey)
    finally:
        await asyncio.gather(postgres.stop(), valkey.stop())
        for server in (postgres, valkey):
            shutil.rmtree(home_for(server.home), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


def know(postgres: Postgres) -> None:
    """Let the services of this rig serve as this server's application role."""
    APPLICATIONS[urlsplit(postgres.dsn).netloc] = urlsplit(postgres.app_dsn).netloc


def as_application(dsn: str) -> str:
    """Return the DSN of the same database for the role a service runs as, where this rig made one."""
    parts = urlsplit(dsn)
    netloc = APPLICATIONS.get(parts.netloc, parts.netloc)
    return urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))


@dataclass(slots=True)
class Service:
    """One `auxilio serve`, `gateway` or `desk` process, on a free port of loopback, or of a host of its own.

    `database` is the owner's DSN; the service serves as the application's role and only migrates as the owner.
    """

    database: str
    redis: str
    folder: Path
    command: str = "serve"
    env: dict[str, str] = field(default_factory=dict)
    argv: tuple[str, ...] = ("-m", "app.cli")
    options: tuple[str, ...] = ()
    port: int = 0
    process: asyncio.subprocess.Process | None = None
    host: Host | None = None

    @property
    def address(self) -> str:
        return "127.0.0.1" if self.host is None else self.host.address

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://{self.address}:{self.port}/v1/stream"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.command}.log"

    async def start(self) -> None:
        """Start and wait until it serves; a second start takes the same port. Raises RuntimeError: its last words."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("AUXILIO_")} | {
            "DATABASE_URL": as_application(self.database),
            "MIGRATE_DATABASE_URL": self.database,
            "REDIS_URL": self.redis,
            "AUXILIO_DATA_DIR": str(self.folder),
            "AUXILIO_REGION": REGION,
            "AUXILIO_WATCHED": "false",  # what is killed and paused here is the process itself, not its watch
            **self.env,
        }
        if self.host is not None:
            env |= {"AUXILIO_HOST": self.address, "AUXILIO_LINK_HOST": self.address}
        command = (() if self.host is None else self.host.inside) + (sys.executable, *self.argv, self.command)
        with self.log.open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                *command, "--port", str(self.port), *self.options, env=env, stdout=asyncio.subprocess.PIPE, stderr=out
            )
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(START_S):
                while line := (await self.process.stdout.readline()).decode():
                    if " serves http" in line:
                        self.port = int(line.rsplit(":", 1)[1])
                        return
        except TimeoutError:
            await self.kill()
        raise RuntimeError(f"{self.command} did not start: {self.last_words()}")

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    async def kill(self) -> None:
        """End it as a crash would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """End it in good order and return its exit status."""
        return await self._end(signal.SIGTERM)

    async def _end(self, sign: signal.Signals) -> int:
        process, self.process = self.process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(sign)
        async with asyncio.timeout(STOP_S):
            return await process.wait()


def units_of(border: Border) -> tuple[Unit, ...]:
    """Return the border's units as the board wants them."""
    return tuple(Unit(u.unit_id, u.kind, u.sector, u.station, u.point, u.capabilities) for u in border.units)


async def load_border(database: str, redis: str, folder: Path, seed: int = 1) -> Border:
    """Import a synthetic border into a database, as an operator would, by a desk of its own."""
    border = make_border(seed)
    await seeding.load_border(Settings(data_dir=folder, region=REGION), Urls(database, redis), border)
    return border


@dataclass(slots=True)
class KeyRing:
    """Keys by role, and one per unit."""

    psap: str
    tower: str
    dispatcher: str
    agents: dict[str, str]


async def make_keys(database: str, unit_ids: list[str] | tuple[str, ...] = ()) -> KeyRing:
    """Make a key per role and per unit."""
    pool = await open_pool(database, size=4)
    try:
        psap = await create_key(pool, REGION, Role.PSAP, "psap-1")
        tower = await create_key(pool, REGION, Role.TOWER, "towers-1")
        dispatcher = await create_key(pool, REGION, Role.DISPATCHER, "dispatcher-1")
        agents = {u: await create_key(pool, REGION, Role.AGENT, f"unit {u}", unit_id=u) for u in unit_ids}
    finally:
        await pool.close()
    return KeyRing(psap, tower, dispatcher, agents)


def client(service: Service, key: str) -> httpx.AsyncClient:
    """Return an HTTP client that speaks with this key."""
    return httpx.AsyncClient(base_url=service.url, headers={"Authorization": f"Bearer {key}"}, timeout=30.0)

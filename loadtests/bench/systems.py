"""The three systems as the bench meets them: a server process, a client process, and one step at a time."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import asyncpg
import orjson
import psutil

from app.administration import import_registry, import_units
from app.engines import Urls
from app.settings import Settings
from geo.registry import Registry
from geo.registry_rows import to_csv
from loadtests.bench.client import Spec
from loadtests.bench.ground import Ground
from loadtests.bench.journal import Result, Step
from loadtests.rig import REGION, Engines, Service, make_keys

START_S: Final = 40.0
STEP_S: Final = 120.0
STOP_S: Final = 10.0
LINE_BYTES_MAX: Final = 8_000_000
PEER_SCHEMA: Final = Path(__file__).with_name("peer.sql")


@dataclass(slots=True)
class System:
    """A system with its load client connected."""

    name: str
    server: psutil.Process
    client: asyncio.subprocess.Process

    async def run(self, step: Step) -> Result:
        """Run one step and sweep. Raises TimeoutError, RuntimeError when the client ended."""
        result = await self.drive(step)
        await self.swept()
        return result

    async def drive(self, step: Step) -> Result:
        """Run one step; the client begins to sweep as it answers."""
        before = cpu_s(self.server)
        began = asyncio.get_running_loop().time()
        result = Result(**orjson.loads(await ask(self.client, orjson.dumps(asdict(step)), STEP_S)))
        result.server_cpu = (cpu_s(self.server) - before) / (asyncio.get_running_loop().time() - began)
        return result

    async def swept(self) -> None:
        """Wait until every incident of the last step is closed."""
        await hear(self.client, STEP_S)


def cpu_s(process: psutil.Process) -> float:
    """Return the CPU time of a process and of the children it watches."""
    found = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(float(times.user + times.system) for times in found)


async def ask(client: asyncio.subprocess.Process, line: bytes, within_s: float) -> bytes:
    """Say one line to a client and return the line it answers."""
    assert client.stdin is not None
    client.stdin.write(line + b"\n")
    return await hear(client, within_s)


async def hear(client: asyncio.subprocess.Process, within_s: float) -> bytes:
    """Return a client's next line. Raises TimeoutError, RuntimeError when it ended."""
    assert client.stdout is not None
    async with asyncio.timeout(within_s):
        answer = await client.stdout.readline()
    if not answer:
        raise RuntimeError("the load client ended")
    return answer


@asynccontextmanager
async def connected(name: str, server: psutil.Process, spec: Spec) -> AsyncIterator[System]:
    """Start a load client of a system's own and connect all units."""
    client = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "loadtests.bench.client",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES_MAX,
    )  # fmt: skip
    try:
        await ask(client, orjson.dumps(asdict(spec)), START_S)
        yield System(name, server, client)
    finally:
        await stopped(client)


async def stopped(process: asyncio.subprocess.Process) -> None:
    """End a process of ours, by force if it has to be."""
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


@asynccontextmanager
async def served(module: str, dsn: str) -> AsyncIterator[tuple[psutil.Process, int]]:
    """Run one of the bench's own servers and give its port."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, env=os.environ | {"DATABASE_URL": dsn}, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            line = (await server.stdout.readline()).decode()
        if " serves http" not in line:
            raise RuntimeError(f"{module} did not start")
        yield psutil.Process(server.pid), int(line.rsplit(":", 1)[1])
    finally:
        await stopped(server)


@asynccontextmanager
async def the_floor(engines: Engines, ground: Ground) -> AsyncIterator[System]:
    dsn = await engines.new_database()
    async with (
        served("loadtests.bench.floor", dsn) as (server, port),
        connected("floor", server, spec_of(ground, port, acts_a_call=0)) as system,
    ):
        yield system


@asynccontextmanager
async def the_peer(dsn: str, ground: Ground) -> AsyncIterator[System]:
    await furnish(dsn, ground)
    async with (
        served("loadtests.bench.peer", dsn) as (server, port),
        connected("peer", server, spec_of(ground, port, acts_a_call=2)) as system,
    ):
        yield system


async def furnish(dsn: str, ground: Ground) -> None:
    """Give the peer the same signs and units."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(PEER_SCHEMA.read_text())
        signs = [(s.sign_id, f"POINT({s.point.lon} {s.point.lat})") for s in ground.signs]
        units = [(u.id, f"POINT({u.home.lon} {u.home.lat})") for u in ground.units]
        await connection.executemany("INSERT INTO placards (id, geog) VALUES ($1, $2::text::geography)", signs)
        await connection.executemany("INSERT INTO units (id, geog) VALUES ($1, $2::text::geography)", units)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()


@asynccontextmanager
async def us(engines: Engines, ground: Ground, gateways: int = 0) -> AsyncIterator[System]:
    name = f"us+{gateways}" if gateways else "us"
    async with (
        our_service(engines, ground, gateways) as (server, spec, _),
        connected(name, server, spec) as system,
    ):
        yield system


@asynccontextmanager
async def our_service(
    engines: Engines, ground: Ground, gateways: int = 0
) -> AsyncIterator[tuple[psutil.Process, Spec, str]]:
    """Run our service on this ground, with so many gateways beside the desk; give its process, a spec, its database."""
    database, folder = await engines.new_database(), engines.folder / f"us-{gateways}"
    settings, urls = Settings(data_dir=folder, region=REGION), Urls(database, engines.valkey.url)
    await import_registry(settings, urls, to_csv(Registry(ground.signs, ground.border.sectors)), geojson=False)
    await import_units(settings, urls, units_csv(ground))
    keys = await make_keys(database, [u.id for u in ground.units])
    options = ("--gateways", str(gateways)) if gateways else ()
    service = Service(database, engines.valkey.url, folder, options=options)
    await service.start()
    assert service.process is not None
    try:
        spec = spec_of(ground, service.port, keys.psap, keys.dispatcher, keys.agents, acts_a_call=2)
        yield psutil.Process(service.process.pid), spec, database
    finally:
        await service.stop()


def units_csv(ground: Ground) -> str:
    """Return the units as `auxilio units import` reads them."""
    lines = ["unit_id,kind,station,sector,capabilities,lat,lon"]
    lines += [f"{u.id},{u.kind},{u.station},{u.sector},,{u.home.lat},{u.home.lon}" for u in ground.units]
    return "\n".join(lines) + "\n"


def spec_of(
    ground: Ground,
    port: int,
    psap: str = "psap",
    dispatcher: str | None = None,
    agents: dict[str, str] | None = None,
    *,
    acts_a_call: int,
) -> Spec:
    """Return what a load client has to know; the floor and the peer take a unit's id for its key."""
    units = [(u.id, agents[u.id] if agents else u.id, u.home.lat, u.home.lon) for u in ground.units]
    signs: Sequence[str] = [sign.sign_id for sign in ground.signs]
    return Spec("127.0.0.1", port, psap, dispatcher, units, list(signs), acts_a_call)

"""Ten thousand mostly idle sockets held, then all of them lost and back at once, while people call.

Which frames each device must have heard is computed from the ledger afterwards, and it must be exactly those, once.
"""

import asyncio
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import asyncpg
import orjson

from app.access.identity import Role
from app.access.keys import create_key
from app.store.boards import read_board
from app.store.ledger import read_events
from app.store.pool import open_pool
from app.view import View
from loadtests.bench.ground import make_ground
from loadtests.bench.journal import Result, Step
from loadtests.bench.systems import LINE_BYTES_MAX, System, ask, connected, our_service, stopped
from loadtests.bench.table import head, show
from loadtests.carry.crowd import memory_kb
from loadtests.carry.flock import Report, Spec, Storm
from loadtests.carry.verdict import Finding
from loadtests.rig import REGION, engines

FLOCKS: Final = 4
CONNECTED_S: Final = 240.0
BACK_S: Final = 30.0
SOCKET_KB: Final = 128.0
BEFORE_STORM_S: Final = 5.0
QUIET_S: Final = 3.0
WARM_S: Final = 3.0
COUNTERS: Final = Path("/proc/net/netstat")
MAKERS: Final = 8


@dataclass(frozen=True, slots=True)
class Herd:
    """How many sockets, on the keys of how many units, and the calls that go on meanwhile."""

    sockets: int = 10_000
    units: int = 1_000
    rate: float = 10.0
    seconds: float = 20.0
    gateways: int = 0


@asynccontextmanager
async def flocks(host: str, port: int, keys: Sequence[str]) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Run the devices' processes, each on an address of its own: one address has 28,000 ports."""
    found = []
    try:
        for number in range(FLOCKS):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "loadtests.carry.flock",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES_MAX,
            )  # fmt: skip
            found.append(process)
            spec = Spec(host, port, f"127.0.0.{number + 2}", list(keys[number::FLOCKS]))
            await ask(process, orjson.dumps(asdict(spec)), CONNECTED_S)
        yield found
    finally:
        for process in found:
            await stopped(process)


async def order(processes: list[asyncio.subprocess.Process], line: bytes) -> list[bytes]:
    """Say the same to all of them at once and return their answers."""
    return await asyncio.gather(*(ask(process, line, CONNECTED_S) for process in processes))


async def carry_herd(herd: Herd) -> list[Finding]:
    """Measure the herd. Raises RuntimeError, TimeoutError when it could not be connected."""
    ground = make_ground(herd.units)
    async with AsyncExitStack() as stack:
        rig = await stack.enter_async_context(engines())
        server, spec, database = await stack.enter_async_context(our_service(rig, ground, herd.gateways))
        units = [ground.units[number % herd.units].id for number in range(herd.sockets)]
        keys = await device_keys(database, units)
        system = await stack.enter_async_context(connected("us", server, spec))
        await system.run(Step(herd.rate, WARM_S, seed=0))
        head()
        alone = await system.run(Step(herd.rate, herd.seconds, seed=1))
        show("us", herd.rate, alone, "no herd")
        truth = await Truth.begin(database)
        devices = await stack.enter_async_context(flocks(spec.host, spec.port, keys))
        before = memory_kb(server)
        await order(devices, b"connect")
        await asyncio.sleep(QUIET_S)
        each_kb = (memory_kb(server) - before) / herd.sockets
        held = await system.run(Step(herd.rate, herd.seconds, seed=2))
        show("us", herd.rate, held, f"{herd.sockets} idle sockets")
        refused = turned_away()
        stormed, back = await storm_while_calling(system, devices, herd)
        refused = turned_away() - refused
        show("us", herd.rate, stormed, "all of them lost and back")
        reports = [Report(**orjson.loads(line)) for line in await order(devices, b"report")]
        frames, wrong = await truth.compare(units, reports)
    return [
        Finding("calls not acknowledged or not delivered", unheard(alone) + unheard(held) + unheard(stormed), "", 0),
        Finding("memory a socket", each_kb, "KB", SOCKET_KB),
        Finding("half of them back after", max(one.half_s for one in back), "s"),
        Finding("all of them back after", max(one.all_s for one in back), "s", BACK_S),
        Finding("tries in vain", sum(one.tries_in_vain for one in back), ""),
        Finding("numbered frames heard", frames, ""),
        Finding("sockets that missed a frame or heard one twice", wrong, "", 0),
        Finding("sent to the snapshot instead", sum(one.resyncs for one in reports), "", 0),
        Finding("post to ack p99, no herd", alone.ack_p99, "ms"),
        Finding("post to ack p99, all held", held.ack_p99, "ms"),
        Finding("post to ack p50, during the storm", stormed.ack_p50, "ms"),
        Finding("post to ack p99, during the storm", stormed.ack_p99, "ms"),
        Finding("connections the kernel had no room for, tried again by it after 1, 3, 7 s", refused, ""),
        Finding("CPU of the service, no herd", 100 * alone.server_cpu, "%"),
        Finding("CPU of the service, all held", 100 * held.server_cpu, "%"),
    ]


def unheard(result: Result) -> int:
    return result.calls - min(result.acked, result.delivered)


def turned_away() -> int:
    """Return how often a listening socket's queue was full since the machine started, whoever's it was."""
    names, values = (line.split() for line in COUNTERS.read_text().splitlines() if line.startswith("TcpExt:"))
    return int(dict(zip(names, values, strict=True))["ListenOverflows"])


async def storm_while_calling(
    system: System, devices: list[asyncio.subprocess.Process], herd: Herd
) -> tuple[Result, list[Storm]]:
    """Cut all wires once while calls come in; return what became of the calls, and of the devices."""
    calling = asyncio.create_task(system.run(Step(herd.rate, herd.seconds, seed=3)))
    await asyncio.sleep(BEFORE_STORM_S)
    back = [Storm(**orjson.loads(line)) for line in await order(devices, b"storm")]
    result = await calling
    await asyncio.sleep(QUIET_S)
    return result, back


async def device_keys(database: str, units: Sequence[str]) -> list[str]:
    """Make each device a key of its own; a unit may have several devices."""
    pool = await open_pool(database, size=MAKERS)
    gate = asyncio.Semaphore(MAKERS)

    async def make(number: int, unit_id: str) -> str:
        async with gate:
            return await create_key(pool, REGION, Role.AGENT, f"device {number}", unit_id=unit_id)

    try:
        return await asyncio.gather(*(make(number, unit_id) for number, unit_id in enumerate(units)))
    finally:
        await pool.close()


class Truth:
    """The ledger from a moment on, folded apart from the service: what each unit's devices must have heard."""

    def __init__(self, database: str, view: View) -> None:
        self._database = database
        self._view = view

    @classmethod
    async def begin(cls, database: str) -> "Truth":
        """Stand where the ledger is now; nobody has connected yet, and nothing happens until all have."""
        connection = await asyncpg.connect(database)
        try:
            return cls(database, View(*await read_board(connection, REGION)))
        finally:
            await connection.close()

    async def compare(self, units: Sequence[str], reports: Sequence[Report]) -> tuple[int, int]:
        """Return how many frames the devices heard, and how many devices heard other frames than they must have."""
        due = await self._due()
        frames = wrong = 0
        for number, report in enumerate(reports):
            for unit_id, seqs in zip(units[number::FLOCKS], report.seqs, strict=True):
                frames += len(seqs)
                wrong += seqs != due[unit_id]
        return frames, wrong

    async def _due(self) -> defaultdict[str, list[int]]:
        pool = await open_pool(self._database, size=2)
        due: defaultdict[str, list[int]] = defaultdict(list)
        try:
            async for recorded, after in read_events(pool, REGION, self._view.seq):
                for frame in self._view.fold([recorded], after):
                    for topic in frame.topics:
                        kind, _, unit_id = topic.partition(":")
                        if kind == "unit" and frame.bytes_for(frozenset({topic})) is not None:
                            due[unit_id].append(frame.seq)
        finally:
            await pool.close()
        return due

"""A thousand agents and fifty consoles at once, under positions and calls, beside the same calls on an idle system."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Final

import orjson
import psutil

from loadtests.bench.ground import make_ground
from loadtests.bench.journal import Result, Step
from loadtests.bench.systems import LINE_BYTES_MAX, System, ask, connected, our_service, stopped
from loadtests.bench.table import head, show
from loadtests.carry.consoles import Report, Spec
from loadtests.carry.verdict import Finding
from loadtests.rig import engines

WITHIN_S: Final = 60.0
SLOWER_MOST: Final = 2.0
FAN_OUT_MS: Final = 100.0
SOCKET_KB: Final = 128.0
WARM_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many, how fast and how long: `rounds` times `seconds` without the crowd, and as many with it, in turn."""

    agents: int = 1_000
    consoles: int = 50
    positions: int = 2_000
    rate: float = 100.0
    seconds: float = 12.0
    rounds: int = 3
    gateways: int = 0


@asynccontextmanager
async def consoles(spec: Spec) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the consoles' process; nobody is connected yet."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "loadtests.carry.consoles",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES_MAX,
    )  # fmt: skip
    try:
        await ask(process, orjson.dumps(asdict(spec)), WITHIN_S)
        yield process
    finally:
        await stopped(process)


async def carry_crowd(crowd: Crowd) -> list[Finding]:
    """Measure the crowd. Raises RuntimeError, TimeoutError when it could not be connected."""
    ground = make_ground(crowd.agents)
    async with engines() as rig, our_service(rig, ground, crowd.gateways) as (server, spec, _):
        before = memory_kb(server)
        assert spec.dispatcher is not None
        listening = Spec(spec.host, spec.port, spec.dispatcher, crowd.consoles)
        async with connected("us", server, spec) as system, consoles(listening) as desks:
            await ask(desks, b"connect", WITHIN_S)
            each_kb = (memory_kb(server) - before) / (crowd.agents + crowd.consoles)
            await ask(desks, b"leave", WITHIN_S)
            alone, together, reports = await in_turns(system, desks, crowd)
    return judge(crowd, each_kb, alone, together, reports)


async def in_turns(
    system: System, desks: asyncio.subprocess.Process, crowd: Crowd
) -> tuple[list[Result], list[Result], list[Report]]:
    """Run the same calls without and with the crowd, in turn: a slow minute of the machine is both's."""
    alone: list[Result] = []
    together: list[Result] = []
    reports: list[Report] = []
    await system.run(Step(crowd.rate, WARM_S, seed=0))
    head()
    for seed in range(1, crowd.rounds + 1):
        alone.append(await system.run(Step(crowd.rate, crowd.seconds, seed)))
        show("us", crowd.rate, alone[-1], "otherwise idle")
        await ask(desks, b"connect", WITHIN_S)
        together.append(await system.drive(Step(crowd.rate, crowd.seconds, seed, crowd.positions)))
        until = time.time()
        await system.swept()
        show("us", crowd.rate, together[-1], f"{crowd.consoles} consoles, {crowd.positions} positions/s")
        reports.append(Report(**orjson.loads(await ask(desks, f"report {until}".encode(), WITHIN_S))))
        await ask(desks, b"leave", WITHIN_S)
    return alone, together, reports


def judge(
    crowd: Crowd, each_kb: float, alone: list[Result], together: list[Result], reports: list[Report]
) -> list[Finding]:
    """Return the figures; of several rounds the median, because the machine has other work too."""
    idle, busy = median(r.unit_p99 for r in alone), median(r.unit_p99 for r in together)
    unanswered = sum(r.calls - min(r.acked, r.delivered) for r in (*alone, *together))
    return [
        Finding("calls not acknowledged or not delivered", unanswered, "", 0),
        Finding("consoles that did not hear every event once", sum(r.uneven for r in reports), "", 0),
        Finding("sockets lost", sum(r.lost for r in reports), "", 0),
        Finding("frames to consoles, a second", sum(r.frames for r in reports) / crowd.rounds / crowd.seconds, ""),
        Finding("post to socket p50, otherwise idle", median(r.unit_p50 for r in alone), "ms"),
        Finding("post to socket p50, with the crowd", median(r.unit_p50 for r in together), "ms"),
        Finding("post to socket p99, otherwise idle", idle, "ms"),
        Finding("post to socket p99, with the crowd", busy, "ms"),
        Finding("post to socket p99, with the crowd / otherwise idle", busy / idle, "", SLOWER_MOST),
        Finding("decided to the last console p50", median(r.decided_to_all_p50 for r in reports), "ms"),
        Finding("decided to the last console p99", median(r.decided_to_all_p99 for r in reports), "ms", FAN_OUT_MS),
        Finding("first console to the last p99", median(r.first_to_all_p99 for r in reports), "ms"),
        Finding("memory a socket", each_kb, "KB", SOCKET_KB),
        Finding("CPU of the service, otherwise idle", 100 * median(r.server_cpu for r in alone), "%"),
        Finding("CPU of the service, with the crowd", 100 * median(r.server_cpu for r in together), "%"),
    ]


def memory_kb(server: psutil.Process) -> float:
    """Return what a process and its children hold in memory."""
    return sum(float(p.memory_info().rss) for p in (server, *server.children(recursive=True))) / 1024

"""`python -m loadtests.bench`: the floor, the peer and us under the same storm, and what positions cost a call."""

import argparse
import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from statistics import median
from typing import Final

import asyncpg
import uvloop

from loadtests.bench.cluster import cluster, install
from loadtests.bench.ground import make_ground
from loadtests.bench.journal import Step
from loadtests.bench.ladder import COMMON_RATE, Climb, climb
from loadtests.bench.systems import System, the_floor, the_peer, us
from loadtests.bench.table import head, ratio, show
from loadtests.rig import engines

RATES: Final = (25.0, 50.0, 100.0, 200.0, 400.0, 800.0, 1200.0, 1600.0, 2000.0)
QUICK_RATES: Final = (50.0, 100.0, 400.0)
POSITIONS: Final = 2_000
POSITION_ROUNDS: Final = 2


async def bench(
    names: Sequence[str], rates: Sequence[float], seconds: float, *, positions: bool, flush_ms: float = 0.0
) -> None:
    """Start the systems, climb, and print the ratios."""
    began, seeds, ground = time.monotonic(), itertools.count(1), make_ground()
    async with AsyncExitStack() as stack:
        rig = await stack.enter_async_context(engines())
        systems: list[System] = []
        await slow_down(await rig.new_database(), flush_ms)
        if "floor" in names:
            systems.append(await stack.enter_async_context(the_floor(rig, ground)))
        if "peer" in names:
            missing = await install()
            if missing:
                print(f"the peer is skipped: {missing}")
            else:
                dsn = await stack.enter_async_context(cluster(rig.folder / "peer"))
                await slow_down(dsn, flush_ms)
                systems.append(await stack.enter_async_context(the_peer(dsn, ground)))
        ours = [name.partition("+")[2] for name in names if name.partition("+")[0] == "us"]
        systems += [await stack.enter_async_context(us(rig, ground, int(gateways or 0))) for gateways in ours]
        head()
        climbs = {one.system.name: one for one in await climb(systems, rates, seconds, seeds)}
        moved = await move(climbs["us"].system, seconds, seeds) if positions and "us" in climbs else None
    conclude(climbs, moved)
    print(f"took {time.monotonic() - began:.0f} s")


async def slow_down(dsn: str, flush_ms: float) -> None:
    """Let a server's flushes take longer, as on a disk over a network or with a synchronous standby far away.

    By `commit_delay`, which the one that flushes sits out holding the lock, so that commits gather behind it.
    """
    if flush_ms:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(f"ALTER SYSTEM SET commit_delay = {round(1_000 * flush_ms)}")
            await connection.execute("ALTER SYSTEM SET commit_siblings = 0")
            await connection.execute("SELECT pg_reload_conf()")
        finally:
            await connection.close()


async def move(system: System, seconds: float, seeds: Iterator[int]) -> tuple[float, float]:
    """Return the median call latency without and with 2,000 positions a second, in alternation."""
    found: dict[int, list[float]] = {0: [], POSITIONS: []}
    for positions in (0, POSITIONS) * POSITION_ROUNDS:
        result = await system.run(Step(COMMON_RATE, seconds, next(seeds), positions))
        show(system.name, COMMON_RATE, result, f"with {positions} positions/s")
        found[positions].append(result.unit_p50)
    return median(found[0]), median(found[POSITIONS])


def conclude(climbs: dict[str, Climb], moved: tuple[float, float] | None) -> None:
    """Print the highest rates held and the ratios that were asked for."""
    print("highest rate held, calls/s: " + ", ".join(f"{name} {one.held:.0f}" for name, one in climbs.items()))
    ours, floor, peer = (climbs.get(name) for name in ("us", "floor", "peer"))
    if ours and floor and COMMON_RATE in ours.results:
        for name, what in (("ack_p50", "post to ack"), ("unit_p50", "post to unit's socket")):
            ratio(
                f"p50 {what} at 100 calls/s, us / floor",
                ours.median_of(COMMON_RATE, name), floor.median_of(COMMON_RATE, name), "at most 2, aim 1.5",
            )  # fmt: skip
    if ours and floor:
        ratio("highest rate held, us / floor", ours.held, floor.held, "at least 1")
    if ours and peer:
        ratio("highest rate held, us / peer", ours.held, peer.held, "at least 3")
    for name, one in climbs.items():
        if ours and name.startswith("us+"):
            ratio(f"highest rate held, {name} / us", one.held, ours.held, "more than 1 where there are cores for it")
    if moved:
        ratio("p50 to the unit's socket with / without positions", moved[1], moved[0], "at most 1.5")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m loadtests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="three rates, short steps: under a minute")
    parser.add_argument(
        "--systems", default="floor,peer,us", help="which of them, by commas; us+3: ours, 3 gateways beside the desk"
    )
    parser.add_argument("--rates", default="", help="calls/s, by commas")
    parser.add_argument("--seconds", type=float, default=0.0, help="length of a step")
    parser.add_argument("--no-positions", action="store_true")
    parser.add_argument("--flush-ms", type=float, default=0.0, help="what each flush of PostgreSQL takes longer")
    args = parser.parse_args()
    rates = [float(r) for r in args.rates.split(",") if r] or (QUICK_RATES if args.quick else RATES)
    seconds = args.seconds or (2.0 if args.quick else 4.0)
    uvloop.run(bench(args.systems.split(","), rates, seconds, positions=not args.no_positions, flush_ms=args.flush_ms))


if __name__ == "__main__":
    main()

"""What the whole United States would need, from unit costs measured here: a calculation, not a promise (docs/scale.md).

python -m loadtests.national             # with the costs measured last
python -m loadtests.national --measure   # measures them first, in half a minute
"""

import argparse
import asyncio
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from time import monotonic
from typing import Final

import asyncpg

from loadtests.journal import Journal
from loadtests.rig import Engines, Service, engines
from loadtests.storm import crowd_at

YEAR_S: Final = 365.25 * 86_400
MEASURE_S: Final = 15.0
WARM_S: Final = 3.0
TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Costs:
    """Of one call with the rescue that follows (offer, answers, way, clearing, outcome); of sockets and positions."""

    desk_cpu_ms: float = 2.4  # of one process that does everything
    postgres_cpu_ms: float = 0.9
    events: float = 8.0
    ledger_bytes: float = 5_400.0  # the ledger's text, which the relay carries
    stored_bytes: float = 16_700.0  # ledger, read tables, sealed values, indexes
    wal_bytes: float = 27_100.0
    frame_cpu_us: float = 18.0  # the design's section 8: one frame out
    position_cpu_us: float = 16.0  # one position in
    socket_bytes: float = 128_000.0  # the bound; 36 KB when idle
    held_calls_s: float = 566.0  # the highest rate one process held on two shared cores, PostgreSQL beside it


@dataclass(frozen=True, slots=True)
class Country:
    """What there is. Calls are NENA's figure; the rest is assumed, and said so, on the large side."""

    calls_a_year: float = 240e6
    peak_factor: float = 18.0
    largest_share: float = 0.117  # California's of the population: the largest region, when states are regions
    consoles: float = 30_000.0  # 5,700 PSAPs, five consoles each
    devices: float = 200_000.0  # units with a phone on duty
    position_every_s: float = 5.0
    viewers_of_event: float = 12.0  # consoles and devices one event concerns, within its sector
    sector_consoles: float = 10.0  # that are shown a unit's position, in one frame a second per sector
    sectors: float = 3_000.0


def table(country: Country, costs: Costs) -> Iterator[tuple[str, str]]:
    """Yield what is needed, in words and figures."""
    mean_s = country.calls_a_year / YEAR_S
    peak_s = mean_s * country.peak_factor
    largest_s = peak_s * country.largest_share
    yield "calls, mean", f"{mean_s:.1f} /s"
    yield "calls, peak minute", f"{peak_s:.0f} /s"
    yield "calls, peak minute, the largest of state-sized regions", f"{largest_s:.0f} /s"
    yield "one desk for everything, of the rate it held", f"{peak_s / costs.held_calls_s:.0%}"
    yield "the largest region's desk, of the rate it held", f"{largest_s / costs.held_calls_s:.1%}"
    yield "desks, CPU at the peak", f"{peak_s * costs.desk_cpu_ms / 1e3:.2f} cores"
    yield "PostgreSQL, CPU at the peak", f"{peak_s * costs.postgres_cpu_ms / 1e3:.2f} cores"
    yield "WAL to each standby at the peak", f"{peak_s * costs.wal_bytes / 1e6:.1f} MB/s"
    yield "events at the peak", f"{peak_s * costs.events:.0f} /s"
    yield "relay, frames at the peak", f"{peak_s * costs.ledger_bytes / 1e6:.1f} MB/s to each gateway process"
    frames_s = peak_s * costs.events * country.viewers_of_event
    yield "gateways, frames out at the peak", f"{frames_s:,.0f} /s, {frames_s * costs.frame_cpu_us / 1e6:.2f} cores"
    positions_s = country.devices / country.position_every_s
    yield "positions in", f"{positions_s:,.0f} /s, {positions_s * costs.position_cpu_us / 1e6:.2f} cores at gateways"
    shown_s = country.sectors * country.sector_consoles
    yield "position frames out", f"{shown_s:,.0f} /s, {shown_s * costs.frame_cpu_us / 1e6:.2f} cores"
    sockets = country.consoles + country.devices
    yield "sockets", f"{sockets:,.0f}, {sockets * costs.socket_bytes / 1e9:.0f} GB at the bound"
    cores = (frames_s + shown_s) * costs.frame_cpu_us / 1e6 + positions_s * costs.position_cpu_us / 1e6
    yield (
        "gateway processes, each half a core busy at most and 10,000 sockets",
        f"{max(cores / 0.5, sockets / 1e4):.0f}",
    )
    yield "stored in a year", f"{country.calls_a_year * costs.stored_bytes / 1e12:.1f} TB"


async def measure(rig: Engines) -> Costs:
    """Run a service under calls with everything that follows them and return what one cost."""
    service = Service(await rig.new_database(), rig.valkey.url, rig.folder / "national")
    connection = await asyncpg.connect(service.database)
    try:
        with Journal(service.folder / "journal") as journal:
            async with crowd_at(service, journal, 1):
                await asyncio.sleep(WARM_S)
                assert service.process is not None
                assert rig.postgres.pid is not None
                before = await _figures(connection, service.process.pid, rig.postgres.pid, journal)
                began = monotonic()
                await asyncio.sleep(MEASURE_S)
                after = await _figures(connection, service.process.pid, rig.postgres.pid, journal)
                seconds = monotonic() - began
    finally:
        await connection.close()
        await service.stop()
    calls, *rest = (late - early for early, late in zip(before, after, strict=True))
    desk_s, postgres_s, events, ledger_bytes, stored, wal = (value / calls for value in rest)
    print(f"measured over {calls:.0f} calls in {seconds:.0f} s")
    return replace(
        Costs(),
        desk_cpu_ms=1e3 * desk_s,
        postgres_cpu_ms=1e3 * postgres_s,
        events=events,
        ledger_bytes=ledger_bytes,
        stored_bytes=stored,
        wal_bytes=wal,
    )


async def _figures(
    connection: "asyncpg.Connection[asyncpg.Record]", service: int, postgres: int, journal: Journal
) -> tuple[float, ...]:
    row = await connection.fetchrow(
        "SELECT count(*) AS events, coalesce(sum(length(body)), 0) AS bytes,"
        " pg_database_size(current_database()) AS stored,"
        " pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS wal FROM ledger"
    )
    assert row is not None
    of_postgres = cpu_s(postgres) + sum(map(cpu_s, children(postgres)))
    counts = (row["events"], row["bytes"], row["stored"], row["wal"])
    return (float(journal.acked), cpu_s(service), of_postgres, *map(float, counts))


def cpu_s(pid: int) -> float:
    """Return the CPU seconds of a process and of its children that have ended; 0 when it has ended itself."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return sum(int(word) for word in words[11:15]) / TICKS


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


async def main() -> None:
    """Print the costs and what follows from them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--measure", action="store_true")
    costs = Costs()
    if parser.parse_args().measure:
        async with engines() as rig:
            costs = await measure(rig)
    for one in fields(Costs):
        print(f"| {one.name} | {getattr(costs, one.name):,.1f} |")
    print()
    for what, figure in table(Country(), costs):
        print(f"| {what} | {figure} |")


if __name__ == "__main__":
    asyncio.run(main())

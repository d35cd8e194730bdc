"""A long ledger beside a short one, in one run: how soon a service is ready, what an append and a query cost."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from statistics import median
from time import monotonic, perf_counter
from typing import Final

import asyncpg
import httpx
from prometheus_client.parser import text_string_to_metric_families

from loadtests.archive import Archive
from loadtests.carry.plans import forget_scans, long_scans, sequential_plans
from loadtests.carry.verdict import Finding
from loadtests.replicas import free_port
from loadtests.rig import REGION, Engines, Service, client, engines, make_keys

EVENTS_A_LIFE: Final = 10
SHORT_ROWS: Final = 10_000
CLOSED: Final = timedelta(days=3)  # ago: older than what a start loads
READY_S: Final = 5.0
STARTS: Final = 3
CALLS: Final = 300
WARM_CALLS: Final = 30
LOOKS: Final = 30
TIMES_MOST: Final = 1.5  # what an append and a query may cost more on the long ledger
QUERIES: Final = {"board": "/v1/board", "open incidents": "/v1/incidents", "archived incident": "/v1/incidents/77"}


class Kept:
    """A service on a ledger of a given length, with the times it took."""

    def __init__(self, rig: Engines, name: str, rows: int, database: str) -> None:
        self.rows = rows
        self.metrics_port = free_port()
        self.service = Service(
            database, rig.valkey.url, rig.folder / name, env={"AUXILIO_METRICS_PORT": str(self.metrics_port)}
        )
        self.ready_s: list[float] = []
        self.acks_ms: list[float] = []
        self.append_ms = 0.0
        self.looks_ms: dict[str, list[float]] = {name: [] for name in QUERIES}

    async def start(self) -> None:
        began = monotonic()
        await self.service.start()
        self.ready_s.append(monotonic() - began)

    async def appends(self) -> tuple[float, float]:
        """Return how many seconds all appends took since the service started, and how many they were."""
        async with httpx.AsyncClient() as http:
            text = (await http.get(f"http://127.0.0.1:{self.metrics_port}/metrics")).text
        samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
        found = {sample.name: sample.value for sample in samples if "le" not in sample.labels}
        return found["auxilio_append_seconds_sum"], found["auxilio_append_seconds_count"]


async def kept(rig: Engines, name: str, rows: int) -> Kept:
    """Write a ledger of so many rows, all of closed incidents, with its read tables and its commands."""
    database, began = await rig.new_database(), monotonic()
    archive = Archive(
        REGION, rows // EVENTS_A_LIFE, datetime.now(UTC) - CLOSED, lambda c: sha256(c.encode()).hexdigest()
    )
    written = await archive.write(database, with_commands=True)
    print(f"{name}: {written:,} rows written in {monotonic() - began:.0f} s", flush=True)
    return Kept(rig, name, written, database)


async def carry_ledger(rows: int) -> list[Finding]:
    """Measure a ledger of so many rows against a short one; the two take turns."""
    async with engines() as rig:
        both = [await kept(rig, "short", SHORT_ROWS), await kept(rig, "long", rows)]
        for _ in range(STARTS):
            for one in both:
                await one.start()
                await one.service.stop()
        for one in both:
            await forget_scans(one.service.database)
            await one.start()
        try:
            await call_in_turns(both)
            await look_in_turns(both)
            short, long = both
            return [*compare(short, long), *await judge_plans(long), *await sizes(long)]
        finally:
            for one in both:
                await one.service.stop()


async def call_in_turns(both: list[Kept]) -> None:
    """Post calls, one to each in turn: what else the machine does meets both."""
    clients = [client(one.service, (await make_keys(one.service.database)).psap) for one in both]
    before: list[tuple[float, float]] = []
    for number in range(WARM_CALLS + CALLS):
        if number == WARM_CALLS:
            before = [await one.appends() for one in both]
        for one, http in zip(both, clients, strict=True):
            began = perf_counter()
            answer = await http.post("/v1/calls", json={"call_id": f"carry-{number}", "said": f"TUC {number:03d}"})
            if answer.status_code != 201:
                raise RuntimeError(f"a call was answered {answer.status_code}: {answer.text}")
            if number >= WARM_CALLS:
                one.acks_ms.append(1000 * (perf_counter() - began))
    for one, http, (seconds, count) in zip(both, clients, before, strict=True):
        after = await one.appends()
        one.append_ms = 1000 * (after[0] - seconds) / (after[1] - count)
        await http.aclose()


async def look_in_turns(both: list[Kept]) -> None:
    """Ask what a console asks, one of each in turn."""
    clients = [client(one.service, (await make_keys(one.service.database)).dispatcher) for one in both]
    for _ in range(LOOKS):
        for name, path in QUERIES.items():
            for one, http in zip(both, clients, strict=True):
                began = perf_counter()
                (await http.get(path)).raise_for_status()
                one.looks_ms[name].append(1000 * (perf_counter() - began))
    for http in clients:
        await http.aclose()


def compare(short: Kept, long: Kept) -> list[Finding]:
    """Return the figures of both, and the ratios that are bound."""
    p99 = int(CALLS * 0.99)
    found = [
        Finding(f"ready, {short.rows:,} rows, slowest of {STARTS + 1}", max(short.ready_s), "s"),
        Finding(f"ready, {long.rows:,} rows, slowest of {STARTS + 1}", max(long.ready_s), "s", READY_S),
        Finding("post to ack p50, short", median(short.acks_ms), "ms"),
        Finding("post to ack p50, long", median(long.acks_ms), "ms"),
        Finding("post to ack p50, long / short", median(long.acks_ms) / median(short.acks_ms), "", TIMES_MOST),
        Finding("post to ack p99, short", sorted(short.acks_ms)[p99], "ms"),
        Finding("post to ack p99, long", sorted(long.acks_ms)[p99], "ms"),
        Finding("an append, mean, short", short.append_ms, "ms"),
        Finding("an append, mean, long", long.append_ms, "ms"),
        Finding("an append, mean, long / short", long.append_ms / short.append_ms, "", TIMES_MOST),
    ]
    for name in QUERIES:
        ratio = median(long.looks_ms[name]) / median(short.looks_ms[name])
        found.append(Finding(f"{name} p50, long / short", ratio, "", TIMES_MOST))
    return found


async def judge_plans(long: Kept) -> list[Finding]:
    """Return how often a long table was, or would be, read from end to end while the service worked."""
    scans = await long_scans(long.service.database)
    connection = await asyncpg.connect(long.service.database)
    try:
        plans = await sequential_plans(connection)
    finally:
        await connection.close()
    for told in (*scans, *plans):
        print(told)
    return [
        Finding("long tables read from end to end while it started and worked", len(scans), "", 0),
        Finding("statements whose plan reads a long table from end to end", len(plans), "", 0),
    ]


async def sizes(long: Kept) -> list[Finding]:
    """Return how large the ledger, its indexes and the whole database are."""
    connection = await asyncpg.connect(long.service.database)
    try:
        sums = await connection.fetchrow(
            "SELECT pg_table_size('ledger'), pg_indexes_size('ledger'), pg_database_size(current_database())"
        )
    finally:
        await connection.close()
    assert sums is not None
    names = ("the ledger's rows", "the ledger's indexes", "the whole database")
    return [Finding(name, size / 2**30, "GiB") for name, size in zip(names, sums, strict=True)]


if __name__ == "__main__":
    print(*(f.line() for f in asyncio.run(carry_ledger(100_000))), sep="\n")

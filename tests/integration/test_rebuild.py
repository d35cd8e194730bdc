"""Starting on a long ledger: ready in seconds, and what was closed long ago is still known (P5)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
import httpx
import orjson
import pytest_asyncio

from app.sealing import KeyFile, Sealer
from app.verify import verify
from loadtests.archive import Archive
from loadtests.carry.plans import forget_scans, long_scans, sequential_plans, unplaced
from loadtests.rig import REGION, Engines, KeyRing, Service, client, make_keys

LIVES = 100_000  # ten events each
CLOSED = timedelta(days=3)  # ago: older than what a start loads
READY_S = 3.0  # issue: ready in under 3 s over 1,000,000 ledger rows
SLACK = 2.0  # for a machine that does other things as well
OLD_CALL = 7


def body_of(call_id: str) -> dict[str, Any]:
    return {"call_id": call_id, "said": "TUC 001"}


def sealer_of(folder: Path) -> Sealer:
    folder.mkdir(parents=True, exist_ok=True)
    return Sealer(KeyFile(folder / "keys.json"), REGION)


async def written(rig: Engines, name: str, lives: int, *, with_commands: bool = False) -> Service:
    """Return a service, not started, on a database with so many closed incidents."""
    folder = rig.folder / name
    sealer = sealer_of(folder)

    def digest(call_id: str) -> str:
        return sealer.digest("call", orjson.dumps(body_of(call_id), option=orjson.OPT_SORT_KEYS)).hex()

    database = await rig.new_database()
    archive = Archive(REGION, lives, datetime.now(UTC) - CLOSED, digest)
    assert await archive.write(database, with_commands=with_commands) >= lives * 10
    return Service(database, rig.valkey.url, folder)


@dataclass(slots=True)
class World:
    service: Service
    keys: KeyRing
    started_s: float


@asynccontextmanager
async def started(service: Service) -> AsyncIterator[World]:
    keys = await make_keys(service.database)
    began = monotonic()
    await service.start()
    took_s = monotonic() - began
    try:
        yield World(service, keys, took_s)
        assert await service.stop() == 0
    finally:
        await service.kill()


@pytest_asyncio.fixture(scope="module")
async def million(rig: Engines) -> AsyncIterator[World]:
    service = await written(rig, "million", LIVES)
    await forget_scans(service.database)
    async with started(service) as world:
        yield world


async def seq_of(http: httpx.AsyncClient) -> int:
    return int((await http.get("/health/ready")).json()["seq"])


async def test_a_start_over_a_million_events_is_ready_in_seconds(million: World) -> None:
    async with client(million.service, million.keys.dispatcher) as http:
        assert await seq_of(http) > 1_000_000
    assert million.started_s < READY_S * SLACK, f"ready after {million.started_s:.1f} s"


async def test_a_call_of_long_ago_sent_again_is_repeated_and_not_opened_anew(million: World) -> None:
    async with client(million.service, million.keys.psap) as http:
        answers = [await http.post("/v1/calls", json=body_of(f"old-{OLD_CALL}")) for _ in range(2)]
        new = await http.post("/v1/calls", json=body_of("new"))
    assert [a.status_code for a in answers] == [200, 200]
    assert all(a.json()["repeated"] and a.json()["incident_id"] == OLD_CALL for a in answers)
    assert (new.status_code, new.json()["incident_id"]) == (201, LIVES + 1)


async def test_no_statement_of_the_day_reads_a_long_table_from_end_to_end(million: World) -> None:
    assert unplaced() == []
    connection = await asyncpg.connect(million.service.database)
    undone = connection.transaction()
    try:
        assert await sequential_plans(connection) == []
        await undone.start()
        await connection.execute("DROP INDEX calls_by_incident")
        assert [plan.partition(":")[0] for plan in await sequential_plans(connection)] == [
            "load_calls", "retained_by_incidents", "to_erase",
        ]  # fmt: skip
    finally:
        await undone.rollback()
        await connection.close()


async def test_a_start_a_call_and_a_look_read_no_long_table_from_end_to_end(million: World) -> None:
    """Whatever reads: statements, functions, triggers. The database counts them all."""
    assert await long_scans(million.service.database) == []


async def test_an_archived_incident_can_be_noted_and_reopened_and_the_ledger_stays_sound(rig: Engines) -> None:
    service = await written(rig, "hundred", 100, with_commands=True)
    async with started(service) as world, client(service, world.keys.dispatcher) as http:
        board = (await http.get("/v1/board")).json()
        assert board["rows"]["incidents"] == []
        shown = (await http.get("/v1/incidents/9")).json()
        assert (shown["incident"]["status"], len(shown["calls"]), len(shown["assignments"])) == ("Closed", 1, 1)
        noted = await http.post("/v1/incidents/9/notes", json={"text": "the family called"})
        assert noted.is_success, noted.text
        reopened = await http.post("/v1/incidents/9/reopen")
        assert reopened.is_success, reopened.text
        assert [row["id"] for row in (await http.get("/v1/incidents")).json()] == [9]
        kinds = [line["kind"] for line in (await http.get("/v1/incidents/9")).json()["timeline"]]
        recalled = kinds.index("incident.recalled")
        assert kinds[recalled - 1] == "incident.outcome_recorded"
        # A view built in between may lack it, so it is recalled as often as it is named while it is closed.
        said = [kind for kind in kinds[recalled:] if kind != "incident.recalled"]
        assert said[:2] == ["incident.noted", "incident.reopened"]
        unknown = await http.post("/v1/incidents/101/reopen")
        assert unknown.status_code == 404
    report = await verify(service.database, REGION)
    assert report.is_sound, report.faults


async def test_a_changed_byte_a_missing_row_and_a_changed_row_are_found(rig: Engines) -> None:
    """The verification that everything else leans on, seen to go red."""
    service = await written(rig, "tampered", 20)
    connection = await asyncpg.connect(service.database)
    try:
        for tampering, fault in (
            ("UPDATE ledger SET body = replace(body, 'TUC001', 'TUC002') WHERE seq = 14", "event 14: its bytes"),
            ("UPDATE incidents SET image = image || '{\"priority\": 1}' WHERE id = 3", "incidents 3: the table"),
            ("DELETE FROM ledger WHERE seq = 100", "event 101: "),
            ("UPDATE ledger_head SET seq = seq + 1", "the head row says"),
        ):
            await connection.execute(tampering)
            report = await verify(service.database, REGION)
            assert any(found.startswith(fault) for found in report.faults), (tampering, report.faults)
    finally:
        await connection.close()

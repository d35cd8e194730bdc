"""P1, P2, P3 under `kill -9`, and the checker that judges it seen to go red."""

import asyncpg
import pytest

from loadtests.rig import Engines, Service
from loadtests.storm import Result, storm

SEED = 20


async def storm_with(rig: Engines, fault: str, *, drop: str = "", kills: int = 0) -> Result:
    """Run a storm against a service with a fault built in, perhaps without the index that would catch it."""
    database = await rig.new_database()
    if drop:
        connection = await asyncpg.connect(database)
        await connection.execute(f"DROP INDEX {drop}")
        await connection.close()
    folder = rig.folder / f"{fault}-{drop}"
    service = Service(database, rig.valkey.url, folder, argv=("-m", "loadtests.sabotage", fault))
    try:
        return await storm(service, kills, SEED)
    finally:
        await service.kill()


async def test_twenty_kills_under_a_storm_of_calls_lose_and_double_nothing(rig: Engines) -> None:
    service = Service(await rig.new_database(), rig.valkey.url, rig.folder / "storm")
    try:
        result = await storm(service, 20, SEED)
    finally:
        await service.kill()
    assert result.kills >= 20
    assert result.posted == result.acked > 100, "the storm was hardly one"
    assert result.findings.is_clean, result.findings


async def test_the_checker_sees_an_answer_given_before_its_commit(rig: Engines) -> None:
    result = await storm_with(rig, "early-answer", kills=2)
    assert result.findings.lost, "answers ran ahead of commits, and nothing was missed"


async def test_the_checker_sees_a_call_recorded_twice(rig: Engines) -> None:
    result = await storm_with(rig, "forget-calls", drop="calls_once")
    assert any("rows" in fault for fault in result.findings.doubled), result.findings


async def test_the_checker_sees_a_unit_sent_to_two_places(rig: Engines) -> None:
    result = await storm_with(rig, "double-book", drop="assignments_one_active")
    assert any("was offered" in fault for fault in result.findings.overlapping), result.findings


async def test_the_database_refuses_to_send_a_unit_to_two_places(rig: Engines) -> None:
    """The same fault with the index in place: the desk would, PostgreSQL does not, and no call is lost over it."""
    result = await storm_with(rig, "double-book")
    found = result.findings
    assert result.posted == result.acked > 0
    assert not found.overlapping, found
    assert not found.doubled, found
    assert not found.lost, found


@pytest.mark.parametrize("index", ["calls_once", "assignments_one_active"])
async def test_the_indexes_that_forbid_doubles_are_there(rig: Engines, index: str) -> None:
    connection = await asyncpg.connect(await rig.new_database())
    try:
        assert await connection.fetchval("SELECT indisunique FROM pg_index WHERE indexrelid = $1::regclass", index)
    finally:
        await connection.close()

"""What is personal ends at its time, in backups too; what must be kept is kept; the history stays whole."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from app.access.identity import Role
from app.loops.retaining import FOLLOW_S
from app.retention import retention as rounds
from app.retention.retention import Retention
from app.retention.rules import Rules
from app.retention.wrapping import month_of
from app.sealing import KeyFile, KeyMissing, SealedValue, Sealer
from app.store.pool import open_pool
from app.verify import verify
from loadtests.rig import REGION, Engines, Service, client
from tests.browser.patience import eventually
from tests.integration.backup import dump, restore
from tests.integration.people import person_key
from tests.integration.scene import World, a_world
from tests.integration.terminal import auxilio

RULES = Rules()
NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=RULES.days["call"] + 70)  # the month in which the call ended is over
MUCH_LATER = LATER + timedelta(days=RULES.backup_days + 1)


@dataclass(slots=True)
class Case:
    """A call, with what was sealed of it."""

    incident_id: int
    call: str
    note: str
    number: str


@dataclass(slots=True)
class Cases:
    """A caller found, one still looked for, one not found, one found whose case is before a court."""

    found: Case
    open: Case
    lost: Case
    held: Case


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "retention", units=1) as found:
        yield found


@pytest_asyncio.fixture(scope="module")
async def supervisor(world: World) -> AsyncIterator[httpx.AsyncClient]:
    key = await person_key(world.database, Role.SUPERVISOR, "M. Ortiz")
    async with client(world.service, key) as http:
        yield http


@pytest_asyncio.fixture(scope="module")
async def retention(world: World) -> AsyncIterator[Retention]:
    pool = await open_pool(world.database, size=2)
    yield Retention(pool, REGION, Sealer(KeyFile(keys_of(world)), REGION))
    await pool.close()


@pytest_asyncio.fixture(scope="module")
async def before(world: World, cases: Cases, rig: Engines) -> Path:  # noqa: ARG001 - they call first
    """A backup from before the outcomes, and the keys as they were then."""
    shutil.copy(keys_of(world), rig.folder / "old-keys.json")
    return await dump(world.database, rig.folder / "before.dump")


@pytest_asyncio.fixture(scope="module")
async def after(
    world: World,
    cases: Cases,
    before: Path,  # noqa: ARG001 - made before
    retention: Retention,
    supervisor: httpx.AsyncClient,
    rig: Engines,
) -> Path:
    """A backup from after the outcomes, and the keys as they were then."""
    for case, outcome in ((cases.found, "found_well"), (cases.lost, "not_found"), (cases.held, "found_injured")):
        await end(world, case, outcome)
    await retention.follow(NOW)
    hold = {"kind": "legal", "reason": "order of the county court"}
    assert (await supervisor.post(f"/v1/incidents/{cases.held.incident_id}/holds", json=hold)).status_code == 201
    shutil.copy(keys_of(world), rig.folder / "old-keys.json")
    return await dump(world.database, rig.folder / "after.dump")


@pytest_asyncio.fixture(scope="module")
async def cases(world: World) -> Cases:
    return Cases(*[await a_case(world, number) for number in range(4)])


async def a_case(world: World, number: int) -> Case:
    """Let somebody call and a dispatcher note something."""
    phone = f"520555{number + 2000:04d}"
    async with world.http("psap") as psap, world.http("dispatcher") as desk:
        said = {"said": world.sign(number), "call_id": f"ret-{number}", "name": "Inés", "callback_number": phone}
        call = (await psap.post("/v1/calls", json=said)).json()
        incident = f"/v1/incidents/{call['incident_id']}"
        note = (await desk.post(f"{incident}/notes", json={"text": "her mother called"})).json()["note"]
        rows = (await desk.get(incident)).json()["calls"]
    return Case(call["incident_id"], rows[0]["sealed"], note, phone)


async def end(world: World, case: Case, outcome: str) -> None:
    async with world.http("dispatcher") as desk:
        done = {"outcome": outcome, "release_units": True}
        answer = await desk.post(f"/v1/incidents/{case.incident_id}/outcome", json=done)
        assert answer.status_code == 200, answer.text


def keys_of(world: World) -> Path:
    return world.service.folder / "keys.json"


async def keys_over(world: World, case: Case) -> set[str]:
    """Return under which keys an incident's values are."""
    rows = await world.query(
        "SELECT s.wrap_key FROM sealed s JOIN holdings h ON h.sealed = s.id,"
        " LATERAL kept_for(s.region, h.holder_kind, h.holder_id) k WHERE k.incident_id = $1",
        case.incident_id,
    )
    assert len(rows) == 3, "the call, its message, the note"
    return {row["wrap_key"] for row in rows}


async def open_value(world: World, sealed: str) -> httpx.Response:
    async with world.http("dispatcher") as desk:
        return await desk.post(f"/v1/private/{sealed}", json={"purpose": "call back"})


async def opened(database: str, keys: Path, *ids: str) -> list[Any]:
    """Open values of a database with a key file, past the service."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch("SELECT id, kind, wrap_key, data_key, body FROM sealed WHERE id = ANY($1)", ids)
    finally:
        await connection.close()
    assert len(rows) == len(ids)
    sealer = Sealer(KeyFile(keys), REGION)
    return [sealer.open(SealedValue(**row)) for row in rows]


@pytest.mark.usefixtures("after")
async def test_a_value_moves_to_the_key_of_its_last_month_when_there_is_an_outcome_and_not_before(
    world: World, cases: Cases
) -> None:
    this = month_of(NOW)
    waits = {f"call/open/{this}", f"raw/open/{this}", f"note/open/{this}"}
    ends = {f"{of}/until/{month_of(NOW + timedelta(days=RULES.days[of]))}" for of in ("call", "raw", "note")}
    assert await keys_over(world, cases.found) == ends
    assert [await keys_over(world, one) for one in (cases.open, cases.lost, cases.held)] == [waits] * 3


@pytest.mark.usefixtures("after")
async def test_new_keys_take_the_place_of_all_others_in_batches_and_an_interruption_costs_nothing(
    world: World, cases: Cases, retention: Retention, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = KeyFile(keys_of(world))
    assert keys.next_generation() == 2
    with monkeypatch.context() as patched:
        patched.setattr(rounds, "PAGE", 1)
        patched.setattr(rounds, "PAGES_MAX", 1)
        await retention.roll(NOW)
    left = [row["wrap_key"] for row in await world.query("SELECT wrap_key FROM sealed")]
    assert any(key.endswith("#2") for key in left)
    assert any(not key.endswith("#2") for key in left)
    assert (await open_value(world, cases.open.call)).status_code == 200
    await retention.roll(NOW)
    assert all(row["wrap_key"].endswith("#2") for row in await world.query("SELECT wrap_key FROM sealed"))
    read = (await open_value(world, cases.open.call)).json()
    assert (read["name"], read["callback_number"]) == ("Inés", cases.open.number)
    assert await keys_over(world, await a_case(world, 9)) <= {
        f"{of}/open/{month_of(NOW)}#2" for of in ("call", "raw", "note")
    }


@pytest.mark.usefixtures("after")
async def test_what_is_due_is_deleted_and_its_key_destroyed_and_nothing_else(
    world: World, cases: Cases, retention: Retention
) -> None:
    assert (await open_value(world, cases.found.call)).status_code == 200
    done = await retention.round(LATER)
    assert done.deleted == 3
    assert (await open_value(world, cases.found.call)).status_code == 404
    assert (await open_value(world, cases.found.note)).status_code == 404
    for case in (cases.open, cases.lost, cases.held):
        read = await open_value(world, case.call)
        assert read.json()["name"] == "Inés", read.text
        assert "raw" in read.json()
    names = KeyFile(keys_of(world)).names()
    assert not [name for name in names if "/until/" in name and name < f"call/until/{month_of(LATER)}"]
    trail = await world.query("SELECT act, about FROM audit_trail WHERE act IN ('purge', 'key_destroyed')")
    assert {row["act"] for row in trail} == {"purge", "key_destroyed"}
    assert (await verify(world.database, REGION)).is_sound


@pytest.mark.parametrize("which", ["before", "after"])
async def test_a_restored_backup_opens_no_more_than_the_live_database(
    world: World, cases: Cases, before: Path, after: Path, retention: Retention, rig: Engines, which: str
) -> None:
    await retention.round(LATER)
    await retention.round(MUCH_LATER)
    database = await restore(rig, before if which == "before" else after)
    found = [cases.found.call, cases.found.note]
    assert len(await opened(database, rig.folder / "old-keys.json", *found)) == 2, "it is in the backup"
    for sealed in found:
        with pytest.raises(KeyMissing):
            await opened(database, keys_of(world), sealed)
    if which == "after":
        folder = rig.folder / "restored"
        folder.mkdir()
        service = Service(database, world.redis, folder, env={"AUXILIO_KEY_FILE": str(keys_of(world))})
        await service.start()
        async with client(service, world.keys.dispatcher) as desk:
            answer = await desk.post(f"/v1/private/{cases.found.call}", json={"purpose": "call back"})
        assert (answer.status_code, answer.json()["detail"]) == (404, "its time is over; the key was destroyed")
        assert await service.stop() == 0
        pool = await open_pool(database, size=2)
        await Retention(pool, REGION, Sealer(KeyFile(keys_of(world)), REGION)).purge(LATER)
        assert await pool.fetchval("SELECT count(*) FROM sealed WHERE id = ANY($1)", found) == 0, "nor is it kept"
        await pool.close()


@pytest.mark.usefixtures("after")
async def test_a_backup_that_is_young_enough_opens_whole(world: World, cases: Cases, rig: Engines) -> None:
    database = await restore(rig, await dump(world.database, rig.folder / "young.dump"))
    kept = [cases.open.call, cases.lost.note, cases.held.call]
    assert len(await opened(database, keys_of(world), *kept)) == 3


@pytest.mark.usefixtures("after")
async def test_a_caller_s_values_are_erased_at_once_but_not_while_somebody_looks_or_a_court_asks(
    world: World, cases: Cases, supervisor: httpx.AsyncClient
) -> None:
    case = await a_case(world, 5)
    ask = {"number": f"+1 {case.number[:3]} {case.number[3:]}", "reason": "asked by the person"}
    refused = await supervisor.post("/v1/erasures", json=ask)
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith(f"incident {case.incident_id} is open")
    (found,) = (await supervisor.post("/v1/holdings", json=ask)).json()
    assert (found["sealed"], found["incident_id"], found["is_open"]) == (case.call, case.incident_id, True)
    nobodys = {"number": "+1 520 555 9999", "reason": "asked by the person"}
    assert (await supervisor.post("/v1/holdings", json=nobodys)).json() == []
    assert (await supervisor.post("/v1/holdings", json=ask | {"number": "12"})).json()["field"] == "number"
    await end(world, case, "found_well")
    done = (await supervisor.post("/v1/erasures", json=ask)).json()
    assert done == {"values": 2, "incidents": [case.incident_id], "kept": [], "gone_from_backups_in_days": 35}
    assert (await open_value(world, case.call)).status_code == 404
    assert (await open_value(world, case.note)).status_code == 200, "a note is the incident's, not the number's"
    both = {"incident_id": case.incident_id, "reason": "asked by the person"}
    assert (await supervisor.post("/v1/erasures", json=both)).json()["values"] == 1
    assert (await open_value(world, case.note)).status_code == 404
    assert (await supervisor.post("/v1/erasures", json=both)).status_code == 404
    held = {"incident_id": cases.held.incident_id, "reason": "asked by the person"}
    refused = await supervisor.post("/v1/erasures", json=held)
    assert refused.json()["detail"].startswith(f"incident {cases.held.incident_id} is held")
    assert (await verify(world.database, REGION)).is_sound


async def test_what_was_erased_does_not_come_back_with_a_backup(
    world: World, supervisor: httpx.AsyncClient, rig: Engines
) -> None:
    case = await a_case(world, 12)
    await end(world, case, "found_well")
    backup = await dump(world.database, rig.folder / "before-erasing.dump")
    ask = {"incident_id": case.incident_id, "reason": "asked by the person"}
    assert (await supervisor.post("/v1/erasures", json=ask)).json()["values"] == 3
    database = await restore(rig, backup)
    assert len(await opened(database, keys_of(world), case.call)) == 1, "it is in the backup"
    pool = await open_pool(database, size=2)
    try:
        await Retention(pool, REGION, Sealer(KeyFile(keys_of(world)), REGION)).purge(NOW)
        left = await pool.fetchval("SELECT count(*) FROM sealed WHERE id = ANY($1)", [case.call, case.note])
    finally:
        await pool.close()
    assert left == 0


@pytest.mark.usefixtures("after")
async def test_a_released_hold_lets_the_time_run_again(
    world: World, cases: Cases, supervisor: httpx.AsyncClient
) -> None:
    holds = (await supervisor.get("/v1/holds")).json()
    (hold,) = [one for one in holds if one["incident_id"] == cases.held.incident_id]
    assert "reason" not in hold
    path = f"/v1/holds/{hold['id']}/release"
    assert (await supervisor.post(path, json={"reason": "the order was lifted"})).status_code == 200
    assert all("/until/" in key for key in await keys_over(world, cases.held))
    assert (await supervisor.post(path, json={"reason": "again"})).status_code == 409


async def test_a_second_call_merged_into_another_incident_ends_with_that_one(
    world: World, retention: Retention
) -> None:
    one, other = await a_case(world, 6), await a_case(world, 7)
    async with world.http("dispatcher") as desk:
        merged = await desk.post(f"/v1/incidents/{other.incident_id}/merge", json={"into_id": one.incident_id})
    assert merged.status_code == 200, merged.text
    await retention.follow(NOW)
    rows = await world.query("SELECT wrap_key FROM sealed WHERE id = ANY($1)", [other.call, other.note])
    assert all("/open/" in row["wrap_key"] for row in rows), "the note stays with a duplicate of what is open"
    await end(world, one, "found_well")
    await retention.follow(NOW)
    rows = await world.query("SELECT wrap_key FROM sealed WHERE id = ANY($1)", [other.call, other.note, one.call])
    assert [("/until/" in row["wrap_key"]) for row in rows] == [True] * 3


async def test_a_reopened_incident_s_values_wait_again(world: World, retention: Retention) -> None:
    case = await a_case(world, 8)
    await end(world, case, "found_well")
    await retention.follow(NOW)
    async with world.http("dispatcher") as desk:
        answer = await desk.post(f"/v1/incidents/{case.incident_id}/reopen", json={})
        assert answer.status_code == 200, answer.text
    await retention.follow(NOW)
    assert all("/open/" in key for key in await keys_over(world, case))


async def test_the_command_line_holds_erases_and_replaces_keys(world: World) -> None:
    case, folder = await a_case(world, 10), world.service.folder
    await end(world, case, "found_well")

    async def run(*args: str, typed: str = "", status: int = 0) -> str:
        done = await auxilio(world.database, world.redis, folder, *args, typed=typed)
        assert done.exit_code == status, done.output
        return done.output

    number = str(case.incident_id)
    said = await run("holds", "set", number, "--reason", "order of the county court")
    assert f"incident {number} legal" in await run("holds", "list")
    assert "is held: kept" in await run("erase", "--incident", number, "--reason", "asked", status=1)
    await run("holds", "release", said.split()[1], "--reason", "lifted")
    await run("holds", "release", said.split()[1], "--reason", "lifted", status=1)
    await run("holds", "set", "999999", "--reason", "nobody", status=1)
    rotated = await run("sealing", "rotate", "--new-keys")
    assert int(rotated.split()[0]) > 3
    assert not [line for line in (await run("sealing", "keys")).splitlines() if "#3" not in line and line[-2:] != " 0"]
    assert (await open_value(world, case.call)).json()["name"] == "Inés"
    assert "2 values erased" in await run("erase", "--number", "--reason", "asked", typed=f"{case.number}\n")
    assert "1 values erased" in await run("erase", "--sealed", case.note, "--reason", "asked")
    await run("erase", "--number", "--reason", "asked", typed="nothing\n", status=2)
    await run("erase", "--reason", "asked", status=2)
    assert (await verify(world.database, REGION)).is_sound


async def test_the_service_does_all_of_it_by_itself(world: World, cases: Cases) -> None:
    assert await world.service.stop() == 0
    await world.service.start()
    this = f"/open/{month_of(NOW)}"

    async def has_rolled() -> bool:
        return all(this in key for key in await keys_over(world, cases.open))

    await eventually(has_rolled, "the next month's keys, which the tests before wrapped under, are not this month's")
    case = await a_case(world, 11)
    await end(world, case, "found_well")

    async def has_moved() -> bool:
        return all("/until/" in key for key in await keys_over(world, case))

    assert await eventually(has_moved, "an outcome is followed") < 2 * FOLLOW_S

"""Every published route works: what it does, what it refuses, who may, what is recorded of it, and what never leaks."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from redis.asyncio import Redis

from app.access.identity import Role
from app.access.keys import create_key
from app.contract.answers import ANSWERS
from app.http import openapi
from app.main import HEART_S
from app.relay import channel
from app.store.pool import open_pool
from loadtests.rig import REGION, Engines, client
from tests.integration.agreement import check_answer
from tests.integration.scene import World, a_world

CANARIES = ("Xochitl Quauhtli", "5205550987", "hears a train behind a mesquite", "insulin since Tuesday", "31.4815926")


# Formats of others, each with a test module of its own on the real server.
ELSEWHERE = {
    "custody",
    "devices",
    "keys",
    "sign in",
    "account",
    "people",
    "handover",
    "callbacks",
    "towers",
    "networks",
    "positions",
    "cap",
    "hazards",
    "webhooks",
}


class Caller:
    """Asks the service with one key, checks each answer against the document, and notes which routes were used."""

    def __init__(self, http: httpx.AsyncClient, used: set[tuple[str, str]]) -> None:
        self._http = http
        self._used = used

    async def __call__(
        self, method: str, route: str, body: Any = None, *, key: str = "", **path: Any
    ) -> httpx.Response:
        """Return the answer; `route` is the document's path and a query, `key` an Idempotency-Key."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self._http.request(method, route.format(**path), json=body, headers=headers)
        published = route.partition("?")[0]
        check_answer(answer, method, published)
        if answer.is_success:
            self._used.add((method, published))
        return answer

    async def done(self, method: str, route: str, body: Any = None, **more: Any) -> Any:
        """Return the body of an answer that must be a success."""
        answer = await self(method, route, body, **more)
        assert answer.is_success, (route, answer.text)
        return answer.json() if answer.content else None

    async def refused(self, method: str, route: str, body: Any = None, **more: Any) -> dict[str, Any]:
        """Return the problem of an answer that must be one."""
        answer = await self(method, route, body, **more)
        assert 400 <= answer.status_code < 500, (route, answer.status_code, answer.text)
        problem: dict[str, Any] = answer.json()
        return problem


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "routes") as made:
        yield made


@pytest_asyncio.fixture(scope="module")
async def used() -> set[tuple[str, str]]:
    return set()


@pytest_asyncio.fixture
async def psap(world: World, used: set[tuple[str, str]]) -> AsyncIterator[Caller]:
    async with world.http("psap") as http:
        yield Caller(http, used)


@pytest_asyncio.fixture
async def desk(world: World, used: set[tuple[str, str]]) -> AsyncIterator[Caller]:
    async with world.http("dispatcher") as http:
        yield Caller(http, used)


@pytest_asyncio.fixture
async def tower(world: World, used: set[tuple[str, str]]) -> AsyncIterator[Caller]:
    async with world.http("tower") as http:
        yield Caller(http, used)


@pytest_asyncio.fixture
async def agent(world: World, used: set[tuple[str, str]]) -> AsyncIterator[Caller]:
    async with world.http(world.unit_ids[0]) as http:
        yield Caller(http, used)


INCIDENT = "/v1/incidents/{incident_id}"


async def test_a_call_is_worked_to_its_outcome_over_http_alone(
    world: World, psap: Caller, desk: Caller, agent: Caller
) -> None:
    unit = world.unit_ids[0]
    await desk.done(
        "put", "/v1/sectors/{sector_id}/mode", {"mode": "recommend"}, sector_id=world.border.units[0].sector
    )
    assert (await agent.done("put", "/v1/units/{unit_id}/duty", {"on_duty": True}, unit_id=unit))["on_duty"] is True
    where = {"lat": 31.9, "lon": -111.1, "accuracy_m": 4.0}
    await agent.done("post", "/v1/units/{unit_id}/position", where, unit_id=unit)
    shown = await agent.done("get", "/v1/units/{unit_id}", unit_id=unit)
    assert (shown["position"]["lat"], shown["on_duty"]) == (31.9, True)
    assert unit in {row["id"] for row in await desk.done("get", "/v1/units")}
    call = await psap.done("post", "/v1/calls", {"said": world.sign(0), "call_id": "w-1", "read_back": True})
    number = call["incident_id"]
    assert number in {row["id"] for row in await desk.done("get", "/v1/incidents")}
    ranking = await desk.done("get", f"{INCIDENT}/recommend", incident_id=number)
    assert ranking[0]["picks"][0]["unit_id"] == unit
    await desk.done("put", f"{INCIDENT}/priority", {"priority": 8, "needs": []}, incident_id=number)
    sent = await desk.done("post", f"{INCIDENT}/assign", {"unit_id": unit}, incident_id=number)
    for status in ("acknowledged", "en_route", "on_scene", "subject_contact", "cleared"):
        told = {"status": status, "assignment_id": sent["assignment_id"]}
        answer = await agent.done("post", "/v1/units/{unit_id}/status", told, unit_id=unit)
        assert answer["status"] == status
    whole = await desk.done("get", INCIDENT, incident_id=number)
    body = {"outcome": "found_well", "version": whole["incident"]["version"]}
    closed = await desk.done("post", f"{INCIDENT}/outcome", body, incident_id=number)
    assert closed["status"] == "Closed"
    whole = await desk.done("get", INCIDENT, incident_id=number)
    assert [a["unit_id"] for a in whole["assignments"]] == [unit]
    assert [line["kind"] for line in whole["timeline"]][-1] == "incident.outcome_recorded"
    await agent.done("put", "/v1/units/{unit_id}/duty", {"on_duty": False}, unit_id=unit)


async def test_a_dispatcher_moves_units_about(world: World, psap: Caller, desk: Caller) -> None:
    one, other, *_ = world.unit_ids
    for unit in (one, other):
        await desk.done("put", "/v1/units/{unit_id}/duty", {"on_duty": True}, unit_id=unit)
    call = await psap.done("post", "/v1/calls", {"said": world.sign(4), "call_id": "m-1", "read_back": True})
    number = call["incident_id"]
    sent = await desk.done("post", f"{INCIDENT}/assign", {"unit_id": one}, incident_id=number)
    twice = await desk.refused("post", f"{INCIDENT}/assign", {"unit_id": one}, incident_id=number)
    assert (twice["status"], twice["field"]) == (409, "unit_id")
    swap = {"assignment_id": sent["assignment_id"], "unit_id": other, "reason": "closer by road"}
    swapped = await desk.done("post", f"{INCIDENT}/reassign", swap, incident_id=number)
    strange = await desk.refused("post", f"{INCIDENT}/reassign", swap | {"assignment_id": 1}, incident_id=number)
    assert (strange["status"], strange["field"]) == (404, "assignment_id")
    down = {"assignment_id": swapped["assignment_id"], "reason": "not needed"}
    await desk.done("post", f"{INCIDENT}/stand-down", down, incident_id=number)
    await desk.done("post", f"{INCIDENT}/release", {}, incident_id=number)
    await desk.done("post", f"{INCIDENT}/notes", {"text": "the rancher saw a light"}, incident_id=number)
    await desk.done("post", f"{INCIDENT}/hand-off", {"agency": "Pima County"}, incident_id=number)
    body = {"outcome": "self_recovered", "release_units": True}
    assert (await desk.done("post", f"{INCIDENT}/cancel", body, incident_id=number))["status"] == "Cancelled"
    await desk.done("post", f"{INCIDENT}/reopen", incident_id=number)
    again = await desk.refused("post", f"{INCIDENT}/reopen", incident_id=number)
    assert (again["status"], again["code"]) == (409, "already_done")
    await desk.done("post", f"{INCIDENT}/outcome", {"outcome": "not_found", "release_units": True}, incident_id=number)
    for unit in (one, other):
        await desk.done("put", "/v1/units/{unit_id}/duty", {"on_duty": False}, unit_id=unit)


async def test_incidents_are_placed_linked_split_and_merged(world: World, psap: Caller, desk: Caller) -> None:
    first = await psap.done("post", "/v1/calls", {"said": world.sign(7), "callback_number": "5205550111"})
    again = await psap.done("post", "/v1/calls", {"said": world.sign(7), "callback_number": "5205550111"})
    assert (again["incident_id"], again["joined"], again["calls"]) == (first["incident_id"], True, 2)
    number = first["incident_id"]
    placed = await desk.done("post", f"{INCIDENT}/place", {"sign_id": world.sign(8)}, incident_id=number)
    assert placed["incident_id"] == number
    await desk.done("post", f"{INCIDENT}/place", {"lat": 31.9, "lon": -111.3}, incident_id=number)
    apart = await desk.done("post", f"{INCIDENT}/split", {"calls": [again["call_id"]]}, incident_id=number)
    other = apart["incident_id"]
    await desk.done("post", f"{INCIDENT}/link", {"other_id": other}, incident_id=number)
    await desk.done("post", f"{INCIDENT}/unlink", {"other_id": other}, incident_id=number)
    await desk.done("post", f"{INCIDENT}/merge", {"into_id": number}, incident_id=other)
    merged = await desk.done("get", INCIDENT, incident_id=number)
    assert {row["id"] for row in merged["calls"]} == {first["call_id"], again["call_id"]}
    self_ = await desk.refused("post", f"{INCIDENT}/merge", {"into_id": number}, incident_id=number)
    assert self_["field"] == "into_id"


async def test_a_neighbour_is_asked_to_help_until_the_incident_closes(world: World, psap: Caller, desk: Caller) -> None:
    call = await psap.done("post", "/v1/calls", {"said": world.sign(2), "call_id": "share-1"})
    number, other = call["incident_id"], next(u.sector for u in world.border.units if u.sector != world.sector)
    ask = {"sector": other}
    for answer in ("decline", "agree"):
        await desk.done("post", f"{INCIDENT}/share", ask, incident_id=number)
        assert (await desk.refused("post", f"{INCIDENT}/share", ask, incident_id=number))["code"] == "already_done"
        await desk.done("post", f"{INCIDENT}/share/{answer}", ask, incident_id=number)
    assert (await desk.refused("post", f"{INCIDENT}/share/decline", ask, incident_id=number))["status"] == 409
    shares = (await desk.done("get", INCIDENT, incident_id=number))["incident"]["shares"]
    assert [(share["sector"], share["agreed_at"] is not None) for share in shares] == [(other, True)]
    done = {"outcome": "found_well", "release_units": True}
    await desk.done("post", f"{INCIDENT}/outcome", done, incident_id=number)
    whole = await desk.done("get", INCIDENT, incident_id=number)
    assert whole["incident"]["shares"] == []
    assert "incident.share_agreed" in {line["kind"] for line in whole["timeline"]}


async def test_a_tower_says_all_it_has_to_say(world: World, tower: Caller, desk: Caller) -> None:
    sign = next(s.sign_id for s in world.border.signs if s.kind == "rescue_tower" and s.life != "retired")
    press = {"type": "activation", "tower_id": sign, "alert_id": "press-1"}
    pressed = await tower("post", "/v1/alerts", press)
    assert pressed.status_code == 201
    same = await tower("post", "/v1/alerts", press)
    assert (same.status_code, same.json()["incident_id"]) == (200, pressed.json()["incident_id"])
    more = await tower.done("post", "/v1/alerts", press | {"alert_id": "press-2"})
    assert (more["incident_id"], more["presses"]) == (pressed.json()["incident_id"], 2)
    for what in ("heartbeat", "tamper", "low_battery", "test"):
        assert (await tower.done("post", "/v1/alerts", {"type": what, "tower_id": sign}))["tower_id"] == sign
    ringing = {a["kind"]: a["id"] for a in await desk.done("get", "/v1/alarms") if a["tower_id"] == sign}
    assert {"tower_tamper", "tower_low_battery"} <= ringing.keys()
    for number in ringing.values():
        await desk.done("post", "/v1/alarms/{alarm_id}/acknowledge", alarm_id=number)
    await desk.done("post", "/v1/alarms/{alarm_id}/clear", alarm_id=ringing["tower_tamper"])
    left = {a["id"] for a in await desk.done("get", "/v1/alarms")}
    assert ringing["tower_tamper"] not in left


async def test_a_unit_calls_for_help_and_somebody_takes_it_on(world: World, agent: Caller, desk: Caller) -> None:
    said: tuple[str, str, dict[str, Any]] = ("post", "/v1/units/{unit_id}/mayday", {})
    called = await agent.done(*said, unit_id=world.unit_ids[0], key="help-1")
    again = await agent.done(*said, unit_id=world.unit_ids[0], key="help-1")
    assert again["alarm_id"] == called["alarm_id"], "sent again, later, it is the same"
    alarm = next(a for a in await desk.done("get", "/v1/alarms") if a["id"] == called["alarm_id"])
    assert (alarm["kind"], alarm["unit_id"]) == ("mayday", world.unit_ids[0])
    await desk.done("post", "/v1/alarms/{alarm_id}/acknowledge", alarm_id=alarm["id"])
    await desk.done("post", "/v1/alarms/{alarm_id}/clear", alarm_id=alarm["id"])


async def test_the_board_is_a_picture_with_a_cursor_the_stream_goes_on_from(
    world: World, desk: Caller, psap: Caller
) -> None:
    board = await desk.done("get", "/v1/board")
    assert {"units", "incidents", "sectors"} <= board["rows"].keys()
    assert len(board["rows"]["units"]) == len(world.border.units)
    call = await psap.done("post", "/v1/calls", {"said": world.sign(11), "call_id": "after"})
    async with world.listening("dispatcher", since=board["cursor"]) as console:
        frame = await console.until("incident.opened")
        assert frame["seq"] > board["seq"]
        assert frame["event"]["incident"]["id"] == call["incident_id"]
    foreign = {"kind": "hello", "since": f"00000000-0000-0000-0000-000000000000.{board['seq']}"}
    async with world.listening("dispatcher", since=foreign["since"]) as console:
        assert console.frames[0]["kind"] == "resync"


async def test_the_registry_is_looked_up_and_resolved(world: World, psap: Caller, agent: Caller) -> None:
    sign = world.sign(12)
    found = await agent.done("get", "/v1/signs/{sign_id}", sign_id=sign.lower().replace("-", " "))
    assert found["sign"]["sign_id"] == sign
    said = await psap.done("post", "/v1/resolve", {"said": sign})
    assert said["resolution"]["candidates"][0]["sign_id"] == sign
    assert (await agent.refused("get", "/v1/signs/{sign_id}", sign_id="NONE-1"))["field"] == "sign_id"
    assert {s["id"] for s in await agent.done("get", "/v1/sectors")} == {s.sector for s in world.border.sectors}


async def test_health_tells_each_dependency_and_each_loop(world: World, used: set[tuple[str, str]]) -> None:
    async with httpx.AsyncClient(base_url=world.service.url) as anybody:
        ask = Caller(anybody, used)
        assert await ask.done("get", "/health/live") == {"status": "ok"}
        ready = await ask.done("get", "/health/ready")
    assert {"postgresql", "desk", "relay", "loop timers", "loop heart"} <= ready["checks"].keys()
    assert all(check["ok"] for check in ready["checks"].values())


async def test_everybody_may_ask_who_they_are(world: World, desk: Caller, agent: Caller, psap: Caller) -> None:
    unit = world.unit_ids[0]
    assert await agent.done("get", "/v1/me") == {
        "name": f"unit {unit}", "role": "agent", "sectors": [], "unit_id": unit,
    }  # fmt: skip
    assert (await desk.done("get", "/v1/me"))["role"] == "dispatcher"
    assert (await psap.done("get", "/v1/me"))["name"] == "psap-1"


async def test_a_ticket_is_given_to_consoles_and_agents_only(desk: Caller, agent: Caller, psap: Caller) -> None:
    for caller in (desk, agent):
        assert (await caller.done("post", "/v1/tickets"))["seconds"] == 30.0
    assert (await psap.refused("post", "/v1/tickets"))["status"] == 403


async def test_the_same_key_and_body_is_done_once_and_another_body_is_a_conflict(
    world: World, psap: Caller, desk: Caller
) -> None:
    body = {"said": world.sign(13), "narrative": "first"}
    first = await psap("post", "/v1/calls", body, key="once")
    seq = await world.seq()
    again = await psap("post", "/v1/calls", body, key="once")
    assert again.json()["incident_id"] == first.json()["incident_id"]
    assert again.json()["call_id"] == first.json()["call_id"]
    other = await psap.refused("post", "/v1/calls", body | {"narrative": "second"}, key="once")
    assert (other["status"], other["field"]) == (409, "Idempotency-Key")
    number = first.json()["incident_id"]
    note = {"text": "once only"}
    kept = await desk.done("post", f"{INCIDENT}/notes", note, key="note-1", incident_id=number)
    assert await desk.done("post", f"{INCIDENT}/notes", note, key="note-1", incident_id=number) == kept
    differs = await desk.refused("post", f"{INCIDENT}/notes", {"text": "else"}, key="note-1", incident_id=number)
    assert differs["status"] == 409
    assert await world.seq() == seq + 1


async def test_fifty_at_once_with_one_key_make_one_call(world: World) -> None:
    async with world.http("psap") as http:
        body = {"said": world.sign(14), "callback_number": "5205550133"}
        posts = (http.post("/v1/calls", json=body, headers={"Idempotency-Key": "storm"}) for _ in range(50))
        answers = [answer.json()["call_id"] for answer in await asyncio.gather(*posts)]
    assert len(set(answers)) == 1


async def test_the_same_call_id_is_the_same_call(world: World, psap: Caller) -> None:
    body: dict[str, Any] = {"said": world.sign(15), "call_id": "same"}
    first = await psap("post", "/v1/calls", body)
    same = await psap("post", "/v1/calls", body)
    changed = await psap("post", "/v1/calls", body | {"party": {"adults": 3}})
    assert [a.status_code for a in (first, same, changed)] == [201, 200, 200]
    assert (same.json()["repeated"], changed.json()["updated"]) == (True, True)
    assert len({a.json()["call_id"] for a in (first, same, changed)}) == 1


async def test_a_stale_version_is_a_conflict_that_says_what_is_allowed(
    world: World, psap: Caller, desk: Caller
) -> None:
    call = await psap.done("post", "/v1/calls", {"said": world.sign(16), "call_id": "v-1"})
    number = call["incident_id"]
    seen = (await desk.done("get", INCIDENT, incident_id=number))["incident"]["version"]
    await desk.done("put", f"{INCIDENT}/priority", {"priority": 7, "version": seen}, incident_id=number)
    before = await world.seq()
    stale = await desk.refused("put", f"{INCIDENT}/priority", {"priority": 2, "version": seen}, incident_id=number)
    assert (stale["status"], stale["code"], stale["field"]) == (409, "stale", "version")
    wrong = {"outcome": "found_well"}
    refusal = await desk.refused("post", f"{INCIDENT}/cancel", wrong, incident_id=number)
    assert refusal["field"] == "outcome"
    assert "self_recovered" in refusal["allowed"]
    assert await world.seq() == before


async def test_reading_what_is_private_is_recorded_with_who_and_why(world: World, psap: Caller, desk: Caller) -> None:
    call = await psap.done(
        "post", "/v1/calls", {"said": world.sign(17), "name": "Inés", "callback_number": "5205550155"}
    )
    rows = (await desk.done("get", INCIDENT, incident_id=call["incident_id"]))["calls"]
    sealed = rows[0]["sealed"]
    read = await desk.done("post", "/v1/private/{sealed_id}", {"purpose": "call back"}, sealed_id=sealed)
    assert (read["name"], read["callback_number"]) == ("Inés", "5205550155")
    log = await world.query("SELECT act, by, incident_id FROM audit_trail WHERE about = $1", sealed)
    assert [tuple(row) for row in log] == [("read", "dispatcher-1", call["incident_id"])]
    assert (await psap.refused("post", "/v1/private/{sealed_id}", {"purpose": "x"}, sealed_id=sealed))["status"] == 403
    assert len(await world.query("SELECT 1 FROM audit_trail WHERE about = $1", sealed)) == 1


async def test_a_call_being_typed_shows_what_it_would_join_and_records_nothing(
    world: World, psap: Caller, desk: Caller
) -> None:
    sign, number = world.sign(21), "+1 (520) 555-0166"
    call = await psap.done("post", "/v1/calls", {"said": sign, "callback_number": "5205550166"})
    before = await world.seq()
    typed = {"sign_id": sign.lower(), "callback_number": number}
    found = await desk.done("post", "/v1/duplicates", typed)
    assert found["joins"] == call["incident_id"]
    assert found["related"][0]["incident_id"] == call["incident_id"]
    assert found["related"][0]["relations"][:2] == ["same_number", "same_sign"]
    elsewhere = await desk.done("post", "/v1/duplicates", {"lat": 26.0, "lon": -97.5, "callback_number": number})
    assert (elsewhere["joins"], elsewhere["related"][0]["relations"]) == (None, ["same_number"])
    nobody = await desk.done("post", "/v1/duplicates", {"callback_number": "520 555 0100"})
    assert nobody == {"joins": None, "related": []}
    assert (await desk.refused("post", "/v1/duplicates", {"sign_id": "NONE-1"}))["field"] == "sign_id"
    assert (await desk.refused("post", "/v1/duplicates", {"lat": 31.0}))["field"] == "lon"
    assert (await psap.refused("post", "/v1/duplicates", typed))["status"] == 403
    assert await world.seq() == before


async def test_a_sector_s_dispatcher_is_not_told_of_other_sectors_calls(world: World, psap: Caller) -> None:
    await psap.done("post", "/v1/calls", {"said": world.sign(22), "callback_number": "5205550188"})
    elsewhere = next(s.sector for s in world.border.sectors if s.sector != world.border.units[0].sector)
    pool = await open_pool(world.database, size=1)
    try:
        key = await create_key(pool, REGION, Role.DISPATCHER, "d-elsewhere", sectors=(elsewhere,))
    finally:
        await pool.close()
    async with client(world.service, key) as http:
        other = Caller(http, set())
        typed = {"sign_id": world.sign(22), "callback_number": "5205550188"}
        assert await other.done("post", "/v1/duplicates", typed) == {"joins": None, "related": []}
        assert (await other.done("get", "/v1/activations"))["cells"] == []


async def test_a_unit_s_task_has_all_its_phone_shows(world: World, psap: Caller, desk: Caller, agent: Caller) -> None:
    unit = world.unit_ids[0]
    await agent.done("put", "/v1/units/{unit_id}/duty", {"on_duty": True}, unit_id=unit)
    idle = await agent.done("get", "/v1/units/{unit_id}/task", unit_id=unit)
    assert idle == dict.fromkeys(("assignment", "incident", "sign", "distance_m", "bearing_deg", "travel_s"))
    call = await psap.done("post", "/v1/calls", {"said": world.sign(23), "call_id": "t-1", "read_back": True})
    number = call["incident_id"]
    held = (await desk.done("get", "/v1/units/{unit_id}", unit_id=unit))["assignment_id"]
    if held is None:
        held = (await desk.done("post", f"{INCIDENT}/assign", {"unit_id": unit}, incident_id=number))["assignment_id"]
    task = await agent.done("get", "/v1/units/{unit_id}/task", unit_id=unit)
    assert (task["assignment"]["id"], task["incident"]["id"]) == (held, number)
    assert task["sign"]["sign_id"] == world.sign(23)
    assert set(task["sign"]["access"]) == {"gate", "route", "landing_zone", "landowner"}
    ranking = (await desk.done("get", f"{INCIDENT}/recommend", incident_id=number))[0]
    assert task["travel_s"] > 0
    assert 0 <= task["bearing_deg"] < 360
    assert ranking["sign_id"] == world.sign(23)
    other = world.unit_ids[1]
    assert (await agent.refused("get", "/v1/units/{unit_id}/task", unit_id=other))["status"] == 404
    body = {"outcome": "found_well", "release_units": True}
    await desk.done("post", f"{INCIDENT}/outcome", body, incident_id=number)
    await agent.done("put", "/v1/units/{unit_id}/duty", {"on_duty": False}, unit_id=unit)


async def test_a_unit_s_track_is_bounded_and_ends_at_its_newest_fix(world: World, desk: Caller, agent: Caller) -> None:
    unit = world.unit_ids[2]
    await world.query(
        "INSERT INTO unit_tracks (region, unit_id, fixed_at, lat, lon) SELECT $1, $2, now() - n * interval '5 s',"
        " 31 + n / 1e5, -111 FROM generate_series(0, 9999) AS n",
        REGION, unit,
    )  # fmt: skip
    hour = await desk.done("get", "/v1/units/{unit_id}/track?hours=1", unit_id=unit)
    assert 715 <= len(hour["points"]) <= 721
    whole = await desk.done("get", "/v1/units/{unit_id}/track?hours=24", unit_id=unit)
    assert 1_900 <= len(whole["points"]) <= 2_000
    for found in (hour, whole):
        times = [point["fixed_at"] for point in found["points"]]
        assert times == sorted(times)
        assert found["points"][-1]["lat"] == 31.0
    assert (await desk.refused("get", "/v1/units/{unit_id}/track?hours=25", unit_id=unit))["field"] == "hours"
    assert (await agent.refused("get", "/v1/units/{unit_id}/track", unit_id=unit))["status"] == 404


async def test_activations_are_counted_by_cell_without_tests_and_duplicates(
    world: World, psap: Caller, desk: Caller
) -> None:
    def total(found: dict[str, Any]) -> int:
        return sum(cell["count"] for cell in found["cells"])

    before = total(await desk.done("get", "/v1/activations"))
    first = await psap.done("post", "/v1/calls", {"said": world.sign(24), "callback_number": "5205550191"})
    second = await psap.done("post", "/v1/calls", {"said": world.sign(24), "callback_number": "5205550192"})
    await psap.done("post", "/v1/calls", {"said": world.sign(24), "kind": "test"})
    merged = {"into_id": first["incident_id"]}
    await desk.done("post", f"{INCIDENT}/merge", merged, incident_id=second["incident_id"])
    found = await desk.done("get", "/v1/activations?days=1&resolution=7")
    assert total(found) == before + 1
    point = next(s.point for s in world.border.signs if s.sign_id == world.sign(24))
    assert point.cell(7) in {cell["cell"] for cell in found["cells"]}
    assert (await desk.refused("get", "/v1/activations?days=0"))["field"] == "days"
    assert (await desk.refused("get", "/v1/activations?resolution=2"))["field"] == "resolution"


async def test_all_signs_come_in_one_answer_that_is_not_sent_twice(world: World, agent: Caller, psap: Caller) -> None:
    found = await agent.done("get", "/v1/signs")
    assert len(found["signs"]) == len(world.border.signs)
    assert {station["id"] for station in found["stations"]} == {unit.station for unit in world.border.units}
    assert sum(station["units"] for station in found["stations"]) == len(world.border.units)
    assert (await psap.refused("get", "/v1/signs"))["status"] == 403
    async with world.http("dispatcher") as http:
        first = await http.get("/v1/signs")
        assert first.headers["content-encoding"] == "gzip"
        assert first.headers["cache-control"] == "private, no-cache"
        again = await http.get("/v1/signs", headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        plain = await http.get("/v1/signs", headers={"Accept-Encoding": "identity"})
        assert plain.json() == first.json()


async def test_without_a_folder_there_are_no_tiles(agent: Caller, desk: Caller) -> None:
    for caller in (agent, desk):
        assert await caller.done("get", "/v1/tiles") == {"archives": []}


async def test_every_published_route_was_used(used: set[tuple[str, str]]) -> None:
    paths = openapi()["paths"].items()
    published = {(m, path) for path, item in paths for m in item}
    elsewhere = {(m, path) for path, item in paths for m in item if ELSEWHERE & set(item[m].get("tags", ()))}
    assert published - elsewhere == used
    assert set(ANSWERS) <= published


async def test_what_is_personal_stands_nowhere_in_clear(world: World, psap: Caller, desk: Caller) -> None:
    name, number, words, health, lat = CANARIES
    heard: list[str] = []
    redis = Redis.from_url(world.redis)
    async with (
        redis.pubsub() as follower,
        redis.monitor() as monitor,
        world.listening("dispatcher") as console,
        world.listening(world.unit_ids[0]) as unit,
    ):

        async def listen() -> None:
            async for command in monitor.listen():
                heard.append(str(command))  # noqa: PERF401 - it never ends by itself

        listening = asyncio.create_task(listen())
        await follower.subscribe(*(channel(REGION, what) for what in ("batches", "heads", "positions")))
        await asyncio.sleep(4 * HEART_S)  # batches are relayed only to somebody who heard the last head
        body = {
            "call_id": "canary", "callback_number": number, "name": name, "said": f"{world.sign(18)} {words}",
            "narrative": words, "health": health, "device": {"lat": float(lat), "lon": -111.5, "radius_m": 20},
            name: name, "priority": name, "sector": name[:16], "language": name, "needs": [health], "party": {name: 1},
            "kind": words, "type": health, "occurred_at": number,
        }  # fmt: skip
        call = await psap.done("post", "/v1/calls", body)
        plain = await psap("post", "/v1/calls", words)
        assert plain.status_code == 201
        incident = call["incident_id"]
        await desk.done("post", f"{INCIDENT}/notes", {"text": f"{name} {words}"}, incident_id=incident)
        await desk.refused("post", f"{INCIDENT}/assign", {"unit_id": name}, incident_id=incident)
        await desk.refused("put", f"{INCIDENT}/priority", {"priority": name}, incident_id=incident)
        whole = await desk("get", INCIDENT, incident_id=incident)
        await console.drain(await world.seq())
        await asyncio.sleep(0.5)
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    await redis.aclose()
    assert any("batches" in command for command in heard)
    places = {
        "valkey": "\n".join(heard),
        "frames": json.dumps([*console.frames, *unit.frames], ensure_ascii=False),
        "timeline": whole.text,
        "answer": json.dumps(call) + plain.text,
        "log": world.service.log.read_text(errors="replace"),
        **await tables(world),
    }
    for place, text in places.items():
        for canary in CANARIES:
            assert canary.casefold() not in text.casefold(), (place, canary)
            assert canary.encode().hex() not in text, (place, canary)
    assert "ledger" in places
    assert len(places["ledger"]) > 1000


async def tables(world: World) -> dict[str, str]:
    """Return every table's rows as text."""
    names = await world.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = {}
    for row in names:
        rows = await world.query(f'SELECT t::text AS line FROM "{row["tablename"]}" AS t')
        found[row["tablename"]] = "\n".join(line["line"] for line in rows)
    return found

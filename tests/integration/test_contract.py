"""The published contract against the real server: OpenAPI of the answers, AsyncAPI of every frame."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import jsonschema
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute

from app.access.open import OPEN
from app.contract.answers import ANSWERS
from app.contract.asyncapi import document as asyncapi
from app.contract.openapi import action_of
from app.http import build_http, openapi
from app.interop.conveyance.messages import KINDS as KINDS_HEARD
from dispatch.events import KINDS
from loadtests.rig import Engines
from tests.integration.agreement import check, check_answer, check_frames, contract
from tests.integration.scene import Listener, World, a_world

SCREENS = {
    "/", "/console", "/console/{view:path}", "/agent", "/agent/{name}", "/agent/{view:path}", "/web/{name:path}",
}  # fmt: skip
METHODS = {"get", "put", "post", "delete", "patch"}


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "contract") as made:
        yield made


def walk(routes: list[Any]) -> Iterator[Any]:
    """Yield every route, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from walk(inner.routes)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for name, inner in value.items():
            if name not in ("example", "examples"):  # there `$ref` may be a field of a document, as in an EIDO
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def find(document: dict[str, Any], pointer: str) -> Any:
    found: Any = document
    for part in pointer.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in openapi()["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield method, path, operation


def test_every_reference_of_both_documents_leads_somewhere() -> None:
    for document in (openapi(), asyncapi()):
        for pointer in set(references(document)):
            assert find(document, pointer) is not None


def test_every_schema_of_both_documents_is_a_valid_json_schema() -> None:
    for document in (openapi(), asyncapi()):
        for schema in document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
    assert openapi()["openapi"].startswith("3.1")
    assert asyncapi()["asyncapi"] == "3.0.0"


def test_every_route_says_what_it_is_what_it_answers_and_gives_an_example() -> None:
    for method, path, operation in operations():
        assert operation["summary"], path
        assert operation["description"], path
        done = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
        assert done, path
        for answer in done:
            if "204" in operation["responses"]:
                continue
            (shown,) = answer["content"].values()
            check(contract(), shown["schema"], shown["example"])
        if path not in OPEN:
            assert {"401", "403", "503"} <= operation["responses"].keys(), path
        assert (method, path) in ANSWERS or "204" in operation["responses"]


def test_every_body_asked_for_has_an_example_that_is_valid() -> None:
    for _, path, operation in operations():
        if "requestBody" not in operation:
            continue
        shown = next(iter(operation["requestBody"]["content"].values()))
        schema = shown["schema"]
        target = find(contract(), schema["$ref"]) if "$ref" in schema else schema
        examples = target.get("examples") or [shown["example"]]
        assert examples, path
        for example in examples:
            check(contract(), schema, example)


def test_every_error_answer_is_a_problem_with_an_example() -> None:
    for _, path, operation in operations():
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")) and path != "/health/ready":
                shown = answer["content"]["application/problem+json"]
                assert shown["schema"] == {"$ref": "#/components/schemas/Problem"}, path
                assert shown["example"]["status"] == int(status)
                check(contract(), shown["schema"], shown["example"])


def test_every_route_is_guarded_but_those_that_are_open_for_a_reason() -> None:
    routes = list(walk(build_http(None).routes))
    assert len(routes) > 30
    for route in routes:
        if isinstance(route, APIRoute):
            assert (action_of(route) is None) == (route.path in OPEN), route.path
            if route.path in SCREENS:
                assert route.methods == {"GET", "HEAD"}, route.path
        else:  # the streams identify for themselves; FastAPI's own document is open
            assert route.path in {"/v1/stream", "/v1/conveyance", "/v1/openapi.json"}


def test_every_kind_of_event_is_documented() -> None:
    messages = asyncapi()["components"]["messages"]
    assert {f"sent.{kind}" for kind in KINDS} <= messages.keys()
    of = {
        name: {ref["$ref"].rpartition("/")[2] for ref in operation["messages"]}
        for name, operation in asyncapi()["operations"].items()
    }
    assert set().union(*of.values()) == messages.keys()
    assert sum(map(len, of.values())) == len(messages)
    assert {name.removeprefix("partner.") for name in of["follow"]} == set(KINDS_HEARD)


def test_the_examples_of_both_websockets_are_valid() -> None:
    for message in asyncapi()["components"]["messages"].values():
        assert message["summary"], message["name"]
        for example in message.get("examples", ()):
            check(asyncapi(), message["payload"], example["payload"])


def test_the_checker_goes_red_on_a_frame_with_a_field_more_or_less() -> None:
    frame = asyncapi()["components"]["messages"]["sent.offer.made"]["examples"][0]["payload"]
    check_frames([frame])
    for spoiled in ({**frame, "extra": 1}, {k: v for k, v in frame.items() if k != "after"}, {**frame, "v": 1}):
        with pytest.raises(AssertionError):
            check_frames([spoiled])


async def test_the_served_documents_are_the_published_ones(world: World) -> None:
    async with httpx.AsyncClient(base_url=world.service.url) as anybody:
        assert (await anybody.get("/v1/openapi.json")).json() == json.loads(json.dumps(openapi()))
        assert (await anybody.get("/v1/asyncapi.json")).json() == asyncapi()


async def test_every_frame_of_a_busy_hour_is_as_documented(world: World) -> None:
    first, second, *_ = world.unit_ids
    async with (
        world.listening("dispatcher") as console,
        world.listening(first) as one,
        world.listening(second) as two,
    ):
        await play(world, console, {first: one, second: two})
        await console.drain(await world.seq())
        kinds = check_frames(console.frames)
        kinds |= check_frames(one.frames) | check_frames(two.frames)
    missing = set(KINDS) - kinds
    assert missing <= RARE, missing - RARE
    assert {"welcome", "answer", "positions"} <= kinds


# What needs minutes, a second desk, an archive or an import; the document's classes are the ledger's own all the same.
RARE = {
    "desk.took_over", "registry.imported", "sector.configured", "unit.registered", "incident.recalled",
    "incident.aged", "assignment.overdue", "offer.timed_out", "alarm.rearmed", "unit.answering", "place.acknowledged",
    "unit.not_reached", "frame.heard", "alert.received",  # an alert's row comes with the incident it opens
}  # fmt: skip


async def play(world: World, console: Listener, devices: dict[str, Listener]) -> None:
    """Play a busy hour through HTTP and the devices; every answer is checked against the document."""
    (first, one), (second, two) = devices.items()
    async with world.http("psap") as psap, world.http("tower") as tower, world.http("dispatcher") as dispatcher:

        async def call(**body: Any) -> int:
            answer = await psap.post("/v1/calls", json=body)
            return int(check_answer(answer, "post", "/v1/calls")["incident_id"])

        async def do(method: str, incident: int, verb: str, body: Any = None, *, status: int = 200) -> Any:
            path = f"/v1/incidents/{{incident_id}}/{verb}"
            answer = await dispatcher.request(method, path.format(incident_id=incident), json=body)
            assert answer.status_code == status, answer.text
            return check_answer(answer, method.lower(), path)

        for name, device in devices.items():
            assert (await device.ask(kind="duty", id=f"on-{name}", on_duty=True))["outcome"] == "done"
        await one.say(kind="position", lat=31.9, lon=-111.1, accuracy_m=5.0)
        await console.until("positions")
        await call_with_an_offer(world, call, devices)
        rang = await call(call_id="b-1", said=world.sign(1), device={"lat": 31.0, "lon": -111.0, "radius_m": 10})
        await call(call_id="b-1", said=world.sign(1), narrative="now two of them", party={"adults": 2})
        where = await do("POST", rang, "place", {"sign_id": world.sign(1)})
        assert where["incident_id"] == rang
        await do("POST", rang, "notes", {"text": "the road is washed out"}, status=201)
        neighbour = next(u.sector for u in world.border.units if u.sector != world.sector)
        for answer in ("decline", "agree"):
            await do("POST", rang, "share", {"sector": neighbour}, status=201)
            await do("POST", rang, f"share/{answer}", {"sector": neighbour})
        await do("PUT", rang, "priority", {"priority": 9, "needs": ["water"]})
        whole = await dispatcher.get(f"/v1/incidents/{rang}")
        shown = check_answer(whole, "get", "/v1/incidents/{incident_id}")
        recommended = await dispatcher.get(f"/v1/incidents/{rang}/recommend")
        check_answer(recommended, "get", "/v1/incidents/{incident_id}/recommend")
        held = next((a for a in shown["assignments"] if a["ended_at"] is None), None)
        if held is None:
            sent = await do("POST", rang, "assign", {"unit_id": first}, status=201)
            held = {"id": sent["assignment_id"], "unit_id": first}
        other = second if held["unit_id"] == first else first
        sent = await do(
            "POST", rang, "reassign", {"assignment_id": held["id"], "unit_id": other, "reason": "closer"}, status=201
        )
        await do("POST", rang, "place", {"lat": 31.95, "lon": -111.2})
        third = await call(call_id="b-2", said=world.sign(200))
        await do("POST", third, "assign", {"unit_id": other, "preempt": True, "reason": "child alone"}, status=201)
        await do("POST", third, "cancel", {"outcome": "self_recovered", "release_units": True})
        await do("POST", third, "reopen")
        assert sent["unit_id"] == other
        await relate(world, call, do, rang, third)
        await towers(world, tower, dispatcher)
        await facts(one, two)
        await do("POST", rang, "hand-off", {"agency": "the county"})
        await do("POST", rang, "outcome", {"outcome": "transferred", "agency": "the county", "release_units": True})
        for name, device in devices.items():
            assert (await device.ask(kind="duty", id=f"off-{name}", on_duty=False))["outcome"] == "done"


async def call_with_an_offer(world: World, call: Any, devices: dict[str, Listener]) -> None:
    """A call is offered, declined by one unit, accepted and served by the next."""
    await call(call_id="a-1", said=world.sign(0), callback_number="5205550100", read_back=True)
    asked = next(iter(devices.values()))
    done = set[str]()
    for _ in devices:
        offer = await first_offer(devices, done)
        unit, assignment = offer
        asked = devices[unit]
        done.add(unit)
        verb = "decline" if len(done) < len(devices) else "accept"
        answer = await asked.ask(kind=verb, id=f"{verb}-{unit}", assignment_id=assignment)
        assert answer["outcome"] == "done"
        if verb == "accept":
            await asked.ask(
                kind="received", id="r-1", seq=next(f["seq"] for f in asked.frames if f["kind"] == "offer.made")
            )
            for status in ("en_route", "on_scene", "subject_contact", "transporting", "at_destination", "cleared"):
                await asked.ask(kind="status", id=f"s-{status}", status=status, assignment_id=assignment)


async def first_offer(devices: dict[str, Listener], without: set[str]) -> tuple[str, int]:
    """Return which of the devices is offered something, and the assignment."""
    tasks = {asyncio.create_task(d.until("offer.made")): u for u, d in devices.items() if u not in without}
    finished, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    task = finished.pop()
    return tasks[task], int(task.result()["event"]["assignment"]["id"])


async def relate(world: World, call: Any, do: Any, one: int, other: int) -> None:
    """Link, unlink, join, split and merge."""
    await do("POST", one, "link", {"other_id": other})
    await do("POST", one, "unlink", {"other_id": other})
    again = await call(call_id="c-1", said=world.sign(20), callback_number="5205550177")
    assert again == await call(call_id="c-2", said=world.sign(20), callback_number="5205550177")
    calls = (await world.query("SELECT id FROM calls WHERE incident_id = $1 ORDER BY id", again))[-1:]
    apart = await do("POST", again, "split", {"calls": [calls[0]["id"]]}, status=201)
    await do("POST", apart["incident_id"], "merge", {"into_id": again})


async def towers(world: World, tower: httpx.AsyncClient, dispatcher: httpx.AsyncClient) -> None:
    """A press, a second press, the tower's own health, and the alarms that come of it."""
    sign = next(s.sign_id for s in world.border.signs if s.kind == "rescue_tower")
    for body in (
        {"type": "activation", "tower_id": sign, "alert_id": "p-1"},
        {"type": "activation", "tower_id": sign, "alert_id": "p-2"},
        {"type": "tamper", "tower_id": sign},
        {"type": "low_battery", "tower_id": sign},
        {"type": "low_battery", "tower_id": sign, "on": False},
        {"type": "heartbeat", "tower_id": sign},
        {"type": "test", "tower_id": sign},
    ):
        check_answer(await tower.post("/v1/alerts", json=body), "post", "/v1/alerts")
    alarms = check_answer(await dispatcher.get("/v1/alarms"), "get", "/v1/alarms")
    for verb in ("acknowledge", "clear"):
        path = f"/v1/alarms/{{alarm_id}}/{verb}"
        number = next(a["id"] for a in alarms if a["kind"] == "tower_tamper")
        check_answer(await dispatcher.post(path.format(alarm_id=number)), "post", path)
    mode = "/v1/sectors/{sector_id}/mode"
    for word in ("recommend", "auto"):
        check_answer(await dispatcher.put(mode.format(sector_id="YUM"), json={"mode": word}), "put", mode)


async def facts(one: Listener, two: Listener) -> None:
    """What comes from the field: late, wrong, alarming."""
    assert (await one.ask(kind="status", id="late", status="on_scene", assignment_id=2))["outcome"] == "done"
    assert (await two.ask(kind="mayday", id="m"))["outcome"] == "done"
    assert (await two.ask(kind="accept", id="stale", assignment_id=1))["outcome"] == "refused"

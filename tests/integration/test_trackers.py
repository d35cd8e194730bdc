"""Units told of by the phone apps people have: on the real server, shown with their source, never older than known."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio

from app.access.identity import Role
from loadtests.rig import Engines
from tests.integration.scene import World, a_world

OSMAND, OWNTRACKS = "/v1/positions/osmand", "/v1/positions/owntracks"
FOREIGN = [
    "id=123456&timestamp=1377177267&lat=60.0&lon=30.0", "id=123456&timestamp=1377177267&cell=257,02,16,2224",
    "timestamp=1377177267&lat=60.0&lon=30.0",
]  # fmt: skip


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "trackers", AUXILIO_URL_KEYS="true") as made:
        yield made
        assert "Exception in ASGI" not in made.service.log.read_text(errors="replace")


@pytest_asyncio.fixture(scope="module")
async def tracker(world: World) -> str:
    """Return a tracker's key for the second unit."""
    return (await world.new_key(Role.TRACKER, "a phone", unit_id=world.unit_ids[1]))[1]


@pytest_asyncio.fixture(scope="module")
async def in_url(world: World) -> str:
    """Return one for an address, of the same unit."""
    return (await world.new_key(Role.TRACKER, "a phone", unit_id=world.unit_ids[1], in_url=True))[1]


@pytest_asyncio.fixture
async def anybody(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=world.service.url) as http:
        yield http


async def position(world: World, number: int = 1) -> dict[str, Any]:
    async with world.http("dispatcher") as desk:
        found = (await desk.get(f"/v1/units/{world.unit_ids[number]}")).json()["position"]
        return dict(found) if found else {}


async def test_the_app_s_device_identifier_is_the_key(world: World, in_url: str, anybody: httpx.AsyncClient) -> None:
    now = datetime.now(UTC)
    said = {"lat": "31.9012", "lon": "-111.1034", "timestamp": str(int(now.timestamp())), "accuracy": "8"}
    answer = await anybody.get(OSMAND, params={"id": in_url, **said})
    assert (answer.status_code, answer.json()["taken"]) == (200, True)
    shown = await position(world)
    assert (shown["lat"], shown["lon"], shown["accuracy_m"], shown["source"]) == (31.9012, -111.1034, 8, "osmand")
    older = said | {"lat": "1", "timestamp": str(int((now - timedelta(minutes=5)).timestamp()))}
    answer = await anybody.post(OSMAND, params={"id": in_url, **older})
    assert (answer.status_code, answer.json()["why"]) == (200, "a newer one is known")
    ancient = said | {"lat": "1", "timestamp": "1377177267"}
    assert (await anybody.get(OSMAND, params={"id": in_url, **ancient})).json()["why"] == "older than a week"
    assert (await position(world))["lat"] == 31.9012


async def test_json_with_the_key_as_the_password(world: World, tracker: str, anybody: httpx.AsyncClient) -> None:
    at = datetime.now(UTC)
    body = {
        "device_id": "phone",
        "location": {"timestamp": at.isoformat(), "coords": {"latitude": 31, "longitude": -111}},
    }
    answer = await anybody.post(OSMAND, json=body, auth=("phone", tracker))
    assert answer.json() == {"taken": True, "why": "taken", "warnings": []}
    owntracks = {"_type": "location", "lat": 31.5, "lon": -110.5, "tst": int(at.timestamp()) + 1, "tid": "U2"}
    answer = await anybody.post(OWNTRACKS, content=json.dumps(owntracks), auth=("u", tracker))
    assert (answer.status_code, answer.json()) == (200, [])
    shown = await position(world)
    assert (shown["lat"], shown["source"]) == (31.5, "owntracks")
    assert (await anybody.post(OWNTRACKS, content=b"", auth=("u", tracker))).json() == []
    for _ in range(100):
        rows = await world.query("SELECT source FROM unit_positions WHERE unit_id = $1", world.unit_ids[1])
        if [row["source"] for row in rows] == ["owntracks"]:
            break
        await asyncio.sleep(0.1)
    assert [row["source"] for row in rows] == ["owntracks"]


async def test_the_verdicts_of_traccars_server(tracker: str, anybody: httpx.AsyncClient) -> None:
    auth = httpx.BasicAuth("phone", tracker)
    codes = [(await anybody.get(f"{OSMAND}?{query}", auth=auth)).status_code for query in FOREIGN]
    assert codes == [200, 200, 400]


async def test_a_tracker_s_key_does_nothing_else(world: World, tracker: str, anybody: httpx.AsyncClient) -> None:
    unit = world.unit_ids[1]
    headers = {"authorization": f"Bearer {tracker}"}
    for method, path in (
        ("GET", "/v1/board"), ("GET", f"/v1/units/{unit}"), ("POST", "/v1/calls"), ("GET", "/v1/sectors"),
        ("POST", "/v1/alerts"), ("POST", "/v1/tickets"), ("PUT", f"/v1/units/{unit}/duty"),
    ):  # fmt: skip
        answer = await anybody.request(method, path, headers=headers, json={"on_duty": True})
        assert answer.status_code == 403, path
    agent = world.keys.agents[world.unit_ids[0]]
    assert (await anybody.get(OSMAND, params={"id": agent, "lat": 1, "lon": 1})).status_code == 403
    in_header_only = await anybody.get(OSMAND, params={"id": tracker, "lat": 1, "lon": 1})
    assert (in_header_only.status_code, in_header_only.json()["code"]) == (403, "not_in_address")
    assert (await anybody.get(OSMAND, params={"lat": 1, "lon": 1})).status_code == 401
    assert (await anybody.get(OSMAND, params={"id": "123456", "lat": 1, "lon": 1})).status_code == 401


async def test_an_sos_is_one_mayday(world: World, in_url: str, anybody: httpx.AsyncClient) -> None:
    at = int(datetime.now(UTC).timestamp())
    for _ in range(3):
        said = {"id": in_url, "lat": "31.9", "lon": "-111.1", "timestamp": str(at), "alarm": "sos"}
        assert (await anybody.get(OSMAND, params=said)).status_code == 200
    async with world.http("dispatcher") as desk:
        alarms = [a for a in (await desk.get("/v1/alarms")).json() if a["kind"] == "mayday"]
    assert [(a["unit_id"], a["times"]) for a in alarms] == [(world.unit_ids[1], 1)]

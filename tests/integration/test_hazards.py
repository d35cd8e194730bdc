"""CAP and weather alerts on the real server: distress rings, hazards stand over places and only suggest."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from lxml import etree

from app.routes.hazard_examples import CAP_EXAMPLE
from geo.sign import Sign, SignKind
from loadtests.rig import Engines
from tests.integration.scene import World, a_world
from tests.vectors import VECTORS


@asynccontextmanager
async def weather_service(answer: dict[str, Any]) -> AsyncIterator[str]:
    """Run an HTTP server that gives active alerts, as api.weather.gov does; it refuses who does not say who asks."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        body = json.dumps(answer).encode() if "user-agent: auxilio" in head.lower() else b"{}"
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/geo+json\r\ncontent-length: %d\r\n\r\n" % len(body))
        writer.write(body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/alerts/active"
    finally:
        server.close()
        await server.wait_closed()


def alert(identifier: str, sign: Sign | None, **more: Any) -> dict[str, Any]:
    """Return a heat warning around a sign, from an hour ago until tomorrow."""
    now = datetime.now(UTC)
    geometry = None
    if sign is not None:
        corners = [(-0.2, -0.2), (-0.2, 0.2), (0.2, 0.2), (0.2, -0.2), (-0.2, -0.2)]
        geometry = {
            "type": "Polygon", "coordinates": [[[sign.point.lon + x, sign.point.lat + y] for x, y in corners]]
        }  # fmt: skip
    properties = {
        "id": identifier, "sender": "w-nws.webmaster@noaa.gov", "event": "Excessive Heat Warning", "status": "Actual",
        "messageType": "Alert", "severity": "Extreme", "certainty": "Likely", "urgency": "Expected",
        "sent": now.isoformat(), "onset": (now - timedelta(hours=1)).isoformat(),
        "ends": (now + timedelta(days=1)).isoformat(),
    } | more  # fmt: skip
    return {"type": "Feature", "geometry": geometry, "properties": properties}


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    answer: dict[str, Any] = {"type": "FeatureCollection", "features": [alert("polled", None, zones=[])]}
    async with weather_service(answer) as url, a_world(rig, "hazards", AUXILIO_NWS_URL=url) as made:
        yield made
        assert "Exception in ASGI" not in made.service.log.read_text(errors="replace")


@pytest_asyncio.fixture
async def desk(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.http("dispatcher") as http:
        yield http


@pytest_asyncio.fixture
async def psap(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.http("psap") as http:
        yield http


def cap(identifier: str, **change: str) -> bytes:
    text = CAP_EXAMPLE.replace("<identifier>T-1</identifier>", f"<identifier>{identifier}</identifier>")
    for name, value in change.items():
        text = re.sub(f"<{name}>[^<]*</{name}>", f"<{name}>{value}</{name}>", text)
    return text.encode()


def chained(raw: bytes, *earlier: str) -> bytes:
    references = " ".join(f"towers@example.org,{one},2026-11-22T14:03:07-00:00" for one in earlier)
    return raw.replace(b"</restriction>", f"</restriction><references>{references}</references>".encode())


async def post(http: httpx.AsyncClient, raw: bytes) -> dict[str, Any]:
    answer = await http.post("/v1/cap", content=raw, headers={"content-type": "application/cap+xml"})
    assert answer.status_code == 200, answer.text
    (message,) = answer.json()["messages"]
    return dict(message)


async def hazards(desk: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    features = (await desk.get("/v1/hazards")).json()["features"]
    return {f["properties"]["id"].partition(",")[2]: f for f in features}


def tower(world: World, number: int = 0) -> str:
    return [s.sign_id for s in world.border.signs if s.kind is SignKind.RESCUE_TOWER][number]


async def test_a_tower_s_chain_is_one_incident_and_its_cancel_closes_nothing(
    world: World, psap: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    sign = tower(world)
    first = await post(psap, cap("A-1", value=sign))
    assert (first["what"], first["became"]) == ("alert", "recorded")
    again = await post(psap, cap("A-1", value=sign))
    update = await post(psap, chained(cap("A-2", value=sign, msgType="Update"), "A-1"))
    last = await post(psap, chained(cap("A-3", value=sign, msgType="Update"), "A-2"))
    assert {again["incident_id"], update["incident_id"], last["incident_id"]} == {first["incident_id"]}
    taken_back = await post(psap, chained(cap("A-4", value=sign, msgType="Cancel"), "A-3"))
    assert (taken_back["became"], taken_back["incident_id"]) == ("told", first["incident_id"])
    whole = (await desk.get(f"/v1/incidents/{first['incident_id']}")).json()
    assert whole["incident"]["where"] != "done"
    assert whole["alerts"][0]["presses"] == 1
    (reason,) = [a["reason"] for a in whole["alarms"] if a["kind"] == "system"]
    assert reason.startswith("the sender took its CAP alert")


async def test_a_call_s_update_that_overtook_it_is_the_same_call(
    psap: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    plain = {"valueName": "other", "value": "x"}
    update = await post(psap, chained(cap("B-2", msgType="Update", areaDesc="near Ajo", **plain), "B-1"))
    late = await post(psap, cap("B-1", **plain))
    assert (update["what"], late["became"]) == ("call", "superseded")
    assert late["incident_id"] == update["incident_id"]
    whole = (await desk.get(f"/v1/incidents/{update['incident_id']}")).json()
    assert len(whole["calls"]) == 1


@pytest.mark.parametrize("status", ["Test", "Exercise"])
async def test_a_test_pages_nobody(status: str, world: World, psap: httpx.AsyncClient, desk: httpx.AsyncClient) -> None:
    answer = await post(psap, cap(f"C-{status}", value=tower(world, 1), status=status))
    if status == "Test":
        assert (answer["test"], answer["incident_id"]) == (True, None)
    else:
        whole = (await desk.get(f"/v1/incidents/{answer['incident_id']}")).json()
        assert whole["incident"]["kind"] == "exercise"


async def test_an_incident_goes_out_as_cap_through_its_life(
    world: World, psap: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    schema = VECTORS / "cap" / "schema" / "CAP-v1.2.xsd"
    if not schema.is_file():
        pytest.skip("no schema at ../shared/vectors")
    valid = etree.XMLSchema(etree.parse(schema))
    number = (await post(psap, cap("D-1", value=tower(world, 2))))["incident_id"]

    async def now() -> tuple[str, str]:
        answer = await desk.get(f"/v1/incidents/{number}/cap")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/cap+xml")
        root = etree.fromstring(answer.content)
        valid.assertValid(root)
        names = {"c": root.nsmap[None]}
        return str(root.findtext("c:msgType", None, names)), str(root.findtext("c:references", None, names))

    assert (await now())[0] in ("Alert", "Update")  # a unit may have been offered it already
    await post(psap, chained(cap("D-1b", value=tower(world, 2), msgType="Alert")))
    assert (await now())[0] == "Update"
    done = {"outcome": "found_well", "release_units": True}
    assert (await desk.post(f"/v1/incidents/{number}/outcome", json=done)).status_code == 200
    kind, references = await now()
    assert kind == "Cancel"
    assert f"incident.{number}," in references


async def test_a_warning_stands_over_incidents_and_signs_and_only_suggests(
    world: World, psap: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    sign = next(s for s in world.border.signs if s.sign_id == world.sign(3))
    body = {"type": "FeatureCollection", "features": [alert("heat-1", sign)]}
    answer = await psap.post("/v1/hazards/nws", json=body)
    assert (answer.status_code, answer.json()["counts"]["new"]) == (200, 1)
    assert (await psap.post("/v1/hazards/nws", json=body)).json()["counts"]["repeated"] == 1
    call = (await psap.post("/v1/calls", json={"said": sign.sign_id, "read_back": True, "priority": 5})).json()
    over = (await desk.get(f"/v1/incidents/{call['incident_id']}/hazards")).json()
    assert [hazard["event"] for hazard in over["hazards"]] == ["Excessive Heat Warning"]
    assert (over["hazards"][0]["exposure"], over["suggested_priority"]) == ("heat", 9)
    assert (await desk.get(f"/v1/incidents/{call['incident_id']}")).json()["incident"]["priority"] == 5
    assert (await psap.get(f"/v1/signs/{sign.sign_id}/hazards")).json()["suggested_priority"] == 9
    assert call["incident_id"] in (await hazards(desk))["heat-1"]["properties"]["incidents"]
    raised = {"priority": 9}
    await desk.put(f"/v1/incidents/{call['incident_id']}/priority", json=raised)
    assert (await desk.get(f"/v1/incidents/{call['incident_id']}/hazards")).json()["suggested_priority"] is None


async def test_chains_of_warnings_in_whatever_order_they_come(
    world: World, psap: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    sign = next(s for s in world.border.signs if s.sign_id == world.sign(5))

    def refers(*earlier: str) -> dict[str, Any]:
        return {"references": [{"sender": "w-nws.webmaster@noaa.gov", "identifier": one} for one in earlier]}

    async def send(*features: dict[str, Any]) -> dict[str, int]:
        answer = await psap.post("/v1/hazards/nws", json={"type": "FeatureCollection", "features": features})
        return {name: count for name, count in answer.json()["counts"].items() if count}

    assert await send(alert("w-1", sign)) == {"new": 1}
    assert await send(alert("w-2", sign, messageType="Update", severity="Severe", **refers("w-1"))) == {"updated": 1}
    assert {"w-2"} == {key for key in await hazards(desk) if key.startswith("w-")}
    assert await send(alert("w-3", None, messageType="Cancel", **refers("w-2"))) == {"cancelled": 1}
    assert not [key for key in await hazards(desk) if key.startswith("w-")]
    assert await send(alert("x-2", None, messageType="Cancel", **refers("x-1"))) == {"cancelled": 1}
    assert await send(alert("x-1", sign)) == {"superseded": 1}
    assert await send(alert("y-1", sign, status="Test"), alert("y-2", sign, status="Exercise")) == {"not_real": 2}
    over = alert("z-1", sign, ends=(datetime.now(UTC) - timedelta(minutes=1)).isoformat())
    assert await send(over) == {"over": 1}
    assert not [key for key in await hazards(desk) if key[0] in "wxyz"]


async def test_a_warning_that_only_names_its_zone_stands_there_once_the_zone_is_known(
    world: World, psap: httpx.AsyncClient, desk: httpx.AsyncClient
) -> None:
    sign = next(s for s in world.border.signs if s.sign_id == world.sign(7))
    flood = alert("flood-1", None, event="Flash Flood Warning", geocode={"UGC": ["AZZ900"]})
    assert (await psap.post("/v1/hazards/nws", json=flood)).json()["counts"]["new"] == 1
    assert (await hazards(desk))["flood-1"]["geometry"] is None
    zone = {"type": "Feature", "properties": {"id": "AZZ900"}, "geometry": alert("-", sign)["geometry"]}
    answer = await desk.put("/v1/hazards/zones", json={"type": "FeatureCollection", "features": [zone]})
    assert answer.json()["zones"] == 1
    over = (await psap.get(f"/v1/signs/{sign.sign_id}/hazards")).json()["hazards"]
    assert "Flash Flood Warning" in {hazard["event"] for hazard in over}


async def test_the_weather_service_is_asked(desk: httpx.AsyncClient) -> None:
    for _ in range(100):
        if "polled" in await hazards(desk):
            break
        await asyncio.sleep(0.1)
    assert "polled" in await hazards(desk)


async def test_a_long_collection_is_taken_and_a_longer_call_is_not(psap: httpx.AsyncClient) -> None:
    features = [alert(f"l-{n}", None, description="x" * 2_000) for n in range(200)]
    answer = await psap.post("/v1/hazards/nws", json={"type": "FeatureCollection", "features": features})
    assert answer.json()["counts"]["new"] == 200
    assert (await psap.post("/v1/calls", content=b"x" * 70_000)).status_code == 413
    assert (await psap.post("/v1/cap", content=b"<a>" * 30_000)).status_code == 413
    hostile = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>'
    refused = await psap.post("/v1/cap", content=hostile)
    assert (refused.status_code, refused.json()["field"]) == (400, "body")

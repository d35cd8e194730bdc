"""A real TAK server and a real team: incidents on their map through their life, the team's position and its alarm."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from lxml import etree

from loadtests.rig import REGION, Engines
from tests.integration.scene import World, a_world
from tests.integration.tak import Authority, Team, make_authority, taky, team

MARKER, CIRCLE, DELETE = "b-m-p-s-m", "u-d-c-c", "t-x-d-d"


@pytest_asyncio.fixture(scope="module")
async def port(rig: Engines) -> AsyncIterator[int]:
    async with taky(rig.folder / "taky") as at:
        yield at


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines, port: int) -> AsyncIterator[World]:
    units = "ANDROID-Hawk=HAWK-1"  # no such unit: what an operator gets wrong harms nobody
    async with a_world(rig, "tak", AUXILIO_COT_URL=f"tcp://127.0.0.1:{port}", AUXILIO_COT_UNITS=units) as made:
        yield made
        log = made.service.log.read_text(errors="replace")
        assert "broke" not in log, log[-3000:]


@pytest_asyncio.fixture
async def desk(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.http("dispatcher") as http:
        yield http


def uid(incident_id: int) -> str:
    return f"auxilio.{REGION}.incident.{incident_id}"


async def call(world: World, number: int, **more: Any) -> int:
    async with world.http("psap") as psap:
        body = {"said": world.sign(number), "call_id": f"tak-{number}", "read_back": True, "priority": 8} | more
        return int((await psap.post("/v1/calls", json=body)).json()["incident_id"])


async def test_an_incident_is_on_the_team_s_map_until_it_is_closed(
    world: World, port: int, desk: httpx.AsyncClient
) -> None:
    unit = world.unit_ids[0]
    async with team(port, "Eagle") as eagle, world.http(unit) as agent:
        number = await call(world, 0)
        marker = await eagle.hears(uid(number), MARKER)
        sign = next(s for s in world.border.signs if s.sign_id == world.sign(0))
        point = marker.find("point")
        assert point is not None
        assert (round(float(point.get("lat", "")), 5), float(point.get("ce", ""))) == (round(sign.point.lat, 5), 100.0)
        assert marker.get("stale", "") > marker.get("time", "")
        assert world.sign(0) in str(marker.xpath("string(detail/contact/@callsign)"))
        await eagle.hears(f"{uid(number)}.search", CIRCLE)
        alert = await eagle.hears(f"{uid(number)}-9-1-1", "b-a-o-tbl")
        assert alert.xpath("string(detail/emergency/@type)") == "911 Alert"
        await agent.put(f"/v1/units/{unit}/duty", json={"on_duty": True})
        assignment_id = (await agent.get(f"/v1/units/{unit}")).json()["assignment_id"]  # it was offered at once
        told = {"status": "acknowledged", "assignment_id": assignment_id}
        assert (await agent.post(f"/v1/units/{unit}/status", json=told)).status_code == 200
        cancelled = await eagle.hears(f"{uid(number)}-9-1-1", "b-a-o-can")
        assert cancelled.xpath("string(detail/emergency/@cancel)") == "true"
        done = {"outcome": "found_well", "release_units": True}
        assert (await desk.post(f"/v1/incidents/{number}/outcome", json=done)).status_code == 200
        deleted = await eagle.hears(f"{uid(number)}.delete", DELETE)
        assert deleted.xpath("string(detail/link/@uid)") == uid(number)
        assert deleted.find("detail/__forcedelete") is not None
        await agent.put(f"/v1/units/{unit}/duty", json={"on_duty": False})


async def test_an_exercise_is_shown_as_one_and_a_test_is_not_shown(world: World, port: int) -> None:
    async with team(port, "Owl") as owl:
        tested = await call(world, 1, kind="test")
        exercise = await call(world, 2, kind="exercise")
        marker = await owl.hears(uid(exercise), MARKER)
        assert str(marker.xpath("string(detail/contact/@callsign)")).startswith("EXERCISE-")
        await asyncio.sleep(2.5)
        while not owl.inbox.empty():
            owl.heard.append(etree.fromstring(owl.inbox.get_nowait()))
        assert not owl.saw(f"{uid(exercise)}-9-1-1", "b-a-o-tbl")
        assert not owl.saw(uid(tested), MARKER)


async def position(desk: httpx.AsyncClient, unit_id: str) -> dict[str, Any]:
    found = (await desk.get(f"/v1/units/{unit_id}")).json()["position"]
    return dict(found) if found else {}


async def until_there(desk: httpx.AsyncClient, unit_id: str, lat: float) -> dict[str, Any]:
    for _ in range(100):
        shown = await position(desk, unit_id)
        if shown.get("lat") == lat:
            break
        await asyncio.sleep(0.1)
    return shown


async def maydays(desk: httpx.AsyncClient, unit_id: str) -> list[dict[str, Any]]:
    rows = (await desk.get("/v1/alarms")).json()
    return [row for row in rows if row["kind"] == "mayday" and row["unit_id"] == unit_id]


async def cry(one: Team, what: str = "911 Alert") -> None:
    detail = (
        f'<link uid="{one.uid}" type="a-f-G-U-C" relation="p-p"/><emergency type="{what}">{one.callsign}</emergency>'
    )
    await one.say("b-a-o-tbl", 31.81, -111.21, detail, f"{one.uid}-9-1-1")


async def test_a_team_with_a_unit_s_callsign_is_seen_and_its_alarm_is_a_mayday_once(
    world: World, port: int, desk: httpx.AsyncClient
) -> None:
    unit = world.unit_ids[1]
    async with team(port, unit) as one:
        await asyncio.sleep(1.1)  # pytak's clock has whole seconds, and the newest fix wins
        await one.say("a-f-G-U-C", 31.8, -111.2)
        shown = await until_there(desk, unit, 31.8)
        assert (shown["lon"], shown["source"], shown["accuracy_m"]) == (-111.2, "tak", 12)
        one.uid = unit  # an alarm is known by its link, which names the device
        await cry(one, "Drill")
        await asyncio.sleep(1.0)
        assert await maydays(desk, unit) == []
        for _ in range(3):
            await cry(one)
        for _ in range(100):
            if await maydays(desk, unit):
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        assert [row["times"] for row in await maydays(desk, unit)] == [1]


async def test_a_stranger_s_position_and_alarm_are_none_of_our_business(
    world: World, port: int, desk: httpx.AsyncClient
) -> None:
    before = (await desk.get("/v1/alarms")).json()
    async with team(port, "Hawk") as hawk, team(port, world.unit_ids[2]) as known:
        await cry(hawk)
        await hawk.say("a-f-G-U-C", 31.0, -111.0)
        await hawk.say("b-t-f", 31.0, -111.0, "<remarks>hello</remarks>")
        await asyncio.sleep(1.1)
        await known.say("a-h-G", 31.3, -111.3)  # a hostile of the same name is not the unit
        await known.say("a-f-G-U-C", 31.4, -111.4)
        await until_there(desk, world.unit_ids[2], 31.4)
    assert (await position(desk, world.unit_ids[2]))["lat"] == 31.4
    assert len((await desk.get("/v1/alarms")).json()) == len(before)
    assert (await desk.get("/health/ready")).json()["checks"]["tak"]["state"] == "ok"


async def test_over_tls_with_certificates_on_both_sides(rig: Engines) -> None:
    authority: Authority = make_authority(rig.folder / "authority")
    async with (
        taky(rig.folder / "taky-tls", authority) as secure,
        a_world(
            rig,
            "tak-tls",
            AUXILIO_COT_URL=f"tls://127.0.0.1:{secure}",
            AUXILIO_COT_CA_FILE=str(authority.ca),
            AUXILIO_COT_CERT_FILE=str(authority.client.certificate),
            AUXILIO_COT_KEY_FILE=str(authority.client.key),
        ) as world,
        team(secure, "Heron", authority) as heron,
    ):
        number = await call(world, 3)
        await heron.hears(uid(number), MARKER)
        await heron.hears(f"{uid(number)}-9-1-1", "b-a-o-tbl")

"""The main job, end to end on real servers: a placard read over the phone puts the nearest unit on its way."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
import websockets

from app.verify import verify
from loadtests.border import Border
from loadtests.rig import REGION, Engines, KeyRing, Service, client, load_border, make_keys


class World:
    """A service with a border loaded, and keys for everybody."""

    def __init__(self, service: Service, border: Border, keys: KeyRing) -> None:
        self.service, self.border, self.keys = service, border, keys


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    database = await rig.new_database()
    folder = rig.folder / "rescue"
    border = await load_border(database, rig.valkey.url, folder)
    keys = await make_keys(database, [u.unit_id for u in border.units[:5]])
    service = Service(database, rig.valkey.url, folder)
    await service.start()
    yield World(service, border, keys)
    assert await service.stop() == 0
    report = await verify(database, REGION)
    assert report.is_sound, report.faults


class Device:
    """A unit's phone: a websocket that keeps what it hears."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.frames: list[dict[str, Any]] = []

    async def until(self, **wanted: Any) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                frame = json.loads(await self.socket.recv())
                self.frames.append(frame)
                if all(frame.get(k) == v for k, v in wanted.items()):
                    return dict(frame)

    async def say(self, **body: Any) -> None:
        await self.socket.send(json.dumps(body))


async def test_a_call_reaches_the_nearest_unit_and_ends_with_an_outcome(world: World) -> None:
    unit = world.border.units[0]
    headers = {"Authorization": f"Bearer {world.keys.agents[unit.unit_id]}"}
    async with (
        websockets.connect(world.service.ws_url, additional_headers=headers) as socket,
        client(world.service, world.keys.psap) as psap,
        client(world.service, world.keys.dispatcher) as dispatcher,
    ):
        device = Device(socket)
        await device.say(kind="hello")
        await device.until(kind="welcome")
        await device.say(kind="duty", id="on", on_duty=True)
        assert (await device.until(kind="answer", id="on"))["outcome"] == "done"
        sign = next(s for s in world.border.signs if s.sector == unit.sector)
        posted = await psap.post(
            "/v1/calls", json={"call_id": "c-1", "said": sign.sign_id, "callback_number": "5205550142"}
        )
        assert posted.status_code == 201
        call = posted.json()
        offer = await device.until(kind="offer.made")
        assignment = offer["event"]["assignment"]
        assert assignment["unit_id"] == unit.unit_id
        assert offer["after"]["incidents"][0]["place"]["sign_id"] == sign.sign_id
        await device.say(kind="received", id="r", seq=offer["seq"])
        await device.say(kind="accept", id="a", assignment_id=assignment["id"])
        assert (await device.until(kind="answer", id="a"))["status"] == "acknowledged"
        for status in ("en_route", "on_scene", "subject_contact", "cleared"):
            await device.say(kind="status", id=status, status=status, assignment_id=assignment["id"])
            assert (await device.until(kind="answer", id=status))["status"] == status
        url = f"/v1/incidents/{call['incident_id']}"
        shown = (await dispatcher.get(url)).json()["incident"]
        assert (shown["where"], shown["held"]) == ("with_dispatcher", "units_cleared_without_outcome")
        closed = await dispatcher.post(f"{url}/outcome", json={"outcome": "found_well", "version": shown["version"]})
        assert (closed.status_code, closed.json()["status"]) == (200, "Closed")
        kinds = [line["kind"] for line in (await dispatcher.get(url)).json()["timeline"]]
        assert kinds[:3] == ["call.received", "incident.opened", "offer.made"]
        assert kinds[-1] == "incident.outcome_recorded"
        await device.say(kind="duty", id="off", on_duty=False)
        await device.until(kind="answer", id="off")

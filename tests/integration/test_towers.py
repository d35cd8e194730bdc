"""Towers over their networks, on the real server and a real broker: presses ring once, silence rings, tests do not."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import aiomqtt
import httpx
import pytest_asyncio
from chirpstack_api.integration import integration_pb2
from google.protobuf import json_format
from typer.testing import Result

from app.access.identity import Role
from geo.sign import SignKind
from loadtests.rig import Engines
from tests.integration.broker import PASSWORD, USER, Mosquitto, mosquitto
from tests.integration.scene import World, a_world
from tests.integration.terminal import auxilio
from tests.unit.app.interop.attacks import attacks
from tests.unit.app.interop.formats import FORMATS

EVENTUALLY_S = 15.0
PRESS = bytes.fromhex("014D011E01000000000000")
ALIVE = bytes.fromhex("014D011E00000000000000")
LOW = bytes.fromhex("014D019B00000000000000")


@pytest_asyncio.fixture(scope="module")
async def broker(rig: Engines) -> AsyncIterator[Mosquitto]:
    async with mosquitto(rig.folder / "mosquitto") as started:
        yield started


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines, broker: Mosquitto) -> AsyncIterator[World]:
    async with a_world(rig, "towers", AUXILIO_MQTT_URL=broker.url, AUXILIO_URL_KEYS="true") as made:
        yield made
        log = made.service.log.read_text(errors="replace")
        assert "Exception in ASGI" not in log
        assert "broke" not in log


class Field:
    """Towers of the border, each with a device bound to it, and what the board says of them."""

    def __init__(self, world: World, desk: httpx.AsyncClient, network: httpx.AsyncClient) -> None:
        self.world, self.desk, self.network = world, desk, network
        self.towers = [s.sign_id for s in world.border.signs if s.kind is SignKind.RESCUE_TOWER]

    async def bind(self, number: int, device: str, **more: Any) -> str:
        """Bind a device to a tower and return the tower."""
        body = {"tower_id": self.towers[number], "decoder": "netvox_r312a", **more}
        answer = await self.desk.put(f"/v1/towers/devices/{device}", json=body)
        assert answer.status_code == 200, answer.text
        return self.towers[number]

    async def uplink(
        self, device: str, payload: bytes, *, at: datetime | None = None, number: int = 1, event: str = "up"
    ) -> dict[str, Any]:
        """Post an uplink as ChirpStack does and return what became of it."""
        body = uplink(device, payload, at=at, number=number)
        answer = await self.network.post("/v1/networks/chirpstack", params={"event": event}, json=body)
        assert answer.status_code == 200, answer.text
        (message,) = answer.json()["messages"]
        return dict(message)

    async def tower(self, tower_id: str) -> dict[str, Any]:
        towers = (await self.desk.get("/v1/towers")).json()
        return next(dict(row) for row in towers if row["tower_id"] == tower_id)

    async def alarms(self, **wanted: Any) -> list[dict[str, Any]]:
        rows = (await self.desk.get("/v1/alarms")).json()
        return [row for row in rows if all(row[name] == value for name, value in wanted.items())]

    async def incidents(self) -> set[int]:
        return {row["id"] for row in (await self.desk.get("/v1/incidents")).json()}


def uplink(device: str, payload: bytes, *, at: datetime | None = None, number: int = 1) -> dict[str, Any]:
    return {
        "deduplicationId": f"{device}-{number}",
        "time": (at or datetime.now(UTC)).isoformat(),
        "deviceInfo": {"devEui": device, "deviceName": "a tower"},
        "fPort": 6,
        "data": b64encode(payload).decode(),
        "rxInfo": [{"gatewayId": "g", "rssi": -104, "snr": 4.5}],
    }


@pytest_asyncio.fixture
async def field(world: World) -> AsyncIterator[Field]:
    async with world.http("dispatcher") as desk, world.http("tower") as network:
        yield Field(world, desk, network)


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """Look until there is something to see."""
    ends = monotonic() + EVENTUALLY_S
    while not (seen := await look()):
        assert monotonic() < ends, "it never came"
        await asyncio.sleep(0.1)
    return seen


async def test_a_press_is_an_incident_at_the_tower_once_however_often_it_is_delivered(field: Field) -> None:
    tower = await field.bind(0, "00-11-22-33-44-55-66-77")
    first = await field.uplink("0011223344556677", PRESS)
    assert first["tower_id"] == tower
    assert "a pressed button" in first["understood"]
    for _ in range(3):
        again = await field.uplink("0011223344556677", PRESS)
        assert again["incident_id"] == first["incident_id"]
        assert again["presses"] == 1
    pressed_again = await field.uplink("0011223344556677", PRESS, number=2)
    assert (pressed_again["incident_id"], pressed_again["presses"]) == (first["incident_id"], 2)
    whole = (await field.desk.get(f"/v1/incidents/{first['incident_id']}")).json()
    assert whole["incident"]["place"]["sign_id"] == tower
    assert whole["incident"]["late"] is False
    private = await field.desk.post(f"/v1/private/{whole['alerts'][0]['sealed']}", json={"purpose": "test"})
    assert "raw" in private.json()
    assert (await field.tower(tower))["state"] == "heard"


async def test_a_press_that_was_hours_under_way_rings_marked_late(field: Field) -> None:
    await field.bind(1, "aa01")
    answer = await field.uplink("aa01", PRESS, at=datetime.now(UTC) - timedelta(hours=9))
    whole = (await field.desk.get(f"/v1/incidents/{answer['incident_id']}")).json()
    assert whole["incident"]["late"] is True
    assert await field.alarms(kind="late_report", incident_id=answer["incident_id"])


async def test_a_device_under_test_pages_nobody(field: Field) -> None:
    tower = await field.bind(2, "aa02", kind="test")
    before = await field.incidents()
    answer = await field.uplink("aa02", PRESS)
    assert (answer["incident_id"], answer["test"]) == (None, True)
    assert await field.incidents() == before
    assert (await field.tower(tower))["tested_at"] is not None
    await field.bind(2, "aa02", kind="exercise")
    exercise = await field.uplink("aa02", PRESS, number=2)
    whole = (await field.desk.get(f"/v1/incidents/{exercise['incident_id']}")).json()
    assert whole["incident"]["kind"] == "exercise"


async def test_health_is_kept_and_what_one_message_leaves_out_stays(field: Field) -> None:
    tower = await field.bind(3, "aa03")
    await field.uplink("aa03", ALIVE)
    status = {"deviceInfo": {"devEui": "aa03"}, "batteryLevel": 61.5, "margin": 7}
    answer = await field.network.post("/v1/networks/chirpstack", params={"event": "status"}, json=status)
    assert answer.status_code == 200
    fault = {"deviceInfo": {"devEui": "aa03"}, "level": "ERROR", "code": "UPLINK_MIC"}
    await field.network.post("/v1/networks/chirpstack", params={"event": "log"}, json=fault)
    shown = await field.tower(tower)
    (device,) = shown["devices"]
    assert (shown["state"], shown["low_battery"], shown["tamper"]) == ("heard", False, False)
    assert (device["battery_percent"], device["battery_v"], device["rssi_dbm"]) == (61.5, 3.0, -104)
    assert (device["snr_db"], device["gateways"], device["fault"]) == (4.5, 1, "ERROR UPLINK_MIC")
    assert (device["is_bound"], device["decoder"], device["heartbeat_s"]) == (True, "netvox_r312a", 3600)


async def test_a_low_battery_rings_once_and_stops_when_it_is_charged(field: Field) -> None:
    tower = await field.bind(4, "aa04")
    for number in range(3):
        await field.uplink("aa04", LOW, number=number)
    (alarm,) = await field.alarms(tower_id=tower)
    assert (alarm["kind"], alarm["times"]) == ("tower_low_battery", 1)
    await field.uplink("aa04", ALIVE, number=9)
    assert not await field.alarms(tower_id=tower)


async def test_a_tower_that_misses_its_heartbeats_is_silent_and_that_rings(field: Field) -> None:
    tower = await field.bind(5, "aa05", heartbeat_s=1)
    await field.uplink("aa05", ALIVE)
    (alarm,) = await eventually(lambda: field.alarms(tower_id=tower))
    assert alarm["kind"] == "tower_silent"
    shown = await field.tower(tower)
    assert (shown["state"], shown["silent_at"] is not None) == ("silent", True)
    await field.uplink("aa05", ALIVE, number=2)
    assert (await field.tower(tower))["state"] == "heard"
    assert not await field.alarms(tower_id=tower)
    assert (await field.desk.delete("/v1/towers/devices/aa05")).status_code == 204


async def test_a_device_that_is_bound_and_never_heard_is_silent_too(field: Field) -> None:
    tower = await field.bind(6, "aa06", heartbeat_s=1)
    await eventually(lambda: field.alarms(tower_id=tower, kind="tower_silent"))
    assert (await field.desk.delete("/v1/towers/devices/aa06")).status_code == 204
    assert (await field.desk.delete("/v1/towers/devices/aa06")).status_code == 404

    async def is_quiet() -> bool:
        return not await field.alarms(tower_id=tower, kind="tower_silent")

    await eventually(is_quiet)  # nobody waits for it any more


async def test_a_press_of_an_unknown_device_is_served_and_one_that_nobody_can_read_is_looked_at(field: Field) -> None:
    body = uplink("ffee01", PRESS)
    body["deviceInfo"]["deviceProfileName"] = "R312A"
    (answer,) = (await field.network.post("/v1/networks/chirpstack?event=up", json=body)).json()["messages"]
    whole = (await field.desk.get(f"/v1/incidents/{answer['incident_id']}")).json()
    assert whole["incident"]["where"] == "with_dispatcher"
    await field.uplink("ffee02", b"\xaa\xbb")
    (alarm,) = await field.alarms(kind="system")
    assert "ffee02" in alarm["reason"]


async def test_protocol_buffers_of_chirpstacks_own_library(field: Field) -> None:
    tower = await field.bind(7, "aa07")
    written = json_format.Parse(json.dumps(uplink("aa07", PRESS)), integration_pb2.UplinkEvent()).SerializeToString()
    headers = {"content-type": "application/octet-stream"}
    answer = await field.network.post("/v1/networks/chirpstack?event=up", content=written, headers=headers)
    (message,) = answer.json()["messages"]
    assert (message["tower_id"], message["presses"]) == (tower, 1)


async def test_an_operator_binds_a_device_by_the_command_line_and_the_running_service_knows(field: Field) -> None:
    async def towers(*words: str) -> Result:
        service = field.world.service
        return await auxilio(field.world.database, service.redis, service.folder, "towers", *words)

    tower, placard = field.towers[12], field.world.sign()
    for words, blamed in (
        (("bind", "cc12", "TUCR-9999"), "tower_id"),
        (("bind", "cc12", placard), "tower_id"),
        (("bind", "--", "-:-", tower), "device_id"),
        (("bind", "cc12", tower, "--decoder", "morse"), "decoder"),
        (("bind", "cc12", tower, "--heartbeat-s", "0"), "heartbeat_s"),
        (("bind", "cc12", tower, "--kind", "rehearsal"), "kind"),
    ):
        refused = await towers(*words)
        assert (refused.exit_code, f"refused: {blamed}: " in refused.output) == (2, True), refused.output
    assert "cc12" not in (await towers("list")).output
    bound = await towers("bind", "CC-12", tower.lower(), "--decoder", "netvox_r312a", "--kind", "exercise")
    assert "neither a DevEUI" in bound.output
    assert f"cc12 speaks for {tower}; exercise: it pages nobody as real" in bound.output
    assert (await towers("bind", "0011223344556612", tower)).output == f"0011223344556612 speaks for {tower}\n"
    assert "last digit of an IMEI" in (await towers("bind", "300434033719021", tower)).output
    (line,) = [line for line in (await towers("list")).output.splitlines() if line.startswith("cc12 ")]
    assert line.split("  ")[1:4] == [tower, "by netvox_r312a", "every 3600 s"]
    assert "exercise: PAGES NOBODY" in line

    async def known() -> bool:
        return "cc12" in {row["device_id"] for row in (await field.desk.get("/v1/towers/devices")).json()}

    await eventually(known)
    pressed = await field.uplink("cc12", PRESS)
    assert pressed["tower_id"] == tower
    for device in ("cc12", "0011223344556612", "300434033719021"):
        assert (await towers("unbind", device)).output == f"{device} speaks for no tower\n"
    assert (await towers("unbind", "cc12")).exit_code == 1


async def test_a_device_nobody_bound_is_listed_until_it_is_bound_and_then_missed_nowhere(field: Field) -> None:
    body = uplink("ffee13", PRESS)
    body["deviceInfo"]["deviceProfileName"] = "R312A"
    (pressed,) = (await field.network.post("/v1/networks/chirpstack?event=up", json=body)).json()["messages"]
    assert any("bound" in warning for warning in pressed["warnings"])
    (device,) = (await field.tower("ffee13"))["devices"]
    assert (device["device_id"], device["is_bound"]) == ("ffee13", False)
    await field.bind(13, "ffee13")
    again = await field.uplink("ffee13", PRESS, number=2)
    assert (again["incident_id"], again["presses"]) == (pressed["incident_id"], 2), "the person presses again"
    assert "ffee13" not in {row["tower_id"] for row in (await field.desk.get("/v1/towers")).json()}
    assert (await field.desk.delete("/v1/towers/devices/ffee13")).status_code == 204
    assert (await field.desk.delete("/v1/towers/devices/ffee13")).status_code == 404
    assert (await field.network.post("/v1/networks/chirpstack?event=up", json=body)).status_code == 200
    await field.tower("ffee13")
    assert (await field.desk.delete("/v1/towers/devices/ffee13")).status_code == 204  # forgotten, never bound again


def the_things_stack(device: str) -> dict[str, Any]:
    return {
        "end_device_ids": {"device_id": "dev1", "dev_eui": device},
        "uplink_message": {
            "session_key_id": "s1", "f_port": 6, "frm_payload": b64encode(PRESS).decode(),
            "received_at": datetime.now(UTC).isoformat(), "rx_metadata": [{"rssi": -90, "snr": 7}],
        },
    }  # fmt: skip


async def test_the_things_stack(field: Field) -> None:
    tower = await field.bind(8, "0004A30B001C0530")
    message = the_things_stack("0004A30B001C0530")
    simulated = await field.network.post("/v1/networks/tts", json=message | {"simulated": True})
    assert simulated.json()["messages"][0]["test"] is True
    for _ in range(2):
        (answer,) = (await field.network.post("/v1/networks/tts", json=message)).json()["messages"]
        assert (answer["tower_id"], answer["presses"]) == (tower, 1)


async def test_rockblock_is_answered_200_in_time_with_its_key_wherever_it_can_put_it(field: Field) -> None:
    tower = await field.bind(9, "300234010753370")
    key = field.world.keys.tower
    _, in_url = await field.world.new_key(Role.TOWER, "iridium", in_url=True, device="300234010753370")
    said = {
        "imei": "300234010753370", "serial": "12345", "momsn": "77", "iridium_latitude": "52.3867",
        "iridium_longitude": "0.2938", "iridium_cep": "8", "data": b"SOS B=81".hex(),
        "transmit_time": (datetime.now(UTC) - timedelta(hours=11)).strftime("%y-%m-%d %H:%M:%S"),
    }  # fmt: skip
    headers = {"content-type": "application/x-www-form-urlencoded"}
    url = f"{field.world.service.url}/v1/networks/rockblock"
    seen = set()
    async with httpx.AsyncClient() as http:
        ways: list[dict[str, Any]] = [
            {"params": {"key": in_url}, "headers": headers},
            {"auth": ("tower", key), "headers": headers},
            {"headers": headers | {"authorization": f"Bearer {key}"}},
        ]
        for way in ways:
            began = monotonic()
            answer = await http.post(url, content=urlencode(said), **way)
            assert (answer.status_code, monotonic() - began < 3.0) == (200, True)
            seen.add(answer.json()["messages"][0]["incident_id"])
        assert (await http.post(url, content=urlencode(said), headers=headers)).status_code == 401
        dispatcher = await http.post(url, content=urlencode(said), params={"key": field.world.keys.dispatcher})
        assert dispatcher.status_code == 403  # a key that can do more than report stands in no address
        assert (await http.post(url, content=urlencode(said), params={"key": key})).status_code == 403
        another = said | {"imei": "300234010753371"}
        answer = await http.post(url, content=urlencode(another), params={"key": in_url})
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_device")
        press = {"type": "activation", "tower_id": tower}
        alert = await http.post(
            f"{field.world.service.url}/v1/alerts", json=press, headers={"authorization": f"Bearer {in_url}"}
        )
        assert (alert.status_code, alert.json()["code"]) == (403, "wrong_device")
    (incident_id,) = seen
    whole = (await field.desk.get(f"/v1/incidents/{incident_id}")).json()
    assert (whole["incident"]["late"], whole["incident"]["place"]["sign_id"]) == (True, tower)
    assert (await field.tower(tower))["devices"][0]["battery_percent"] == 81


def sos(code: int, second: int, lat: float) -> dict[str, Any]:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1) + timedelta(seconds=second)
    return {
        "imei": "300434033719020", "messageCode": code, "timeStamp": int(at.timestamp() * 1000), "freeText": "leg",
        "point": {"latitude": lat, "longitude": -111.2103, "gpsFix": 2}, "status": {"lowBattery": 2},
    }  # fmt: skip


async def test_an_inreach_sos_is_one_call_that_moves_and_is_never_closed_by_its_sender(field: Field) -> None:
    async def send(event: dict[str, Any]) -> dict[str, Any]:
        answer = await field.network.post("/v1/networks/inreach", json={"Version": "2.0", "Events": [event]})
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["messages"][0])

    assert "incident_id" not in await send(sos(0, 0, 31.7))
    declared = await send(sos(4, 1, 31.7321))
    repeated = await send(sos(4, 1, 31.7321))
    confirmed = await send(sos(6, 2, 31.7400))
    assert {declared["incident_id"], repeated["incident_id"]} == {confirmed["incident_id"]}
    await send(sos(7, 3, 31.7400))
    (alarm,) = await field.alarms(kind="system", incident_id=declared["incident_id"])
    assert "took its SOS back" in alarm["reason"]
    assert declared["incident_id"] in await field.incidents()
    for row in await field.world.query("SELECT body FROM ledger"):
        assert "300434033719020" not in row["body"]


@asynccontextmanager
async def publisher(broker: Mosquitto) -> AsyncIterator[aiomqtt.Client]:
    async with aiomqtt.Client("127.0.0.1", broker.port, username=USER, password=PASSWORD) as client:
        yield client


async def test_what_a_broker_has_is_recorded_also_what_came_while_the_service_was_dead(
    field: Field, world: World, broker: Mosquitto
) -> None:
    tower = await field.bind(10, "bb10")
    topic = "application/a1/device/bb10/event/up"

    async def alert() -> Any:
        return await world.query("SELECT image FROM alerts WHERE tower_id = $1", tower)

    async with publisher(broker) as client:
        await client.publish(topic, b"not JSON", qos=1)
        await client.publish("v3/app/devices/x/up", b"{}", qos=1)
        await client.publish(topic, json.dumps(uplink("bb10", PRESS)).encode(), qos=1)
        await eventually(alert)
        await world.service.kill()
        for number in (2, 3, 3):
            await client.publish(topic, json.dumps(uplink("bb10", PRESS, number=number)).encode(), qos=1)
        await world.service.start()

    async def three() -> bool:
        return any(json.loads(row["image"])["presses"] == 3 for row in await alert())

    await eventually(three)
    assert len(await alert()) == 1
    ready = (await field.desk.get("/health/ready")).json()
    assert ready["checks"]["mqtt"] == {"ok": True, "needed": False, "state": "ok"}


async def test_the_things_stack_by_its_broker_and_by_its_webhook_is_one_press(
    field: Field, world: World, broker: Mosquitto
) -> None:
    tower = await field.bind(11, "0004A30B001C0531")
    message = the_things_stack("0004A30B001C0531")

    async def alert() -> Any:
        return await world.query("SELECT image FROM alerts WHERE tower_id = $1", tower)

    async with publisher(broker) as client:
        for _ in range(2):
            await client.publish("v3/auxilio@tenant/devices/dev1/up", json.dumps(message).encode(), qos=1)
    await eventually(alert)
    (answer,) = (await field.network.post("/v1/networks/tts", json=message)).json()["messages"]
    assert (answer["tower_id"], answer["presses"]) == (tower, 1)
    assert len(await alert()) == 1


async def test_no_attack_over_the_broker_keeps_the_next_press_from_being_recorded(
    field: Field, world: World, broker: Mosquitto
) -> None:
    tower = await field.bind(14, "bb14")
    topics = {
        "ChirpStack, JSON": "application/a1/device/bb13/event/up",
        "ChirpStack, Protobuf": "application/a1/device/bb13/event/up",
        "The Things Stack": "v3/app/devices/x/up",
    }
    async with publisher(broker) as client:
        for name, topic in topics.items():
            for raw in attacks(FORMATS[name].syntax, FORMATS[name].sample).values():
                await client.publish(topic, raw, qos=1)
        await client.publish("application/a1/device/bb14/event/up", json.dumps(uplink("bb14", PRESS)).encode(), qos=1)

    async def alert() -> Any:
        return await world.query("SELECT image FROM alerts WHERE tower_id = $1", tower)

    await eventually(alert)

"""What network servers and devices send is read as their own documentation says it is meant."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from chirpstack_api.integration import integration_pb2
from google.protobuf import json_format

from app.interop.lorawan import chirpstack, decoders, tts
from app.interop.lorawan.decoders.decoded import Decoded
from app.interop.reading import Unusable
from app.interop.tower.message import TowerMessage, Vitals
from dispatch.status import Kind
from geo.point import Point
from tests.vectors import dev_files, vector


def nobody(_: str) -> None:
    return None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


EUI = "0101010101010101"
NAMES = ("Test device",)
# Written from reading the files: what each says, and nothing else of it is taken.
CHIRPSTACK: dict[str, dict[str, Any]] = {
    "event_up.json": {
        "message_id": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d", "at": at("2022-07-18T09:34:15.775023"),
        "vitals": Vitals(rssi_dbm=-36, snr_db=10.5, gateways=1), "is_readable": False,  # one byte, 0xAA, of no device
    },
    "event_status.json": {
        "message_id": "bf2a9746-1c8b-49be-a92e-f0b89c8534e4", "at": at("2022-07-18T09:35:06.927172"),
        "vitals": Vitals(battery_percent=88.3),
    },
    "event_join.json": {
        "message_id": "c9dbe358-2578-4fb7-b295-66b44edc45a6", "at": at("2022-07-18T09:33:28.823500"),
    },
    "event_ack.json": {
        "message_id": "856a03e7-80f6-4c26-b971-9dcb34a59c2e", "at": at("2022-07-18T09:38:49.235700"),
    },
    "event_txack.json": {"at": at("2022-07-18T09:37:48.929184"), "is_heard": False},
    "event_log.json": {
        "at": at("2022-07-18T09:39:57.311414"), "is_heard": False, "vitals": Vitals(fault="ERROR UPLINK_MIC"),
    },
    "event_location.json": {  # the network's estimate of where the tower is: never taken
        "message_id": "63d870b9-b769-4d88-8b33-8e43f58851a7", "at": at("2022-07-18T09:55:11.059481"),
        "is_heard": False,
    },
    "event_integration.json": {
        "message_id": "39c68646-57f7-4973-8ac8-48839b5714d6", "at": at("2022-07-18T10:02:15.812284"),
        "is_heard": False, "device_id": "0016c001f000175a", "names": ("LR1110",),
    },
}  # fmt: skip
TTS: dict[str, dict[str, Any]] = {
    "uplink_message_example.repaired.json": {
        "device_id": "0004A30B001C0530", "message_id": "AXA50tHUGUucuzS/bCGMNw==:1",
        "at": at("2020-02-12T15:15:45.789585"),
        "vitals": Vitals(rssi_dbm=-35, snr_db=5, gateways=1, temperature_c=1.0),
    },
    "join_message_example.json": {"device_id": "0004A30B001C0530", "at": at("2020-02-17T07:49:09.736532")},
    "downlink_event_message_example.json": {"device_id": "0004A30B001C0530", "at": at("2020-02-17T10:32:24.590413")},
    "downlink_failed_event_message_example.json": {
        "device_id": "dev1", "at": None, "is_heard": False, "vitals": Vitals(fault="application_downlink_too_long"),
    },
    "downlink_message_example.json": {"device_id": "dev1", "at": None, "is_heard": False},
}  # fmt: skip


def test_every_sample_has_an_expected_reading() -> None:
    expected = {f"lorawan/chirpstack/{n}" for n in CHIRPSTACK} | {f"lorawan/tts/{n}" for n in TTS}
    expected |= {"lorawan/devices/dragino_trackerd_examples.json", "lorawan/devices/netvox_r312a_examples.json"}
    found = set(dev_files("lorawan"))
    if not found:
        pytest.skip("no samples at ../shared/vectors")
    assert found == expected


def plain(message: TowerMessage) -> dict[str, Any]:
    found = {name: getattr(message, name) for name in TowerMessage.__slots__}
    return {name: value for name, value in found.items() if name not in ("understood", "warnings", "network")}


def meant(**said: Any) -> dict[str, Any]:
    whole = TowerMessage("", "", None, None)
    return plain(whole) | {"device_id": EUI, "names": NAMES} | said


@pytest.mark.parametrize("name", CHIRPSTACK)
@pytest.mark.parametrize("says_event", [True, False])
def test_a_chirpstack_event_says_what_it_says(name: str, says_event: bool) -> None:
    event = name.removeprefix("event_").removesuffix(".json") if says_event else None
    read = chirpstack.read_event(vector(f"lorawan/chirpstack/{name}"), event, nobody)
    assert plain(read) == meant(**CHIRPSTACK[name])
    assert ("event: missing or unknown, told from its fields" in read.warnings) is not says_event


MESSAGES = {
    "up": integration_pb2.UplinkEvent, "status": integration_pb2.StatusEvent, "join": integration_pb2.JoinEvent,
    "ack": integration_pb2.AckEvent, "txack": integration_pb2.TxAckEvent, "log": integration_pb2.LogEvent,
    "location": integration_pb2.LocationEvent,
}  # fmt: skip


@pytest.mark.parametrize("name", [f"event_{event}.json" for event in MESSAGES])
def test_chirpstacks_own_library_writes_what_is_read_the_same(name: str) -> None:
    event = name.removeprefix("event_").removesuffix(".json")
    text = vector(f"lorawan/chirpstack/{name}")
    written = json_format.Parse(text, MESSAGES[event]()).SerializeToString()
    read = plain(chirpstack.read_event(written, event, nobody, is_protobuf=True))
    from_json = plain(chirpstack.read_event(text, event, nobody))
    for found in (read, from_json):  # a battery level is a single-precision float there
        percent = found["vitals"].battery_percent
        found["vitals"] = found["vitals"].said() | {"battery_percent": percent and round(percent, 4)}
    assert read == from_json


@pytest.mark.parametrize("name", TTS)
def test_a_things_stack_message_says_what_it_says(name: str) -> None:
    read = tts.read_message(vector(f"lorawan/tts/{name}"), nobody)
    assert plain(read) == meant(names=("dev1",), **TTS[name])


DEVICES = {
    "netvox_r312a": [
        Decoded(),  # the start-up report: it lives
        Decoded(pressed=True, low_battery=False, battery_v=3.0),
    ],
    "dragino_trackerd": [
        Decoded(battery_v=4.002, temperature_c=21.8, point=Point(22.70423, 114.244856)),  # ALARM_status FALSE
    ],
}


@pytest.mark.parametrize("name", DEVICES)
def test_a_device_s_bytes_say_what_its_maker_says(name: str) -> None:
    examples = json.loads(vector(f"lorawan/devices/{name}_examples.json"))["uplink_examples"]
    read = [decoders.decode(name, (), example["fPort"], bytes.fromhex(example["bytes"]), None) for example in examples]
    assert read == DEVICES[name]


@pytest.mark.parametrize("name", DEVICES)
def test_what_the_network_decoded_itself_says_the_same_of_the_button(name: str) -> None:
    examples = json.loads(vector(f"lorawan/devices/{name}_examples.json"))["uplink_examples"]
    for example, ours in zip(examples, DEVICES[name], strict=True):
        theirs = decoders.decode(None, (), example["fPort"], b"", example["data"])
        assert (theirs.pressed if theirs else False) == ours.pressed


@pytest.mark.parametrize(
    ("hex_bytes", "expected"),
    [
        ("017564", Decoded(battery_percent=100)),
        ("ff2e01", Decoded(pressed=True)),
        ("01750aff2e03", Decoded(pressed=True, battery_percent=10)),
        ("ff0bffff0101ff16626392165380 0001", Decoded()),
        ("ff2e09", Decoded(pressed=True, warnings=("payload: an unknown way of pressing, taken as pressed",))),
        ("ff2e02fe01", Decoded(pressed=True, warnings=("payload: the rest could not be read",))),
        ("ff2e", None),
        ("", None),
    ],
)
def test_a_milesight_button(hex_bytes: str, expected: Decoded | None) -> None:
    assert decoders.decode("milesight_ws101", (), 85, bytes.fromhex(hex_bytes), None) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"pressed": True}, Decoded(pressed=True)),
        ({"pressed": False, "battery_percent": 81, "solar_v": 5.1}, Decoded(battery_percent=81, solar_v=5.1)),
        ({"button": "short", "battery": 99}, Decoded(pressed=True, battery_percent=99)),
        ({"Alarm": 0, "Volt": 3}, Decoded(battery_v=3)),
        ({"ALARM_status": "FALSE"}, Decoded()),
        ({"ALARM_status": "TRUE"}, Decoded(pressed=True)),
        ({"sos": "on", "test": True}, Decoded(pressed=True, is_test=True)),
        ({"battery": 3.6}, Decoded(battery_v=3.6)),
        ({"tamper": 1, "external_power": False}, Decoded(tamper=True, external_power=False)),
        ({"pressed": "bananas"}, Decoded(pressed=True)),
        ({"humidity": 4}, None),
    ],
)
def test_the_documented_json(said: dict[str, Any], expected: Decoded | None) -> None:
    assert decoders.decode(None, (), 1, b"", said) == expected
    assert decoders.decode("json", (), 1, json.dumps(said).encode(), None) == expected


PRESS = b64encode(bytes.fromhex("014D011E01000000000000")).decode()


def test_a_press_is_a_press_by_the_model_the_network_names_or_the_decoder_an_operator_chose() -> None:
    event = {"deviceInfo": {"devEui": EUI, "deviceProfileName": "Netvox R-312A"}, "fPort": 6, "data": PRESS}
    assert chirpstack.read_event(json.dumps(event).encode(), "up", nobody).pressed
    event["deviceInfo"] = {"devEui": EUI}
    assert not chirpstack.read_event(json.dumps(event).encode(), "up", nobody).pressed
    assert chirpstack.read_event(json.dumps(event).encode(), "up", lambda _: "netvox_r312a").pressed
    event["deviceInfo"] = {"devEui": EUI, "tags": {"decoder": "netvox_r312a", "tower_id": "TUCR-07"}}
    read = chirpstack.read_event(json.dumps(event).encode(), "up", nobody)
    assert (read.pressed, read.names) == (True, ("TUCR-07",))


def test_what_is_absent_is_zero_or_false_there_and_not_said_elsewhere() -> None:
    status = {"deviceInfo": {"devEui": EUI}}
    assert chirpstack.read_event(json.dumps(status).encode(), "status", nobody).vitals == Vitals(battery_percent=0)
    for field, vitals in {
        "batteryLevelUnavailable": Vitals(), "externalPowerSource": Vitals(external_power=True)
    }.items():  # fmt: skip
        said = json.dumps(status | {field: True}).encode()
        assert chirpstack.read_event(said, "status", nobody).vitals == vitals
    uplink: dict[str, Any] = {"session_key_id": "s", "rx_metadata": [{}], "last_battery_percentage": {"f_cnt": 3}}
    message = {"end_device_ids": {"device_id": "d"}, "uplink_message": uplink}
    read = tts.read_message(json.dumps(message).encode(), nobody)
    assert (read.message_id, read.is_readable, read.pressed) == ("s:0", True, False)
    assert read.vitals == Vitals(battery_percent=0, rssi_dbm=0, snr_db=0, gateways=1)
    del uplink["last_battery_percentage"]
    assert tts.read_message(json.dumps(message).encode(), nobody).vitals.battery_percent is None


def test_a_simulated_uplink_is_a_test_and_says_nothing_of_the_tower() -> None:
    uplink = {"session_key_id": "s", "f_port": 6, "frm_payload": PRESS, "version_ids": {"model_id": "r312a"}}
    message = {"end_device_ids": {"device_id": "d"}, "uplink_message": uplink, "simulated": True}
    read = tts.read_message(json.dumps(message).encode(), nobody)
    assert (read.pressed, read.kind, read.is_heard, read.vitals) == (True, Kind.TEST, False, Vitals())


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"null", b'{"deviceInfo": {}}', b'{"deviceInfo": {"devEui": "--"}}', b"\xff\xfe{"]
)
def test_what_names_no_device_is_unusable(body: bytes) -> None:
    with pytest.raises(Unusable):
        chirpstack.read_event(body, "up", nobody)
    with pytest.raises(Unusable):
        tts.read_message(body, nobody)

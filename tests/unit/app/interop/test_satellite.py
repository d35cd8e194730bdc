"""Satellite deliveries, as Ground Control's and Garmin's own pages describe them."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from app.interop.reading import Unusable
from app.interop.satellite import inreach, rockblock, words
from app.interop.tower.message import TowerMessage, Vitals
from dispatch.status import Kind
from geo.point import Point

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
# The example of the provider's page: "Hello World RockBLOCK" in hexadecimal with spaces.
PAGE = {
    "imei": "300234010753370", "serial": "12345", "momsn": "12345", "transmit_time": "21-10-31 10:41:50",
    "iridium_latitude": "52.3867", "iridium_longitude": "0.2938", "iridium_cep": "8",
    "data": "48656c6c6f20576f 726c6420526f636b 424c4f434b",
}  # fmt: skip


def form(**said: str) -> bytes:
    return urlencode(PAGE | said).encode()


def test_the_providers_own_example_names_its_modem_and_not_its_place() -> None:
    for raw, media in ((form(), FORM), (form(), ""), (json.dumps(PAGE).encode(), JSON)):
        read = rockblock.read_message(raw, media)
        assert (read.device_id, read.message_id, read.at) == (
            "300234010753370", "12345", datetime(2021, 10, 31, 10, 41, 50, tzinfo=UTC),
        )  # fmt: skip
        assert read.point is None  # the network's estimate, 8 km wrong, is never the tower's
        assert (read.pressed, read.is_readable) == (False, False)
        assert read.warnings == ("payload: no decoder can read it",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SOS", {"pressed": True}),
        ("sos B=81 V=3.6", {"pressed": True, "vitals": Vitals(battery_percent=81, battery_v=3.6)}),
        ("HB B=14 S=5.1 T=41 X=0", {
            "vitals": Vitals(battery_percent=14, solar_v=5.1, temperature_c=41, external_power=False)
        }),
        ("TEST", {"pressed": True, "kind": Kind.TEST}),
        ("TAMPER", {"tamper": True}),
        ('{"pressed": true, "battery_v": 3.3}', {"pressed": True, "vitals": Vitals(battery_v=3.3)}),
        ("", {}),
    ],
)  # fmt: skip
def test_what_a_modem_may_send(text: str, expected: dict[str, Any]) -> None:
    read = rockblock.read_message(form(data=text.encode().hex()), FORM)
    default = TowerMessage("", "", None, None)
    for name in ("pressed", "kind", "tamper", "vitals"):
        assert getattr(read, name) == expected.get(name, getattr(default, name)), name
    assert read.is_readable


def test_a_tracker_s_alert_counts_without_a_word_and_with_its_own_fix() -> None:
    said = {
        "imei": "300434062929540", "momsn": 70153268, "transmit_time": "2023-03-14T09:00:14Z", "lat": "31.7321",
        "lon": "-111.2103", "at": "2023-03-14T09:00:00Z", "source": "GPS", "trigger": "ALERT", "battery": "82",
    }  # fmt: skip
    for raw, media in ((urlencode(said).encode(), FORM), (json.dumps(said).encode(), JSON)):
        read = rockblock.read_message(raw, media)
        assert (read.pressed, read.point) == (True, Point(31.7321, -111.2103))
        assert (read.at, read.vitals.battery_percent) == (datetime(2023, 3, 14, 9, tzinfo=UTC), 82)


def test_cloudloop_s_own_structure() -> None:
    said = {
        "id": "38f132ed-73e7-4488-a743-ec00fe7d7879",
        "receivedAt": {"year": 2023, "month": 10, "day": 2, "hour": 15, "minute": 37, "second": 9},
        "identity": {"subscriber": {"id": "XgwyNPpD", "type": "SUBSCRIBER_TYPE_SBD"},
                     "hardware": {"id": "joGRxQrX", "imei": "300234010753370"}},
        "header": {"sbd": {"mo": {"location": {"latitude": 52.3, "longitude": 0.2, "cep": 8}}}},
        "message": b64encode(b"SOS").decode(),
    }  # fmt: skip
    read = rockblock.read_message(json.dumps(said).encode(), JSON)
    assert (read.device_id, read.message_id) == ("300234010753370", "38f132ed-73e7-4488-a743-ec00fe7d7879")
    assert (read.at, read.pressed, read.point) == (datetime(2023, 10, 2, 15, 37, 9, tzinfo=UTC), True, None)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"hello", b"momsn=1&data=00", b"\xff\xff", b'{"imei": ""}'])
def test_what_names_no_modem_is_unusable(raw: bytes) -> None:
    with pytest.raises(Unusable):
        rockblock.read_message(raw, "")


def outbound(code: int, **event: Any) -> dict[str, Any]:
    """Return an event as the notes beside the samples describe it."""
    return {
        "imei": "300434033719020", "messageCode": code, "freeText": "", "timeStamp": 1626967350000, "addresses": [],
        "point": {"latitude": 33.874926, "longitude": -118.346915, "altitude": 22, "gpsFix": 2, "speed": 0},
        "status": {"autonomous": 0, "lowBattery": 2, "intervalChange": 0, "resetDetected": 0},
    } | event  # fmt: skip


def test_an_inreach_sos_is_declared_confirmed_and_taken_back() -> None:
    batch = {"Version": "2.0", "Events": [outbound(code) for code in (0, 4, 6, 7)]}
    read = inreach.read_outbound(json.dumps(batch).encode())
    assert [(m.pressed, m.is_cancelled) for m in read] == [(False, False), (True, False), (True, False), (False, True)]
    assert {m.at for m in read} == {datetime(2021, 7, 22, 15, 22, 30, tzinfo=UTC)}
    assert {m.point for m in read} == {Point(33.874926, -118.346915)}
    assert all(m.is_personal and m.low_battery is False for m in read)
    assert len({m.message_id for m in read}) == 4


def test_an_inreach_without_a_fix_still_calls() -> None:
    zeros = {"latitude": 0, "longitude": 0, "altitude": 0, "gpsFix": 0}
    (read,) = inreach.read_outbound(json.dumps({"Events": [outbound(4, point=zeros, freeText="leg broken")]}).encode())
    assert (read.pressed, read.point, read.words) == (True, None, "leg broken")
    assert read.warnings == ("point: no fix",)


@pytest.mark.parametrize("said", [[], {}, {"Events": []}, {"Events": {}}, {"Events": [{"messageCode": 4}]}])
def test_events_without_a_device_are_unusable(said: Any) -> None:
    with pytest.raises(Unusable):
        inreach.read_outbound(json.dumps(said).encode())


def test_words_of_nobody_are_not_read() -> None:
    assert words.decode(b"Hello World") is None
    assert words.decode(b"\xaa\x00") is None

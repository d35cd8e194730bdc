"""Hostile input costs a refusal, at most 50 ms and 20 MB; a mutated sample breaks no reader."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.interop.cap.meaning import read_hazard, reading_of
from app.interop.cap.read import read_cap
from app.interop.cot.read import read_event
from app.interop.cot.splitter import Splitter
from app.interop.hazard import nws
from app.interop.lorawan import chirpstack, tts
from app.interop.position.osmand import read_osmand
from app.interop.position.owntracks import read_owntracks
from app.interop.reading import Unusable
from app.interop.satellite import inreach, rockblock
from tests.unit.app.interop.samples import SAMPLES

TIME_S = 0.05
BYTES = 20_000_000
BODY = 65_536
Reader = Callable[[bytes], Any]


def nobody(_: str) -> None:
    return None


NOW = datetime(2026, 7, 2, tzinfo=UTC)


def all_of_cap(raw: bytes) -> None:
    """Read a document and make of each alert in it what it would become."""
    alerts, findings = read_cap(raw)
    for alert in alerts:
        reading_of(alert, raw, findings.warnings)
        read_hazard(alert, NOW)


READERS: dict[str, Reader] = {
    "chirpstack": lambda raw: chirpstack.read_event(raw, None, nobody),
    "chirpstack protobuf": lambda raw: chirpstack.read_event(raw, "up", nobody, is_protobuf=True),
    "tts": lambda raw: tts.read_message(raw, nobody),
    "rockblock": lambda raw: rockblock.read_message(raw, ""),
    "inreach": inreach.read_outbound,
    "cot": lambda raw: [read_event(event) for event in (raw, *Splitter().feed(raw))],
    "cap": all_of_cap,
    "nws": lambda raw: nws.read_alerts(raw, NOW),
    "osmand": lambda raw: read_osmand(raw.decode("latin-1") if raw[:1] != b"{" else "", raw),
    "owntracks": read_owntracks,
}


def nested(depth: int, key: str) -> bytes:
    return b'{"%s": ' % key.encode() * depth + b"1" + b"}" * depth


def doc(**fields: Any) -> bytes:
    """Return a document every JSON reader here begins to read."""
    head = {
        "deviceInfo": {"devEui": "0101"}, "end_device_ids": {"device_id": "d"}, "imei": "3", "uplink_message": {},
        "Events": [{"imei": "3", "messageCode": 4}], "_type": "location",
    }  # fmt: skip
    return json.dumps(head | fields).encode()


HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "nesting": nested(9_000, "object"),
    "lists": b"[" * BODY,
    "nested payload": doc(object=json.loads(nested(400, "a"))),
    "a number without end": b'{"imei": ' + b"9" * 60_000 + b"}",
    "1e999": doc(fPort=0).replace(b'"fPort": 0', b'"fPort": 1e999, "tst": 1e999, "lat": 1e999'),
    "NaN": doc(fPort=0).replace(b'"fPort": 0', b'"fPort": NaN, "batteryLevel": NaN, "lat": NaN, "lon": NaN'),
    "an attribute of 64 KB": doc(deviceName="x" * 60_000),
    "names without end": b"&".join(b"a%d=1" % n for n in range(9_000)),
    "keys without end": json.dumps({f"k{n}": n for n in range(5_000)}).encode(),
    "gateways without end": doc(rxInfo=[{"rssi": 1}] * 4_000, rx_metadata=[{}] * 4_000),
    "UTF-16": doc().decode().encode("utf-16"),
    "UTF-7": doc().decode().encode("utf-7"),
    "half a character": doc(deviceName="\ud83d"),
    "NUL": doc(deviceName="a\x00b", imei="3\x00"),
    "a time before time": doc(time="0001-01-01T00:00:00+14:00", timeStamp=-(10**18)),
    "binary": bytes(range(256)) * 250,
    "a gzip": b"\x1f\x8b\x08" + bytes(60_000),
    "billion laughs": b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a;" * 10) for n in range(9))
    + b"]><alert>&a8;</alert>",
    "an external entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>',
    "elements without end": b"<a>" * 20_000,
    "attributes without end": b"<event " + b" ".join(b'a%d="1"' % n for n in range(5_000)) + b"/>",
    "a long attribute": b'<event uid="' + b"x" * 60_000 + b'"/>',
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_costs_little(reader: str, name: str) -> None:
    raw = HOSTILE[name]
    read_or_refused(READERS[reader], raw[:1])  # what is imported at first use is not the sender's doing
    took = min(cost_s(READERS[reader], raw) for _ in range(3))
    assert took < TIME_S
    tracemalloc.start()
    try:
        read_or_refused(READERS[reader], raw)
        assert tracemalloc.get_traced_memory()[1] < BYTES
    finally:
        tracemalloc.stop()


def cost_s(reader: Reader, raw: bytes) -> float:
    began = process_time()
    read_or_refused(reader, raw)
    return process_time() - began


def read_or_refused(reader: Reader, raw: bytes) -> None:
    try:
        reader(raw)
    except Unusable as error:
        assert len(str(error)) < 200  # noqa: PT017 - it may also be read


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, bytes]:
    """Return a reader and a sample of its format in which some bytes were changed, left out, doubled or moved."""
    reader = draw(st.sampled_from(sorted(SAMPLES)))
    raw = bytearray(draw(st.sampled_from(SAMPLES[reader])))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(raw) - 1, 0)))
        length = draw(st.integers(0, 24))
        match draw(st.sampled_from(("change", "cut", "double", "insert", "value"))):
            case "change" if raw:
                raw[at] = draw(st.integers(0, 255))
            case "cut":
                del raw[at : at + length]
            case "double":
                raw[at:at] = raw[at : at + length]
            case "insert":
                raw[at:at] = draw(st.binary(max_size=24))
            case "value":  # somewhere after a colon or an equals sign, where values stand
                value = draw(st.sampled_from(VALUES))
                end = max(raw.find(b":", at), raw.find(b'="', at)) + 1
                raw[end:end] = value
            case _:
                pass
    return reader, bytes(raw)


VALUES = (b"null,", b"-1,", b"1e400", b"[]", b"{}", b'"', b"true", b"NaN", b"\x00", b"9" * 400, b'"\\ud83d"', b"-0.0")


@given(mutated())
@settings(max_examples=600, deadline=500)
def test_a_mutated_sample_breaks_no_reader(case: tuple[str, bytes]) -> None:
    reader, raw = case
    read_or_refused(READERS[reader], raw)

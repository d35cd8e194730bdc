"""What files of towers, trackers, alerts and maps are, for `auxilio interop check`."""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import orjson

from app.interop.cap.meaning import reading_of as read_cap_alert
from app.interop.cap.read import read_cap
from app.interop.cot.read import read_event
from app.interop.hazard import nws
from app.interop.lorawan import chirpstack, tts
from app.interop.position.osmand import read_osmand
from app.interop.position.owntracks import read_owntracks
from app.interop.reading import Reading, What
from app.interop.satellite import inreach, rockblock

HEAD_BYTES = 65_536


def _keys(raw: bytes) -> frozenset[str]:
    """Return the names of a JSON object; none for anything else."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return frozenset()
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _has_keys(*all_of: str) -> Callable[[bytes], bool]:
    return lambda raw: frozenset(all_of) <= _keys(raw)


def _query(raw: bytes) -> frozenset[str]:
    """Return the names of a form or a query, as it stands in an address too."""
    text = raw[:HEAD_BYTES].decode("utf-8", errors="replace").strip().lstrip("/?")
    if not text or text[0] in "{[<" or "\n" in text:
        return frozenset()
    return frozenset(name for name, _ in parse_qsl(text, keep_blank_values=True, max_num_fields=None))


def is_rockblock(raw: bytes) -> bool:
    names = _query(raw) | _keys(raw)
    return {"momsn", "transmit_time"} <= names or {"identity", "receivedAt"} <= names


def is_osmand(raw: bytes) -> bool:
    return bool({"id", "deviceid"} & _query(raw)) or {"location", "device_id"} <= _keys(raw)


def is_cap(raw: bytes) -> bool:
    head = raw[:HEAD_BYTES]
    marks = (b"emergency:cap:", b"EDXL:DE", b"www.incident.com/cap", b"http://www.w3.org/2005/Atom", b"<rss")
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<") and any(mark in head for mark in marks)


def is_cot(raw: bytes) -> bool:
    head = raw[:4_096]
    return b"<event" in head and b"uid=" in head and b"stale=" in head


def is_nws(raw: bytes) -> bool:
    head = raw[:HEAD_BYTES]
    return b'"Feature' in head and b'"event"' in head and b'"severity"' in head


def read_chirpstack(raw: bytes) -> Reading:
    return chirpstack.read_event(raw, None, _nobody).reading(raw)


def read_tts(raw: bytes) -> Reading:
    return tts.read_message(raw, _nobody).reading(raw)


def read_rockblock(raw: bytes) -> Reading:
    return rockblock.read_message(raw.strip(), "").reading(raw)


def read_inreach(raw: bytes) -> Reading:
    """Return what the gravest of its events is."""
    readings = [message.reading(raw) for message in inreach.read_outbound(raw)]
    return next((reading for reading in readings if reading.what is What.CALL), readings[0])


def read_position(raw: bytes) -> Reading:
    text = raw.decode("utf-8", errors="replace").strip()
    report = read_osmand("", raw) if text.startswith("{") else read_osmand(text.lstrip("/?"))
    return report.reading(raw)


def read_owntracks_message(raw: bytes) -> Reading:
    return read_owntracks(raw).reading(raw)


def read_alert(raw: bytes) -> Reading:
    """Return what the first alert of a document is; a feed may only link to some."""
    alerts, findings = read_cap(raw)
    if not alerts:
        return Reading("cap", What.NOTHING, raw, understood=findings.understood, warnings=findings.warnings)
    return read_cap_alert(alerts[0], raw, findings.warnings)


def read_weather(raw: bytes) -> Reading:
    return nws.reading_of(raw, datetime.now(UTC))


def read_cot(raw: bytes) -> Reading:
    return read_event(raw).reading(raw)


def _nobody(_: str) -> None:
    return None


FEEDS = [
    ("ChirpStack v4", _has_keys("deviceInfo"), read_chirpstack),
    ("The Things Stack", _has_keys("end_device_ids"), read_tts),
    ("Garmin inReach", _has_keys("Events"), read_inreach),
    ("RockBLOCK or Cloudloop", is_rockblock, read_rockblock),
    ("OwnTracks", _has_keys("_type"), read_owntracks_message),
    ("OsmAnd", is_osmand, read_position),
    ("NWS alerts", is_nws, read_weather),
    ("CAP", is_cap, read_alert),
    ("Cursor-on-Target", is_cot, read_cot),
]

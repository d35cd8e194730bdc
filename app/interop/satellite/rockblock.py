"""RockBLOCK's webhook (form or JSON), Rock 7's Push API and Cloudloop's Lingo: a modem in a tower sent some bytes.

`iridium_latitude` and its like are the network's estimate of where the modem is, wrong by kilometres: never read.
"""

import binascii
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl

from app.intake.lenient import clean
from app.interop.lorawan.document import number, part, read_object
from app.interop.lorawan.times import instant
from app.interop.lorawan.uplink import tell, vitals_of
from app.interop.reading import Findings, Unusable
from app.interop.satellite import words
from app.interop.tower.message import TowerMessage
from dispatch.status import Kind
from geo.point import BadPoint, Point

NETWORK: Final = "iridium"
TIME_FORMAT: Final = "%y-%m-%d %H:%M:%S"  # RockBLOCK: 21-10-31 10:41:50, always UTC
LINGO_TIME: Final = ("year", "month", "day", "hour", "minute", "second")
FIELDS_MAX: Final = 100
ALARMS: Final = ("ALERT", "SOS", "EMERGENCY")  # triggers of Ground Control's trackers


def read_message(raw: bytes, content_type: str) -> TowerMessage:
    """Return what a delivery says. Raises Unusable: neither a form nor JSON, or no modem named."""
    findings = Findings()
    said = _form(raw) if _is_form(raw, content_type) else read_object(raw)
    if isinstance(said.get("identity"), dict):
        return _lingo(said, findings)
    device_id = next((str(said[n]) for n in ("imei", "serial") if isinstance(said.get(n), str | int)), "")
    if not any(c.isalnum() for c in device_id) or len(device_id) > 64:
        raise Unusable("names no modem", "imei")
    at = _time(said.get("at") or said.get("transmit_time"), findings)
    data = _hex(said.get("data"), findings)
    is_alarm = str(said.get("trigger", "")).upper() in ALARMS or said.get("alert") in (True, "true", "1")
    key = said.get("momsn") if said.get("momsn") not in (None, "") else said.get("id")
    point = _point(said) if said.get("source") == "GPS" else None
    percent = number(_numbers(said), "battery", 0, 100)
    return _message(device_id, key, at, data, findings, is_alarm=is_alarm, point=point, battery_percent=percent)


def _lingo(said: dict[str, Any], findings: Findings) -> TowerMessage:
    """Read Cloudloop's own structure: the payload in base64, the time as a table, the modem under `identity`."""
    hardware, subscriber = part(part(said, "identity"), "hardware"), part(part(said, "identity"), "subscriber")
    named = (hardware.get("imei"), hardware.get("id"), subscriber.get("id"))
    device_id = next((n for n in named if isinstance(n, str) and any(c.isalnum() for c in n)), None)
    if device_id is None:
        raise Unusable("names no modem", "identity.hardware")
    received = part(said, "receivedAt")
    try:
        year, month, day, hour, minute, second = (int(received.get(name, 0)) for name in LINGO_TIME)
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        findings.warn("receivedAt", "not a time")
        at = None
    message = said.get("message")
    try:
        data = b64decode(message, validate=True) if isinstance(message, str) else b""
    except (binascii.Error, ValueError):
        findings.warn("message", "not base64")
        data = b""
    return _message(device_id[:64], said.get("id"), at, data, findings, is_alarm=False, point=None)


def _message(
    device_id: str,
    key: Any,
    at: datetime | None,
    data: bytes,
    findings: Findings,
    *,
    is_alarm: bool,
    point: Point | None,
    battery_percent: float | None = None,
) -> TowerMessage:
    found = words.decode(data)
    tell(findings, found, data)
    if is_alarm:
        findings.take("an alarm")
    return TowerMessage(
        NETWORK,
        device_id,
        str(key)[:64] if isinstance(key, str | int) else None,
        at,
        pressed=is_alarm or (found is not None and found.pressed),
        kind=Kind.TEST if found is not None and found.is_test and not is_alarm else Kind.REAL,
        tamper=found.tamper if found else None,
        low_battery=found.low_battery if found else None,
        vitals=vitals_of(found, (), battery_percent=battery_percent),
        point=point,
        is_readable=found is not None or is_alarm,
        understood=findings.understood,
        warnings=findings.warnings,
    )


def _is_form(raw: bytes, content_type: str) -> bool:
    if "json" in content_type:
        return False
    return "form" in content_type or not raw.lstrip().startswith((b"{", b"["))


def _form(raw: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_MAX)
    except ValueError:
        raise Unusable("not a form") from None
    return {name: clean(value) for name, value in pairs}


def _numbers(said: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a form, in which everything is text."""
    found: dict[str, Any] = {}
    for name in ("battery", "lat", "lon"):
        try:
            found[name] = float(said[name])
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return found


def _point(said: dict[str, Any]) -> Point | None:
    numbers = _numbers(said)
    try:
        return Point(numbers["lat"], numbers["lon"])
    except (KeyError, BadPoint):
        return None


def _time(value: Any, findings: Findings) -> datetime | None:
    if isinstance(value, str):
        try:
            return datetime.strptime(value.strip(), TIME_FORMAT).replace(tzinfo=UTC)
        except ValueError:
            pass
    return instant(value, "transmit_time", findings)


def _hex(value: Any, findings: Findings) -> bytes:
    """Return the payload; hexadecimal, with spaces in older accounts."""
    if value is None or value == "":
        return b""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError:
        findings.warn("data", "not hexadecimal")
        return b""

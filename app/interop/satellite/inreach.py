"""Garmin inReach, IPC Outbound: a batch of events. 4 declares an SOS, 6 confirms it, 7 takes it back.

Bound to a tower it is a tower's button; else it is a person's own device, with that person's own fix.
"""

from datetime import UTC, datetime
from typing import Any, Final

from app.interop.lorawan.document import number, part, read_object
from app.interop.reading import Findings, Unusable
from app.interop.tower.message import TowerMessage, Vitals
from geo.point import BadPoint, Point

NETWORK: Final = "inreach"
DECLARE, CONFIRM, CANCEL = 4, 6, 7
SOS: Final = {DECLARE: "an SOS", CONFIRM: "a confirmed SOS", CANCEL: "a cancelled SOS"}
EVENTS_MAX: Final = 256  # of one delivery; Garmin sends a handful, 64 KB hold no more


def read_outbound(raw: bytes) -> list[TowerMessage]:
    """Return what each event says. Raises Unusable: no events, or not one with a device."""
    said = read_object(raw)
    events = next((said[name] for name in ("Events", "events") if isinstance(said.get(name), list)), None)
    if events is None:
        raise Unusable("holds no list of events", "Events")
    found = [_event(event) for event in events[:EVENTS_MAX] if isinstance(event, dict) and _imei(event)]
    if not found:
        raise Unusable("no event names a device", "Events.imei")
    return found


def _imei(event: dict[str, Any]) -> str:
    value = next((event[name] for name in ("imei", "IMEI", "Imei") if name in event), None)
    text = str(value) if isinstance(value, str | int) else ""
    return text[:64] if any(c.isalnum() for c in text) else ""


def _event(event: dict[str, Any]) -> TowerMessage:
    findings = Findings()
    imei, code = _imei(event), event.get("messageCode")
    at = _time(event.get("timeStamp"), findings)
    findings.take(SOS.get(code, f"event {code}") if isinstance(code, int) else "an event")
    point = _point(part(event, "point"), findings)
    text = event.get("freeText")
    return TowerMessage(
        NETWORK,
        imei,
        f"{code}:{event['timeStamp']}" if isinstance(code, int) and at is not None else None,
        at,
        pressed=code in (DECLARE, CONFIRM),
        is_cancelled=code == CANCEL,
        low_battery=_low(part(event, "status")),
        vitals=Vitals(battery_percent=number(part(event, "status"), "batteryLevel", 0, 100)),
        point=point,
        is_personal=True,
        words=text if isinstance(text, str) and text.strip() else None,
        understood=findings.understood,
        warnings=findings.warnings,
    )


def _low(status: dict[str, Any]) -> bool | None:
    """Garmin's 0 is unknown, 1 low, 2 good."""
    return {1: True, 2: False}.get(status.get("lowBattery", 0))


def _time(value: Any, findings: Findings) -> datetime | None:
    """Return the instant of a count of milliseconds."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    findings.warn("timeStamp", "not a time")
    return None


def _point(said: dict[str, Any], findings: Findings) -> Point | None:
    """Return the fix; without one Garmin sends zeros."""
    lat, lon = number(said, "latitude", -90, 90), number(said, "longitude", -180, 180)
    if lat is None or lon is None or (lat == 0 and lon == 0) or said.get("gpsFix") == 0:
        findings.warn("point", "no fix")
        return None
    try:
        return Point(lat, lon)
    except BadPoint:
        findings.warn("point", "not a place")
        return None

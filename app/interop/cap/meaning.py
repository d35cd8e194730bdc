"""What a CAP message is to us: a tower's activation, a call for help, or a hazard that is shown."""

from datetime import datetime
from typing import Any, Final

from app.interop.cap.message import CapAlert, CapInfo
from app.interop.hazard.hazard import Hazard
from app.interop.reading import Findings, Reading, What
from dispatch.status import Kind

SOURCE: Final = "cap"
RESCUE: Final = "Rescue"
# Of category Rescue by CAP's own book, and nobody's to search for in the desert by us: a child abduction's broadcast.
BROADCASTS: Final = frozenset({"CAE", "BLU", "MEP"})
TOWER_NAMES: Final = ("tower_id", "towerid", "tower")
SIGN_NAMES: Final = (*TOWER_NAMES, "sign_id", "signid", "placard_id", "placard")
DEVICE_RADIUS_M_MAX: Final = 50_000.0  # a larger area says nothing of where somebody is
DEVICE_RADIUS_M_MIN: Final = 30.0
CALL_ID_CHARS: Final = 128


def what_is(alert: CapAlert) -> What:
    """Return what to do with a message."""
    if alert.kind is None:
        return What.NOTHING
    info = alert.info
    if info is None:
        return What.ADVICE
    if _named(info, TOWER_NAMES):
        return What.ALERT
    is_broadcast = bool(BROADCASTS & set(info.codes))
    return What.CALL if RESCUE in info.categories and not is_broadcast else What.ADVICE


def read_distress(alert: CapAlert, root: str, raw: bytes, warnings: tuple[str, ...]) -> Reading:
    """Return a distress alert as the fields of a call or an alert; `root` is the first message of its chain."""
    info, what, findings = alert.info or CapInfo(), what_is(alert), Findings()
    findings.extend(warnings)
    findings.take(f"{alert.message_type}, {alert.status}")
    kind = alert.kind.value if alert.kind else None
    key = f"cap:{root}"[:CALL_ID_CHARS]
    occurred_at = info.onset or alert.sent
    report: dict[str, Any] = {"kind": kind, "occurred_at": occurred_at.isoformat() if occurred_at else None}
    if what is What.ALERT:
        report |= {"type": "activation", "tower_id": _named(info, TOWER_NAMES), "alert_id": key}
        return Reading(
            SOURCE, what, raw, _without_none(report), understood=findings.understood, warnings=findings.warnings
        )
    report |= {"call_id": key, "device": _device(info, findings)}
    report["narrative"] = "\n".join(t for t in (info.headline, info.description, info.instruction) if t) or None
    named = _named(info, SIGN_NAMES)
    said = tuple(
        (where, text)
        for where, text in (
            ("parameter", named),
            ("headline", info.headline),
            ("area", info.area_text),
            ("description", info.description),
        )
        if text
    )
    return Reading(
        SOURCE, what, raw, _without_none(report), said, understood=findings.understood, warnings=findings.warnings
    )


def read_hazard(alert: CapAlert, now: datetime) -> Hazard:
    """Return any other alert as a hazard. Without an area it is listed, and stands over nothing."""
    info = alert.info or CapInfo()
    return Hazard(
        id=alert.id,
        source=SOURCE,
        event=info.event or "Alert",
        sent=alert.sent or now,
        kind=alert.kind or Kind.TEST,
        headline=info.headline,
        description=info.description[:4_000],
        instruction=info.instruction[:4_000],
        area_text=info.area_text,
        severity=info.severity,
        urgency=info.urgency,
        certainty=info.certainty,
        onset=info.onset,
        ends=info.expires,
        area=info.area,
        zones=tuple(value for name, value in info.geocodes if name.upper() == "UGC"),
        refers_to=alert.references,
        is_cancel=alert.is_cancel,
    )


def reading_of(alert: CapAlert, raw: bytes, warnings: tuple[str, ...]) -> Reading:
    """Return what one message is, for `auxilio interop check`."""
    what = what_is(alert)
    if what in (What.CALL, What.ALERT):
        return read_distress(alert, alert.id, raw, warnings)
    info = alert.info or CapInfo()
    report = {"kind": alert.kind.value if alert.kind else None, "event": info.event or None}
    understood = (f"{alert.message_type}, {alert.status}",)
    return Reading(SOURCE, what, raw, _without_none(report), understood=understood, warnings=warnings)


def _named(info: CapInfo, names: tuple[str, ...]) -> str | None:
    """Return what a parameter or geocode of such a name says."""
    pairs = [*info.parameters.items(), *info.geocodes]
    return next((value for label, value in pairs if value and label.casefold().replace("-", "_") in names), None)


def _device(info: CapInfo, findings: Findings) -> dict[str, float] | None:
    """Return the area as a place with its uncertainty, unless it is so large that it says nothing."""
    bound = info.area.bound()
    if bound is None:
        return None
    if bound.radius_m > DEVICE_RADIUS_M_MAX:
        findings.warn("area", "too large to say where somebody is")
        return None
    findings.take("an area")
    return {"lat": bound.centre.lat, "lon": bound.centre.lon, "radius_m": max(bound.radius_m, DEVICE_RADIUS_M_MIN)}


def _without_none(report: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in report.items() if value is not None}

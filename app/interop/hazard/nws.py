"""The National Weather Service's alerts as GeoJSON (api.weather.gov): a feature or a collection of them."""

from datetime import UTC, datetime
from typing import Any, Final

from app.interop.hazard import shapes
from app.interop.hazard.hazard import Hazard
from app.interop.lorawan.document import part, read_object
from app.interop.reading import Findings, Reading, Unusable, What
from dispatch.status import Kind

SOURCE: Final = "nws"
FEATURES_MAX: Final = 1_000  # all the country's active alerts on a bad day are some 600
TEXT_CHARS_MAX: Final = 4_000
ZONES_MAX: Final = 200
KINDS: Final = {"Actual": Kind.REAL, "Exercise": Kind.EXERCISE, "Test": Kind.TEST}
LEVELS: Final = {
    "severity": ("Extreme", "Severe", "Moderate", "Minor"),
    "urgency": ("Immediate", "Expected", "Future", "Past"),
    "certainty": ("Observed", "Likely", "Possible", "Unlikely"),
}


def read_alerts(raw: bytes, now: datetime) -> tuple[list[Hazard], Findings]:
    """Return the alerts. Raises Unusable: not GeoJSON, or not one alert in it."""
    findings = Findings()
    said = read_object(raw)
    features = said.get("features") if said.get("type") == "FeatureCollection" else [said]
    if not isinstance(features, list):
        raise Unusable("holds no features", "features")
    if len(features) > FEATURES_MAX:
        findings.warn("features", f"more than {FEATURES_MAX}, the rest was left out")
    read = [_alert(feature, now, findings) for feature in features[:FEATURES_MAX] if isinstance(feature, dict)]
    found = [hazard for hazard in read if hazard is not None]
    if features and not found:
        raise Unusable("not one alert of the National Weather Service", "features.properties")
    findings.take("1 alert" if len(found) == 1 else f"{len(found)} alerts")
    return found, findings


def reading_of(raw: bytes, now: datetime) -> Reading:
    """Return what a document is and says, for `auxilio interop check`."""
    found, findings = read_alerts(raw, now)
    report = {"events": sorted({hazard.event for hazard in found}), "alerts": len(found)}
    return Reading(SOURCE, What.ADVICE, raw, report, understood=findings.understood, warnings=findings.warnings)


def _alert(feature: dict[str, Any], now: datetime, findings: Findings) -> Hazard | None:
    said = part(feature, "properties")
    identifier, event, kind = said.get("id"), said.get("event"), KINDS.get(str(said.get("status")))
    if not isinstance(identifier, str) or not identifier or not isinstance(event, str):
        findings.warn("properties", "an alert without id or event was left out")
        return None
    if kind is None:
        findings.warn("status", "neither actual, exercise nor test: left out")
        return None
    area = shapes.of_geojson(feature.get("geometry"), findings)
    zones = tuple(dict.fromkeys(_zones(said)))[:ZONES_MAX]
    if area.is_empty and not zones:
        findings.warn("geometry", "an alert for nowhere")
    return Hazard(
        id=_key(said.get("sender"), identifier),
        source=SOURCE,
        event=event[:200],
        sent=_instant(said, "sent", findings) or now,
        kind=kind,
        headline=_text(said, "headline"),
        description=_text(said, "description"),
        instruction=_text(said, "instruction"),
        area_text=_text(said, "areaDesc"),
        onset=_instant(said, "onset", findings) or _instant(said, "effective", findings),
        ends=_instant(said, "ends", findings) or _instant(said, "expires", findings),
        area=area,
        zones=zones,
        refers_to=tuple(_references(said)),
        is_cancel=said.get("messageType") == "Cancel",
        **{name: _level(said, name) for name in LEVELS},
    )


def _key(sender: Any, identifier: str) -> str:
    """Return what tells messages apart: CAP's sender and identifier together."""
    return f"{sender if isinstance(sender, str) else ''},{identifier}"[:500]


def _references(said: dict[str, Any]) -> list[str]:
    listed = said.get("references")
    items = [r for r in listed[:FEATURES_MAX] if isinstance(r, dict)] if isinstance(listed, list) else []
    return [_key(r.get("sender"), r["identifier"]) for r in items if isinstance(r.get("identifier"), str)]


def _zones(said: dict[str, Any]) -> list[str]:
    """Return the zones' codes: as listed, and from the addresses of the zones."""
    codes = part(said, "geocode").get("UGC")
    addresses = said.get("affectedZones")
    found = [c for c in codes if isinstance(c, str)] if isinstance(codes, list) else []
    found += [a.rpartition("/")[2] for a in addresses if isinstance(a, str)] if isinstance(addresses, list) else []
    return [code[:16] for code in found if code]


def _level(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return value if isinstance(value, str) and value in LEVELS[name] else "Unknown"


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    text = value.replace("\x00", "").encode("utf-8", errors="ignore").decode() if isinstance(value, str) else ""
    return text[:TEXT_CHARS_MAX]


def _instant(said: dict[str, Any], name: str, findings: Findings) -> datetime | None:
    value = said.get(name)
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    findings.warn(name, "not a time")
    return None

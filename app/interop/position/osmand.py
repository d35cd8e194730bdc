"""The OsmAnd protocol of Traccar Client, OsmAnd and many trackers: a query or form, or JSON of newer clients."""

from typing import Any, Final
from urllib.parse import parse_qsl

from app.interop.lorawan.document import part, read_object
from app.interop.position.report import ACCURACY_M_MAX, PositionReport, instant, point, within
from app.interop.reading import Findings, Unusable

SOURCE: Final = "osmand"
FIELDS_MAX: Final = 200
ID_CHARS_MAX: Final = 200
SOS: Final = frozenset({"sos", "panic"})


def read_osmand(query: str, body: bytes = b"") -> PositionReport:
    """Return what a request says. Raises Unusable: no device named, or neither a form nor JSON."""
    if body.lstrip()[:1] == b"{":
        return _json(read_object(body))
    try:
        written = body.decode("utf-8") if body else ""
        pairs = [p for text in (query, written) for p in parse_qsl(text, max_num_fields=FIELDS_MAX)]
    except ValueError:
        raise Unusable("neither a query nor a form") from None
    said: dict[str, str] = {}
    for name, value in pairs:
        said.setdefault(name, value)
    return _query(said)


def _query(said: dict[str, str]) -> PositionReport:
    findings = Findings()
    device = _device(said.get("id") or said.get("deviceid"))
    lat, lon = said.get("lat"), said.get("lon")
    if "location" in said:
        lat, _, lon = said["location"].partition(",")
    where = point(lat, lon, findings)
    if said.get("valid", "true").lower() in ("false", "0"):
        findings.warn("valid", "the device says its fix is not valid")
        where = None
    accuracy = next((said[n] for n in ("accuracy", "hacc") if n in said), None)
    return _report(
        device, where, said.get("timestamp"), accuracy, said.get("batt"), said.get("alarm", "").lower() in SOS, findings
    )


def _json(said: dict[str, Any]) -> PositionReport:
    findings = Findings()
    device = _device(said.get("device_id"))
    location = part(said, "location")
    coords = part(location, "coords")
    if location.get("mock") is True:
        findings.warn("location.mock", "the phone says that this fix is made up")
    level = within(part(location, "battery").get("level"), 0, 1)
    return _report(
        device,
        point(coords.get("latitude"), coords.get("longitude"), findings),
        location.get("timestamp"),
        coords.get("accuracy"),
        None if level is None else level * 100,
        str(part(location, "extras").get("alarm", "")).lower() in SOS,
        findings,
    )


def _device(value: Any) -> str:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not any(c.isalnum() for c in text):
        raise Unusable("names no device", "id")
    return text[:ID_CHARS_MAX]


def _report(
    device: str, where: Any, at: Any, accuracy: Any, battery: Any, is_sos: bool, findings: Findings
) -> PositionReport:
    findings.take("a position" if where is not None else "no position")
    if is_sos:
        findings.take("an SOS")
    return PositionReport(
        SOURCE,
        device,
        where,
        instant(at, "timestamp", findings),
        within(accuracy, 0, ACCURACY_M_MAX),
        within(battery, 0, 100),
        is_sos,
        findings.understood,
        findings.warnings,
    )

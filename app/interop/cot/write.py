"""Writing CoT: an incident as a spot marker, its search circle, a `911 Alert`, and their taking back.

Valid by MITRE's base schema and by TAK's own for spots and circles. Public rows only; an exercise says so in `opex`.
"""

from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from dispatch.entities import Incident
from dispatch.status import Kind
from geo.place import PlaceState
from geo.point import Point

STALE_AFTER: Final = timedelta(minutes=5)
UNKNOWN: Final = "9999999.0"
SPOT, CIRCLE, DELETE, PING = "b-m-p-s-m", "u-d-c-c", "t-x-d-d", "t-x-c-t"
ALERT, ALERT_OFF = "b-a-o-tbl", "b-a-o-can"
# How far from the place the person may be: a sign is where it stands, words can be wrong.
RADIUS_M: Final = {
    PlaceState.CONFIRMED: 100.0, PlaceState.PROBABLE: 500.0, PlaceState.CONFLICTING: 5_000.0,
    PlaceState.UNVERIFIED: 5_000.0,
}  # fmt: skip
RED, ORANGE, YELLOW = -65_536, -35_072, -256
HUMAN: Final = "h-g-i-g-o"


def marker_uid(region: str, incident_id: int) -> str:
    return f"auxilio.{region}.incident.{incident_id}"


def marker(incident: Incident, point: Point, region: str, now: datetime) -> bytes:
    """Return the incident as a spot marker with its error radius."""
    event, detail = _event(marker_uid(region, incident.id), SPOT, incident, point, now, radius_m=_radius(incident))
    etree.SubElement(detail, "status", readiness="true")
    etree.SubElement(detail, "contact", callsign=callsign(incident))
    etree.SubElement(detail, "remarks").text = remarks(incident)
    colour = str(RED if incident.priority >= 8 else ORANGE if incident.priority >= 5 else YELLOW)
    etree.SubElement(detail, "color", argb=colour)
    etree.SubElement(detail, "precisionlocation", altsrc="???")
    etree.SubElement(detail, "usericon", iconsetpath=f"COT_MAPPING_SPOTMAP/{SPOT}/{colour}")
    return _bytes(event)


def circle(incident: Incident, point: Point, region: str, now: datetime) -> bytes:
    """Return where to search as a circle."""
    uid, radius = f"{marker_uid(region, incident.id)}.search", str(_radius(incident))
    event, detail = _event(uid, CIRCLE, incident, point, now, how="h-e")
    shape = etree.SubElement(detail, "shape")
    etree.SubElement(shape, "ellipse", major=radius, minor=radius, angle="360")
    link = etree.SubElement(shape, "link", uid=f"{uid}.Style", type="b-x-KmlStyle", relation="p-c")
    style = etree.SubElement(link, "Style")
    line = etree.SubElement(style, "LineStyle")
    etree.SubElement(line, "color").text = "ffff0000"
    etree.SubElement(line, "width").text = "3.0"
    etree.SubElement(etree.SubElement(style, "PolyStyle"), "color").text = "20ff0000"
    etree.SubElement(detail, "strokeColor", value="-1")
    etree.SubElement(detail, "strokeWeight", value="3.0")
    etree.SubElement(detail, "fillColor", value="553582592")
    etree.SubElement(detail, "contact", callsign=f"{callsign(incident)}-search")
    etree.SubElement(detail, "remarks").text = remarks(incident)
    etree.SubElement(detail, "archive")
    etree.SubElement(detail, "labels_on", value="true")
    etree.SubElement(detail, "precisionlocation", altsrc="???")
    return _bytes(event)


def alert(incident: Incident, point: Point, region: str, now: datetime, *, is_on: bool) -> bytes:
    """Return a `911 Alert`, or its end."""
    uid = marker_uid(region, incident.id)
    event, detail = _event(f"{uid}-9-1-1", ALERT if is_on else ALERT_OFF, incident, point, now, how="m-g")
    etree.SubElement(detail, "link", uid=uid, type=SPOT, relation="p-p")
    etree.SubElement(detail, "contact", callsign=f"{callsign(incident)}-Alert")
    if is_on:
        etree.SubElement(detail, "emergency", type="911 Alert").text = callsign(incident)
    else:
        etree.SubElement(detail, "emergency", cancel="true").text = callsign(incident)
    return _bytes(event)


def deletion(uid: str, kind: str, now: datetime) -> bytes:
    """Return the order to take an earlier event off every screen."""
    event = _root(f"{uid}.delete", DELETE, now, timedelta(seconds=30), "m-g")
    _point(event, Point(0.0, 0.0), UNKNOWN)
    detail = etree.SubElement(event, "detail")
    etree.SubElement(detail, "link", uid=uid, type=kind, relation="none")
    etree.SubElement(detail, "__forcedelete")
    return _bytes(event)


def ping(region: str, now: datetime) -> bytes:
    """Return what keeps the connection open and says who we are."""
    event = _root(f"auxilio.{region}.ping", PING, now, timedelta(seconds=60), "m-g")
    _point(event, Point(0.0, 0.0), UNKNOWN)
    etree.SubElement(event, "detail")
    return _bytes(event)


def callsign(incident: Incident) -> str:
    """Return a name for a map: where it is, and its number."""
    where = incident.place.sign_id if incident.place and incident.place.sign_id else incident.type
    pretended = "" if incident.kind is Kind.REAL else f"{incident.kind.upper()}-"
    return f"{pretended}{where}.{incident.id}"


def remarks(incident: Incident) -> str:
    """Return the public facts in words."""
    said = [
        f"incident {incident.id}, {incident.type}, priority {incident.priority}, {incident.status}",
        f"place {incident.place.state}" if incident.place else "",
        f"needs {', '.join(incident.needs)}" if incident.needs else "",
        f"this is an {incident.kind}" if incident.kind is Kind.EXERCISE else "",
    ]
    return "; ".join(part for part in said if part)


def _radius(incident: Incident) -> float:
    return RADIUS_M[incident.place.state] if incident.place else RADIUS_M[PlaceState.UNVERIFIED]


def _event(
    uid: str,
    kind: str,
    incident: Incident,
    point: Point,
    now: datetime,
    *,
    radius_m: float | None = None,
    how: str = HUMAN,
) -> tuple[etree._Element, etree._Element]:
    event = _root(uid, kind, now, STALE_AFTER, how)
    if incident.kind is not Kind.REAL:
        event.set("opex", f"e-{incident.kind}")
    _point(event, point, str(radius_m) if radius_m is not None else UNKNOWN)
    return event, etree.SubElement(event, "detail")


def _root(uid: str, kind: str, now: datetime, stale_after: timedelta, how: str) -> etree._Element:
    return etree.Element(
        "event", version="2.0", uid=uid, type=kind, time=_time(now), start=_time(now), stale=_time(now + stale_after),
        how=how,
    )  # fmt: skip


def _point(event: etree._Element, point: Point, error: str) -> None:
    etree.SubElement(event, "point", lat=f"{point.lat:.7f}", lon=f"{point.lon:.7f}", hae=UNKNOWN, ce=error, le=UNKNOWN)


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _bytes(event: etree._Element) -> bytes:
    return etree.tostring(event, xml_declaration=True, encoding="UTF-8", standalone=True)

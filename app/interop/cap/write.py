"""An incident as CAP 1.2, valid by its schema: what a tower's activation is to agencies that read nothing else.

Alert while it waits, Update once something happened, Cancel when it is closed. It holds nothing personal, and says
Exercise or Test where it is one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from dispatch.entities import Alert, Assignment, Incident
from dispatch.status import IncidentStatus, Kind

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE: Final = "application/cap+xml"
STATUS_OF: Final = {Kind.REAL: "Actual", Kind.EXERCISE: "Exercise", Kind.TEST: "Test"}
RADIUS_KM: Final = 0.1
UNKNOWN_AREA: Final = "place not known"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is told: the incident, its alerts, its assignments, and when its last change was recorded."""

    incident: Incident
    alerts: tuple[Alert, ...]
    assignments: tuple[Assignment, ...]
    changed_at: datetime


def write_cap(picture: Picture, sender: str, region: str) -> bytes:
    """Return the document. The same state of an incident gives the same bytes."""
    incident = picture.incident
    first = f"{region}.incident.{incident.id}"
    kind, at = _message_of(picture)
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})  # type: ignore[dict-item]  # the stubs forget the default
    _add(alert, "identifier", first if kind == "Alert" else f"{first}.{incident.version}")
    _add(alert, "sender", sender)
    _add(alert, "sent", _time(at))
    _add(alert, "status", STATUS_OF[incident.kind])
    _add(alert, "msgType", kind)
    _add(alert, "scope", "Restricted")
    _add(alert, "restriction", "for rescue services")
    if kind != "Alert":
        _add(alert, "references", f"{sender},{first},{_time(incident.opened_at)}")
    _add(alert, "incidents", str(incident.id))
    _info(alert, picture)
    return etree.tostring(alert, xml_declaration=True, encoding="UTF-8")


def _message_of(picture: Picture) -> tuple[str, datetime]:
    incident = picture.incident
    if not incident.is_open:
        return "Cancel", incident.closed_at or picture.changed_at
    is_untouched = incident.status is IncidentStatus.ACTIVE and not picture.assignments and not incident.callbacks
    presses = sum(alert.presses for alert in picture.alerts)
    if is_untouched and presses <= len(picture.alerts):
        return "Alert", incident.opened_at
    return "Update", picture.changed_at


def _info(alert: etree._Element, picture: Picture) -> None:
    incident = picture.incident
    info = etree.SubElement(alert, f"{{{NAMESPACE}}}info")
    _add(info, "language", "en-US")
    _add(info, "category", "Rescue")
    _add(info, "event", "Rescue tower activation" if picture.alerts else "Call for rescue")
    _add(info, "responseType", "AllClear" if not incident.is_open else "Execute")
    _add(info, "urgency", "Immediate" if incident.is_open else "Past")
    _add(info, "severity", "Severe")
    _add(info, "certainty", "Observed")
    _add(info, "onset", _time(min((a.occurred_at for a in picture.alerts), default=incident.received_at)))
    _add(info, "senderName", "Auxilio")
    sign = incident.place.sign_id if incident.place else None
    where = f" at {sign}" if sign else ""
    _add(info, "headline", f"{'Tower pressed' if picture.alerts else 'Call'}{where}: {incident.status.value}")
    parameters = {
        "incident_id": str(incident.id),
        "status": incident.status.value,
        "priority": str(incident.priority),
        "presses": str(sum(a.presses for a in picture.alerts)) if picture.alerts else None,
        "tower_id": picture.alerts[0].tower_id if picture.alerts else None,
        "sign_id": sign,
        "place_state": incident.place.state.value if incident.place else None,
        "outcome": incident.outcome.value if incident.outcome else None,
    }
    for name, value in parameters.items():
        if value is not None:
            parameter = etree.SubElement(info, f"{{{NAMESPACE}}}parameter")
            _add(parameter, "valueName", name)
            _add(parameter, "value", value)
    area = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(area, "areaDesc", sign or UNKNOWN_AREA)
    if incident.place is not None:
        point = incident.place.point
        _add(area, "circle", f"{point.lat:.6f},{point.lon:.6f} {RADIUS_KM}")


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def _time(at: datetime) -> str:
    """Return a time as CAP wants it: whole seconds, the offset in digits; UTC is -00:00 there."""
    return f"{at:%Y-%m-%dT%H:%M:%S}-00:00"

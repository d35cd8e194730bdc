"""Reading a CoT event: who it is about, where, and whether somebody calls for help."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from app.interop import xml
from app.interop.position.report import instant, number, point
from app.interop.reading import Findings, Reading, Unusable, What
from geo.point import Point

UNKNOWN_M: Final = 9_999_999.0  # CoT's way of saying that an error is not known
FRIENDS: Final = "a-f-"
ALARM: Final = "b-a-"
CANCELLED: Final = "b-a-o-can"
PRETENDED: Final = ("e", "s")  # opex: exercise, simulation
DRILLS: Final = ("drill", "exercise", "training")
ID_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class CotEvent:
    """`about` is the uid of who it is about: an alarm's is its own, its sender's stands in a link."""

    uid: str
    type: str
    about: str
    callsign: str
    point: Point | None
    at: datetime | None
    stale: datetime | None
    accuracy_m: float | None
    is_exercise: bool = False
    is_cancel: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_position(self) -> bool:
        """Whether it says where a friendly team is."""
        return self.type.startswith(FRIENDS) and self.point is not None

    @property
    def is_alarm(self) -> bool:
        """Whether somebody calls for help, or takes that back."""
        return self.type.startswith(ALARM)

    def reading(self, raw: bytes) -> Reading:
        """Return what it says, for whoever only wants to know what was understood."""
        is_known = self.is_position or self.is_alarm
        report = {"type": self.type, "kind": "exercise" if self.is_exercise else "real"}
        understood = ("a position" if self.is_position else "an alarm" if self.is_alarm else "an event of no concern",)
        what = What.POSITION if is_known else What.NOTHING
        return Reading("CoT", what, raw, report, understood=understood, warnings=self.warnings)


def read_event(raw: bytes) -> CotEvent:
    """Return what an event says. Raises Unusable: not an event, or one without uid or type."""
    findings = Findings()
    root = xml.parse(raw, findings)
    if xml.local(root) != "event":
        raise Unusable("not a CoT event", "event")
    uid, kind = root.get("uid", "")[:ID_CHARS_MAX], root.get("type", "")[:ID_CHARS_MAX]
    if not uid or not kind:
        raise Unusable("without uid or type", "event")
    where = xml.child(root, "point")
    place = point(where.get("lat"), where.get("lon"), findings) if where is not None else None
    if place is not None and (place.lat, place.lon) == (0.0, 0.0):
        place = None  # a device without a fix stands in the Gulf of Guinea
    error = number(where.get("ce")) if where is not None else None
    emergency = xml.find(root, "detail", "emergency")
    is_cancel = kind == CANCELLED or (emergency is not None and emergency.get("cancel", "").lower() == "true")
    contact = xml.find(root, "detail", "contact")
    return CotEvent(
        uid=uid,
        type=kind,
        about=_about(root, uid, kind),
        callsign=(contact.get("callsign", "") if contact is not None else "")[:ID_CHARS_MAX],
        point=place,
        at=_time(root.get("time"), findings),
        stale=_time(root.get("stale"), findings),
        accuracy_m=error if error is not None and 0 <= error < UNKNOWN_M else None,
        is_exercise=root.get("opex", "")[:1].lower() in PRETENDED or _says_so(emergency),
        is_cancel=is_cancel,
        warnings=findings.warnings,
    )


def _says_so(emergency: etree._Element | None) -> bool:
    """Whether an alarm calls itself a drill in words; servers have been seen to lose `opex`."""
    said = f"{emergency.get('type', '')} {emergency.text or ''}".casefold() if emergency is not None else ""
    return any(word in said for word in DRILLS)


def _about(root: etree._Element, uid: str, kind: str) -> str:
    """Return whose alarm it is: the parent's of its link, else what its own uid begins with."""
    if not kind.startswith(ALARM):
        return uid
    detail = xml.child(root, "detail")
    for link in xml.children(detail, "link") if detail is not None else ():
        if link.get("relation") == "p-p" and link.get("uid"):
            return link.get("uid", "")[:ID_CHARS_MAX]
    return uid.removesuffix("-9-1-1")


def _time(value: str | None, findings: Findings) -> datetime | None:
    at = instant(value, "time", findings)
    return at.astimezone(UTC) if at is not None else None

"""What an agent's device says, by websocket or HTTP, as commands. Strict: a device is ours to mend."""

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from app.positions import Fix
from app.problems import FIELD_NAME, UNKNOWN_FIELD
from dispatch.commands import AcceptOffer, Command, DeclineOffer, HearFrame, RaiseMayday, ReportStatus, SetDuty
from dispatch.status import FIELD_REPORTS, AssignmentStatus
from geo.point import BadPoint, Point

FUTURE_MAX: Final = timedelta(minutes=2)  # a device's clock may run ahead a little; a fact later than now is now
PAST_MAX: Final = timedelta(days=7)  # an outbox that came back after a week without signal is still believed

AssignmentId = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Text = Annotated[str, msgspec.Meta(max_length=200)]


class BadField(ValueError):
    """A field of a device's message that is not of the contract."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    kind: str
    id: str | None = None


Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Accept(_Said, forbid_unknown_fields=True, kw_only=True):
    """`seq` is the newest must-hear frame the person has seen: it tells an offer taken from a new place seen."""

    assignment_id: AssignmentId
    occurred_at: datetime | None = None
    seq: Seq | None = None


class Decline(_Said, forbid_unknown_fields=True, kw_only=True):
    assignment_id: AssignmentId
    reason: Text = ""


class Status(_Said, forbid_unknown_fields=True, kw_only=True):
    status: AssignmentStatus
    assignment_id: AssignmentId | None = None
    occurred_at: datetime | None = None
    reason: Text = ""
    seq: Seq | None = None


class Mayday(_Said, forbid_unknown_fields=True, kw_only=True):
    occurred_at: datetime | None = None


class Duty(_Said, forbid_unknown_fields=True, kw_only=True):
    on_duty: bool


class Received(_Said, forbid_unknown_fields=True, kw_only=True):
    seq: Seq


class Position(_Said, forbid_unknown_fields=True, kw_only=True):
    lat: float
    lon: float
    fixed_at: datetime | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=1_000_000)] | None = None


SHAPES: Final[dict[str, type[_Said]]] = {
    "accept": Accept,
    "decline": Decline,
    "status": Status,
    "mayday": Mayday,
    "duty": Duty,
    "received": Received,
    "position": Position,
}


def read_field(unit_id: str, body: dict[str, object], now: datetime) -> Command | Fix:
    """Return the command or the fix a device's message means. Raises BadField."""
    shape = SHAPES.get(str(body.get("kind")))
    if shape is None:
        raise BadField("kind", f"one of {', '.join(SHAPES)}")
    try:
        said = msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        raise _bad(error) from None
    match said:
        case Accept():
            return AcceptOffer(unit_id, said.assignment_id, when(said.occurred_at, now), said.seq)
        case Decline():
            return DeclineOffer(unit_id, said.assignment_id, said.reason)
        case Status():
            return read_status(unit_id, said, now)
        case Mayday():
            return RaiseMayday(unit_id, when(said.occurred_at, now))
        case Duty():
            return SetDuty(unit_id, said.on_duty)
        case Received():
            return HearFrame(unit_id, said.seq)
        case Position():
            return _fix(unit_id, said, now)
    raise BadField("kind", "unknown")


def read_status(unit_id: str, said: Status, now: datetime) -> Command:
    """Return the command a status means: a fact, or an answer to an offer. Raises BadField."""
    if said.status in FIELD_REPORTS:
        return ReportStatus(unit_id, said.status, when(said.occurred_at, now), said.assignment_id)
    if said.assignment_id is None:
        raise BadField("assignment_id", "an answer names its assignment")
    if said.status is AssignmentStatus.ACKNOWLEDGED:
        return AcceptOffer(unit_id, said.assignment_id, when(said.occurred_at, now), said.seq)
    if said.status is AssignmentStatus.DECLINED:
        return DeclineOffer(unit_id, said.assignment_id, said.reason)
    raise BadField("status", "not a unit's to say")


def _fix(unit_id: str, said: Position, now: datetime) -> Fix:
    try:
        point = Point(said.lat, said.lon)
    except BadPoint as error:
        raise BadField(error.field, "not a coordinate") from None
    return Fix(unit_id, point, when(said.fixed_at, now), said.accuracy_m)


def when(said: datetime | None, now: datetime) -> datetime:
    """Return when it happened by the device's clock, or now where that clock cannot be right."""
    if said is None or said.tzinfo is None or not now - PAST_MAX <= said <= now + FUTURE_MAX:
        return now
    return min(said, now)


def _bad(error: msgspec.ValidationError) -> BadField:
    """Name the field and the reason, without what was sent: msgspec quotes unknown names and unknown words."""
    reason, _, path = str(error).partition(" - at `$.")
    if reason.startswith("Object contains unknown field"):
        name = reason.rpartition("`")[0].rpartition("`")[2]
        return BadField(name if FIELD_NAME.fullmatch(name) else UNKNOWN_FIELD, "unknown field")
    if reason.startswith("Object missing required field"):
        return BadField(reason.rpartition("`")[0].rpartition("`")[2], "missing")
    if reason.startswith("Invalid enum value"):
        reason = "not one of the known words"
    return BadField(path.rstrip("`") or "body", reason)

"""The status tables. What is not in them is illegal; PostgreSQL carries the same labels.

Incident statuses are NENA EIDO's (STA-021), unit statuses its primary and secondary ones, times NFPA 1225's.
"""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Tests and exercises never page a unit as real and never join a real incident."""

    REAL = "real"
    TEST = "test"
    EXERCISE = "exercise"


class IncidentStatus(StrEnum):
    ACTIVE = "Active"
    RESOURCES_ASSIGNED = "ResourcesAssigned"
    RESOURCES_ENROUTE = "ResourcesEnroute"
    RESOURCES_ONSCENE = "ResourcesOnscene"
    CLOSED = "Closed"
    CANCELLED = "Cancelled"
    REOPENED = "ReOpened"


class Where(StrEnum):
    """The one place every open incident is in; `DONE` for the closed ones."""

    QUEUED = "queued"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    WITH_DISPATCHER = "with_dispatcher"
    DONE = "done"


class Held(StrEnum):
    """Why an incident is with a dispatcher."""

    PLACE_UNVERIFIED = "place_unverified"
    PLACE_CONFLICTING = "place_conflicting"
    RECOMMENDATION = "recommendation_unconfirmed"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    NOBODY_LEFT = "nobody_left"
    UNITS_CLEARED = "units_cleared_without_outcome"
    HAND_OFF = "hand_off_not_accepted"
    NOT_REAL = "test_or_exercise"
    UNREADABLE = "report_unreadable"


class AssignmentStatus(StrEnum):
    OFFERED = "offered"
    ACKNOWLEDGED = "acknowledged"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    SUBJECT_CONTACT = "subject_contact"
    TRANSPORTING = "transporting"
    AT_DESTINATION = "at_destination"
    CLEARED = "cleared"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    PREEMPTED = "preempted"
    CANCELLED = "cancelled"


class Primary(StrEnum):
    AVAILABLE = "Available"
    CONDITIONALLY_AVAILABLE = "ConditionallyAvailable"
    NOT_AVAILABLE = "NotAvailable"


class Outcome(StrEnum):
    """What became of the person; without one an incident cannot close."""

    FOUND_WELL = "found_well"
    FOUND_INJURED = "found_injured"
    FOUND_DECEASED = "found_deceased"
    SELF_RECOVERED = "self_recovered"
    NOT_FOUND = "not_found"
    FALSE_ACTIVATION = "false_activation"
    TEST = "test"
    DUPLICATE = "duplicate"
    TRANSFERRED = "transferred"


class AlarmKind(StrEnum):
    """Something a person must acknowledge."""

    WITH_DISPATCHER = "with_dispatcher"
    NO_UNIT = "no_unit_available"
    OFFER_UNANSWERED = "offer_unanswered"
    NOT_REACHED = "unit_not_reached"
    OVERDUE = "unit_overdue"
    AGEING = "ageing"
    MAYDAY = "mayday"
    CALLED_AGAIN = "called_again"
    PLACE_CHANGED = "place_changed"
    PLACE_DISPUTED = "place_disputed"
    LATE = "late_report"
    OUT_OF_ORDER = "out_of_order"
    TOWER_TAMPER = "tower_tamper"
    TOWER_BATTERY = "tower_low_battery"
    TOWER_SILENT = "tower_silent"
    SHARE_OFFERED = "share_offered"
    SYSTEM = "system"


class Mode(StrEnum):
    """How a sector assigns: `auto` offers trusted places at once, `recommend` waits for a dispatcher's key."""

    AUTO = "auto"
    RECOMMEND = "recommend"


class MustHear(StrEnum):
    """The frames a device has to answer with `received`."""

    OFFER = "offer"
    PLACE_CHANGED = "place_changed"
    CANCELLED = "cancelled"
    PREEMPTED = "preempted"


_A = AssignmentStatus
_FIELD_ORDER: Final = (
    _A.OFFERED, _A.ACKNOWLEDGED, _A.EN_ROUTE, _A.ON_SCENE,
    _A.SUBJECT_CONTACT, _A.TRANSPORTING, _A.AT_DESTINATION, _A.CLEARED,
)  # fmt: skip
ACTIVE: Final = frozenset(_FIELD_ORDER[:-1])
FIELD_REPORTS: Final = frozenset(_FIELD_ORDER[2:])
ENDINGS: Final = frozenset({_A.DECLINED, _A.TIMED_OUT, _A.PREEMPTED, _A.CANCELLED, _A.CLEARED})

# From each status, the ones a field report may move it to: forward skips are legal, backward moves are not.
MOVES: Final = {
    before: frozenset(after for after in _FIELD_ORDER[i + 1 :] if after in FIELD_REPORTS)
    for i, before in enumerate(_FIELD_ORDER)
}

SECONDARY: Final = {
    _A.OFFERED: "Assigned",
    _A.ACKNOWLEDGED: "AcknowledgedTransmission",
    _A.EN_ROUTE: "EnRoute",
    _A.ON_SCENE: "OnScene",
    _A.SUBJECT_CONTACT: "PatientContact",
    _A.TRANSPORTING: "Transporting",
    _A.AT_DESTINATION: "AtDestination",
}

TIME_OF: Final = {
    _A.ACKNOWLEDGED: "acknowledged_at",
    _A.EN_ROUTE: "en_route_at",
    _A.ON_SCENE: "on_scene_at",
    _A.SUBJECT_CONTACT: "subject_contact_at",
    _A.TRANSPORTING: "left_scene_at",
    _A.AT_DESTINATION: "at_destination_at",
    _A.CLEARED: "cleared_at",
}

CANCEL_OUTCOMES: Final = frozenset(
    {Outcome.SELF_RECOVERED, Outcome.FALSE_ACTIVATION, Outcome.TEST, Outcome.DUPLICATE, Outcome.TRANSFERRED}
)

PRIORITY_LOWEST, PRIORITY_HIGHEST = 0, 10  # NENA incidentCommonPriorityNumber
OFFER_ANSWER: Final = timedelta(seconds=60)  # design 4.6: the person accepts within 60 s
DEVICE_RECEIPT: Final = timedelta(seconds=10)  # design 4.6: the device answers within 10 s
DISPATCHER_REARM: Final = timedelta(seconds=60)  # design 4.4
DUPLICATE_HOLD: Final = timedelta(minutes=2)  # design 4.5
TAKEOVER_GRACE: Final = timedelta(seconds=15)  # design 1: open offers after a takeover
JOIN_WINDOW: Final = timedelta(hours=24)  # design 4.5
JOIN_RADIUS_M: Final = 5_000.0  # design 4.5
CROWD_AT_SIGN: Final = 5  # open incidents at one sign; whoever calls from there then joins (docs/access.md, floods)
CALLS_MAX: Final = 500  # of one incident that a crowd may join: its row is written anew with each
LATE_AFTER: Final = timedelta(minutes=10)  # longer under way than any phone call lasts: satellite or spool
FIX_LIMIT: Final = timedelta(seconds=60)  # reliability G7: an older position is stale
MISSED_MAX: Final = 2  # design 4.6: two unanswered offers make a unit NotAnswering


# How long a unit may stay in a status before somebody asks how it goes, and then again and again. Dispatch systems run
# such a timer per status; the figures are ours, and long, because the ground is: nobody may stay out unasked for hours.
OVERDUE: Final = {
    _A.ACKNOWLEDGED: timedelta(minutes=5),
    _A.EN_ROUTE: timedelta(minutes=60),
    _A.ON_SCENE: timedelta(minutes=60),
    _A.SUBJECT_CONTACT: timedelta(minutes=60),
    _A.TRANSPORTING: timedelta(minutes=90),
    _A.AT_DESTINATION: timedelta(minutes=60),
}


def ageing_interval(priority: int) -> timedelta:
    """How long an incident may wait before it alarms: 10, 20 or 60 minutes by priority (LASD manual; design 4.8)."""
    return timedelta(minutes=10 if priority >= 8 else 20 if priority >= 5 else 60)


def responding_status(statuses: Iterable[AssignmentStatus], *, reopened: bool) -> IncidentStatus:
    """Derive an open incident's status from its active assignments; an offer nobody took counts for nothing yet."""
    best = max((_FIELD_ORDER.index(s) for s in statuses if s in ACTIVE), default=0)
    if best >= _FIELD_ORDER.index(_A.ON_SCENE):
        return IncidentStatus.RESOURCES_ONSCENE
    if best == _FIELD_ORDER.index(_A.EN_ROUTE):
        return IncidentStatus.RESOURCES_ENROUTE
    if best == _FIELD_ORDER.index(_A.ACKNOWLEDGED):
        return IncidentStatus.RESOURCES_ASSIGNED
    return IncidentStatus.REOPENED if reopened else IncidentStatus.ACTIVE

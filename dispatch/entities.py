"""The rows: what the board, the read tables and the frames all hold. Frozen: a change is a new row.

Nothing personal stands here. A call's private part is sealed elsewhere and named by `sealed`.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from dispatch.status import (
    ACTIVE,
    AlarmKind,
    AssignmentStatus,
    Held,
    IncidentStatus,
    Kind,
    Mode,
    MustHear,
    Outcome,
    Primary,
    Where,
)
from geo.place import Candidate, PlaceState
from geo.point import Point

Instant = Annotated[datetime, Meta(tz=True)]


class Party(Struct, frozen=True, gc=False):
    """Who needs help, as counts. `child_alone` and `kept_together` are None when nobody asked."""

    adults: int | None = None
    children: int | None = None
    child_alone: bool | None = None
    kept_together: bool | None = None


class Place(Struct, frozen=True, gc=False):
    """One typed location. `source`: stated, device, tower or dispatcher. `cell` is H3 res 9."""

    point: Point
    state: PlaceState
    source: str
    cell: str
    sign_id: str | None = None
    sector: str | None = None


class Call(Struct, frozen=True, gc=False):
    """A request for help relayed by a PSAP. `digest` is keyed; `caller` a random token that stands for the number."""

    id: int
    incident_id: int
    psap: str
    psap_call_id: str | None
    kind: Kind
    received_at: Instant
    recorded_at: Instant
    sealed: str
    digest: str
    caller: str | None = None
    language: str | None = None
    party: Party = Party()
    needs: tuple[str, ...] = ()
    state: PlaceState = PlaceState.UNVERIFIED
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()
    has_device: bool = False
    registry_version: int = 0
    late: bool = False
    updates: int = 0
    warnings: tuple[str, ...] = ()


class Alert(Struct, frozen=True, gc=False):
    """A rescue tower's activation. `presses` counts the repeats folded into it, `source_ids` are their newest ids."""

    id: int
    incident_id: int
    tower_id: str
    source_ids: tuple[str, ...]
    kind: Kind
    occurred_at: Instant
    recorded_at: Instant
    sealed: str
    presses: int = 1
    late: bool = False
    warnings: tuple[str, ...] = ()
    place: Place | None = None


class Link(Struct, frozen=True, gc=False):
    """How one incident relates to another: possible_duplicate, duplicate, follows, related, split_from, merged_from."""

    incident_id: int
    relation: str


class Share(Struct, frozen=True, gc=False):
    """Another sector asked to help with one incident; from `agreed_at` on it sees the incident and handles it."""

    sector: str
    offered_at: Instant
    agreed_at: Instant | None = None


class Incident(Struct, frozen=True, gc=False):
    """What is responded to; holds 1..n calls and alerts. `version` is the seq of its last change."""

    id: int
    kind: Kind
    type: str
    priority: int
    received_at: Instant
    opened_at: Instant
    where: Where = Where.QUEUED
    status: IncidentStatus = IncidentStatus.ACTIVE
    held: Held | None = None
    since: Instant | None = None
    held_until: Instant | None = None
    ages_at: Instant | None = None
    sector: str | None = None
    place: Place | None = None
    candidates: tuple[Candidate, ...] = ()
    needs: tuple[str, ...] = ()
    party: Party = Party()
    round: int = 1
    asked: tuple[str, ...] = ()
    calls: tuple[int, ...] = ()
    alerts: tuple[int, ...] = ()
    assignments: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
    shares: tuple[Share, ...] = ()
    callbacks: int = 0
    notes: int = 0
    late: bool = False
    reopened: bool = False
    agency: str | None = None
    outcome: Outcome | None = None
    duplicate_of: int | None = None
    closed_at: Instant | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.where is not Where.DONE

    @property
    def helpers(self) -> frozenset[str]:
        """The sectors that agreed to help."""
        return frozenset(share.sector for share in self.shares if share.agreed_at is not None)


class Assignment(Struct, frozen=True, gc=False):
    """One unit on one incident; status belongs here. Times are the desk's, named as in NFPA 1225 and NEMSIS.

    `hear_by`: until when the device must answer; `place_ack_by`: until when the person must take a changed place;
    `overdue_at`: when somebody asks how it goes, if the status is still this one.
    `reason` is a code or the service's own words; what a person wrote is sealed, and named by `reason_sealed`.
    """

    id: int
    incident_id: int
    unit_id: str
    status: AssignmentStatus
    offered_at: Instant
    by: str
    answer_by: Instant
    must_hear: MustHear | None = None
    must_hear_seq: int = 0
    hear_by: Instant | None = None
    heard_at: Instant | None = None
    exercise: bool = False
    place_ack_by: Instant | None = None
    overdue_at: Instant | None = None
    acknowledged_at: Instant | None = None
    en_route_at: Instant | None = None
    on_scene_at: Instant | None = None
    subject_contact_at: Instant | None = None
    left_scene_at: Instant | None = None
    at_destination_at: Instant | None = None
    cleared_at: Instant | None = None
    ended_at: Instant | None = None
    reason: str | None = None
    reason_sealed: str | None = None

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE


class Unit(Struct, frozen=True, gc=False):
    """Who responds. `primary` and `secondary` follow from duty and the active assignment, derived in one place."""

    id: str
    kind: str
    sector: str
    station: str
    home: Point
    capabilities: tuple[str, ...] = ()
    on_duty: bool = False
    answering: bool = True
    missed: int = 0
    assignment_id: int | None = None
    primary: Primary = Primary.NOT_AVAILABLE
    secondary: str = "OffDuty"


class Alarm(Struct, frozen=True, gc=False):
    """Something a person must acknowledge. Armed: raised and not acknowledged, or to be raised again at `rearm_at`."""

    id: int
    kind: AlarmKind
    raised_at: Instant
    reason: str = ""
    incident_id: int | None = None
    unit_id: str | None = None
    tower_id: str | None = None
    sector: str | None = None
    times: int = 1
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    rearm_at: Instant | None = None
    cleared_at: Instant | None = None

    @property
    def is_armed(self) -> bool:
        return self.cleared_at is None and (self.acknowledged_at is None or self.rearm_at is not None)


class Tower(Struct, frozen=True, gc=False):
    """A rescue tower's own health. Each flag keeps the device time of its last transition, so order does not matter."""

    id: str
    sector: str | None = None
    silent: bool = False
    tamper: bool = False
    low_battery: bool = False
    silent_at: Instant | None = None
    tamper_at: Instant | None = None
    battery_at: Instant | None = None
    tested_at: Instant | None = None


class SectorRow(Struct, frozen=True, gc=False):
    """A sector as the board needs it. `lends`: its units may be picked for a neighbour's incident."""

    id: str
    name: str
    mode: Mode = Mode.AUTO
    lends: bool = True


Row = Call | Alert | Incident | Assignment | Unit | Alarm | Tower | SectorRow
Key = tuple[str, int | str]
TABLES: dict[type, str] = {
    Call: "calls",
    Alert: "alerts",
    Incident: "incidents",
    Assignment: "assignments",
    Unit: "units",
    Alarm: "alarms",
    Tower: "towers",
    SectorRow: "sectors",
}

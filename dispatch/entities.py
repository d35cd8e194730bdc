"""The rows: what the board, the read tables and the frames all hold. Frozen: a change is a new row.

Nothing personal stands here. A call's private part is sealed elsewhere and named by `sealed`.
"""

from dataclasses import dataclass
from datetime import datetime

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


@dataclass(frozen=True, slots=True)
class Party:
    """Who needs help, as counts. `child_alone` and `kept_together` are None when nobody asked."""

    adults: int | None = None
    children: int | None = None
    child_alone: bool | None = None
    kept_together: bool | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One typed location. `source`: stated, device, tower or dispatcher. `cell` is H3 res 9."""

    point: Point
    state: PlaceState
    source: str
    cell: str
    sign_id: str | None = None
    sector: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request for help relayed by a PSAP. `digest` is keyed; `caller` a random token that stands for the number."""

    id: int
    incident_id: int
    psap: str
    psap_call_id: str | None
    kind: Kind
    received_at: datetime
    recorded_at: datetime
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


@dataclass(frozen=True, slots=True)
class Alert:
    """A rescue tower's activation. `presses` counts the repeats folded into it, `source_ids` are their newest ids."""

    id: int
    incident_id: int
    tower_id: str
    source_ids: tuple[str, ...]
    kind: Kind
    occurred_at: datetime
    recorded_at: datetime
    sealed: str
    presses: int = 1
    late: bool = False
    warnings: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """How one incident relates to another: possible_duplicate, duplicate, follows, related, split_from, merged_from."""

    incident_id: int
    relation: str


@dataclass(frozen=True, slots=True)
class Share:
    """Another sector asked to help with one incident; from `agreed_at` on it sees the incident and handles it."""

    sector: str
    offered_at: datetime
    agreed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """What is responded to; holds 1..n calls and alerts. `version` is the seq of its last change."""

    id: int
    kind: Kind
    type: str
    priority: int
    received_at: datetime
    opened_at: datetime
    where: Where = Where.QUEUED
    status: IncidentStatus = IncidentStatus.ACTIVE
    held: Held | None = None
    since: datetime | None = None
    held_until: datetime | None = None
    ages_at: datetime | None = None
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
    closed_at: datetime | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        return self.where is not Where.DONE

    @property
    def helpers(self) -> frozenset[str]:
        """The sectors that agreed to help."""
        return frozenset(share.sector for share in self.shares if share.agreed_at is not None)


@dataclass(frozen=True, slots=True)
class Assignment:
    """One unit on one incident; status belongs here. Times are the desk's, named as in NFPA 1225 and NEMSIS.

    `hear_by`: until when the device must answer; `place_ack_by`: until when the person must take a changed place.
    `reason` is a code or the service's own words; what a person wrote is sealed, and named by `reason_sealed`.
    """

    id: int
    incident_id: int
    unit_id: str
    status: AssignmentStatus
    offered_at: datetime
    by: str
    answer_by: datetime
    must_hear: MustHear | None = None
    must_hear_seq: int = 0
    hear_by: datetime | None = None
    heard_at: datetime | None = None
    exercise: bool = False
    place_ack_by: datetime | None = None
    acknowledged_at: datetime | None = None
    en_route_at: datetime | None = None
    on_scene_at: datetime | None = None
    subject_contact_at: datetime | None = None
    left_scene_at: datetime | None = None
    at_destination_at: datetime | None = None
    cleared_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    reason_sealed: str | None = None

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE


@dataclass(frozen=True, slots=True)
class Unit:
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


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must acknowledge. Armed: raised and not acknowledged, or to be raised again at `rearm_at`."""

    id: int
    kind: AlarmKind
    raised_at: datetime
    reason: str = ""
    incident_id: int | None = None
    unit_id: str | None = None
    tower_id: str | None = None
    sector: str | None = None
    times: int = 1
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    rearm_at: datetime | None = None
    cleared_at: datetime | None = None

    @property
    def is_armed(self) -> bool:
        return self.cleared_at is None and (self.acknowledged_at is None or self.rearm_at is not None)


@dataclass(frozen=True, slots=True)
class Tower:
    """A rescue tower's own health. Each flag keeps the device time of its last transition, so order does not matter."""

    id: str
    sector: str | None = None
    silent: bool = False
    tamper: bool = False
    low_battery: bool = False
    silent_at: datetime | None = None
    tamper_at: datetime | None = None
    battery_at: datetime | None = None
    tested_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SectorRow:
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

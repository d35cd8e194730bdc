"""What happened. Past tense; the wire name is `noun.participle`; a kind's version rises when its shape changes.

An event that opens something carries the whole new row; the others carry what changed. Everything that follows
(statuses, cleared alarms, freed units) is derived in `dispatch.fold`, in one place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from dispatch.entities import Alarm, Alert, Assignment, Call, Incident, Link, Place, SectorRow, Unit
from dispatch.status import AssignmentStatus, Held, Mode, Outcome
from geo.nearest import Pick
from geo.place import Candidate

T = TypeVar("T")
KINDS: dict[str, type] = {}
NAMES: dict[type, str] = {}
VERSIONS: dict[str, int] = {}


def kind(name: str, version: int = 1) -> Callable[[type[T]], type[T]]:
    """Give an event class its wire name and version."""

    def register(cls: type[T]) -> type[T]:
        KINDS[name], NAMES[cls], VERSIONS[name] = cls, name, version
        return cls

    return register


@kind("desk.took_over", 2)
@dataclass(frozen=True, slots=True)
class DeskTookOver:
    """A desk began to write under `epoch`; what would have passed while nobody listened got a new deadline.

    `answer_by` is that of the open offers, of the frames that devices have `to_hear`, and of the changed places that
    persons have `to_acknowledge`: assignments, by id. Version 1 gave more time to offers only.
    """

    epoch: int
    offers: tuple[int, ...]
    answer_by: datetime
    to_hear: tuple[int, ...] = ()
    to_acknowledge: tuple[int, ...] = ()


@kind("call.received")
@dataclass(frozen=True, slots=True)
class CallReceived:
    call: Call
    joined: bool


@kind("call.updated")
@dataclass(frozen=True, slots=True)
class CallUpdated:
    call: Call


@kind("alert.received")
@dataclass(frozen=True, slots=True)
class AlertReceived:
    alert: Alert


@kind("alert.repeated")
@dataclass(frozen=True, slots=True)
class AlertRepeated:
    alert_id: int
    source_id: str | None
    occurred_at: datetime
    presses: int


@kind("incident.opened")
@dataclass(frozen=True, slots=True)
class IncidentOpened:
    incident: Incident


@kind("incident.queued")
@dataclass(frozen=True, slots=True)
class IncidentQueued:
    """The incident waits for a unit. A new round forgets who declined or did not answer."""

    incident_id: int
    new_round: bool = False


@kind("incident.held")
@dataclass(frozen=True, slots=True)
class IncidentHeld:
    """The incident is with a dispatcher: why, under which alarm, and until when if it goes on by itself."""

    incident_id: int
    reason: Held
    alarm: Alarm
    until: datetime | None = None


@kind("incident.place_changed")
@dataclass(frozen=True, slots=True)
class PlaceChanged:
    """The current location or its state changed.

    When it `moved`, the devices of units under way must have it by `hear_by`, the persons say so by `ack_by`.
    """

    incident_id: int
    place: Place
    candidates: tuple[Candidate, ...]
    moved: bool
    hear_by: datetime
    ack_by: datetime | None = None


@kind("incident.raised")
@dataclass(frozen=True, slots=True)
class IncidentRaised:
    """What the incident needs or how urgent it is changed."""

    incident_id: int
    priority: int
    needs: tuple[str, ...]


@kind("incident.linked")
@dataclass(frozen=True, slots=True)
class IncidentLinked:
    incident_id: int
    link: Link


@kind("incident.unlinked")
@dataclass(frozen=True, slots=True)
class IncidentUnlinked:
    incident_id: int
    other_id: int


@kind("incident.merged")
@dataclass(frozen=True, slots=True)
class IncidentMerged:
    """Calls and alerts moved into another incident; this one is closed as its duplicate."""

    incident_id: int
    into_id: int


@kind("incident.split")
@dataclass(frozen=True, slots=True)
class IncidentSplit:
    """Some calls and alerts left for an incident of their own, which is the new row."""

    incident_id: int
    incident: Incident


@kind("incident.outcome_recorded")
@dataclass(frozen=True, slots=True)
class OutcomeRecorded:
    incident_id: int
    outcome: Outcome
    cancelled: bool = False
    duplicate_of: int | None = None
    agency: str | None = None


@kind("incident.reopened")
@dataclass(frozen=True, slots=True)
class IncidentReopened:
    incident_id: int


@kind("incident.recalled")
@dataclass(frozen=True, slots=True)
class IncidentRecalled:
    """An old closed incident was taken from the archive so that it can be worked on; every view learns its rows."""

    incident: Incident
    calls: tuple[Call, ...]
    alerts: tuple[Alert, ...]
    assignments: tuple[Assignment, ...]


@kind("incident.handed_off")
@dataclass(frozen=True, slots=True)
class HandOffRequested:
    incident_id: int
    agency: str


@kind("incident.share_offered")
@dataclass(frozen=True, slots=True)
class ShareOffered:
    """Another sector was asked to help; `alarm` rings there."""

    incident_id: int
    sector: str
    alarm: Alarm


@kind("incident.share_agreed")
@dataclass(frozen=True, slots=True)
class ShareAgreed:
    """That sector helps, sees and handles the incident until it closes; closing ends every share by itself."""

    incident_id: int
    sector: str


@kind("incident.share_declined")
@dataclass(frozen=True, slots=True)
class ShareDeclined:
    """The offer came to nothing: refused there, or taken back here."""

    incident_id: int
    sector: str


@kind("incident.aged")
@dataclass(frozen=True, slots=True)
class IncidentAged:
    incident_id: int
    ages_at: datetime
    alarm: Alarm


@kind("incident.noted")
@dataclass(frozen=True, slots=True)
class NoteAdded:
    """A note; its words are sealed."""

    incident_id: int
    sealed: str


@kind("offer.made", 2)
@dataclass(frozen=True, slots=True)
class OfferMade:
    """A unit is offered an incident. `picks` and `passed_over` prove the choice.

    `sealed` names a dispatcher's reason. Version 1 had it in the open, as `why`; it stays readable, none is added.
    """

    assignment: Assignment
    picks: tuple[Pick, ...]
    passed_over: dict[str, int]
    why: str = ""
    sealed: str | None = None


@kind("offer.accepted")
@dataclass(frozen=True, slots=True)
class OfferAccepted:
    assignment_id: int
    occurred_at: datetime


@kind("offer.declined", 2)
@dataclass(frozen=True, slots=True)
class OfferDeclined:
    """The unit said no. `reason` is a code, other words are named by `sealed`; version 1 had them in the open."""

    assignment_id: int
    reason: str
    sealed: str | None = None


@kind("offer.timed_out")
@dataclass(frozen=True, slots=True)
class OfferTimedOut:
    assignment_id: int
    alarm: Alarm


@kind("frame.heard")
@dataclass(frozen=True, slots=True)
class FrameHeard:
    """The unit's device has the frame it must hear."""

    assignment_id: int


@kind("place.acknowledged")
@dataclass(frozen=True, slots=True)
class PlaceAcknowledged:
    """The person on the way has taken the changed place."""

    assignment_id: int
    occurred_at: datetime


@kind("unit.not_reached")
@dataclass(frozen=True, slots=True)
class UnitNotReached:
    """The device or the person did not answer in time, or there was no live socket: radio it."""

    assignment_id: int
    alarm: Alarm


@kind("assignment.moved")
@dataclass(frozen=True, slots=True)
class AssignmentMoved:
    """A fact from the field moved the assignment on."""

    assignment_id: int
    status: AssignmentStatus
    occurred_at: datetime


@kind("assignment.cancelled", 2)
@dataclass(frozen=True, slots=True)
class AssignmentCancelled:
    """The unit is taken off. `reason` is ours, a person's is named by `sealed`; version 1 had it in the open."""

    assignment_id: int
    reason: str
    hear_by: datetime
    sealed: str | None = None


@kind("assignment.preempted")
@dataclass(frozen=True, slots=True)
class AssignmentPreempted:
    assignment_id: int
    for_incident_id: int
    hear_by: datetime


@kind("field.out_of_order")
@dataclass(frozen=True, slots=True)
class FieldReportOutOfOrder:
    """A fact that no longer fits: recorded, alarmed, and it moves nothing."""

    unit_id: str
    assignment_id: int | None
    said: str
    occurred_at: datetime
    alarm: Alarm


@kind("unit.registered")
@dataclass(frozen=True, slots=True)
class UnitRegistered:
    unit: Unit


@kind("unit.duty_changed")
@dataclass(frozen=True, slots=True)
class UnitDutyChanged:
    unit_id: str
    on_duty: bool


@kind("unit.answering")
@dataclass(frozen=True, slots=True)
class UnitAnswering:
    """The unit's app was touched after it had not answered."""

    unit_id: str


@kind("alarm.raised")
@dataclass(frozen=True, slots=True)
class AlarmRaised:
    alarm: Alarm


@kind("alarm.acknowledged")
@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    alarm_id: int
    by: str
    rearm_at: datetime | None


@kind("alarm.rearmed")
@dataclass(frozen=True, slots=True)
class AlarmRearmed:
    alarm_id: int


@kind("alarm.cleared")
@dataclass(frozen=True, slots=True)
class AlarmCleared:
    alarm_id: int


@kind("tower.changed")
@dataclass(frozen=True, slots=True)
class TowerChanged:
    """A tower's own state changed: `what` is silent, tamper, low_battery or tested, `on` its new value."""

    tower_id: str
    sector: str | None
    what: str
    on: bool
    occurred_at: datetime


@kind("sector.configured")
@dataclass(frozen=True, slots=True)
class SectorConfigured:
    sector: SectorRow


@kind("sector.mode_changed")
@dataclass(frozen=True, slots=True)
class SectorModeChanged:
    sector_id: str
    mode: Mode


@kind("registry.imported")
@dataclass(frozen=True, slots=True)
class RegistryImported:
    version: int
    digest: str
    signs: int


Event = (
    DeskTookOver | CallReceived | CallUpdated | AlertReceived | AlertRepeated | IncidentOpened | IncidentQueued
    | IncidentHeld | PlaceChanged | IncidentRaised | IncidentLinked | IncidentUnlinked | IncidentMerged | IncidentSplit
    | OutcomeRecorded | IncidentReopened | IncidentRecalled | HandOffRequested | IncidentAged | NoteAdded | OfferMade
    | OfferAccepted | OfferDeclined | OfferTimedOut | FrameHeard | UnitNotReached | AssignmentMoved
    | AssignmentCancelled | AssignmentPreempted | FieldReportOutOfOrder | UnitRegistered | UnitDutyChanged
    | UnitAnswering | AlarmRaised | AlarmAcknowledged | AlarmRearmed | AlarmCleared | TowerChanged | SectorConfigured
    | SectorModeChanged | RegistryImported | PlaceAcknowledged | ShareOffered | ShareAgreed | ShareDeclined
)  # fmt: skip

"""What happened. Past tense; the wire name is `noun.participle`; a kind's version rises when its shape changes.

An event that opens something carries the whole new row; the others carry what changed. Everything that follows
(statuses, cleared alarms, freed units) is derived in `dispatch.fold`, in one place.
"""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from dispatch.entities import Alarm, Alert, Assignment, Call, Incident, Instant, Link, Place, SectorRow, Unit
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
class DeskTookOver(Struct, frozen=True, gc=False):
    """A desk began to write under `epoch`; what would have passed while nobody listened got a new deadline.

    `answer_by` is that of the open offers, of the frames that devices have `to_hear`, and of the changed places that
    persons have `to_acknowledge`: assignments, by id. Version 1 gave more time to offers only.
    """

    epoch: int
    offers: tuple[int, ...]
    answer_by: Instant
    to_hear: tuple[int, ...] = ()
    to_acknowledge: tuple[int, ...] = ()


@kind("call.received")
class CallReceived(Struct, frozen=True, gc=False):
    """A call was recorded: with an incident of its own, or as one more of an open one (`joined`)."""

    call: Call
    joined: bool


@kind("call.updated")
class CallUpdated(Struct, frozen=True, gc=False):
    """The PSAP sent the same call again, with something new in it."""

    call: Call


@kind("alert.received")
class AlertReceived(Struct, frozen=True, gc=False):
    """A rescue tower's button was pressed."""

    alert: Alert


@kind("alert.repeated")
class AlertRepeated(Struct, frozen=True, gc=False):
    """It was pressed again; `presses` is how often by now."""

    alert_id: int
    source_id: str | None
    occurred_at: Instant
    presses: int


@kind("incident.opened")
class IncidentOpened(Struct, frozen=True, gc=False):
    """Somebody needs help, and has a place in the queue from now on."""

    incident: Incident


@kind("incident.queued")
class IncidentQueued(Struct, frozen=True, gc=False):
    """The incident waits for a unit. A new round forgets who declined or did not answer."""

    incident_id: int
    new_round: bool = False


@kind("incident.held")
class IncidentHeld(Struct, frozen=True, gc=False):
    """The incident is with a dispatcher: why, under which alarm, and until when if it goes on by itself."""

    incident_id: int
    reason: Held
    alarm: Alarm
    until: Instant | None = None


@kind("incident.place_changed")
class PlaceChanged(Struct, frozen=True, gc=False):
    """The current location or its state changed.

    When it `moved`, the devices of units under way must have it by `hear_by`, the persons say so by `ack_by`.
    """

    incident_id: int
    place: Place
    candidates: tuple[Candidate, ...]
    moved: bool
    hear_by: Instant
    ack_by: Instant | None = None


@kind("incident.raised")
class IncidentRaised(Struct, frozen=True, gc=False):
    """What the incident needs or how urgent it is changed."""

    incident_id: int
    priority: int
    needs: tuple[str, ...]


@kind("incident.linked")
class IncidentLinked(Struct, frozen=True, gc=False):
    """Two incidents have to do with each other; both stay."""

    incident_id: int
    link: Link


@kind("incident.unlinked")
class IncidentUnlinked(Struct, frozen=True, gc=False):
    """They have not, after all."""

    incident_id: int
    other_id: int


@kind("incident.merged")
class IncidentMerged(Struct, frozen=True, gc=False):
    """Calls and alerts moved into another incident; this one is closed as its duplicate."""

    incident_id: int
    into_id: int


@kind("incident.split")
class IncidentSplit(Struct, frozen=True, gc=False):
    """Some calls and alerts left for an incident of their own, which is the new row."""

    incident_id: int
    incident: Incident


@kind("incident.outcome_recorded")
class OutcomeRecorded(Struct, frozen=True, gc=False):
    """What became of the person; only now is an incident closed. `agency`: who found them, where it was another."""

    incident_id: int
    outcome: Outcome
    cancelled: bool = False
    duplicate_of: int | None = None
    agency: str | None = None


@kind("incident.reopened")
class IncidentReopened(Struct, frozen=True, gc=False):
    """It was not over."""

    incident_id: int


@kind("incident.recalled")
class IncidentRecalled(Struct, frozen=True, gc=False):
    """An old closed incident was taken from the archive so that it can be worked on; every view learns its rows."""

    incident: Incident
    calls: tuple[Call, ...]
    alerts: tuple[Alert, ...]
    assignments: tuple[Assignment, ...]


@kind("incident.handed_off")
class HandOffRequested(Struct, frozen=True, gc=False):
    """Another agency was asked to take the incident; it stays here until that one has accepted."""

    incident_id: int
    agency: str


@kind("incident.share_offered")
class ShareOffered(Struct, frozen=True, gc=False):
    """Another sector was asked to help; `alarm` rings there."""

    incident_id: int
    sector: str
    alarm: Alarm


@kind("incident.share_agreed")
class ShareAgreed(Struct, frozen=True, gc=False):
    """That sector helps, sees and handles the incident until it closes; closing ends every share by itself."""

    incident_id: int
    sector: str


@kind("incident.share_declined")
class ShareDeclined(Struct, frozen=True, gc=False):
    """The offer came to nothing: refused there, or taken back here."""

    incident_id: int
    sector: str


@kind("incident.aged")
class IncidentAged(Struct, frozen=True, gc=False):
    """It has waited for long: the alarm says so, and says so again at `ages_at`."""

    incident_id: int
    ages_at: Instant
    alarm: Alarm


@kind("incident.noted")
class NoteAdded(Struct, frozen=True, gc=False):
    """A note; its words are sealed."""

    incident_id: int
    sealed: str


@kind("offer.made", 2)
class OfferMade(Struct, frozen=True, gc=False):
    """A unit is offered an incident. `picks` and `passed_over` prove the choice.

    `sealed` names a dispatcher's reason. Version 1 had it in the open, as `why`; it stays readable, none is added.
    """

    assignment: Assignment
    picks: tuple[Pick, ...]
    passed_over: dict[str, int]
    why: str = ""
    sealed: str | None = None


@kind("offer.accepted", 2)
class OfferAccepted(Struct, frozen=True, gc=False):
    """The unit goes. `occurred_at`: when its person said so, where that was before we heard it.

    At `overdue_at` somebody asks how it goes, if it has not gone on by then; version 1 did not.
    """

    assignment_id: int
    occurred_at: Instant
    overdue_at: Instant | None = None


@kind("offer.declined", 2)
class OfferDeclined(Struct, frozen=True, gc=False):
    """The unit said no. `reason` is a code, other words are named by `sealed`; version 1 had them in the open."""

    assignment_id: int
    reason: str
    sealed: str | None = None


@kind("offer.timed_out")
class OfferTimedOut(Struct, frozen=True, gc=False):
    """Nobody answered an offer in time."""

    assignment_id: int
    alarm: Alarm


@kind("frame.heard")
class FrameHeard(Struct, frozen=True, gc=False):
    """The unit's device has the frame it must hear."""

    assignment_id: int


@kind("place.acknowledged")
class PlaceAcknowledged(Struct, frozen=True, gc=False):
    """The person on the way has taken the changed place."""

    assignment_id: int
    occurred_at: Instant


@kind("unit.not_reached")
class UnitNotReached(Struct, frozen=True, gc=False):
    """The device or the person did not answer in time, or there was no live socket: radio it."""

    assignment_id: int
    alarm: Alarm


@kind("assignment.moved", 2)
class AssignmentMoved(Struct, frozen=True, gc=False):
    """A fact from the field moved the assignment on. `overdue_at` as in `offer.accepted`; version 1 had none."""

    assignment_id: int
    status: AssignmentStatus
    occurred_at: Instant
    overdue_at: Instant | None = None


@kind("assignment.overdue")
class AssignmentOverdue(Struct, frozen=True, gc=False):
    """The unit is where it was for too long: the alarm says so, and says so again at `overdue_at`."""

    assignment_id: int
    overdue_at: Instant
    alarm: Alarm


@kind("assignment.cancelled", 2)
class AssignmentCancelled(Struct, frozen=True, gc=False):
    """The unit is taken off. `reason` is ours, a person's is named by `sealed`; version 1 had it in the open."""

    assignment_id: int
    reason: str
    hear_by: Instant
    sealed: str | None = None


@kind("assignment.preempted")
class AssignmentPreempted(Struct, frozen=True, gc=False):
    """The unit was taken off for an incident that cannot wait; its device must hear that by `hear_by`."""

    assignment_id: int
    for_incident_id: int
    hear_by: Instant


@kind("field.out_of_order")
class FieldReportOutOfOrder(Struct, frozen=True, gc=False):
    """A fact that no longer fits: recorded, alarmed, and it moves nothing."""

    unit_id: str
    assignment_id: int | None
    said: str
    occurred_at: Instant
    alarm: Alarm


@kind("unit.registered")
class UnitRegistered(Struct, frozen=True, gc=False):
    """A unit is known, new or changed."""

    unit: Unit


@kind("unit.duty_changed")
class UnitDutyChanged(Struct, frozen=True, gc=False):
    """A unit came on duty or went off it."""

    unit_id: str
    on_duty: bool


@kind("unit.answering")
class UnitAnswering(Struct, frozen=True, gc=False):
    """The unit's app was touched after it had not answered."""

    unit_id: str


@kind("alarm.raised")
class AlarmRaised(Struct, frozen=True, gc=False):
    """Something wants a person."""

    alarm: Alarm


@kind("alarm.acknowledged")
class AlarmAcknowledged(Struct, frozen=True, gc=False):
    """Somebody looks after it. It rings again at `rearm_at` if nothing was done by then."""

    alarm_id: int
    by: str
    rearm_at: Instant | None


@kind("alarm.rearmed")
class AlarmRearmed(Struct, frozen=True, gc=False):
    """Nothing was done: it rings again."""

    alarm_id: int


@kind("alarm.cleared")
class AlarmCleared(Struct, frozen=True, gc=False):
    """It is over."""

    alarm_id: int


@kind("tower.changed")
class TowerChanged(Struct, frozen=True, gc=False):
    """A tower's own state changed: `what` is silent, tamper, low_battery or tested, `on` its new value."""

    tower_id: str
    sector: str | None
    what: str
    on: bool
    occurred_at: Instant


@kind("sector.configured")
class SectorConfigured(Struct, frozen=True, gc=False):
    """A sector is known, new or changed."""

    sector: SectorRow


@kind("sector.mode_changed")
class SectorModeChanged(Struct, frozen=True, gc=False):
    """Offers go out by themselves in this sector, or after a dispatcher's key, from now on."""

    sector_id: str
    mode: Mode


@kind("registry.imported")
class RegistryImported(Struct, frozen=True, gc=False):
    """The signs on the ground are those of this version from now on."""

    version: int
    digest: str
    signs: int


Event = (
    DeskTookOver | CallReceived | CallUpdated | AlertReceived | AlertRepeated | IncidentOpened | IncidentQueued
    | IncidentHeld | PlaceChanged | IncidentRaised | IncidentLinked | IncidentUnlinked | IncidentMerged | IncidentSplit
    | OutcomeRecorded | IncidentReopened | IncidentRecalled | HandOffRequested | IncidentAged | NoteAdded | OfferMade
    | OfferAccepted | OfferDeclined | OfferTimedOut | FrameHeard | UnitNotReached | AssignmentMoved | AssignmentOverdue
    | AssignmentCancelled | AssignmentPreempted | FieldReportOutOfOrder | UnitRegistered | UnitDutyChanged
    | UnitAnswering | AlarmRaised | AlarmAcknowledged | AlarmRearmed | AlarmCleared | TowerChanged | SectorConfigured
    | SectorModeChanged | RegistryImported | PlaceAcknowledged | ShareOffered | ShareAgreed | ShareDeclined
)  # fmt: skip

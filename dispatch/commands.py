"""What somebody asks. Imperative; `by` is who asks, `version` the incident as the person saw it."""

from dataclasses import dataclass
from datetime import datetime

from dispatch.entities import Call, Party, Place, SectorRow, Unit
from dispatch.status import AssignmentStatus, Kind, Mode, Outcome
from geo.place import Resolution


@dataclass(frozen=True, slots=True)
class ReportCall:
    """A PSAP relays a call. The words are sealed under `sealed`; the resolution was made where the call arrived."""

    psap: str
    psap_call_id: str | None
    kind: Kind
    received_at: datetime
    sealed: str
    digest: str
    resolution: Resolution
    registry_version: int
    caller: str | None = None
    language: str | None = None
    party: Party = Party()
    needs: tuple[str, ...] = ()
    type: str = "SAR"
    priority: int | None = None
    has_device: bool = False
    sector: str | None = None
    occurred_at: datetime | None = None
    unreadable: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportAlert:
    """A rescue tower's button was pressed. `place` is None when the registry does not know the tower."""

    tower_id: str
    source_id: str | None
    kind: Kind
    occurred_at: datetime
    sealed: str
    place: Place | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportTower:
    """A tower's own state: `what` is heartbeat, tamper, low_battery, silent or test."""

    tower_id: str
    sector: str | None
    what: str
    on: bool
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AcceptOffer:
    """Take an offer, or a place that changed since. `seq` is the newest must-hear frame the person has seen."""

    unit_id: str
    assignment_id: int
    occurred_at: datetime
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class DeclineOffer:
    """`reason` is a code; what the person wrote instead of one is sealed under `sealed`, here as in what follows."""

    unit_id: str
    assignment_id: int
    reason: str
    sealed: str | None = None


@dataclass(frozen=True, slots=True)
class ReportStatus:
    """A fact from the field; never refused. Without an assignment the unit's active one is meant."""

    unit_id: str
    status: AssignmentStatus
    occurred_at: datetime
    assignment_id: int | None = None


@dataclass(frozen=True, slots=True)
class RaiseMayday:
    unit_id: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class HearFrame:
    """The device has the must-hear frame of this seq."""

    unit_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class MissUnit:
    """No live socket for a unit that must hear something."""

    assignment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class SetDuty:
    unit_id: str
    on_duty: bool


@dataclass(frozen=True, slots=True)
class Assign:
    """A dispatcher sends a unit. `preempt` takes it from its present incident; `reason` explains an override."""

    incident_id: int
    unit_id: str
    by: str
    reason: str = ""
    preempt: bool = False
    version: int | None = None
    sealed: str | None = None


@dataclass(frozen=True, slots=True)
class Reassign:
    """A dispatcher replaces the unit of an assignment by another."""

    assignment_id: int
    unit_id: str
    by: str
    reason: str = ""
    version: int | None = None
    sealed: str | None = None


@dataclass(frozen=True, slots=True)
class StandDown:
    assignment_id: int
    by: str
    reason: str = ""
    sealed: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A dispatcher lets the incident go (back) to the queue, as a new round."""

    incident_id: int
    by: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class AcceptPlace:
    """A dispatcher says where it is; that place is confirmed."""

    incident_id: int
    place: Place
    by: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SetPriority:
    incident_id: int
    priority: int
    by: str
    needs: tuple[str, ...] | None = None
    version: int | None = None


@dataclass(frozen=True, slots=True)
class AddNote:
    incident_id: int
    sealed: str
    by: str


@dataclass(frozen=True, slots=True)
class RecordOutcome:
    """Close with an outcome. `release_units` stands down who is still on it; `cancelled` closes without a response."""

    incident_id: int
    outcome: Outcome
    by: str
    cancelled: bool = False
    duplicate_of: int | None = None
    agency: str | None = None
    release_units: bool = False
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    incident_id: int
    by: str


@dataclass(frozen=True, slots=True)
class LinkIncidents:
    incident_id: int
    other_id: int
    relation: str
    by: str


@dataclass(frozen=True, slots=True)
class UnlinkIncidents:
    incident_id: int
    other_id: int
    by: str


@dataclass(frozen=True, slots=True)
class MergeIncidents:
    """Move everything of one incident into another and close it as the duplicate."""

    incident_id: int
    into_id: int
    by: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class SplitIncident:
    """Give some calls and alerts an incident of their own."""

    incident_id: int
    calls: tuple[int, ...]
    alerts: tuple[int, ...]
    by: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class HandOff:
    """Ask another agency to take the incident; it stays open until that agency accepts."""

    incident_id: int
    agency: str
    by: str


@dataclass(frozen=True, slots=True)
class OfferShare:
    """Ask another sector to help with an incident."""

    incident_id: int
    sector: str
    by: str


@dataclass(frozen=True, slots=True)
class AgreeShare:
    """The asked sector says yes; from then on it sees the incident, until that closes."""

    incident_id: int
    sector: str
    by: str


@dataclass(frozen=True, slots=True)
class DeclineShare:
    """The asked sector says no, or the asking one takes it back; nothing that was agreed on ends this way."""

    incident_id: int
    sector: str
    by: str


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    alarm_id: int
    by: str


@dataclass(frozen=True, slots=True)
class ClearAlarm:
    """A person says that the cause is gone: the mayday is answered, the loop runs again."""

    alarm_id: int
    by: str


@dataclass(frozen=True, slots=True)
class RaiseSystemAlarm:
    """Something in the service itself needs a person: a stopped loop, a refused append."""

    reason: str
    incident_id: int | None = None


@dataclass(frozen=True, slots=True)
class TimeIsUp:
    """A deadline written in a row has passed; ignored when the row has moved on or the time has not come."""

    table: str
    id: int
    field: str
    due: datetime


@dataclass(frozen=True, slots=True)
class TakeOver:
    epoch: int


@dataclass(frozen=True, slots=True)
class RegisterUnits:
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class ConfigureSectors:
    sectors: tuple[SectorRow, ...]


@dataclass(frozen=True, slots=True)
class SetMode:
    sector_id: str
    mode: Mode
    by: str


@dataclass(frozen=True, slots=True)
class RecordRegistryImport:
    version: int
    digest: str
    signs: int


@dataclass(frozen=True, slots=True)
class Recall:
    """Rows of an old closed incident, read from the archive by the desk before the command that names it."""

    incident_id: int
    rows: tuple[object, ...]


FieldCommand = AcceptOffer | DeclineOffer | ReportStatus | RaiseMayday | HearFrame | SetDuty
Command = (
    ReportCall | ReportAlert | ReportTower | FieldCommand | MissUnit | Assign | Reassign | StandDown | Release
    | AcceptPlace | SetPriority | AddNote | RecordOutcome | Reopen | LinkIncidents | UnlinkIncidents | MergeIncidents
    | SplitIncident | HandOff | OfferShare | AgreeShare | DeclineShare | AcknowledgeAlarm | ClearAlarm
    | RaiseSystemAlarm | TimeIsUp | TakeOver | RegisterUnits | ConfigureSectors | SetMode | RecordRegistryImport
    | Recall
)  # fmt: skip
__all__ = [name for name, value in list(globals().items()) if isinstance(value, type)] + ["Command", "FieldCommand"]
_ = Call

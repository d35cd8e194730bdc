"""What somebody asks. Imperative; `by` is who asks, `version` the incident as the person saw it."""

from msgspec import Struct

from dispatch.entities import Call, Instant, Party, Place, SectorRow, Unit
from dispatch.status import AssignmentStatus, Kind, Mode, Outcome
from geo.place import Resolution


class ReportCall(Struct, frozen=True, gc=False):
    """A PSAP relays a call. The words are sealed under `sealed`; the resolution was made where the call arrived."""

    psap: str
    psap_call_id: str | None
    kind: Kind
    received_at: Instant
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
    occurred_at: Instant | None = None
    unreadable: bool = False
    warnings: tuple[str, ...] = ()


class ReportAlert(Struct, frozen=True, gc=False):
    """A rescue tower's button was pressed. `place` is None when the registry does not know the tower."""

    tower_id: str
    source_id: str | None
    kind: Kind
    occurred_at: Instant
    sealed: str
    place: Place | None
    warnings: tuple[str, ...] = ()


class ReportTower(Struct, frozen=True, gc=False):
    """A tower's own state: `what` is heartbeat, tamper, low_battery, silent or test."""

    tower_id: str
    sector: str | None
    what: str
    on: bool
    occurred_at: Instant


class AcceptOffer(Struct, frozen=True, gc=False):
    """Take an offer, or a place that changed since. `seq` is the newest must-hear frame the person has seen."""

    unit_id: str
    assignment_id: int
    occurred_at: Instant
    seq: int | None = None


class DeclineOffer(Struct, frozen=True, gc=False):
    """`reason` is a code; what the person wrote instead of one is sealed under `sealed`, here as in what follows."""

    unit_id: str
    assignment_id: int
    reason: str
    sealed: str | None = None


class ReportStatus(Struct, frozen=True, gc=False):
    """A fact from the field; never refused. Without an assignment the unit's active one is meant."""

    unit_id: str
    status: AssignmentStatus
    occurred_at: Instant
    assignment_id: int | None = None


class RaiseMayday(Struct, frozen=True, gc=False):
    unit_id: str
    occurred_at: Instant


class HearFrame(Struct, frozen=True, gc=False):
    """The device has the must-hear frame of this seq."""

    unit_id: str
    seq: int


class MissUnit(Struct, frozen=True, gc=False):
    """No live socket for a unit that must hear something."""

    assignment_id: int
    reason: str


class SetDuty(Struct, frozen=True, gc=False):
    unit_id: str
    on_duty: bool


class Assign(Struct, frozen=True, gc=False):
    """A dispatcher sends a unit. `preempt` takes it from its present incident; `reason` explains an override."""

    incident_id: int
    unit_id: str
    by: str
    reason: str = ""
    preempt: bool = False
    version: int | None = None
    sealed: str | None = None


class Reassign(Struct, frozen=True, gc=False):
    """A dispatcher replaces the unit of an assignment by another."""

    assignment_id: int
    unit_id: str
    by: str
    reason: str = ""
    version: int | None = None
    sealed: str | None = None


class StandDown(Struct, frozen=True, gc=False):
    assignment_id: int
    by: str
    reason: str = ""
    sealed: str | None = None


class Release(Struct, frozen=True, gc=False):
    """A dispatcher lets the incident go (back) to the queue, as a new round."""

    incident_id: int
    by: str
    version: int | None = None


class AcceptPlace(Struct, frozen=True, gc=False):
    """A dispatcher says where it is; that place is confirmed."""

    incident_id: int
    place: Place
    by: str
    version: int | None = None


class SetPriority(Struct, frozen=True, gc=False):
    incident_id: int
    priority: int
    by: str
    needs: tuple[str, ...] | None = None
    version: int | None = None


class AddNote(Struct, frozen=True, gc=False):
    incident_id: int
    sealed: str
    by: str


class RecordOutcome(Struct, frozen=True, gc=False):
    """Close with an outcome. `release_units` stands down who is still on it; `cancelled` closes without a response."""

    incident_id: int
    outcome: Outcome
    by: str
    cancelled: bool = False
    duplicate_of: int | None = None
    agency: str | None = None
    release_units: bool = False
    version: int | None = None


class Reopen(Struct, frozen=True, gc=False):
    incident_id: int
    by: str


class LinkIncidents(Struct, frozen=True, gc=False):
    incident_id: int
    other_id: int
    relation: str
    by: str


class UnlinkIncidents(Struct, frozen=True, gc=False):
    incident_id: int
    other_id: int
    by: str


class MergeIncidents(Struct, frozen=True, gc=False):
    """Move everything of one incident into another and close it as the duplicate."""

    incident_id: int
    into_id: int
    by: str
    version: int | None = None


class SplitIncident(Struct, frozen=True, gc=False):
    """Give some calls and alerts an incident of their own."""

    incident_id: int
    calls: tuple[int, ...]
    alerts: tuple[int, ...]
    by: str
    version: int | None = None


class HandOff(Struct, frozen=True, gc=False):
    """Ask another agency to take the incident; it stays open until that agency accepts."""

    incident_id: int
    agency: str
    by: str


class OfferShare(Struct, frozen=True, gc=False):
    """Ask another sector to help with an incident."""

    incident_id: int
    sector: str
    by: str


class AgreeShare(Struct, frozen=True, gc=False):
    """The asked sector says yes; from then on it sees the incident, until that closes."""

    incident_id: int
    sector: str
    by: str


class DeclineShare(Struct, frozen=True, gc=False):
    """The asked sector says no, or the asking one takes it back; nothing that was agreed on ends this way."""

    incident_id: int
    sector: str
    by: str


class AcknowledgeAlarm(Struct, frozen=True, gc=False):
    alarm_id: int
    by: str


class ClearAlarm(Struct, frozen=True, gc=False):
    """A person says that the cause is gone: the mayday is answered, the loop runs again."""

    alarm_id: int
    by: str


class RaiseSystemAlarm(Struct, frozen=True, gc=False):
    """Something in the service itself needs a person: a stopped loop, a refused append."""

    reason: str
    incident_id: int | None = None


class TimeIsUp(Struct, frozen=True, gc=False):
    """A deadline written in a row has passed; ignored when the row has moved on or the time has not come."""

    table: str
    id: int
    field: str
    due: Instant


class TakeOver(Struct, frozen=True, gc=False):
    epoch: int


class RegisterUnits(Struct, frozen=True, gc=False):
    units: tuple[Unit, ...]


class ConfigureSectors(Struct, frozen=True, gc=False):
    sectors: tuple[SectorRow, ...]


class SetMode(Struct, frozen=True, gc=False):
    sector_id: str
    mode: Mode
    by: str


class RecordRegistryImport(Struct, frozen=True, gc=False):
    version: int
    digest: str
    signs: int


class Recall(Struct, frozen=True, gc=False):
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

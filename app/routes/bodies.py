"""The strict bodies of every route that is not distress: unknown fields, wrong types and NaN are refused by name."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from app.interop.lorawan.decoders import NAMES
from dispatch.status import AssignmentStatus, Kind, Mode, Outcome


def _storable(value: Any) -> Any:
    """Refuse text no store takes: NUL, and halves of characters."""
    if isinstance(value, str) and ("\x00" in value or any("\ud800" <= c <= "\udfff" for c in value)):
        raise ValueError("holds characters that cannot be stored")
    return value


Text = Annotated[str, BeforeValidator(_storable), Field(min_length=1, max_length=500)]
OptionalText = Annotated[str, BeforeValidator(_storable), Field(max_length=500)]
RowId = Annotated[int, Field(ge=1, le=2**53)]
Version = Annotated[int | None, Field(ge=0, le=2**53, description="the incident's version as you saw it")]
Instant = Annotated[datetime | None, Field(strict=False, description="when it happened, by the device's clock")]


class Body(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class AssignBody(Body):
    unit_id: Text
    reason: OptionalText = ""
    preempt: bool = False
    version: Version = None


class ReassignBody(Body):
    assignment_id: RowId
    unit_id: Text
    reason: OptionalText = ""
    version: Version = None


class StandDownBody(Body):
    assignment_id: RowId
    reason: OptionalText = ""


class ReleaseBody(Body):
    version: Version = None


class PlaceBody(Body):
    """One of: a sign, or a point in degrees."""

    sign_id: Text | None = None
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    version: Version = None


class PriorityBody(Body):
    priority: Annotated[int, Field(ge=0, le=10)]
    needs: Annotated[list[Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]] | None, Field(max_length=16)] = None
    version: Version = None


class NoteBody(Body):
    text: Annotated[str, BeforeValidator(_storable), Field(min_length=1, max_length=8000)]


class OutcomeBody(Body):
    outcome: Annotated[Outcome, Field(strict=False)]
    duplicate_of: RowId | None = None
    agency: Text | None = None
    release_units: bool = False
    version: Version = None


class OtherBody(Body):
    other_id: RowId
    relation: Annotated[str, Field(pattern=r"^(related|possible_duplicate)$")] = "related"


class MergeBody(Body):
    into_id: RowId
    version: Version = None


class SplitBody(Body):
    calls: Annotated[list[RowId], Field(max_length=1000)] = []
    alerts: Annotated[list[RowId], Field(max_length=1000)] = []
    version: Version = None


class HandOffBody(Body):
    agency: Text


class ShareBody(Body):
    """`sector` is the one that is asked to help."""

    sector: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")]


class DutyBody(Body):
    on_duty: bool


class StatusBody(Body):
    status: Annotated[AssignmentStatus, Field(strict=False)]
    assignment_id: RowId | None = None
    occurred_at: Instant = None
    reason: Annotated[str, BeforeValidator(_storable), Field(max_length=200)] = ""
    seq: Annotated[int | None, Field(ge=0, le=2**53, description="the newest must-hear frame seen")] = None


class PositionBody(Body):
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    fixed_at: Instant = None
    accuracy_m: Annotated[float | None, Field(ge=0, le=1_000_000)] = None


class MaydayBody(Body):
    occurred_at: Instant = None


class ModeBody(Body):
    mode: Annotated[Mode, Field(strict=False)]


class DeviceBody(Body):
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    radius_m: Annotated[float, Field(ge=0, le=1_000_000)] = 5_000.0


class ResolveBody(Body):
    """What was read out. In a body, because words heard are personal and never stand in an address."""

    said: Annotated[str, BeforeValidator(_storable), Field(min_length=1, max_length=8000)]
    device: DeviceBody | None = None
    sectors: Annotated[list[Text], Field(max_length=32)] = []
    read_back: bool = False


class DuplicatesBody(Body):
    """What is known of a call so far. In a body, because the number is personal; a sign wins over a point."""

    sign_id: Text | None = None
    lat: Annotated[float | None, Field(ge=-90, le=90)] = None
    lon: Annotated[float | None, Field(ge=-180, le=180)] = None
    callback_number: OptionalText = ""
    kind: Annotated[Kind, Field(strict=False)] = Kind.REAL


class PurposeBody(Body):
    purpose: Text


Decoder = Annotated[str, Field(pattern=f"^({'|'.join(NAMES)})$", json_schema_extra={"enum": list(NAMES)})]


class TowerDeviceBody(Body):
    """`decoder` and `heartbeat_s` may be left out: then by the network's name of the model, and the usual pace."""

    tower_id: Text
    decoder: Decoder | None = None
    heartbeat_s: Annotated[int | None, Field(ge=1, le=31 * 86_400)] = None
    kind: Annotated[Kind, Field(strict=False)] = Kind.REAL


class WebhookBody(Body):
    """`kinds` of events, with `incident.*` and `*`; no `sectors` means every sector."""

    url: Text
    kinds: Annotated[list[Annotated[str, Field(pattern=r"^[a-z_.*]{1,64}$")]], Field(min_length=1, max_length=32)]
    sectors: Annotated[list[Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")]], Field(max_length=32)] = []


class ReplayBody(Body):
    """One of: a delivery, whatever came after a seq; with neither, all that are dead."""

    delivery_id: RowId | None = None
    since_seq: Annotated[int | None, Field(ge=0, le=2**53)] = None

"""From a tower's body to a command: an activation is distress and never refused; the rest is its own health."""

from datetime import datetime
from typing import Any, Final

from app.intake.calls import Intake
from app.intake.lenient import Fields, Warnings, read_body
from app.requests import Request
from dispatch.commands import ReportAlert, ReportTower
from dispatch.entities import Place
from dispatch.status import Kind
from geo.place import PlaceState
from geo.sign import Sign, SignKind

TYPES: Final = ("activation", "heartbeat", "tamper", "low_battery", "test")
UNKNOWN_TOWER: Final = "unknown"


def read_alert(raw: bytes, sender: str, now: datetime, intake: Intake) -> tuple[Request, Warnings]:
    """Return the request for an alert's body; what has no readable type is an activation. Raises NothingReadable."""
    warnings = Warnings()
    return take_alert(read_body(raw, warnings), raw, sender, now, intake, warnings), warnings


def take_alert(
    body: dict[str, Any],
    raw: bytes,
    sender: str,
    now: datetime,
    intake: Intake,
    warnings: Warnings,
    *,
    more: dict[str, Any] | None = None,
) -> Request:
    """Return the request for the fields of an alert, however they were sent; `more` is sealed beside the original."""
    fields = Fields(body, warnings)
    what = fields.choice("type", TYPES, "activation")
    named = fields.text("tower_id", chars_max=64)
    if named is None:
        fields.warn("tower_id", "missing")
    tower, place, sector = _tower(named, intake, fields)
    occurred_at = fields.instant("occurred_at", now) or now
    source_id = fields.text("alert_id", chars_max=128)
    kind = Kind(fields.choice("kind", tuple(Kind), Kind.REAL))
    on = fields.flag("on")
    fields.end()
    if what in ("heartbeat", "tamper", "low_battery"):
        return Request(ReportTower(tower, sector, what, on is not False, occurred_at), by=sender)
    if what == "test":
        return Request(ReportTower(tower, sector, "test", True, occurred_at), by=sender)
    return press(raw, tower, place, source_id, kind, occurred_at, warnings.kept(), sender, now, intake, more=more)


def press(
    raw: bytes,
    tower_id: str,
    place: Place | None,
    source_id: str | None,
    kind: Kind,
    occurred_at: datetime,
    warnings: tuple[str, ...],
    sender: str,
    now: datetime,
    intake: Intake,
    *,
    more: dict[str, Any] | None = None,
) -> Request:
    """Return the request for a pressed button, its original sealed, and `more` beside it."""
    sealed = intake.sealer.seal_report("alert", more or {}, raw, now)
    report = ReportAlert(
        tower_id=tower_id,
        source_id=source_id,
        kind=kind,
        occurred_at=min(occurred_at, now),
        sealed=str(sealed[0].id),
        place=place,
        warnings=warnings,
    )
    return Request(report, by=sender, sealed=sealed)


def place_of(sign: Sign) -> Place:
    """Return a tower's place; it is certain, because the button is bolted to it."""
    return Place(sign.point, PlaceState.CONFIRMED, "tower", sign.point.cell(), sign.sign_id, sign.sector)


def _tower(named: str | None, intake: Intake, fields: Fields) -> tuple[str, Place | None, str | None]:
    """Find the tower in the registry."""
    sign = intake.signs.find(named) if named else None
    if sign is None:
        if named is not None:
            fields.warn("tower_id", "not in the registry")
        return named or UNKNOWN_TOWER, None, None
    if sign.kind is not SignKind.RESCUE_TOWER:
        fields.warn("tower_id", "a placard, not a tower")
    return sign.sign_id, place_of(sign), sign.sector

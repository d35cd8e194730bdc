"""Units: who they are, their duty, their answers and facts, their positions."""

from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Header, Path, Query, Response
from pydantic import BaseModel

from app.access.guard import MayActInField, MaySeeUnits, Parts
from app.access.identity import Identity, Role
from app.codec import to_json
from app.field import BadField, Status, read_status, when
from app.loops.telling import fix_json
from app.positions import Fix
from app.problems import Problem, checked
from app.reasons import seal_reason
from app.requests import Request
from app.routes import bodies, examples
from app.services import Services
from app.store.pool import fetch
from app.stream.acts import command_id
from app.task import task_of
from app.view import as_json
from dispatch.commands import Command, RaiseMayday, SetDuty
from dispatch.entities import Unit
from geo.point import Point

router = APIRouter(prefix="/v1/units", tags=["units"], responses=examples.ERRORS)
UnitId = Annotated[str, Path(max_length=64)]
OwnId = Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)]
TRACK_HOURS_MAX: Final = 24.0  # 17,000 samples of a unit that never stood still: 20 ms to read
TRACK_POINTS_MAX: Final = 2_000  # more than a map shows as a line


def _unit(services: Services, identity: Identity, unit_id: str) -> Unit:
    """Return the unit if this identity may act for it; others' units answer like unknown ones."""
    unit = services.view.board.units.get(unit_id)
    mine = identity.role is not Role.AGENT or identity.unit_id == unit_id
    visible = identity.role is Role.AGENT or services.view.may_see("units", unit_id, identity.topics())
    if unit is None or not mine or not visible:
        raise Problem(404, "not_found", "no such unit", field="unit_id")
    return unit


def request_id(identity: Identity, own_id: str | None) -> UUID:
    return command_id(identity, own_id) if own_id else uuid4()


async def do(
    services: Services, identity: Identity, command: Command, own_id: str | None, said: BaseModel | None = None
) -> dict[str, Any]:
    """Submit a command in somebody's name and return its reply.

    `said` is what was sent, where the command holds an instant of ours: sent again it is the same all the same.
    """
    words = repr(command) if said is None else f"{type(command).__name__} {said!r}"
    digest = services.sealer.digest("command", words.encode()) if own_id else None
    kept, sealed = seal_reason(services.sealer, command, identity.name, services.clock.now())
    asked = Request(kept, identity.name, request_id(identity, own_id), sealed, digest=digest)
    return checked(await services.submit(asked))


@router.get("")
async def list_units(services: Parts, identity: MaySeeUnits) -> list[dict[str, Any]]:
    """Return the units you may see, each with its newest position."""
    rows = services.view.live_rows("units", identity.topics())
    return [_shown(services, row) for row in rows if isinstance(row, Unit)]


@router.get("/{unit_id}")
async def one_unit(unit_id: UnitId, services: Parts, identity: MaySeeUnits) -> dict[str, Any]:
    """Return a unit with its newest position."""
    return _shown(services, _unit(services, identity, unit_id))


@router.get("/{unit_id}/task")
async def task(unit_id: UnitId, services: Parts, identity: MaySeeUnits) -> Response:
    """Return what the unit is on: its assignment, the incident, the sign with its access notes, and the way there."""
    unit = _unit(services, identity, unit_id)
    return Response(to_json(task_of(services, unit)), media_type="application/json")


@router.get("/{unit_id}/track")
async def track(
    unit_id: UnitId,
    services: Parts,
    identity: MaySeeUnits,
    hours: Annotated[float, Query(gt=0, le=TRACK_HOURS_MAX)] = 4.0,
) -> Response:
    """Return where the unit was in the last hours, oldest first, evenly thinned to at most 2,000 points."""
    _unit(services, identity, unit_id)
    since = services.clock.now() - timedelta(hours=hours)
    region = services.settings.region
    rows = await fetch(services.pool, "read_track", region, unit_id, since, TRACK_POINTS_MAX)
    points = [dict(row) for row in rows]
    return Response(to_json({"unit_id": unit_id, "hours": hours, "points": points}), media_type="application/json")


def _shown(services: Services, unit: Unit) -> dict[str, Any]:
    fix = services.positions.latest.get(unit.id)
    return {**as_json(unit), "position": fix_json(fix) if fix else None}


@router.put("/{unit_id}/duty")
async def set_duty(
    unit_id: UnitId, body: bodies.DutyBody, services: Parts, identity: MayActInField, own_id: OwnId = None
) -> dict[str, Any]:
    """Go on or off duty. Off duty means silent, except for one's own incident."""
    _unit(services, identity, unit_id)
    return await do(services, identity, SetDuty(unit_id, body.on_duty), own_id)


@router.post("/{unit_id}/status")
async def report_status(
    unit_id: UnitId, body: bodies.StatusBody, services: Parts, identity: MayActInField, own_id: OwnId = None
) -> dict[str, Any]:
    """Accept or decline an offer, or report a fact: en_route, on_scene, ... A fact is never refused."""
    _unit(services, identity, unit_id)
    said = Status(
        "status",
        status=body.status,
        assignment_id=body.assignment_id,
        occurred_at=body.occurred_at,
        reason=body.reason,
        seq=body.seq,
    )
    try:
        meant = read_status(unit_id, said, services.clock.now())
    except BadField as error:
        raise Problem(422, "invalid", error.reason, field=error.field) from None
    return await do(services, identity, meant, own_id, body)


@router.post("/{unit_id}/mayday", status_code=201)
async def mayday(
    unit_id: UnitId, body: bodies.MaydayBody, services: Parts, identity: MayActInField, own_id: OwnId = None
) -> dict[str, Any]:
    """Call for help for the unit itself."""
    _unit(services, identity, unit_id)
    now = services.clock.now()
    return await do(services, identity, RaiseMayday(unit_id, when(body.occurred_at, now)), own_id, body)


@router.post("/{unit_id}/position", status_code=204)
async def report_position(
    unit_id: UnitId, body: bodies.PositionBody, services: Parts, identity: MayActInField
) -> Response:
    """Tell where the unit is. The newest by its own time counts."""
    _unit(services, identity, unit_id)
    now = services.clock.now()
    services.positions.take(Fix(unit_id, Point(body.lat, body.lon), when(body.fixed_at, now), body.accuracy_m))
    return Response(status_code=204)

"""Positions from apps people already have. The key says which unit it is, whatever the app calls itself."""

from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.access.guard import MayReportPositions, Parts
from app.access.identity import Identity
from app.codec import to_json
from app.field import FUTURE_MAX, PAST_MAX
from app.interop.position.osmand import read_osmand
from app.interop.position.owntracks import read_owntracks
from app.interop.position.report import PositionReport
from app.interop.reading import Unusable
from app.positions import Fix
from app.problems import Problem, checked
from app.requests import Request as DeskRequest
from app.routes import examples
from app.routes.position_examples import OSMAND, OSMAND_QUERY, OWNTRACKS
from app.services import Services
from app.stream.acts import command_id
from dispatch.commands import RaiseMayday

router = APIRouter(prefix="/v1/positions", tags=["positions"], responses=examples.DELIVERED)
TAKEN: Final = "taken"


@router.get("/osmand", openapi_extra=OSMAND_QUERY)
async def osmand_query(request: Request, services: Parts, identity: MayReportPositions) -> Response:
    """Take a position of the OsmAnd protocol, as a query. Where a key may stand in an address, `id` is one."""
    return await _osmand(services, identity, request, b"")


@router.post("/osmand", openapi_extra=OSMAND)
async def osmand(request: Request, services: Parts, identity: MayReportPositions) -> Response:
    """Take a position of the OsmAnd protocol, as a query, a form or JSON."""
    return await _osmand(services, identity, request, await request.body())


async def _osmand(services: Services, identity: Identity, request: Request, body: bytes) -> Response:
    try:
        report = read_osmand(request.url.query, body)
    except Unusable as error:
        raise Problem(400, "nothing_usable", error.reason, field=error.field) from None
    shown = await _take(services, identity, report)
    return Response(to_json(shown), media_type="application/json")


@router.post("/owntracks", openapi_extra=OWNTRACKS)
async def owntracks(request: Request, services: Parts, identity: MayReportPositions) -> Response:
    """Take a message of OwnTracks in HTTP mode; the answer is the empty list the app expects."""
    try:
        report = read_owntracks(await request.body())
    except Unusable as error:
        raise Problem(400, "nothing_usable", error.reason, field=error.field) from None
    await _take(services, identity, report)
    return Response(b"[]", media_type="application/json")


async def _take(services: Services, identity: Identity, report: PositionReport) -> dict[str, Any]:
    """Take the position, if it is the newest of its unit; an SOS is the unit's own mayday."""
    unit_id, now = identity.unit_id, services.clock.now()
    if unit_id is None or unit_id not in services.view.board.units:
        raise Problem(404, "not_found", "no such unit", field="unit_id")
    warnings, at = list(report.warnings), _time(report, now)
    why = TAKEN
    if report.at is not None and report.at > now + FUTURE_MAX:
        warnings.append("timestamp: the app's clock is ahead, ours is used")
    if report.is_sos:
        await _mayday(services, identity, unit_id, at or now, report)
    if report.point is None:
        why = "no position in it"
    elif at is None:
        why = "older than a week"
    elif not services.positions.take(Fix(unit_id, report.point, at, report.accuracy_m, report.source)):
        why = "a newer one is known"
    return {"taken": why == TAKEN, "why": why, "warnings": tuple(warnings)}


def _time(report: PositionReport, now: datetime) -> datetime | None:
    """Return when it was, by the app's clock; None when that is too long ago to say anything of today."""
    if report.at is None:
        return now
    return min(report.at, now) if report.at >= now - PAST_MAX else None


async def _mayday(services: Services, identity: Identity, unit_id: str, at: datetime, report: PositionReport) -> None:
    """Call for help for the unit, once for each time the app says it; apps send again what got no answer."""
    own_id = f"mayday:{report.source}:{report.at.timestamp()}" if report.at else None
    checked(await services.submit(DeskRequest(RaiseMayday(unit_id, at), identity.name, command_id(identity, own_id))))

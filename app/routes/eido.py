"""The languages of PSAPs: EIDO in and out, and a PIDF-LO that comes alone."""

from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Request, Response

from app.access.guard import MayFollow, MayReportCalls, Parts
from app.access.identity import Identity, Role
from app.intake.lenient import Warnings
from app.interop import intake
from app.interop.conveyance.pictures import concerns, find_incident, may_follow, psap_of
from app.interop.earlier import earlier_of
from app.interop.eido.read import read_eido
from app.interop.eido.write import MEDIA_TYPE, Issuer, Story, write_eido
from app.interop.pidf.report import read_location
from app.interop.reading import Reading
from app.problems import Problem
from app.requests import Request as DeskRequest
from app.routes import eido_examples, examples
from app.routes.incidents import IncidentId, is_of
from app.routes.reports import record
from app.services import Services
from app.store.boards import load_incident
from app.store.scoped import seeing
from dispatch.entities import Alert, Assignment, Call, Incident

router = APIRouter(prefix="/v1", tags=["handover"])
LOCATED: Final = {**examples.REPORTED, 422: examples.ERRORS[422]}
CallId = Annotated[str | None, Query(max_length=128, description="the sender's own id of the call this locates")]


@router.post("/eido", status_code=201, responses=examples.REPORTED, openapi_extra=eido_examples.POST_EIDO)
async def report_eido(request: Request, services: Parts, identity: MayReportCalls) -> Response:
    """Record the call an EIDO hands over. The same incident again is the same call: an update, never a second one."""
    return await take_eido(request, services, identity)


async def take_eido(request: Request, services: Services, identity: Identity) -> Response:
    """Read, record and answer an EIDO; a location it only refers to is fetched afterwards."""
    more: dict[str, Any] = {}
    reading: Reading | None = None

    def read(raw: bytes) -> tuple[DeskRequest, Warnings]:
        nonlocal reading
        reading = read_eido(raw)
        more.update(intake.shown(reading))
        return intake.request_of(reading, identity.name, identity.sectors, services.clock.now(), services.intake)

    recorded = await record(request, services, identity, read, more)
    if reading is not None:
        services.awaited.add(reading, identity.name, identity.sectors, services.settings.location_hosts)
    return recorded


@router.post("/pidf-lo", status_code=201, responses=LOCATED, openapi_extra=eido_examples.POST_PIDF)
async def report_location(
    request: Request, services: Parts, identity: MayReportCalls, call_id: CallId = None
) -> Response:
    """Record where a caller is. With a `call_id` it updates that call, and keeps what was known of it."""
    more: dict[str, Any] = {}
    earlier = await earlier_of(services, identity, call_id)

    def read(raw: bytes) -> tuple[DeskRequest, Warnings]:
        reading = earlier.under(read_location(raw, call_id))
        more.update(intake.shown(reading))
        return intake.request_of(reading, identity.name, identity.sectors, services.clock.now(), services.intake)

    return await record(request, services, identity, read, more)


@router.get("/incidents/{incident_id}/eido", responses=examples.ERRORS)
async def one_eido(incident_id: IncidentId, services: Parts, identity: MayFollow) -> Response:
    """Return an incident as an EIDO. It holds nothing personal; a PSAP sees the incidents of its own callers."""
    return _eido(await _story(services, identity, incident_id), services)


@router.get("/eido/{incident}", responses=examples.ERRORS)
async def retrieve_eido(
    incident: Annotated[str, Path(max_length=512)], services: Parts, identity: MayFollow
) -> Response:
    """Return the EIDO with this incident tracking identifier: the retrieval service of NENA-STA-024."""
    issuer = Issuer(services.settings.agency_id, services.settings.region)
    incident_id = find_incident(services.view.board, incident, issuer, psap_of(identity))
    return _eido(await _story(services, identity, incident_id), services)


def _eido(story: Story, services: Services) -> Response:
    issuer = Issuer(services.settings.agency_id, services.settings.region)
    return Response(orjson.dumps(write_eido(story, issuer)), media_type=MEDIA_TYPE)


async def _story(services: Services, identity: Identity, incident_id: int) -> Story:
    """Return the incident from the view or the archive. Raises Problem: unknown, or not this identity's to see."""
    board = services.view.board
    incident = board.incidents.get(incident_id)
    if incident is not None and may_follow(services, identity, incident):
        return Story.on(board, incident)
    story = await _archived(services, identity, incident_id) if incident_id > 0 else None
    if story is None or not _may_see(identity, story):
        raise Problem(404, "not_found", "no such incident", field="incident_id")
    return story


async def _archived(services: Services, identity: Identity, incident_id: int) -> Story | None:
    reader = () if identity.role is Role.PSAP else identity.sectors  # a PSAP's sectors are its usual ones, no bound
    async with seeing(services.pool, reader) as connection:
        rows = await load_incident(connection, services.settings.region, incident_id)
    if not rows or not isinstance(rows[0], Incident):
        return None
    return Story(
        rows[0],
        tuple(row for row in rows if isinstance(row, Call)),
        tuple(row for row in rows if isinstance(row, Alert)),
        tuple(row for row in rows if isinstance(row, Assignment)),
        dict(services.view.board.units),
    )


def _may_see(identity: Identity, story: Story) -> bool:
    if identity.role is Role.PSAP:
        return any(call.psap == identity.name for call in story.calls)
    return concerns(identity, story.incident) and is_of(identity, story.incident.sector)

"""Mutual aid over HTTP: asking another sector to help with one incident, and its answer. It ends with the incident."""

from typing import Any

from fastapi import APIRouter

from app.access.guard import MayShare, Parts
from app.access.identity import Identity
from app.problems import Problem
from app.routes import bodies, examples
from app.routes.incidents import IncidentId, ensure, is_of, no_such_incident
from app.routes.units import OwnId, do
from app.services import Services
from dispatch import commands as c

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=examples.ERRORS)


@router.post("/{incident_id}/share", status_code=201)
async def offer_share(
    incident_id: IncidentId, body: bodies.ShareBody, services: Parts, identity: MayShare, own_id: OwnId = None
) -> dict[str, Any]:
    """Ask another sector to help. Only the incident's own asks; the other sees nothing of it before it agrees."""
    await ensure(services, identity, incident_id)
    if not _is_own(services, identity, incident_id):
        raise Problem(403, "wrong_sector", "only the incident's own sector asks others", field="incident_id")
    return await do(services, identity, c.OfferShare(incident_id, body.sector, identity.name), own_id)


@router.post("/{incident_id}/share/agree")
async def agree_share(
    incident_id: IncidentId, body: bodies.ShareBody, services: Parts, identity: MayShare, own_id: OwnId = None
) -> dict[str, Any]:
    """Agree to help, for a sector of one's own. It sees and handles the incident from then on, until that closes."""
    if not _is_asked(services, identity, incident_id, body.sector):
        raise no_such_incident()
    return await do(services, identity, c.AgreeShare(incident_id, body.sector, identity.name), own_id)


@router.post("/{incident_id}/share/decline")
async def decline_share(
    incident_id: IncidentId, body: bodies.ShareBody, services: Parts, identity: MayShare, own_id: OwnId = None
) -> dict[str, Any]:
    """Say no for a sector of one's own, or take back what one asked, before the other has agreed."""
    if not _is_asked(services, identity, incident_id, body.sector):
        await ensure(services, identity, incident_id)
        if not _is_own(services, identity, incident_id):
            raise Problem(403, "wrong_sector", "only who asked or was asked says no", field="sector")
    return await do(services, identity, c.DeclineShare(incident_id, body.sector, identity.name), own_id)


def _is_own(services: Services, identity: Identity, incident_id: int) -> bool:
    """Whether it is of this identity's own sectors, not only seen."""
    incident = services.view.board.incidents.get(incident_id)
    return is_of(identity, incident.sector if incident is not None else None)


def _is_asked(services: Services, identity: Identity, incident_id: int, sector: str) -> bool:
    incident = services.view.board.incidents.get(incident_id)
    asked = incident is not None and any(share.sector == sector for share in incident.shares)
    return asked and (not identity.sectors or sector in identity.sectors)

"""What a dispatcher does to an incident: units, place, priority, notes, outcome, and how it relates to others."""

from typing import Any

from fastapi import APIRouter

from app.access.guard import MayHandle, Parts
from app.access.identity import Identity
from app.problems import Problem, checked
from app.requests import Request
from app.routes import bodies, examples
from app.routes.incidents import IncidentId, ensure
from app.routes.units import OwnId, do, request_id
from app.services import Services
from dispatch import commands as c
from dispatch.entities import Place
from dispatch.status import Outcome
from geo.place import PlaceState
from geo.point import Point

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=examples.ERRORS)


@router.post("/{incident_id}/assign", status_code=201)
async def assign(
    incident_id: IncidentId,
    body: bodies.AssignBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Offer the incident to a unit of your choice; `preempt` takes it from its present incident."""
    await ensure(services, identity, incident_id)
    ensure_sendable(services, identity, incident_id, body.unit_id, preempt=body.preempt)
    command = c.Assign(incident_id, body.unit_id, identity.name, body.reason, body.preempt, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/reassign", status_code=201)
async def reassign(
    incident_id: IncidentId,
    body: bodies.ReassignBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Replace a unit by another in one step."""
    await ensure(services, identity, incident_id)
    _own_assignment(services, incident_id, body.assignment_id)
    ensure_sendable(services, identity, incident_id, body.unit_id)
    command = c.Reassign(body.assignment_id, body.unit_id, identity.name, body.reason, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/stand-down")
async def stand_down(
    incident_id: IncidentId,
    body: bodies.StandDownBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Take a unit off the incident."""
    await ensure(services, identity, incident_id)
    _own_assignment(services, incident_id, body.assignment_id)
    return await do(services, identity, c.StandDown(body.assignment_id, identity.name, body.reason), own_id)


def ensure_sendable(
    services: Services, identity: Identity, incident_id: int, unit_id: str, *, preempt: bool = False
) -> None:
    """Raise Problem unless the unit is this identity's to send: one it sees, or a consenting neighbour's that is free.

    A unit of a sector that lends none answers like an unknown one, and nobody takes a unit off what he cannot see.
    """
    board = services.view.board
    unit, incident = board.units.get(unit_id), board.incidents.get(incident_id)
    if unit is None or services.view.may_see("units", unit_id, identity.topics()):
        return
    if incident is None or unit.sector not in board.sectors_for(incident):
        raise Problem(404, "not_found", "no such unit", field="unit")
    if preempt and unit.assignment_id is not None:
        raise Problem(409, "not_allowed_now", f"{unit_id} is on another incident", field="unit_id")


def _own_assignment(services: Services, incident_id: int, assignment_id: int) -> None:
    assignment = services.view.board.assignments.get(assignment_id)
    if assignment is None or assignment.incident_id != incident_id:
        raise Problem(404, "not_found", "no such assignment on this incident", field="assignment_id")


@router.post("/{incident_id}/release")
async def release(
    incident_id: IncidentId,
    body: bodies.ReleaseBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Let the automatic pick go on, as a new round."""
    await ensure(services, identity, incident_id)
    return await do(services, identity, c.Release(incident_id, identity.name, body.version), own_id)


@router.post("/{incident_id}/place")
async def accept_place(
    incident_id: IncidentId, body: bodies.PlaceBody, services: Parts, identity: MayHandle, own_id: OwnId = None
) -> dict[str, Any]:
    """Say where it is: a sign, or a point. The place is confirmed from then on."""
    await ensure(services, identity, incident_id)
    command = c.AcceptPlace(incident_id, _place(services, body), identity.name, body.version)
    return await do(services, identity, command, own_id)


def _place(services: Services, body: bodies.PlaceBody) -> Place:
    if body.sign_id is not None:
        sign = services.signs.find(body.sign_id)
        if sign is None:
            raise Problem(422, "invalid", "not in the registry", field="sign_id")
        point, sign_id, sector = sign.point, sign.sign_id, sign.sector
        return Place(point, PlaceState.CONFIRMED, "dispatcher", point.cell(), sign_id, sector)
    if body.lat is None or body.lon is None:
        raise Problem(422, "invalid", "name a sign, or lat and lon", field="sign_id")
    point = Point(body.lat, body.lon)
    return Place(point, PlaceState.CONFIRMED, "dispatcher", point.cell())


@router.put("/{incident_id}/priority")
async def set_priority(
    incident_id: IncidentId,
    body: bodies.PriorityBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Set priority (0-10, 10 highest) and, if given, the needs."""
    await ensure(services, identity, incident_id)
    needs = tuple(body.needs) if body.needs is not None else None
    command = c.SetPriority(incident_id, body.priority, identity.name, needs, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/notes", status_code=201)
async def add_note(
    incident_id: IncidentId, body: bodies.NoteBody, services: Parts, identity: MayHandle, own_id: OwnId = None
) -> dict[str, Any]:
    """Add a note. Its words are sealed; the ledger only knows that there is one."""
    await ensure(services, identity, incident_id)
    sealed = services.sealer.seal("note", {"text": body.text, "by": identity.name}, services.clock.now())
    command = c.AddNote(incident_id, str(sealed.id), identity.name)
    digest = services.sealer.digest("note", f"{incident_id}:{body.text}".encode(errors="replace"))
    asked = Request(command, identity.name, request_id(identity, own_id), (sealed,), digest=digest if own_id else None)
    return checked(await services.submit(asked))


@router.post("/{incident_id}/outcome")
async def record_outcome(
    incident_id: IncidentId,
    body: bodies.OutcomeBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Close the incident with what became of the person."""
    return await _close(incident_id, body, services, identity, own_id, cancelled=False)


@router.post("/{incident_id}/cancel")
async def cancel(
    incident_id: IncidentId,
    body: bodies.OutcomeBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Close without a response having been needed; the outcome says why."""
    return await _close(incident_id, body, services, identity, own_id, cancelled=True)


async def _close(
    incident_id: int,
    body: bodies.OutcomeBody,
    services: Services,
    identity: Identity,
    own_id: str | None,
    *,
    cancelled: bool,
) -> dict[str, Any]:
    await ensure(services, identity, incident_id)
    if body.duplicate_of is not None:
        await ensure(services, identity, body.duplicate_of, "duplicate_of")
    command = c.RecordOutcome(
        incident_id,
        Outcome(body.outcome),
        identity.name,
        cancelled,
        body.duplicate_of,
        body.agency,
        body.release_units,
        body.version,
    )
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/reopen")
async def reopen(incident_id: IncidentId, services: Parts, identity: MayHandle, own_id: OwnId = None) -> dict[str, Any]:
    """Open a closed incident again; it is queued as before."""
    await ensure(services, identity, incident_id)
    return await do(services, identity, c.Reopen(incident_id, identity.name), own_id)


@router.post("/{incident_id}/link")
async def link(
    incident_id: IncidentId, body: bodies.OtherBody, services: Parts, identity: MayHandle, own_id: OwnId = None
) -> dict[str, Any]:
    """Say that two incidents have to do with each other."""
    await ensure(services, identity, incident_id)
    await ensure(services, identity, body.other_id, "other_id")
    command = c.LinkIncidents(incident_id, body.other_id, body.relation, identity.name)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/unlink")
async def unlink(
    incident_id: IncidentId, body: bodies.OtherBody, services: Parts, identity: MayHandle, own_id: OwnId = None
) -> dict[str, Any]:
    """Take such a link away again."""
    await ensure(services, identity, incident_id)
    return await do(services, identity, c.UnlinkIncidents(incident_id, body.other_id, identity.name), own_id)


@router.post("/{incident_id}/merge")
async def merge(
    incident_id: IncidentId, body: bodies.MergeBody, services: Parts, identity: MayHandle, own_id: OwnId = None
) -> dict[str, Any]:
    """Move all calls and alerts into another incident and close this one as its duplicate."""
    await ensure(services, identity, incident_id)
    await ensure(services, identity, body.into_id, "into_id")
    command = c.MergeIncidents(incident_id, body.into_id, identity.name, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/split", status_code=201)
async def split(
    incident_id: IncidentId, body: bodies.SplitBody, services: Parts, identity: MayHandle, own_id: OwnId = None
) -> dict[str, Any]:
    """Give some calls and alerts an incident of their own."""
    await ensure(services, identity, incident_id)
    command = c.SplitIncident(incident_id, tuple(body.calls), tuple(body.alerts), identity.name, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/hand-off")
async def hand_off(
    incident_id: IncidentId,
    body: bodies.HandOffBody,
    services: Parts,
    identity: MayHandle,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """Ask another agency to take it; it stays open until the outcome `transferred` records that they accepted."""
    await ensure(services, identity, incident_id)
    return await do(services, identity, c.HandOff(incident_id, body.agency, identity.name), own_id)

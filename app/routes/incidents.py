"""Incidents: the list, one with its timeline, and everything a dispatcher does to one."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query

from app.access.guard import Dispatcher, Parts
from app.access.identity import Identity
from app.problems import Problem, checked
from app.requests import Request
from app.routes import bodies, examples
from app.routes.units import OwnId, do, request_id
from app.services import Services
from app.store.boards import load_incident
from app.store.pool import ACQUIRE_S, fetch
from app.view import as_json
from dispatch import commands as c
from dispatch.entities import Incident, Place, Row
from dispatch.recommend import recommend
from dispatch.status import Outcome, Where
from geo.place import PlaceState
from geo.point import Point

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=examples.ERRORS)
IncidentId = Annotated[int, Path(ge=1, le=2**53)]
TIMELINE_MAX = 2_000  # events of one incident shown; the longest seen in a simulation had 300


def _find(services: Services, identity: Identity, incident_id: int) -> Incident | None:
    """Return the incident from the view; None when it may be archived. Others' incidents answer like unknown ones."""
    incident = services.view.board.incidents.get(incident_id)
    if incident is not None and not services.view.may_see("incidents", incident_id, identity.topics()):
        raise Problem(404, "not_found", "no such incident", field="incident_id")
    return incident


async def _rows(services: Services, identity: Identity, incident_id: int) -> tuple[Incident, list[Row]]:
    incident = _find(services, identity, incident_id)
    board = services.view.board
    if incident is not None:
        return incident, [
            *(board.calls[i] for i in incident.calls),
            *(board.alerts[i] for i in incident.alerts),
            *(board.assignments[i] for i in incident.assignments),
            *(board.alarms[i] for i in sorted(board.alarms_of.get(incident_id, ()))),
        ]
    async with services.pool.acquire(timeout=ACQUIRE_S) as connection:
        rows = await load_incident(connection, services.settings.region, incident_id)
    archived = rows[0] if rows else None
    hidden = identity.sectors and (not isinstance(archived, Incident) or archived.sector not in identity.sectors)
    if not isinstance(archived, Incident) or hidden:
        raise Problem(404, "not_found", "no such incident", field="incident_id")
    return archived, list(rows[1:])


async def _ensure(services: Services, identity: Identity, incident_id: int) -> None:
    if _find(services, identity, incident_id) is None:
        await _rows(services, identity, incident_id)


@router.get("")
async def list_incidents(
    services: Parts, identity: Dispatcher, where: Annotated[Where | None, Query()] = None
) -> list[dict[str, Any]]:
    """Return the open incidents in the desk's order: priority high first, then received, then id."""
    rows = [row for row in services.view.live_rows("incidents", identity.topics()) if isinstance(row, Incident)]
    rows.sort(key=lambda row: (-row.priority, row.received_at, row.id))
    return [as_json(row) for row in rows if where is None or row.where == where]


@router.get("/{incident_id}")
async def one_incident(incident_id: IncidentId, services: Parts, identity: Dispatcher) -> dict[str, Any]:
    """Return an incident with its calls, alerts, assignments, open alarms and its timeline from the ledger."""
    incident, rows = await _rows(services, identity, incident_id)
    shown: dict[str, Any] = {"incident": as_json(incident)}
    for name in ("calls", "alerts", "assignments", "alarms"):
        shown[name] = [as_json(row) for row in rows if f"{type(row).__name__.lower()}s" == name]
    timeline = await fetch(services.pool, "read_timeline", services.settings.region, incident_id, TIMELINE_MAX)
    shown["timeline"] = [orjson.loads(row["body"]) for row in timeline]
    return shown


@router.get("/{incident_id}/recommend")
async def recommend_units(incident_id: IncidentId, services: Parts, identity: Dispatcher) -> list[dict[str, Any]]:
    """Return, for its place or for each candidate place, the units to send, with reasons for those passed over."""
    incident, _ = await _rows(services, identity, incident_id)
    now = services.clock.now()
    found: list[dict[str, Any]] = orjson.loads(orjson.dumps(recommend(services.view.board, incident, now)))
    return found


@router.post("/{incident_id}/assign", status_code=201)
async def assign(
    incident_id: IncidentId, body: bodies.AssignBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Offer the incident to a unit of your choice; `preempt` takes it from its present incident."""
    await _ensure(services, identity, incident_id)
    command = c.Assign(incident_id, body.unit_id, identity.name, body.reason, body.preempt, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/reassign", status_code=201)
async def reassign(
    incident_id: IncidentId, body: bodies.ReassignBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Replace a unit by another in one step."""
    _own_assignment(services, incident_id, body.assignment_id)
    await _ensure(services, identity, incident_id)
    command = c.Reassign(body.assignment_id, body.unit_id, identity.name, body.reason, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/stand-down")
async def stand_down(
    incident_id: IncidentId, body: bodies.StandDownBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Take a unit off the incident."""
    _own_assignment(services, incident_id, body.assignment_id)
    await _ensure(services, identity, incident_id)
    return await do(services, identity, c.StandDown(body.assignment_id, identity.name, body.reason), own_id)


def _own_assignment(services: Services, incident_id: int, assignment_id: int) -> None:
    assignment = services.view.board.assignments.get(assignment_id)
    if assignment is None or assignment.incident_id != incident_id:
        raise Problem(404, "not_found", "no such assignment on this incident", field="assignment_id")


@router.post("/{incident_id}/release")
async def release(
    incident_id: IncidentId, body: bodies.ReleaseBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Let the automatic pick go on, as a new round."""
    await _ensure(services, identity, incident_id)
    return await do(services, identity, c.Release(incident_id, identity.name, body.version), own_id)


@router.post("/{incident_id}/place")
async def accept_place(
    incident_id: IncidentId, body: bodies.PlaceBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Say where it is: a sign, or a point. The place is confirmed from then on."""
    await _ensure(services, identity, incident_id)
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
    incident_id: IncidentId, body: bodies.PriorityBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Set priority (0-10, 10 highest) and, if given, the needs."""
    await _ensure(services, identity, incident_id)
    needs = tuple(body.needs) if body.needs is not None else None
    command = c.SetPriority(incident_id, body.priority, identity.name, needs, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/notes", status_code=201)
async def add_note(
    incident_id: IncidentId, body: bodies.NoteBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Add a note. Its words are sealed; the ledger only knows that there is one."""
    await _ensure(services, identity, incident_id)
    sealed = services.sealer.seal("note", {"text": body.text, "by": identity.name}, services.clock.now())
    command = c.AddNote(incident_id, str(sealed.id), identity.name)
    digest = services.sealer.digest("note", f"{incident_id}:{body.text}".encode(errors="replace"))
    asked = Request(command, identity.name, request_id(identity, own_id), (sealed,), digest=digest if own_id else None)
    return checked(await services.submit(asked))


@router.post("/{incident_id}/outcome")
async def record_outcome(
    incident_id: IncidentId, body: bodies.OutcomeBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Close the incident with what became of the person."""
    return await _close(incident_id, body, services, identity, own_id, cancelled=False)


@router.post("/{incident_id}/cancel")
async def cancel(
    incident_id: IncidentId, body: bodies.OutcomeBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
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
    await _ensure(services, identity, incident_id)
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
async def reopen(
    incident_id: IncidentId, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Open a closed incident again; it is queued as before."""
    await _ensure(services, identity, incident_id)
    return await do(services, identity, c.Reopen(incident_id, identity.name), own_id)


@router.post("/{incident_id}/link")
async def link(
    incident_id: IncidentId, body: bodies.OtherBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Say that two incidents have to do with each other."""
    await _ensure(services, identity, incident_id)
    await _ensure(services, identity, body.other_id)
    command = c.LinkIncidents(incident_id, body.other_id, body.relation, identity.name)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/unlink")
async def unlink(
    incident_id: IncidentId, body: bodies.OtherBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Take such a link away again."""
    await _ensure(services, identity, incident_id)
    return await do(services, identity, c.UnlinkIncidents(incident_id, body.other_id, identity.name), own_id)


@router.post("/{incident_id}/merge")
async def merge(
    incident_id: IncidentId, body: bodies.MergeBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Move all calls and alerts into another incident and close this one as its duplicate."""
    await _ensure(services, identity, incident_id)
    await _ensure(services, identity, body.into_id)
    command = c.MergeIncidents(incident_id, body.into_id, identity.name, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/split", status_code=201)
async def split(
    incident_id: IncidentId, body: bodies.SplitBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Give some calls and alerts an incident of their own."""
    await _ensure(services, identity, incident_id)
    command = c.SplitIncident(incident_id, tuple(body.calls), tuple(body.alerts), identity.name, body.version)
    return await do(services, identity, command, own_id)


@router.post("/{incident_id}/hand-off")
async def hand_off(
    incident_id: IncidentId, body: bodies.HandOffBody, services: Parts, identity: Dispatcher, own_id: OwnId = None
) -> dict[str, Any]:
    """Ask another agency to take it; it stays open until the outcome `transferred` records that they accepted."""
    await _ensure(services, identity, incident_id)
    return await do(services, identity, c.HandOff(incident_id, body.agency, identity.name), own_id)

"""Incidents: the list, one with its timeline, and whom the board would send."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query

from app.access.guard import MaySeeIncidents, Parts
from app.access.identity import Identity
from app.problems import Problem
from app.routes import examples
from app.services import Services
from app.store.boards import load_incident
from app.store.pool import ACQUIRE_S, fetch
from app.view import as_json
from dispatch.entities import Incident, Row
from dispatch.recommend import recommend
from dispatch.status import Where

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=examples.ERRORS)
IncidentId = Annotated[int, Path(ge=1, le=2**53)]
TIMELINE_MAX = 2_000  # events of one incident shown, the oldest; `timeline_is_whole` says whether there are more


def _find(services: Services, identity: Identity, incident_id: int) -> Incident | None:
    """Return the incident from the view; None when it may be archived. Others' incidents answer like unknown ones."""
    incident = services.view.board.incidents.get(incident_id)
    if incident is not None and not services.view.may_see("incidents", incident_id, identity.topics()):
        raise Problem(404, "not_found", "no such incident", field="incident_id")
    return incident


async def whole_incident(services: Services, identity: Identity, incident_id: int) -> tuple[Incident, list[Row]]:
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


async def ensure(services: Services, identity: Identity, incident_id: int) -> None:
    if _find(services, identity, incident_id) is None:
        await whole_incident(services, identity, incident_id)


@router.get("")
async def list_incidents(
    services: Parts, identity: MaySeeIncidents, where: Annotated[Where | None, Query()] = None
) -> list[dict[str, Any]]:
    """Return the open incidents in the desk's order: priority high first, then received, then id."""
    rows = [row for row in services.view.live_rows("incidents", identity.topics()) if isinstance(row, Incident)]
    rows.sort(key=lambda row: (-row.priority, row.received_at, row.id))
    return [as_json(row) for row in rows if where is None or row.where == where]


@router.get("/{incident_id}")
async def one_incident(incident_id: IncidentId, services: Parts, identity: MaySeeIncidents) -> dict[str, Any]:
    """Return an incident with its calls, alerts, assignments, open alarms and its timeline from the ledger."""
    incident, rows = await whole_incident(services, identity, incident_id)
    shown: dict[str, Any] = {"incident": as_json(incident)}
    for name in ("calls", "alerts", "assignments", "alarms"):
        shown[name] = [as_json(row) for row in rows if f"{type(row).__name__.lower()}s" == name]
    timeline = await fetch(services.pool, "read_timeline", services.settings.region, incident_id, TIMELINE_MAX + 1)
    shown["timeline"] = [orjson.loads(row["body"]) for row in timeline[:TIMELINE_MAX]]
    shown["timeline_is_whole"] = len(timeline) <= TIMELINE_MAX
    return shown


@router.get("/{incident_id}/recommend")
async def recommend_units(incident_id: IncidentId, services: Parts, identity: MaySeeIncidents) -> list[dict[str, Any]]:
    """Return, for its place or for each candidate place, the units to send, with reasons for those passed over."""
    incident, _ = await whole_incident(services, identity, incident_id)
    now = services.clock.now()
    found: list[dict[str, Any]] = orjson.loads(orjson.dumps(recommend(services.view.board, incident, now)))
    return found

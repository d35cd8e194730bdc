"""Incidents: the list, one with its timeline, and whom the board would send."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query

from app.access.guard import MaySeeIncidents, Parts
from app.access.identity import Identity
from app.codec import to_json
from app.problems import Problem
from app.routes import examples
from app.services import Services
from app.store.boards import load_incident
from app.store.scoped import seeing
from app.store.statements import statement
from app.view import as_json
from dispatch.entities import Incident, Row
from dispatch.recommend import recommend
from dispatch.status import Where

router = APIRouter(prefix="/v1/incidents", tags=["incidents"], responses=examples.ERRORS)
IncidentId = Annotated[int, Path(ge=1, le=2**53)]
TIMELINE_MAX = 2_000  # events of one incident shown, the oldest; `timeline_is_whole` says whether there are more


def no_such_incident(field: str = "incident_id") -> Problem:
    """Return the answer to an unknown incident, and to one of another sector: nobody can tell which it was."""
    return Problem(404, "not_found", "no such incident", field=field)


def is_of(identity: Identity, sector: str | None) -> bool:
    """Whether a sector is this identity's; what belongs to none is everybody's."""
    return not identity.sectors or sector is None or sector in identity.sectors


def _find(services: Services, identity: Identity, incident_id: int) -> Incident | None:
    """Return the incident from the view; None when it is archived, unknown or not this identity's to see."""
    seen = services.view.may_see("incidents", incident_id, identity.topics())
    return services.view.board.incidents[incident_id] if seen else None


async def whole_incident(
    services: Services, identity: Identity, incident_id: int, field: str = "incident_id"
) -> tuple[Incident, list[Row]]:
    """Return an incident with its rows. Raises Problem; to find out takes as long for a foreign as for an unknown one.

    The database is asked on this identity's behalf, so the archive too gives up only what its sectors may see.
    """
    incident = _find(services, identity, incident_id)
    board = services.view.board
    if incident is not None:
        return incident, [
            *(board.calls[i] for i in incident.calls),
            *(board.alerts[i] for i in incident.alerts),
            *(board.assignments[i] for i in incident.assignments),
            *(board.alarms[i] for i in sorted(board.alarms_of.get(incident_id, ()))),
        ]
    async with seeing(services.pool, identity.sectors) as connection:
        rows = await load_incident(connection, services.settings.region, incident_id)
    archived = rows[0] if rows else None
    if not isinstance(archived, Incident) or not is_of(identity, archived.sector):
        raise no_such_incident(field)
    return archived, list(rows[1:])


async def ensure(services: Services, identity: Identity, incident_id: int, field: str = "incident_id") -> None:
    """Raise the Problem of an unknown incident unless this identity may see it."""
    if _find(services, identity, incident_id) is None:
        await whole_incident(services, identity, incident_id, field)


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
    async with seeing(services.pool, identity.sectors) as connection:
        timeline = await connection.fetch(
            statement("read_timeline"), services.settings.region, incident_id, TIMELINE_MAX + 1
        )
    shown["timeline"] = [orjson.loads(row["body"]) for row in timeline[:TIMELINE_MAX]]
    shown["timeline_is_whole"] = len(timeline) <= TIMELINE_MAX
    return shown


@router.get("/{incident_id}/recommend")
async def recommend_units(incident_id: IncidentId, services: Parts, identity: MaySeeIncidents) -> list[dict[str, Any]]:
    """Return, for its place or for each candidate place, the units to send, with reasons for those passed over."""
    incident, _ = await whole_incident(services, identity, incident_id)
    now = services.clock.now()
    found: list[dict[str, Any]] = orjson.loads(to_json(recommend(services.view.board, incident, now)))
    return found

"""CAP in: distress, or a hazard; and an incident out as CAP for agencies that read nothing else."""

from typing import Any

from fastapi import APIRouter, Request, Response

from app.access.guard import MayReportAlerts, MaySeeIncidents, Parts
from app.codec import to_json
from app.interop.cap.intake import take_cap
from app.interop.cap.read import read_cap
from app.interop.cap.write import MEDIA_TYPE, Picture, write_cap
from app.interop.reading import Unusable
from app.problems import Problem
from app.routes import examples
from app.routes.hazard_examples import CAP
from app.routes.incidents import IncidentId, whole_incident
from app.store.pool import fetch
from dispatch.entities import Alert, Assignment

router = APIRouter(prefix="/v1", tags=["cap"])


@router.post("/cap", responses=examples.DELIVERED, openapi_extra=CAP)
async def report_cap(request: Request, services: Parts, identity: MayReportAlerts) -> Response:
    """Take CAP messages: one that names a tower or is about rescue is distress, any other a hazard that is shown."""
    raw = await request.body()
    try:
        alerts, findings = read_cap(raw)
    except Unusable as error:
        raise Problem(400, "nothing_usable", error.reason, field=error.field) from None
    answers: list[dict[str, Any]] = [
        await take_cap(services, identity, alert, raw, findings.warnings) for alert in alerts
    ]
    shown = {"messages": answers, "understood": findings.understood, "warnings": findings.warnings}
    return Response(to_json(shown), media_type="application/json")


@router.get("/incidents/{incident_id}/cap", responses=examples.ERRORS)
async def one_cap(incident_id: IncidentId, services: Parts, identity: MaySeeIncidents) -> Response:
    """Return an incident as CAP 1.2: Alert while it waits, Update once something happened, Cancel when it is closed."""
    incident, rows = await whole_incident(services, identity, incident_id)
    region = services.settings.region
    last = await fetch(services.pool, "read_ledger", region, incident.version - 1, 1)
    picture = Picture(
        incident,
        tuple(row for row in rows if isinstance(row, Alert)),
        tuple(row for row in rows if isinstance(row, Assignment)),
        last[0]["at"] if last else incident.opened_at,
    )
    return Response(write_cap(picture, services.settings.agency_id, region), media_type=MEDIA_TYPE)

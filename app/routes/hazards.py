"""Hazards: weather alerts in, what is in force, what stands over an incident or a sign, the priority it suggests."""

from datetime import datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Request, Response

from app.access.guard import MayLookUpSigns, MayManageZones, MayReportWeather, MaySeeIncidents, MayWatch, Parts
from app.codec import to_json
from app.interop.hazard import nws, shapes
from app.interop.hazard.hazard import Hazard
from app.interop.lorawan.document import part, read_object
from app.interop.reading import Findings, Unusable
from app.problems import Problem
from app.routes import examples
from app.routes.hazard_examples import NWS, ZONES
from app.routes.incidents import IncidentId
from app.services import Services
from app.store.pool import execute
from dispatch.entities import Incident
from geo.point import Point

router = APIRouter(prefix="/v1", tags=["hazards"])
GEOJSON: Final = "application/geo+json"
ZONES_MAX: Final = 5_000


@router.post("/hazards/nws", responses=examples.DELIVERED, openapi_extra=NWS)
async def nws_alerts(request: Request, services: Parts, _: MayReportWeather) -> Response:
    """Take alerts of the National Weather Service as GeoJSON; each message counts once, chains are followed."""
    now = services.clock.now()
    try:
        found, findings = nws.read_alerts(await request.body(), now)
    except Unusable as error:
        raise Problem(400, "nothing_usable", error.reason, field=error.field) from None
    counts = await services.hazards.take(services.pool, services.settings.region, found, now)
    return Response(to_json({"counts": counts, "warnings": findings.warnings}), media_type="application/json")


@router.put("/hazards/zones", responses=examples.DELIVERED, openapi_extra=ZONES)
async def put_zones(request: Request, services: Parts, _: MayManageZones) -> Response:
    """Make the shapes of forecast zones known, as GeoJSON: most weather alerts only name their zones."""
    findings = Findings()
    try:
        said = read_object(await request.body())
    except Unusable as error:
        raise Problem(400, "nothing_usable", error.reason, field=error.field) from None
    features = said.get("features")
    zones: dict[str, str] = {}
    for feature in features[:ZONES_MAX] if isinstance(features, list) else ():
        properties = part(feature, "properties")
        zone_id = next(
            (properties[n] for n in ("id", "zone_id", "STATE_ZONE") if isinstance(properties.get(n), str)), ""
        )
        if zone_id and not shapes.of_geojson(part(feature, "geometry"), findings).is_empty:
            zones[zone_id[:16]] = orjson.dumps(feature["geometry"]).decode()
    if not zones:
        raise Problem(400, "nothing_usable", "not one zone with an id and a polygon", field="features")
    region = services.settings.region
    await execute(services.pool, "put_hazard_zones", region, list(zones), list(zones.values()))
    await services.hazards.load(services.pool, region)
    return Response(to_json({"zones": len(zones), "warnings": findings.warnings}), media_type="application/json")


@router.get("/hazards", responses=examples.ERRORS)
async def list_hazards(services: Parts, identity: MayWatch) -> Response:
    """Return the hazards that are not over as GeoJSON, each with the open incidents you may see inside it."""
    now = services.clock.now()
    open_rows = [row for row in services.view.live_rows("incidents", identity.topics()) if isinstance(row, Incident)]
    placed = [(row, row.place.point) for row in open_rows if row.is_open and row.place is not None]
    features = [_feature(services, hazard, placed, now) for hazard in services.hazards.current(now)]
    return Response(to_json({"type": "FeatureCollection", "features": features}), media_type=GEOJSON)


def _feature(services: Services, hazard: Hazard, placed: list[tuple[Incident, Point]], now: datetime) -> dict[str, Any]:
    area = services.hazards.area_of(hazard)
    inside = [row.id for row, point in placed if area.holds(point)]
    radius_m = area.circles[0].radius_m if area.circles and not area.polygons else None
    properties = shown(hazard, now) | {"incidents": inside, "radius_m": radius_m}
    return {"type": "Feature", "geometry": shapes.to_geojson(area), "properties": properties}


def shown(hazard: Hazard, now: datetime) -> dict[str, Any]:
    """Return a hazard as the contract shows it."""
    return {
        "id": hazard.id,
        "source": hazard.source,
        "event": hazard.event,
        "exposure": hazard.exposure,
        "headline": hazard.headline,
        "description": hazard.description,
        "instruction": hazard.instruction,
        "area": hazard.area_text,
        "zones": hazard.zones,
        "severity": hazard.severity,
        "urgency": hazard.urgency,
        "certainty": hazard.certainty,
        "sent": hazard.sent,
        "onset": hazard.onset,
        "ends": hazard.ends,
        "in_force": hazard.is_in_force(now),
        "suggested_priority": hazard.suggested_priority(now),
    }


@router.get("/incidents/{incident_id}/hazards", responses=examples.ERRORS)
async def hazards_over_incident(incident_id: IncidentId, services: Parts, identity: MaySeeIncidents) -> Response:
    """Return what stands over an incident, and the priority that suggests; setting it is a person's decision."""
    incident = services.view.board.incidents.get(incident_id)
    if incident is None or not services.view.may_see("incidents", incident_id, identity.topics()):
        raise Problem(404, "not_found", "no such open incident", field="incident_id")
    return _over(services, incident.place.point if incident.place else None, incident.priority)


@router.get("/signs/{sign_id}/hazards", responses=examples.ERRORS)
async def hazards_over_sign(
    sign_id: Annotated[str, Path(max_length=64)], services: Parts, _: MayLookUpSigns
) -> Response:
    """Return what stands over a sign of the registry."""
    sign = services.signs.find(sign_id)
    if sign is None:
        raise Problem(404, "not_found", "not in the registry", field="sign_id")
    return _over(services, sign.point, None)


def _over(services: Services, point: Point | None, priority: int | None) -> Response:
    now = services.clock.now()
    found = services.hazards.over(point, now) if point is not None else []
    suggested = max((p for hazard in found if (p := hazard.suggested_priority(now)) is not None), default=None)
    if suggested is not None and priority is not None and suggested <= priority:
        suggested = None
    body = {"hazards": [shown(hazard, now) for hazard in found], "suggested_priority": suggested}
    return Response(to_json(body), media_type="application/json")

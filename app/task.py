"""What a unit is on, for the phone of its agent: where to, how to get in, and how far from where it stands."""

from typing import Any

import numpy as np
import orjson

from app.codec import encode_row
from app.services import Services
from dispatch.entities import Unit
from geo.point import Point, bearing_deg, distance_m
from geo.travel import Movers, kind_code


def task_of(services: Services, unit: Unit) -> dict[str, Any]:
    """Return the task as the contract shows it; everything is None for a unit that is on nothing."""
    board = services.view.board
    task = dict.fromkeys(("assignment", "incident", "sign", "distance_m", "bearing_deg", "travel_s"), None)
    if unit.assignment_id is None:
        return task
    assignment = board.assignments[unit.assignment_id]
    incident = board.incidents[assignment.incident_id]
    shown: dict[str, Any] = task | {
        "assignment": orjson.Fragment(encode_row(assignment)),
        "incident": orjson.Fragment(encode_row(incident)),
    }
    if incident.place is None:
        return shown
    if incident.place.sign_id is not None:
        shown["sign"] = services.signs.find(incident.place.sign_id)
    fix = services.positions.latest.get(unit.id)
    return shown | way(services, unit, fix.point if fix is not None else unit.home, incident.place.point)


def way(services: Services, unit: Unit, start: Point, target: Point) -> dict[str, float]:
    """Return distance, bearing and travel time, by the same model that picks the nearest."""
    away_m = distance_m(start, target)
    lat, lon, metres = (np.array([value]) for value in (start.lat, start.lon, away_m))
    mover = Movers(lat, lon, metres, np.array([kind_code(unit.kind)]))
    return {
        "distance_m": round(away_m, 1),
        "bearing_deg": round(bearing_deg(start, target), 1),
        "travel_s": round(float(services.view.board.travel.seconds(target, mover)[0]), 1),
    }

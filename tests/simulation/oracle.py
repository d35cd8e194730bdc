"""The pick and the line, worked out again in the plainest way: loops, `math`, and no code of the thing under test."""

import re
from collections.abc import Mapping
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Final

from dispatch.board import Board
from dispatch.entities import Incident, Unit
from geo.point import Point

EARTH_M: Final = 6_371_008.8
SECONDS_PER_KM: Final = {
    "truck": 1.417 / 50 * 3600,
    "atv": 1.3 / 25 * 3600,
    "horse": 1.2 / 3.78 * 3600,
    "ambulance": 1.417 / 70 * 3600,
}
FRESH_S: Final = 60.0
SAME_S: Final = 1e-6  # two ways to write one formula differ in the last digits; units at one spot differ in none
Positions = Mapping[str, tuple[Point, datetime | None]]


def metres(a: Point, b: Point) -> float:
    dphi, dlam = radians(b.lat - a.lat), radians(b.lon - a.lon)
    h = sin(dphi / 2) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(dlam / 2) ** 2
    return 2 * EARTH_M * asin(sqrt(min(1.0, h)))


def is_free(unit: Unit) -> bool:
    return unit.on_duty and unit.answering and unit.assignment_id is None


def is_eligible(board: Board, unit: Unit, incident: Incident) -> bool:
    sector = board.sectors.get(unit.sector)
    helps = any(share.sector == unit.sector and share.agreed_at for share in incident.shares)
    may_come = unit.sector == incident.sector or (sector is not None and sector.lends) or helps
    able = all(need in unit.capabilities for need in incident.needs)
    return is_free(unit) and may_come and able and unit.id not in incident.asked


def nearest_of(board: Board, incident: Incident, positions: Positions, now: datetime) -> set[str]:
    """The units that may rightly be picked: one, or those a last digit cannot tell apart, lowest number only."""
    assert incident.place is not None
    times: dict[str, tuple[bool, float]] = {}
    for unit in board.units.values():
        if is_eligible(board, unit, incident):
            point, fixed_at = positions[unit.id]
            stale = fixed_at is None or (now - fixed_at).total_seconds() > FRESH_S
            times[unit.id] = (stale, metres(point, incident.place.point) / 1000 * SECONDS_PER_KM[unit.kind])
    if not times:
        return set()
    stale, best = min(times.values())
    near = {unit: s for unit, (old, s) in times.items() if old is stale and s <= best + SAME_S}
    exact = min(near, key=lambda unit: (near[unit], by_number(unit)))
    lowest = min(near, key=by_number)
    return {exact, lowest}


def by_number(unit_id: str) -> list[tuple[str, int]]:
    """Numbers by value: E2 before E12."""
    parts = re.findall(r"([^0-9]*)([0-9]*)", unit_id)
    return [(text, int(digits or -1)) for text, digits in parts if text or digits]


def line(board: Board) -> list[Incident]:
    """The waiting incidents as they are to be served."""
    waiting = [board.incidents[i] for i in board.open_incidents if is_waiting(board.incidents[i])]
    return sorted(waiting, key=lambda i: (-i.priority, i.received_at, i.id))


def is_waiting(incident: Incident) -> bool:
    return incident.where == "queued" or incident.held == "nobody_left"

"""What a call would join or double if it were reported now: asked while it is being typed. Changes nothing."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from dispatch.board import Board, open_only
from dispatch.entities import Incident, Place
from dispatch.rules.joining import of_the_same_number, relate
from dispatch.status import JOIN_RADIUS_M, Kind
from geo.point import Point, distance_m, distances_from


@dataclass(frozen=True, slots=True)
class Related:
    """An incident that may be about the same people: same_number, follows (closed), same_sign, near (5 km)."""

    incident_id: int
    relations: tuple[str, ...]
    distance_m: float | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """`joins` is the incident the call would become another call of; None when it would open its own."""

    joins: int | None
    related: tuple[Related, ...]


def foresee(board: Board, caller: str | None, kind: Kind, place: Place | None, now: datetime) -> Outlook:
    """Return what the call would join, and every incident it may have to do with: most reasons first, then nearest."""
    joined, _ = relate(board, caller, kind, place, now)
    reasons: defaultdict[int, list[str]] = defaultdict(list)
    for incident in of_the_same_number(board, caller, kind, now):
        reasons[incident.id].append("same_number" if incident.is_open else "follows")
    if place is not None:
        for incident in open_only(board, board.open_at_sign.get(place.sign_id or "", ())):
            if incident.kind is kind:
                reasons[incident.id].append("same_sign")
        for incident_id in _near(board, kind, place.point):
            reasons[incident_id].append("near")
    found = [
        Related(incident_id, tuple(why), _away_m(place, board.incidents[incident_id]))
        for incident_id, why in reasons.items()
    ]
    found.sort(key=lambda one: (-len(one.relations), one.distance_m or 0.0, one.incident_id))
    return Outlook(joined.id if joined is not None else None, tuple(found))


def _near(board: Board, kind: Kind, point: Point) -> list[int]:
    """The open incidents within the radius that makes two places one; asked at every key pressed, so all at once."""
    rows = (board.incidents[incident_id] for incident_id in board.open_incidents)
    placed = [(row.id, row.place.point) for row in rows if row.kind is kind and row.place is not None]
    away_m = distances_from(point, [at for _, at in placed])
    return [row_id for (row_id, _), metres in zip(placed, away_m, strict=True) if metres <= JOIN_RADIUS_M]


def _away_m(place: Place | None, incident: Incident) -> float | None:
    if place is None or incident.place is None:
        return None
    return distance_m(place.point, incident.place.point)

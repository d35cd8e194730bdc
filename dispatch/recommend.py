"""What the board would do: for an incident's place, or each candidate, whom to send and why not the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dispatch.board import Board
from dispatch.entities import Incident
from geo.nearest import Pick
from geo.place import PlaceState
from geo.point import Point


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The ranking for one possible place."""

    sign_id: str | None
    point: Point
    state: PlaceState
    picks: tuple[Pick, ...]
    passed_over: Mapping[str, int]


def recommend(board: Board, incident: Incident, now: datetime) -> tuple[Recommendation, ...]:
    """Return one recommendation for a trusted place, else one per candidate, best first. Changes nothing."""
    place = incident.place
    spots: list[tuple[str | None, Point, PlaceState]] = []
    if place is not None:
        spots.append((place.sign_id, place.point, place.state))
    if place is None or place.state in (PlaceState.CONFLICTING, PlaceState.UNVERIFIED):
        known = {point for _, point, _ in spots}
        spots += [(c.sign_id, c.point, PlaceState.UNVERIFIED) for c in incident.candidates if c.point not in known]
    return tuple(
        Recommendation(sign_id, point, state, ranking.picks, ranking.passed_over)
        for sign_id, point, state in spots
        for ranking in (board.rank(incident, point, now, everybody=True),)
    )

"""Who goes where. What always holds between turns: no incident that waits has an eligible free unit.

So a new incident needs only a look at the units, and a freed unit only a walk down the line.
"""

from collections.abc import Collection
from datetime import datetime

from dispatch.board import Board
from dispatch.entities import Assignment, Incident
from dispatch.events import AlarmRaised, IncidentQueued, OfferMade
from dispatch.rules.alarms import alarm, hold
from dispatch.rules.turn import Steps
from dispatch.status import (
    DEVICE_RECEIPT,
    OFFER_ANSWER,
    AlarmKind,
    AssignmentStatus,
    Held,
    Kind,
    Mode,
    MustHear,
    Where,
)
from geo.nearest import Ranking
from geo.place import PlaceState


def route(board: Board, incident_id: int, now: datetime) -> Steps:
    """Send an open incident without active units to the one place it belongs: the queue or a dispatcher."""
    incident = board.incidents[incident_id]
    reason = _needs_dispatcher(board, incident)
    if reason is not None:
        yield hold(board, incident_id, reason, now)
        return
    if incident.where is not Where.QUEUED:
        yield IncidentQueued(incident_id)
    yield from match_incident(board, incident_id, now)


def _needs_dispatcher(board: Board, incident: Incident) -> Held | None:
    if incident.kind is not Kind.REAL:
        return Held.NOT_REAL
    if incident.place is None or incident.place.state is PlaceState.UNVERIFIED:
        return Held.PLACE_UNVERIFIED
    if incident.place.state is PlaceState.CONFLICTING:
        return Held.PLACE_CONFLICTING
    sector = board.sectors.get(incident.sector or "")
    if sector is not None and sector.mode is Mode.RECOMMEND:
        return Held.RECOMMENDATION
    return None


def match_incident(board: Board, incident_id: int, now: datetime) -> Steps:
    """Offer a waiting incident to the nearest eligible unit; without one it waits on, and somebody is told."""
    incident = board.incidents[incident_id]
    if incident_id not in board.queue or incident.place is None:
        return
    ranking = board.rank(incident, incident.place.point, now)
    if ranking.best is not None:
        yield offer(board, incident, ranking.best.unit_id, ranking, now)
    elif incident.asked and not _somebody_may_free_up(board, incident):
        if incident.held is not Held.NOBODY_LEFT:
            yield hold(board, incident_id, Held.NOBODY_LEFT, now)
    elif incident.where is Where.QUEUED and board.open_alarm(AlarmKind.NO_UNIT, incident=incident_id) is None:
        yield AlarmRaised(alarm(board, AlarmKind.NO_UNIT, now, incident=incident, reason=_why_nobody(ranking)))


def match_units(board: Board, freed: Collection[str], now: datetime) -> Steps:
    """Let freed units walk down the line: each waiting incident takes its nearest, until nobody is left."""
    left = {u for u in freed if u in board.units and board.units[u].primary == "Available"}
    for incident_id in board.queue:
        if not left:
            return
        incident = board.incidents[incident_id]
        if incident.place is None or not any(board.may_take(board.units[u], incident) for u in left):
            continue
        ranking = board.rank(incident, incident.place.point, now)
        if ranking.best is not None:
            yield offer(board, incident, ranking.best.unit_id, ranking, now)
            left.discard(ranking.best.unit_id)


def offer(
    board: Board, incident: Incident, unit_id: str, ranking: Ranking, now: datetime, *, by: str = "auto", why: str = ""
) -> OfferMade:
    """Build the offer, with the ranking that proves the choice."""
    assignment = Assignment(
        id=board.next_id("assignments"),
        incident_id=incident.id,
        unit_id=unit_id,
        status=AssignmentStatus.OFFERED,
        offered_at=now,
        by=by,
        answer_by=now + OFFER_ANSWER,
        must_hear=MustHear.OFFER,
        hear_by=now + DEVICE_RECEIPT,
        exercise=incident.kind is not Kind.REAL,
    )
    return OfferMade(assignment, ranking.picks, dict(ranking.passed_over), why)


def _somebody_may_free_up(board: Board, incident: Incident) -> bool:
    return any(unit.on_duty and board.may_take(unit, incident) for unit in board.units.values())


def _why_nobody(ranking: Ranking) -> str:
    counts = ", ".join(f"{count} {reason}" for reason, count in sorted(ranking.passed_over.items()))
    return counts or "no units"

"""Who goes where. What always holds between turns: no incident that waits has an eligible free unit.

So a new incident needs only a look at the units, and a freed unit only a walk down the line.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from dispatch.board import Board
from dispatch.entities import Assignment, Incident
from dispatch.events import AlarmRaised, IncidentHeld, IncidentQueued, OfferMade
from dispatch.rules.alarms import alarm, hold
from dispatch.rules.turn import Steps
from dispatch.status import (
    DEVICE_RECEIPT,
    DUPLICATE_HOLD,
    OFFER_ANSWER,
    AlarmKind,
    AssignmentStatus,
    Held,
    Kind,
    Mode,
    MustHear,
    Primary,
    Where,
)
from geo.nearest import Ranking
from geo.place import PlaceState

# Only a person can answer these; whatever else is learnt about the incident, it stays where it is.
FOR_A_PERSON: Final = frozenset({Held.UNITS_CLEARED, Held.HAND_OFF})


def route(board: Board, incident_id: int, now: datetime) -> Steps:
    """Send an open incident without active units to the one place it belongs: the queue or a dispatcher."""
    incident = board.incidents[incident_id]
    if incident.held in FOR_A_PERSON:
        return
    if incident.held is Held.POSSIBLE_DUPLICATE and _is_doubted(board, incident, now):
        if incident.held_until is None and mode_of(board, incident) is Mode.AUTO:
            yield hold_duplicate(board, incident_id, now)
        return
    reason = _needs_dispatcher(board, incident)
    if reason is not None:
        if incident.held is not reason:
            yield hold(board, incident_id, reason, now)
        return
    if incident_id not in board.queue:
        yield IncidentQueued(incident_id)
    yield from match_incident(board, incident_id, now)


def hold_duplicate(board: Board, incident_id: int, now: datetime) -> IncidentHeld:
    """Let a dispatcher look at a possible duplicate; in `auto` not for ever, somebody may be waiting (design 4.5)."""
    waits = mode_of(board, board.incidents[incident_id]) is Mode.AUTO
    return hold(board, incident_id, Held.POSSIBLE_DUPLICATE, now, now + DUPLICATE_HOLD if waits else None)


def mode_of(board: Board, incident: Incident) -> Mode:
    sector = board.sectors.get(incident.sector or "")
    return Mode.AUTO if sector is None else sector.mode


def _is_doubted(board: Board, incident: Incident, now: datetime) -> bool:
    """Whether the question is still open: its time not up, and some double neither merged, unlinked nor closed."""
    if incident.held_until is not None and incident.held_until <= now:
        return False
    doubles = (x.incident_id for x in incident.links if x.relation == "possible_duplicate")
    return any(double in board.open_incidents for double in doubles)


def _needs_dispatcher(board: Board, incident: Incident) -> Held | None:
    if incident.kind is not Kind.REAL:
        return Held.NOT_REAL
    if incident.agency is not None:
        return Held.HAND_OFF
    if incident.place is None or incident.place.state is PlaceState.UNVERIFIED:
        return Held.PLACE_UNVERIFIED
    if incident.place.state is PlaceState.CONFLICTING:
        return Held.PLACE_CONFLICTING
    return Held.RECOMMENDATION if mode_of(board, incident) is Mode.RECOMMEND else None


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
    left = {u for u in freed if u in board.units and board.units[u].primary is Primary.AVAILABLE}
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
    board: Board,
    incident: Incident,
    unit_id: str,
    ranking: Ranking,
    now: datetime,
    *,
    by: str = "auto",
    sealed: str | None = None,
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
    return OfferMade(assignment, ranking.picks, dict(ranking.passed_over), sealed=sealed)


def _somebody_may_free_up(board: Board, incident: Incident) -> bool:
    return any(unit.on_duty and board.may_take(unit, incident) for unit in board.units.values())


def _why_nobody(ranking: Ranking) -> str:
    counts = ", ".join(f"{count} {reason}" for reason, count in sorted(ranking.passed_over.items()))
    return counts or "no units"

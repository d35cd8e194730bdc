"""Folding what happens to an incident as a whole."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from dispatch import events as e
from dispatch.board import Board
from dispatch.entities import Row
from dispatch.fold import relations
from dispatch.fold.settle import put_incident
from dispatch.status import IncidentStatus, MustHear, Outcome, Where, ageing_interval

Changes = dict[str, Any]


def opened(board: Board, event: e.IncidentOpened, at: datetime) -> None:
    put_incident(board, event.incident, at)


def queued(board: Board, event: e.IncidentQueued, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    fresh: Changes = {}
    if event.new_round:  # a dispatcher let it go on: everybody may be asked again, and no agency is waited for
        fresh = {"round": incident.round + 1, "asked": (), "agency": None}
    put_incident(board, incident, at, where=Where.QUEUED, held=None, held_until=None, since=at, **fresh)


def held(board: Board, event: e.IncidentHeld, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    place = Where.WITH_DISPATCHER
    put_incident(board, incident, at, where=place, held=event.reason, held_until=event.until, since=at)
    board.put(event.alarm)


def place_changed(board: Board, event: e.PlaceChanged, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    for assignment in board.active_assignments(incident) if event.moved else ():
        # Also an offer not yet heard or answered: its "received" or "yes" may be to the old place.
        board.put(
            replace(
                assignment,
                must_hear=MustHear.PLACE_CHANGED,
                must_hear_seq=board.seq,
                hear_by=event.hear_by,
                heard_at=None,
                place_ack_by=event.ack_by,
            )
        )
    sector = event.place.sector or incident.sector
    put_incident(board, incident, at, place=event.place, candidates=event.candidates, sector=sector)


def raised(board: Board, event: e.IncidentRaised, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    ages_at = incident.ages_at
    if event.priority > incident.priority:
        sooner = max(incident.received_at, incident.opened_at) + ageing_interval(event.priority)
        ages_at = min(ages_at, max(sooner, at)) if ages_at else sooner
    put_incident(board, incident, at, priority=event.priority, needs=event.needs, ages_at=ages_at)


def closing(outcome: Outcome, status: IncidentStatus, at: datetime) -> Changes:
    """What changes of an incident that closes."""
    return {
        "where": Where.DONE,
        "held": None,
        "held_until": None,
        "since": at,
        "status": status,
        "outcome": outcome,
        "closed_at": at,
        "ages_at": None,
        "shares": (),
    }


def outcome_recorded(board: Board, event: e.OutcomeRecorded, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    status = IncidentStatus.CANCELLED if event.cancelled else IncidentStatus.CLOSED
    put_incident(
        board,
        incident,
        at,
        **closing(event.outcome, status, at),
        duplicate_of=event.duplicate_of,
        agency=event.agency or incident.agency,
    )


def merged(board: Board, event: e.IncidentMerged, at: datetime) -> None:
    """Fold a merge: the reports are the target's now, the source is closed as its duplicate."""
    relations.join_reports(board, event, at)
    source = board.incidents[event.incident_id]
    links = relations.linked_to(source, event.into_id, "merged_into")
    put_incident(
        board,
        source,
        at,
        **closing(Outcome.DUPLICATE, IncidentStatus.CLOSED, at),
        calls=(),
        alerts=(),
        links=links,
        duplicate_of=event.into_id,
    )


def reopened(board: Board, event: e.IncidentReopened, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    put_incident(
        board,
        incident,
        at,
        where=Where.QUEUED,
        since=at,
        outcome=None,
        duplicate_of=None,
        agency=None,
        closed_at=None,
        reopened=True,
        round=incident.round + 1,
        asked=(),
        ages_at=at + ageing_interval(incident.priority),
    )


def recalled(board: Board, event: e.IncidentRecalled, at: datetime) -> None:
    board.recalled[event.incident.id] = at
    rows: tuple[Row, ...] = (event.incident, *event.calls, *event.alerts, *event.assignments)
    for row in rows:
        board.put(row)


def handed_off(board: Board, event: e.HandOffRequested, at: datetime) -> None:
    put_incident(board, board.incidents[event.incident_id], at, agency=event.agency)


def aged(board: Board, event: e.IncidentAged, at: datetime) -> None:
    put_incident(board, board.incidents[event.incident_id], at, ages_at=event.ages_at)
    board.put(event.alarm)


def noted(board: Board, event: e.NoteAdded, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    put_incident(board, incident, at, notes=incident.notes + 1)


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.IncidentOpened: opened,
    e.IncidentQueued: queued,
    e.IncidentHeld: held,
    e.PlaceChanged: place_changed,
    e.IncidentRaised: raised,
    e.IncidentMerged: merged,
    e.OutcomeRecorded: outcome_recorded,
    e.IncidentReopened: reopened,
    e.IncidentRecalled: recalled,
    e.HandOffRequested: handed_off,
    e.IncidentAged: aged,
    e.NoteAdded: noted,
    **relations.FOLDS,
}

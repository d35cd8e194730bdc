"""Folding what happens to an incident as a whole."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch import events as e
from dispatch.board import Board
from dispatch.entities import Incident, Link, Row
from dispatch.fold.settle import put_incident
from dispatch.status import IncidentStatus, MustHear, Outcome, Where, ageing_interval


def opened(board: Board, event: e.IncidentOpened, at: datetime) -> None:
    put_incident(board, event.incident, at)


def queued(board: Board, event: e.IncidentQueued, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    fresh = {"round": incident.round + 1, "asked": ()} if event.new_round else {}
    moved = replace(incident, where=Where.QUEUED, held=None, held_until=None, since=at, **fresh)  # type: ignore[arg-type]
    put_incident(board, moved, at)


def held(board: Board, event: e.IncidentHeld, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    moved = replace(incident, where=Where.WITH_DISPATCHER, held=event.reason, held_until=event.until, since=at)
    put_incident(board, moved, at)
    board.put(event.alarm)


def place_changed(board: Board, event: e.PlaceChanged, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    for assignment in board.active_assignments(incident) if event.moved else ():
        # An offer that has not been heard yet stays an offer: the place in it is read from the incident.
        must = MustHear.OFFER if assignment.must_hear is MustHear.OFFER and not assignment.heard_at else None
        board.put(
            replace(
                assignment,
                must_hear=must or MustHear.PLACE_CHANGED,
                must_hear_seq=board.seq,
                hear_by=event.hear_by,
                heard_at=None,
            )
        )
    changed = replace(
        incident, place=event.place, candidates=event.candidates, sector=event.place.sector or incident.sector
    )
    put_incident(board, changed, at)


def raised(board: Board, event: e.IncidentRaised, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    ages_at = incident.ages_at
    if event.priority > incident.priority:
        sooner = max(incident.received_at, incident.opened_at) + ageing_interval(event.priority)
        ages_at = min(ages_at, max(sooner, at)) if ages_at else sooner
    put_incident(board, replace(incident, priority=event.priority, needs=event.needs, ages_at=ages_at), at)


def linked(board: Board, event: e.IncidentLinked, at: datetime) -> None:
    for one, other in ((event.incident_id, event.link.incident_id), (event.link.incident_id, event.incident_id)):
        incident = board.incidents.get(one)
        if incident is None:
            continue
        links = tuple(link for link in incident.links if link.incident_id != other)
        put_incident(board, replace(incident, links=(*links, Link(other, event.link.relation))), at)


def unlinked(board: Board, event: e.IncidentUnlinked, at: datetime) -> None:
    for one, other in ((event.incident_id, event.other_id), (event.other_id, event.incident_id)):
        incident = board.incidents.get(one)
        if incident is not None:
            links = tuple(link for link in incident.links if link.incident_id != other)
            put_incident(board, replace(incident, links=links), at)


def move_reports(board: Board, calls: tuple[int, ...], alerts: tuple[int, ...], into: int) -> None:
    """Give calls and alerts to another incident."""
    for call_id in calls:
        board.put(replace(board.calls[call_id], incident_id=into))
    for alert_id in alerts:
        board.put(replace(board.alerts[alert_id], incident_id=into))


def merged(board: Board, event: e.IncidentMerged, at: datetime) -> None:
    source, target = board.incidents[event.incident_id], board.incidents[event.into_id]
    move_reports(board, source.calls, source.alerts, target.id)
    put_incident(
        board,
        replace(
            target,
            calls=(*target.calls, *source.calls),
            alerts=(*target.alerts, *source.alerts),
            callbacks=target.callbacks + len(source.calls),
            notes=target.notes + source.notes,
            links=(*(x for x in target.links if x.incident_id != source.id), Link(source.id, "merged_from")),
        ),
        at,
    )
    closed = replace(source, calls=(), alerts=(), links=(Link(target.id, "merged_into"),), duplicate_of=target.id)
    put_incident(board, _close(closed, Outcome.DUPLICATE, IncidentStatus.CLOSED, at), at)


def split(board: Board, event: e.IncidentSplit, at: datetime) -> None:
    source, new = board.incidents[event.incident_id], event.incident
    move_reports(board, new.calls, new.alerts, new.id)
    put_incident(board, new, at)
    rest = replace(
        source,
        calls=tuple(c for c in source.calls if c not in new.calls),
        alerts=tuple(a for a in source.alerts if a not in new.alerts),
        links=(*source.links, Link(new.id, "split_into")),
    )
    put_incident(board, rest, at)


def _close(incident: Incident, outcome: Outcome, status: IncidentStatus, at: datetime) -> Incident:
    return replace(
        incident,
        where=Where.DONE,
        held=None,
        held_until=None,
        since=at,
        status=status,
        outcome=outcome,
        closed_at=at,
        ages_at=None,
    )


def outcome_recorded(board: Board, event: e.OutcomeRecorded, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    status = IncidentStatus.CANCELLED if event.cancelled else IncidentStatus.CLOSED
    closed = _close(incident, event.outcome, status, at)
    put_incident(board, replace(closed, duplicate_of=event.duplicate_of, agency=event.agency or incident.agency), at)


def reopened(board: Board, event: e.IncidentReopened, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    again = replace(
        incident,
        where=Where.QUEUED,
        since=at,
        outcome=None,
        duplicate_of=None,
        closed_at=None,
        reopened=True,
        round=incident.round + 1,
        asked=(),
        ages_at=at + ageing_interval(incident.priority),
    )
    put_incident(board, again, at)


def recalled(board: Board, event: e.IncidentRecalled, _at: datetime) -> None:
    rows: tuple[Row, ...] = (event.incident, *event.calls, *event.alerts, *event.assignments)
    for row in rows:
        board.put(row)


def handed_off(board: Board, event: e.HandOffRequested, at: datetime) -> None:
    put_incident(board, replace(board.incidents[event.incident_id], agency=event.agency), at)


def aged(board: Board, event: e.IncidentAged, at: datetime) -> None:
    put_incident(board, replace(board.incidents[event.incident_id], ages_at=event.ages_at), at)
    board.put(event.alarm)


def noted(board: Board, event: e.NoteAdded, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    put_incident(board, replace(incident, notes=incident.notes + 1), at)


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.IncidentOpened: opened,
    e.IncidentQueued: queued,
    e.IncidentHeld: held,
    e.PlaceChanged: place_changed,
    e.IncidentRaised: raised,
    e.IncidentLinked: linked,
    e.IncidentUnlinked: unlinked,
    e.IncidentMerged: merged,
    e.IncidentSplit: split,
    e.OutcomeRecorded: outcome_recorded,
    e.IncidentReopened: reopened,
    e.IncidentRecalled: recalled,
    e.HandOffRequested: handed_off,
    e.IncidentAged: aged,
    e.NoteAdded: noted,
}

"""Folding how incidents relate: links, merged reports, split-off reports. The history of merges and splits stays."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from dispatch import events as e
from dispatch.board import Board
from dispatch.entities import Incident, Link, Share
from dispatch.fold.reports import party_of
from dispatch.fold.settle import put_incident

SEEN_FROM_THERE: Final = {"follows": "followed_by", "followed_by": "follows", "duplicate": "has_duplicate"}
HISTORY: Final = frozenset({"split_from", "split_into", "merged_from", "merged_into"})


def linked_to(incident: Incident, other_id: int, relation: str) -> tuple[Link, ...]:
    """The incident's links with this one; it takes the place of an earlier opinion, never of what happened."""
    return (*unlinked_from(incident, other_id), Link(other_id, relation))


def unlinked_from(incident: Incident, other_id: int) -> tuple[Link, ...]:
    return tuple(x for x in incident.links if x.incident_id != other_id or x.relation in HISTORY)


def linked(board: Board, event: e.IncidentLinked, at: datetime) -> None:
    one, other, there = event.incident_id, event.link.incident_id, event.link.relation
    for here, to, relation in ((one, other, there), (other, one, SEEN_FROM_THERE.get(there, there))):
        incident = board.incidents.get(here)
        if incident is not None:
            put_incident(board, incident, at, links=linked_to(incident, to, relation))


def unlinked(board: Board, event: e.IncidentUnlinked, at: datetime) -> None:
    for one, other in ((event.incident_id, event.other_id), (event.other_id, event.incident_id)):
        incident = board.incidents.get(one)
        if incident is not None:
            put_incident(board, incident, at, links=unlinked_from(incident, other))


def move_reports(board: Board, calls: tuple[int, ...], alerts: tuple[int, ...], into: int) -> None:
    """Give calls and alerts to another incident."""
    for call_id in calls:
        board.put(replace(board.calls[call_id], incident_id=into))
    for alert_id in alerts:
        board.put(replace(board.alerts[alert_id], incident_id=into))


def shares_of_both(target: Incident, source: Incident) -> tuple[Share, ...]:
    """The target's shares with those agreed on for the other: who helps one person goes on helping."""
    known = target.helpers
    agreed = tuple(share for share in source.shares if share.agreed_at is not None and share.sector not in known)
    fresh = {share.sector for share in agreed}
    return (*(share for share in target.shares if share.sector not in fresh), *agreed)


def join_reports(board: Board, event: e.IncidentMerged, at: datetime) -> None:
    """Give all reports of one incident to another."""
    source, target = board.incidents[event.incident_id], board.incidents[event.into_id]
    move_reports(board, source.calls, source.alerts, target.id)
    calls = (*target.calls, *source.calls)
    put_incident(
        board,
        target,
        at,
        calls=calls,
        alerts=(*target.alerts, *source.alerts),
        party=party_of(board, calls),
        callbacks=target.callbacks + len(source.calls),
        notes=target.notes + source.notes,
        late=target.late or source.late,
        shares=shares_of_both(target, source),
        links=linked_to(target, source.id, "merged_from"),
    )


def split(board: Board, event: e.IncidentSplit, at: datetime) -> None:
    source, new = board.incidents[event.incident_id], event.incident
    move_reports(board, new.calls, new.alerts, new.id)
    put_incident(board, new, at)
    calls = tuple(c for c in source.calls if c not in new.calls)
    put_incident(
        board,
        source,
        at,
        calls=calls,
        alerts=tuple(a for a in source.alerts if a not in new.alerts),
        party=party_of(board, calls),
        links=linked_to(source, new.id, "split_into"),
    )


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.IncidentLinked: linked,
    e.IncidentUnlinked: unlinked,
    e.IncidentSplit: split,
}

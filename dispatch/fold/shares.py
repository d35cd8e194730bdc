"""Folding mutual aid: who was asked, who helps. That it ends is part of closing (`incidents.closing`)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from dispatch import events as e
from dispatch.board import Board
from dispatch.entities import Share
from dispatch.fold.settle import put_incident
from dispatch.status import AlarmKind


def offered(board: Board, event: e.ShareOffered, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    put_incident(board, incident, at, shares=(*incident.shares, Share(event.sector, at)))
    board.put(event.alarm)


def agreed(board: Board, event: e.ShareAgreed, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    shares = tuple(replace(x, agreed_at=at) if x.sector == event.sector else x for x in incident.shares)
    put_incident(board, incident, at, shares=shares)
    _quiet(board, event, at)


def declined(board: Board, event: e.ShareDeclined, at: datetime) -> None:
    incident = board.incidents[event.incident_id]
    put_incident(board, incident, at, shares=tuple(x for x in incident.shares if x.sector != event.sector))
    _quiet(board, event, at)


def _quiet(board: Board, event: e.ShareAgreed | e.ShareDeclined, at: datetime) -> None:
    """End the alarm: the question is answered."""
    for alarm in [board.alarms[i] for i in sorted(board.alarms_of.get(event.incident_id, ()))]:
        if alarm.kind is AlarmKind.SHARE_OFFERED and alarm.sector == event.sector:
            board.put(replace(alarm, cleared_at=at, rearm_at=None))


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.ShareOffered: offered,
    e.ShareAgreed: agreed,
    e.ShareDeclined: declined,
}

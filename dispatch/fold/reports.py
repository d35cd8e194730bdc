"""Folding calls, alerts and what towers say of themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch.board import Board
from dispatch.entities import Tower
from dispatch.events import AlertReceived, AlertRepeated, CallReceived, CallUpdated, TowerChanged
from dispatch.fold.settle import put_incident

SOURCE_IDS_MAX = 64  # presses whose re-delivery is still recognised; a tower repeats within minutes, not after 64


def call_received(board: Board, event: CallReceived, at: datetime) -> None:
    call = event.call
    board.put(call)
    if event.joined:
        incident = board.incidents[call.incident_id]
        joined = replace(
            incident,
            calls=(*incident.calls, call.id),
            callbacks=incident.callbacks + 1,
            late=incident.late or call.late,
        )
        put_incident(board, joined, at)


def call_updated(board: Board, event: CallUpdated, at: datetime) -> None:
    board.put(event.call)
    incident = board.incidents[event.call.incident_id]
    put_incident(board, incident, at)


def alert_received(board: Board, event: AlertReceived, _at: datetime) -> None:
    board.put(event.alert)


def alert_repeated(board: Board, event: AlertRepeated, at: datetime) -> None:
    alert = board.alerts[event.alert_id]
    fresh = (event.source_id,) if event.source_id else ()
    source_ids = (*alert.source_ids, *fresh)[-SOURCE_IDS_MAX:]
    board.put(replace(alert, presses=event.presses, source_ids=source_ids))
    put_incident(board, board.incidents[alert.incident_id], at)


FLAG_TIMES = {"silent": "silent_at", "tamper": "tamper_at", "low_battery": "battery_at", "tested": "tested_at"}


def tower_changed(board: Board, event: TowerChanged, _at: datetime) -> None:
    tower = board.towers.get(event.tower_id) or Tower(event.tower_id, event.sector)
    changes: dict[str, object] = {FLAG_TIMES[event.what]: event.occurred_at}
    if event.what != "tested":
        changes[event.what] = event.on
    board.put(replace(tower, **changes))  # type: ignore[arg-type]  # names come from FLAG_TIMES


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    CallReceived: call_received,
    CallUpdated: call_updated,
    AlertReceived: alert_received,
    AlertRepeated: alert_repeated,
    TowerChanged: tower_changed,
}

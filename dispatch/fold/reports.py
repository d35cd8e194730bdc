"""Folding calls, alerts and what towers say of themselves."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from dispatch.board import Board
from dispatch.entities import Party, Tower
from dispatch.events import AlertReceived, AlertRepeated, CallReceived, CallUpdated, TowerChanged
from dispatch.fold.settle import put_incident
from dispatch.status import Kind

SOURCE_IDS_MAX = 64  # presses whose re-delivery is still recognised; a tower repeats within minutes, not after 64


def call_received(board: Board, event: CallReceived, at: datetime) -> None:
    call = event.call
    board.put(call)
    if event.joined:
        incident = board.incidents[call.incident_id]
        calls = (*incident.calls, call.id)
        late, party = incident.late or call.late, party_of(board, calls)
        put_incident(board, incident, at, calls=calls, callbacks=incident.callbacks + 1, late=late, party=party)


def call_updated(board: Board, event: CallUpdated, at: datetime) -> None:
    board.put(event.call)
    incident = board.incidents[event.call.incident_id]
    is_alone = len(incident.calls) == 1 and not incident.alerts
    becomes_real = is_alone and event.call.kind is Kind.REAL and incident.kind is not Kind.REAL
    if becomes_real:
        for assignment in board.active_assignments(incident):
            board.put(replace(assignment, exercise=False))
    kind = Kind.REAL if becomes_real else incident.kind
    put_incident(board, incident, at, kind=kind, party=party_of(board, incident.calls))


def party_of(board: Board, calls: Iterable[int]) -> Party:
    """Who needs help, as an incident's calls tell it together: the higher count, and the graver answer."""
    parties = [board.calls[call_id].party for call_id in calls]
    if len(parties) == 1:
        return parties[0]
    return Party(
        adults=max((p.adults for p in parties if p.adults is not None), default=None),
        children=max((p.children for p in parties if p.children is not None), default=None),
        child_alone=max((p.child_alone for p in parties if p.child_alone is not None), default=None),
        kept_together=min((p.kept_together for p in parties if p.kept_together is not None), default=None),
    )


def alert_received(board: Board, event: AlertReceived, _at: datetime) -> None:
    board.put(event.alert)


def alert_repeated(board: Board, event: AlertRepeated, at: datetime) -> None:
    alert = board.alerts[event.alert_id]
    fresh = (event.source_id,) if event.source_id else ()
    source_ids = (*alert.source_ids, *fresh)[-SOURCE_IDS_MAX:]
    # Presses may arrive in any order: the alert began with the earliest.
    began = min(alert.occurred_at, event.occurred_at)
    board.put(replace(alert, presses=event.presses, source_ids=source_ids, occurred_at=began))
    put_incident(board, board.incidents[alert.incident_id], at)


FLAG_TIMES = {"silent": "silent_at", "tamper": "tamper_at", "low_battery": "battery_at", "tested": "tested_at"}


def tower_changed(board: Board, event: TowerChanged, _at: datetime) -> None:
    tower = board.towers.get(event.tower_id) or Tower(event.tower_id, event.sector)
    changes: dict[str, object] = {FLAG_TIMES[event.what]: event.occurred_at, "sector": event.sector or tower.sector}
    if event.what != "tested":
        changes[event.what] = event.on
    board.put(replace(tower, **changes))


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    CallReceived: call_received,
    CallUpdated: call_updated,
    AlertReceived: alert_received,
    AlertRepeated: alert_repeated,
    TowerChanged: tower_changed,
}

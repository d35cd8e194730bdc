"""Folding alarms: raised, acknowledged, raised again, cleared."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from dispatch import events as e
from dispatch.board import Board


def raised(board: Board, event: e.AlarmRaised, _at: datetime) -> None:
    board.put(event.alarm)


def acknowledged(board: Board, event: e.AlarmAcknowledged, at: datetime) -> None:
    alarm = board.alarms[event.alarm_id]
    # An alarm without a condition of its own is over once somebody has taken it.
    over = None if event.rearm_at else at
    board.put(replace(alarm, acknowledged_at=at, acknowledged_by=event.by, rearm_at=event.rearm_at, cleared_at=over))


def rearmed(board: Board, event: e.AlarmRearmed, at: datetime) -> None:
    alarm = board.alarms[event.alarm_id]
    board.put(
        replace(alarm, times=alarm.times + 1, raised_at=at, acknowledged_at=None, acknowledged_by=None, rearm_at=None)
    )


def cleared(board: Board, event: e.AlarmCleared, at: datetime) -> None:
    board.put(replace(board.alarms[event.alarm_id], cleared_at=at, rearm_at=None))


def out_of_order(board: Board, event: e.FieldReportOutOfOrder, _at: datetime) -> None:
    board.put(event.alarm)


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.AlarmRaised: raised,
    e.AlarmAcknowledged: acknowledged,
    e.AlarmRearmed: rearmed,
    e.AlarmCleared: cleared,
    e.FieldReportOutOfOrder: out_of_order,
}

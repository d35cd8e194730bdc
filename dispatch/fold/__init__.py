"""How an event moves the board. The only place where rows follow from events; deciding never changes a row itself."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from dispatch.board import Board
from dispatch.events import Event
from dispatch.fold import alarms, assignments, incidents, reports, shares, units

FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    **reports.FOLDS,
    **incidents.FOLDS,
    **shares.FOLDS,
    **assignments.FOLDS,
    **units.FOLDS,
    **alarms.FOLDS,
}


def apply(board: Board, event: Event, seq: int, at: datetime) -> None:
    """Fold one event. Raises KeyError when it names a row the board does not have: then the history does not fit."""
    if seq != board.seq + 1:
        raise ValueError(f"event {seq} does not follow {board.seq}")
    board.seq, board.at = seq, at
    FOLDS[type(event)](board, event, at)

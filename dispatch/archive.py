"""Letting go of what is over: a board that lives for months holds what one built just now would hold, and no more."""

from datetime import datetime

from dispatch.board import Board
from dispatch.deadlines import marks_of
from dispatch.entities import Alert, Assignment, Call, Incident, Row


def forget_closed(board: Board, before: datetime) -> list[int]:
    """Drop the incidents that closed before an instant, with all that is about them, and alarms that were over by then.

    Kept is what was brought back since, and what still rings, holds a unit, or waits for a word. Returns their ids.
    """
    gone = [
        incident.id
        for incident in board.incidents.values()
        if incident.closed_at is not None and incident.closed_at < before and _is_over(board, incident, before)
    ]
    for incident_id in gone:
        incident = board.incidents[incident_id]
        for row in _rows_of(board, incident):
            board.remove(row)
        board.remove(incident)
        board.recalled.pop(incident_id, None)
    for alarm in [a for a in board.alarms.values() if a.cleared_at is not None and a.cleared_at < before]:
        board.remove(alarm)
    return gone


def _is_over(board: Board, incident: Incident, before: datetime) -> bool:
    recalled_at = board.recalled.get(incident.id)
    if incident.is_open or (recalled_at is not None and recalled_at >= before):
        return False
    if board.alarms_of.get(incident.id):
        return False
    assignments = (board.assignments[i] for i in incident.assignments)
    return not any(row.is_active or marks_of(row) for row in assignments)


def _rows_of(board: Board, incident: Incident) -> list[Row]:
    """Return what is about this incident; what was merged away is about another one."""
    rows: list[Call | Alert | Assignment] = [
        *(board.calls[i] for i in incident.calls),
        *(board.alerts[i] for i in incident.alerts),
        *(board.assignments[i] for i in incident.assignments),
    ]
    return [row for row in rows if row.incident_id == incident.id]

"""What happens when a deadline passes, and when a new desk takes over."""

from datetime import datetime

from dispatch.board import Board
from dispatch.commands import TakeOver, TimeIsUp
from dispatch.entities import Alarm, Assignment, Incident
from dispatch.events import AlarmRearmed, AssignmentOverdue, DeskTookOver, IncidentAged, OfferTimedOut
from dispatch.rules.alarms import alarm
from dispatch.rules.field import after_ending, unit_not_reached
from dispatch.rules.matching import route
from dispatch.rules.turn import Steps, Turn
from dispatch.status import (
    OVERDUE,
    TAKEOVER_GRACE,
    TIME_OF,
    AlarmKind,
    AssignmentStatus,
    Where,
    ageing_interval,
)


def time_is_up(board: Board, command: TimeIsUp, now: datetime) -> Turn:
    """Act on a passed deadline, if the row still stands under it and it has really passed."""
    row = board.tables.get(command.table, {}).get(command.id)
    if row is not None and getattr(row, command.field, None) == command.due and now >= command.due:
        match row, command.field:
            case Assignment(), "answer_by" if row.status is AssignmentStatus.OFFERED:
                yield from _unanswered(board, row, now)
            case Assignment(), "hear_by":
                yield unit_not_reached(board, row, "no answer from the device", now)
            case Assignment(), "place_ack_by" if row.is_active:
                yield unit_not_reached(board, row, "changed place not acknowledged", now)
            case Assignment(), "overdue_at" if row.is_active:
                yield _overdue(board, row, now)
            case Incident(), "ages_at" if row.is_open and row.where is not Where.ASSIGNED:
                yield _aged(board, row, now)
            case Incident(), "held_until" if row.where is Where.WITH_DISPATCHER:
                yield from route(board, row.id, now)
            case Alarm(), "rearm_at" if row.cleared_at is None:
                yield AlarmRearmed(row.id)
            case _:
                pass
    return {}


def _unanswered(board: Board, assignment: Assignment, now: datetime) -> Steps:
    incident = board.incidents[assignment.incident_id]
    raised = alarm(board, AlarmKind.OFFER_UNANSWERED, now, incident=incident, unit=assignment.unit_id)
    yield OfferTimedOut(assignment.id, raised)
    yield from after_ending(board, assignment.id, now)


def _overdue(board: Board, assignment: Assignment, now: datetime) -> AssignmentOverdue:
    since: datetime = getattr(assignment, TIME_OF[assignment.status])
    reason = f"{assignment.status} for {int((now - since).total_seconds() // 60)} min"
    incident = board.incidents[assignment.incident_id]
    raised = alarm(board, AlarmKind.OVERDUE, now, incident=incident, unit=assignment.unit_id, reason=reason)
    return AssignmentOverdue(assignment.id, now + OVERDUE[assignment.status], raised)


def _aged(board: Board, incident: Incident, now: datetime) -> IncidentAged:
    waited = int((now - incident.opened_at).total_seconds() // 60)
    raised = alarm(board, AlarmKind.AGEING, now, incident=incident, reason=f"waiting for {waited} min")
    return IncidentAged(incident.id, now + ageing_interval(incident.priority), raised)


def take_over(board: Board, command: TakeOver, now: datetime) -> Turn:
    """A desk begins: nobody loses an offer, or rings as not reached, because nobody was there to take the answer."""
    soon = now + TAKEOVER_GRACE
    rows = board.assignments.values()
    yield DeskTookOver(
        command.epoch,
        tuple(a.id for a in rows if a.status is AssignmentStatus.OFFERED and a.answer_by < soon),
        soon,
        tuple(a.id for a in rows if a.hear_by is not None and a.hear_by < soon),
        tuple(a.id for a in rows if a.is_active and a.place_ack_by is not None and a.place_ack_by < soon),
    )
    return {"epoch": command.epoch}

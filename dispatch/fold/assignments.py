"""Folding offers, answers and the way of an assignment, with the unit and the incident that follow from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from dispatch import events as e
from dispatch.board import Board
from dispatch.entities import Assignment
from dispatch.fold.settle import put_incident, put_unit
from dispatch.status import ENDINGS, MISSED_MAX, TIME_OF, AlarmKind, AssignmentStatus, MustHear

Changes = dict[str, Any]


def move(
    board: Board,
    assignment: Assignment,
    status: AssignmentStatus,
    at: datetime,
    *,
    unit: Changes | None = None,
    is_asked: bool = False,
    **more: Any,
) -> None:
    """Give an assignment a status with its time stamp, then settle its unit and its incident.

    `unit` is what else changes of the unit; `is_asked` keeps the unit from being asked again in this round.
    """
    quiet_overdue(board, assignment, at)
    changes: Changes = {"status": status, **more}
    if status in TIME_OF:
        changes[TIME_OF[status]] = at
    if status in ENDINGS:
        changes |= {"ended_at": at, "place_ack_by": None, "overdue_at": None}
    board.put(replace(assignment, **changes))
    settle_unit(board, assignment, unit or {}, is_active=status not in ENDINGS)
    incident = board.incidents[assignment.incident_id]
    asked: Changes = {}
    if is_asked and assignment.unit_id not in incident.asked:
        asked["asked"] = (*incident.asked, assignment.unit_id)
    put_incident(board, incident, at, **asked)


def quiet_overdue(board: Board, assignment: Assignment, at: datetime) -> None:
    """The unit went on, or is on it no more: nobody has to ask."""
    alarm = board.open_alarm(AlarmKind.OVERDUE, incident=assignment.incident_id, unit=assignment.unit_id)
    if alarm is not None:
        board.put(replace(alarm, cleared_at=at, rearm_at=None))


def settle_unit(board: Board, assignment: Assignment, changes: Changes, *, is_active: bool) -> None:
    row = board.units[assignment.unit_id]
    if is_active:
        changes["assignment_id"] = assignment.id
    elif row.assignment_id == assignment.id:
        changes["assignment_id"] = None
    put_unit(board, row, **changes)


def offer_made(board: Board, event: e.OfferMade, at: datetime) -> None:
    assignment = replace(event.assignment, must_hear_seq=board.seq)
    board.put(assignment)
    settle_unit(board, assignment, {}, is_active=True)
    incident = board.incidents[assignment.incident_id]
    put_incident(board, incident, at, assignments=(*incident.assignments, assignment.id))


def took_over(board: Board, event: e.DeskTookOver, _at: datetime) -> None:
    board.epoch = event.epoch
    extended = (("answer_by", event.offers), ("hear_by", event.to_hear), ("place_ack_by", event.to_acknowledge))
    for deadline, assignment_ids in extended:
        for assignment_id in assignment_ids:
            board.put(replace(board.assignments[assignment_id], **{deadline: event.answer_by}))


def hear(board: Board, assignment: Assignment, at: datetime) -> Changes:
    """What changes when the device has the frame: asked for nothing more, and the alarm about it ends."""
    alarm = board.open_alarm(AlarmKind.NOT_REACHED, incident=assignment.incident_id, unit=assignment.unit_id)
    if alarm is not None:
        board.put(replace(alarm, cleared_at=at, rearm_at=None))
    return {"heard_at": assignment.heard_at or at, "hear_by": None}


def hear_offer(board: Board, assignment: Assignment, at: datetime) -> Changes:
    """Who answers an offer has heard it; that says nothing of a place that changed meanwhile."""
    is_owed = assignment.must_hear is MustHear.OFFER and assignment.heard_at is None
    return hear(board, assignment, at) if is_owed else {}


def frame_heard(board: Board, event: e.FrameHeard, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    # A person who let the time for a changed place pass still owes the word, although the device has it now.
    is_owed = assignment.is_active and assignment.must_hear is MustHear.PLACE_CHANGED
    heard = {"heard_at": at} if is_owed and assignment.place_ack_by is None else hear(board, assignment, at)
    board.put(replace(assignment, **heard))


def not_reached(board: Board, event: e.UnitNotReached, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    owed = assignment.place_ack_by
    board.put(replace(assignment, hear_by=None, place_ack_by=owed if owed is not None and owed > at else None))
    board.put(event.alarm)


def place_acknowledged(board: Board, event: e.PlaceAcknowledged, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    board.put(replace(assignment, place_ack_by=None, **hear(board, assignment, at)))


def offer_accepted(board: Board, event: e.OfferAccepted, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    heard = hear_offer(board, assignment, at)
    due = event.overdue_at
    move(board, assignment, AssignmentStatus.ACKNOWLEDGED, at, unit={"missed": 0}, overdue_at=due, **heard)


def offer_declined(board: Board, event: e.OfferDeclined, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    heard = hear(board, assignment, at) if assignment.heard_at is None else {}
    status, unit = AssignmentStatus.DECLINED, {"missed": 0}
    move(
        board,
        assignment,
        status,
        at,
        unit=unit,
        is_asked=True,
        reason=event.reason,
        reason_sealed=event.sealed,
        **heard,
    )


def offer_timed_out(board: Board, event: e.OfferTimedOut, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    unit = board.units[assignment.unit_id]
    missed = unit.missed + 1
    now = {"missed": missed, "answering": unit.answering and missed < MISSED_MAX}
    move(board, assignment, AssignmentStatus.TIMED_OUT, at, unit=now, is_asked=True, hear_by=None)
    board.put(event.alarm)


def moved(board: Board, event: e.AssignmentMoved, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    more = hear_offer(board, assignment, at)
    if assignment.acknowledged_at is None:
        more["acknowledged_at"] = at  # who drives has accepted
    more["overdue_at"] = event.overdue_at
    move(board, assignment, event.status, at, unit={"missed": 0}, **more)


def overdue(board: Board, event: e.AssignmentOverdue, _at: datetime) -> None:
    board.put(replace(board.assignments[event.assignment_id], overdue_at=event.overdue_at))
    board.put(event.alarm)


def cancelled(board: Board, event: e.AssignmentCancelled, at: datetime) -> None:
    # Whom a dispatcher took off is not asked again by itself in this round.
    gone, why = AssignmentStatus.CANCELLED, {"reason": event.reason, "reason_sealed": event.sealed}
    _take_away(board, event.assignment_id, gone, MustHear.CANCELLED, event.hear_by, at, why, is_asked=True)


def preempted(board: Board, event: e.AssignmentPreempted, at: datetime) -> None:
    why = {"reason": f"preempted for incident {event.for_incident_id}"}
    _take_away(board, event.assignment_id, AssignmentStatus.PREEMPTED, MustHear.PREEMPTED, event.hear_by, at, why)


def _take_away(
    board: Board,
    assignment_id: int,
    status: AssignmentStatus,
    must: MustHear,
    hear_by: datetime,
    at: datetime,
    why: Changes,
    *,
    is_asked: bool = False,
) -> None:
    move(
        board, board.assignments[assignment_id], status, at, is_asked=is_asked,
        must_hear=must, must_hear_seq=board.seq, hear_by=hear_by, heard_at=None, **why,
    )  # fmt: skip


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.DeskTookOver: took_over,
    e.OfferMade: offer_made,
    e.OfferAccepted: offer_accepted,
    e.OfferDeclined: offer_declined,
    e.OfferTimedOut: offer_timed_out,
    e.FrameHeard: frame_heard,
    e.UnitNotReached: not_reached,
    e.PlaceAcknowledged: place_acknowledged,
    e.AssignmentMoved: moved,
    e.AssignmentOverdue: overdue,
    e.AssignmentCancelled: cancelled,
    e.AssignmentPreempted: preempted,
}

"""Folding offers, answers and the way of an assignment, with the unit and the incident that follow from it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch import events as e
from dispatch.board import Board
from dispatch.entities import Assignment
from dispatch.fold.settle import put_incident, put_unit
from dispatch.status import ENDINGS, MISSED_MAX, TIME_OF, AlarmKind, AssignmentStatus, MustHear


def move(board: Board, assignment_id: int, status: AssignmentStatus, at: datetime, **more: Any) -> Assignment:
    """Give an assignment a status with its time stamp, then settle its unit and its incident."""
    changes: dict[str, Any] = {"status": status, **more}
    if status in TIME_OF:
        changes[TIME_OF[status]] = at
    if status in ENDINGS:
        changes["ended_at"] = at
    assignment = replace(board.assignments[assignment_id], **changes)
    board.put(assignment)
    settle_around(board, assignment, at)
    return assignment


def settle_around(board: Board, assignment: Assignment, at: datetime) -> None:
    unit = board.units[assignment.unit_id]
    if assignment.is_active:
        put_unit(board, replace(unit, assignment_id=assignment.id))
    elif unit.assignment_id == assignment.id:
        put_unit(board, replace(unit, assignment_id=None))
    put_incident(board, board.incidents[assignment.incident_id], at)


def offer_made(board: Board, event: e.OfferMade, at: datetime) -> None:
    assignment = replace(event.assignment, must_hear_seq=board.seq)
    board.put(assignment)
    incident = board.incidents[assignment.incident_id]
    board.put(replace(incident, assignments=(*incident.assignments, assignment.id)))
    settle_around(board, assignment, at)


def offer_extended(board: Board, event: e.OfferExtended, _at: datetime) -> None:
    board.put(replace(board.assignments[event.assignment_id], answer_by=event.answer_by))


def took_over(board: Board, event: e.DeskTookOver, _at: datetime) -> None:
    board.epoch = event.epoch
    for assignment_id in event.offers:
        board.put(replace(board.assignments[assignment_id], answer_by=event.answer_by))


def hear(board: Board, assignment: Assignment, at: datetime) -> dict[str, Any]:
    """What changes when the device has the frame: asked for nothing more, and the alarm about it ends."""
    alarm = board.open_alarm(AlarmKind.NOT_REACHED, incident=assignment.incident_id, unit=assignment.unit_id)
    if alarm is not None:
        board.put(replace(alarm, cleared_at=at, rearm_at=None))
    return {"heard_at": at, "hear_by": None}


def frame_heard(board: Board, event: e.FrameHeard, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    board.put(replace(assignment, **hear(board, assignment, at)))


def not_reached(board: Board, event: e.UnitNotReached, _at: datetime) -> None:
    board.put(replace(board.assignments[event.assignment_id], hear_by=None))
    board.put(event.alarm)


def offer_accepted(board: Board, event: e.OfferAccepted, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    heard = {} if assignment.heard_at else hear(board, assignment, at)
    move(board, assignment.id, AssignmentStatus.ACKNOWLEDGED, at, **heard)
    put_unit(board, replace(board.units[assignment.unit_id], missed=0))


def _asked(board: Board, assignment: Assignment, at: datetime) -> None:
    incident = board.incidents[assignment.incident_id]
    if assignment.unit_id not in incident.asked:
        put_incident(board, replace(incident, asked=(*incident.asked, assignment.unit_id)), at)


def offer_declined(board: Board, event: e.OfferDeclined, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    heard = {} if assignment.heard_at else hear(board, assignment, at)
    move(board, assignment.id, AssignmentStatus.DECLINED, at, reason=event.reason, **heard)
    put_unit(board, replace(board.units[assignment.unit_id], missed=0))
    _asked(board, assignment, at)


def offer_timed_out(board: Board, event: e.OfferTimedOut, at: datetime) -> None:
    assignment = move(board, event.assignment_id, AssignmentStatus.TIMED_OUT, at, hear_by=None)
    unit = board.units[assignment.unit_id]
    missed = unit.missed + 1
    put_unit(board, replace(unit, missed=missed, answering=unit.answering and missed < MISSED_MAX))
    _asked(board, assignment, at)
    board.put(event.alarm)


def moved(board: Board, event: e.AssignmentMoved, at: datetime) -> None:
    assignment = board.assignments[event.assignment_id]
    more: dict[str, Any] = {}
    if assignment.acknowledged_at is None:
        more["acknowledged_at"] = at  # who drives has accepted
    if assignment.must_hear is MustHear.OFFER and assignment.heard_at is None:
        more |= hear(board, assignment, at)
    move(board, assignment.id, event.status, at, **more)
    put_unit(board, replace(board.units[assignment.unit_id], missed=0))


def cancelled(board: Board, event: e.AssignmentCancelled, at: datetime) -> None:
    _take_away(
        board, event.assignment_id, AssignmentStatus.CANCELLED, MustHear.CANCELLED, event.hear_by, at, event.reason
    )


def preempted(board: Board, event: e.AssignmentPreempted, at: datetime) -> None:
    why = f"preempted for incident {event.for_incident_id}"
    _take_away(board, event.assignment_id, AssignmentStatus.PREEMPTED, MustHear.PREEMPTED, event.hear_by, at, why)


def _take_away(
    board: Board,
    assignment_id: int,
    status: AssignmentStatus,
    must: MustHear,
    hear_by: datetime,
    at: datetime,
    why: str,
) -> None:
    move(
        board, assignment_id, status, at,
        must_hear=must, must_hear_seq=board.seq, hear_by=hear_by, heard_at=None, reason=why,
    )  # fmt: skip


FOLDS: dict[type, Callable[[Board, Any, datetime], None]] = {
    e.DeskTookOver: took_over,
    e.OfferMade: offer_made,
    e.OfferExtended: offer_extended,
    e.OfferAccepted: offer_accepted,
    e.OfferDeclined: offer_declined,
    e.OfferTimedOut: offer_timed_out,
    e.FrameHeard: frame_heard,
    e.UnitNotReached: not_reached,
    e.AssignmentMoved: moved,
    e.AssignmentCancelled: cancelled,
    e.AssignmentPreempted: preempted,
}

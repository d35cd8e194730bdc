"""What comes from the field: answers to offers, which may be refused, and facts, which never are."""

from datetime import datetime

from dispatch.board import Board
from dispatch.commands import AcceptOffer, DeclineOffer, HearFrame, MissUnit, RaiseMayday, ReportStatus, SetDuty
from dispatch.entities import Assignment
from dispatch.errors import Code, Refusal, not_found
from dispatch.events import (
    AlarmRaised,
    AssignmentMoved,
    FieldReportOutOfOrder,
    FrameHeard,
    OfferAccepted,
    OfferDeclined,
    PlaceAcknowledged,
    UnitAnswering,
    UnitDutyChanged,
    UnitNotReached,
)
from dispatch.rules.alarms import alarm, hold
from dispatch.rules.matching import match_units, route
from dispatch.rules.turn import Steps, Turn
from dispatch.status import MOVES, OVERDUE, AlarmKind, AssignmentStatus, Held, MustHear


def accept_offer(board: Board, command: AcceptOffer, now: datetime) -> Turn:
    assignment = _own(board, command.unit_id, command.assignment_id)
    if assignment.status is AssignmentStatus.OFFERED:
        yield OfferAccepted(assignment.id, command.occurred_at, overdue_at(AssignmentStatus.ACKNOWLEDGED, now))
    elif not assignment.is_active:
        yield from touch(board, command.unit_id, now)
        raise _stale(board, assignment)
    if _takes_place(board, board.assignments[assignment.id], command.seq):
        yield PlaceAcknowledged(assignment.id, command.occurred_at)
    yield from touch(board, command.unit_id, now)
    return _reply(board, assignment.id)


def _takes_place(board: Board, assignment: Assignment, seen: int | None) -> bool:
    """Whether this yes is to a changed place; one that may be to the place before is not (design 4.6)."""
    if assignment.must_hear is not MustHear.PLACE_CHANGED or seen is None or seen < assignment.must_hear_seq:
        return False
    alarm = board.open_alarm(AlarmKind.NOT_REACHED, incident=assignment.incident_id, unit=assignment.unit_id)
    return assignment.place_ack_by is not None or alarm is not None


def decline_offer(board: Board, command: DeclineOffer, now: datetime) -> Turn:
    """The unit says no: the incident is offered on, the unit is free for others."""
    assignment = _own(board, command.unit_id, command.assignment_id)
    if assignment.status is AssignmentStatus.OFFERED:
        yield OfferDeclined(assignment.id, command.reason, command.sealed)
        yield from after_ending(board, assignment.id, now)
    elif assignment.status is not AssignmentStatus.DECLINED:
        yield from touch(board, command.unit_id, now)
        raise _stale(board, assignment)
    yield from touch(board, command.unit_id, now)
    return _reply(board, assignment.id)


def after_ending(board: Board, assignment_id: int, now: datetime) -> Steps:
    """An assignment ended without the person being served: offer the incident on, then the unit to others."""
    assignment = board.assignments[assignment_id]
    incident = board.incidents[assignment.incident_id]
    if incident.is_open and not board.active_assignments(incident):
        yield from route(board, incident.id, now)
    yield from match_units(board, (assignment.unit_id,), now)


def report_status(board: Board, command: ReportStatus, now: datetime) -> Turn:
    """Take a fact: it moves the assignment forward, or it is recorded as out of order and moves nothing."""
    unit = board.units.get(command.unit_id)
    assignment_id = command.assignment_id
    if assignment_id is None and unit is not None:
        assignment_id = unit.assignment_id
    assignment = board.assignments.get(assignment_id) if assignment_id is not None else None
    mine = assignment is not None and assignment.unit_id == command.unit_id
    if assignment is not None and mine and assignment.status is command.status:
        pass  # said before
    elif assignment is None or not mine or command.status not in MOVES.get(assignment.status, ()):
        yield _out_of_order(board, command, assignment if mine else None, now)
    else:
        yield AssignmentMoved(assignment.id, command.status, command.occurred_at, overdue_at(command.status, now))
        if command.status is AssignmentStatus.CLEARED:
            yield from _cleared(board, assignment.id, now)
    yield from touch(board, command.unit_id, now)
    return _reply(board, assignment.id) if assignment is not None and mine else {"assignment_id": None}


def _cleared(board: Board, assignment_id: int, now: datetime) -> Steps:
    assignment = board.assignments[assignment_id]
    incident = board.incidents[assignment.incident_id]
    if incident.is_open and not board.active_assignments(incident):
        yield hold(board, incident.id, Held.UNITS_CLEARED, now)
    yield from match_units(board, (assignment.unit_id,), now)


def _out_of_order(
    board: Board, command: ReportStatus, assignment: Assignment | None, now: datetime
) -> FieldReportOutOfOrder:
    incident = board.incidents.get(assignment.incident_id) if assignment else None
    standing = assignment.status if assignment else "no assignment"
    reason = f"{command.status} after {standing}"
    raised = alarm(board, AlarmKind.OUT_OF_ORDER, now, incident=incident, unit=command.unit_id, reason=reason)
    said = assignment.id if assignment else command.assignment_id
    return FieldReportOutOfOrder(command.unit_id, said, command.status, command.occurred_at, raised)


def raise_mayday(board: Board, command: RaiseMayday, now: datetime) -> Turn:
    unit = board.units.get(command.unit_id)
    holding = board.assignments[unit.assignment_id] if unit and unit.assignment_id is not None else None
    incident = board.incidents[holding.incident_id] if holding else None
    raised = alarm(board, AlarmKind.MAYDAY, now, incident=incident, unit=command.unit_id)
    yield AlarmRaised(raised)
    yield from touch(board, command.unit_id, now)
    return {"alarm_id": raised.id}


def hear_frame(board: Board, command: HearFrame, now: datetime) -> Turn:  # noqa: ARG001 - one signature for all rules
    assignment_id = board.to_hear.get((command.unit_id, command.seq))
    if assignment_id is not None:
        yield FrameHeard(assignment_id)
    return {"seq": command.seq}


def miss_unit(board: Board, command: MissUnit, now: datetime) -> Turn:
    """Nobody is there to hear: say so at once instead of after the receipt time."""
    assignment = board.assignments.get(command.assignment_id)
    if assignment is not None and assignment.hear_by is not None:
        yield unit_not_reached(board, assignment, command.reason, now)
    return {}


def unit_not_reached(board: Board, assignment: Assignment, reason: str, now: datetime) -> UnitNotReached:
    incident = board.incidents[assignment.incident_id]
    raised = alarm(board, AlarmKind.NOT_REACHED, now, incident=incident, unit=assignment.unit_id, reason=reason)
    return UnitNotReached(assignment.id, raised)


def overdue_at(status: AssignmentStatus, now: datetime) -> datetime | None:
    """Return when a unit that comes to this status now is asked how it goes; None for one that is done."""
    return now + OVERDUE[status] if status in OVERDUE else None


def set_duty(board: Board, command: SetDuty, now: datetime) -> Turn:
    """Go on or off duty. An offer still open goes to the next unit; an incident already taken stays taken."""
    unit = board.units.get(command.unit_id)
    if unit is None:
        raise not_found("unit")
    if unit.on_duty != command.on_duty:
        yield UnitDutyChanged(unit.id, command.on_duty)
    held = board.units[unit.id].assignment_id
    if not command.on_duty and held is not None and board.assignments[held].status is AssignmentStatus.OFFERED:
        yield OfferDeclined(held, "off_duty")
        yield from after_ending(board, held, now)
    if command.on_duty:
        yield from touch(board, unit.id, now)
        yield from match_units(board, (unit.id,), now)
    return {"unit_id": unit.id, "on_duty": command.on_duty}


def touch(board: Board, unit_id: str, now: datetime) -> Steps:
    """The unit's app was touched: it answers again, and what it missed before counts no more."""
    unit = board.units.get(unit_id)
    if unit is not None and (unit.missed or not unit.answering):
        yield UnitAnswering(unit_id)
        yield from match_units(board, (unit_id,), now)


def _own(board: Board, unit_id: str, assignment_id: int) -> Assignment:
    assignment = board.assignments.get(assignment_id)
    if assignment is None or assignment.unit_id != unit_id:
        raise not_found("assignment")
    return assignment


def _stale(board: Board, assignment: Assignment) -> Refusal:
    held = board.units[assignment.unit_id].assignment_id
    return Refusal(
        Code.STALE,
        f"assignment {assignment.id} is {assignment.status}",
        field="assignment_id",
        allowed=(f"assignment_id={held}",) if held is not None else (),
    )


def _reply(board: Board, assignment_id: int) -> dict[str, object]:
    assignment = board.assignments[assignment_id]
    return {"assignment_id": assignment.id, "incident_id": assignment.incident_id, "status": assignment.status}

"""What follows from what: incident place and status from its assignments, a unit's from its own, alarms that end."""

from dataclasses import replace
from datetime import datetime

from dispatch.board import Board
from dispatch.entities import Incident, Unit
from dispatch.status import (
    SECONDARY,
    AlarmKind,
    AssignmentStatus,
    Primary,
    Where,
    responding_status,
)

# An alarm of these kinds is about the incident's place in the line, and ends when the incident leaves that place.
ENDS_WITH: dict[AlarmKind, frozenset[Where]] = {
    AlarmKind.WITH_DISPATCHER: frozenset({Where.WITH_DISPATCHER}),
    AlarmKind.NO_UNIT: frozenset({Where.QUEUED}),
    AlarmKind.OFFER_UNANSWERED: frozenset({Where.QUEUED, Where.OFFERED, Where.WITH_DISPATCHER}),
    AlarmKind.AGEING: frozenset({Where.QUEUED, Where.OFFERED, Where.WITH_DISPATCHER}),
}


def put_incident(board: Board, incident: Incident, at: datetime) -> None:
    """Write an incident with everything that follows from its assignments."""
    if incident.is_open:
        active = board.active_assignments(incident)
        where = incident.where
        if any(a.status is not AssignmentStatus.OFFERED for a in active):
            where = Where.ASSIGNED
        elif active:
            where = Where.OFFERED
        elif where in (Where.ASSIGNED, Where.OFFERED):
            where = Where.QUEUED
        if where is not incident.where or where is not Where.WITH_DISPATCHER:
            held = where is Where.WITH_DISPATCHER
            incident = replace(
                incident,
                where=where,
                held=incident.held if held else None,
                held_until=incident.held_until if held else None,
                since=incident.since if where is incident.where else at,
            )
        status = responding_status((a.status for a in active), reopened=incident.reopened)
        incident = replace(incident, status=status, version=board.seq)
    else:
        incident = replace(incident, version=board.seq)
    board.put(incident)
    quiet_alarms(board, incident, at)


def quiet_alarms(board: Board, incident: Incident, at: datetime) -> None:
    """Clear the incident's alarms whose reason is gone; all but a mayday when it is closed."""
    for alarm_id in sorted(board.alarms_of.get(incident.id, ())):
        alarm = board.alarms[alarm_id]
        if alarm.kind is AlarmKind.MAYDAY:
            continue
        if not incident.is_open or incident.where not in ENDS_WITH.get(alarm.kind, frozenset(Where)):
            board.put(replace(alarm, cleared_at=at, rearm_at=None))


def put_unit(board: Board, unit: Unit) -> None:
    """Write a unit with its primary and secondary status (NENA EIDO) derived from duty and assignment."""
    primary, secondary = Primary.NOT_AVAILABLE, "OffDuty"
    if unit.assignment_id is not None:
        status = board.assignments[unit.assignment_id].status
        secondary = SECONDARY[status]
        before_scene = status in (AssignmentStatus.OFFERED, AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.EN_ROUTE)
        primary = Primary.CONDITIONALLY_AVAILABLE if before_scene else Primary.NOT_AVAILABLE
    elif unit.on_duty:
        primary = Primary.AVAILABLE if unit.answering else Primary.NOT_AVAILABLE
        secondary = "Available" if unit.answering else "NotAnswering"
    board.put(replace(unit, primary=primary, secondary=secondary))

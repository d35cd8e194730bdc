"""What follows from what: incident place and status from its assignments, a unit's from its own, alarms that end."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import replace

from dispatch.board import Board
from dispatch.entities import Assignment, Incident, Unit
from dispatch.status import (
    SECONDARY,
    AlarmKind,
    AssignmentStatus,
    Primary,
    Where,
    responding_status,
)

# An alarm of these kinds is about the incident's place in the line, and ends when the incident leaves that place.
ENDS_WITH: Final[dict[AlarmKind, frozenset[Where]]] = {
    AlarmKind.WITH_DISPATCHER: frozenset({Where.WITH_DISPATCHER}),
    AlarmKind.NO_UNIT: frozenset({Where.QUEUED}),
    AlarmKind.OFFER_UNANSWERED: frozenset({Where.QUEUED, Where.OFFERED, Where.WITH_DISPATCHER}),
    AlarmKind.AGEING: frozenset({Where.QUEUED, Where.OFFERED, Where.WITH_DISPATCHER}),
}
EVERYWHERE: Final = frozenset(Where)
# Closing ends what was about the incident. A mayday is about the unit; one not reached still drives to a closed place.
OUTLIVES: Final = frozenset({AlarmKind.MAYDAY, AlarmKind.NOT_REACHED})
BEFORE_SCENE: Final = frozenset({AssignmentStatus.OFFERED, AssignmentStatus.ACKNOWLEDGED, AssignmentStatus.EN_ROUTE})


def put_incident(board: Board, incident: Incident, at: datetime, **changes: Any) -> None:
    """Write an incident with these changes and everything that follows from its assignments, as one new row."""
    where: Where = changes.get("where", incident.where)
    changes["version"] = board.seq
    if where is not Where.DONE:
        ids: tuple[int, ...] = changes.get("assignments", incident.assignments)
        active = [a for a in (board.assignments[i] for i in ids) if a.is_active]
        settled = _settled(where, active)
        if settled is not where:
            changes["where"], changes["since"] = settled, at
        if settled is not Where.WITH_DISPATCHER:
            changes["held"] = changes["held_until"] = None
        reopened: bool = changes.get("reopened", incident.reopened)
        changes["status"] = responding_status([a.status for a in active], reopened=reopened)
    row = replace(incident, **changes)
    known = board.incidents.get(row.id)
    board.put(row)
    if known is not None and known.where is not row.where:
        quiet_alarms(board, row, at)


def _settled(where: Where, active: Sequence[Assignment]) -> Where:
    """Where the incident stands, given who is on it: whoever accepted outweighs an offer, an offer the line."""
    if not active:
        return Where.QUEUED if where in (Where.ASSIGNED, Where.OFFERED) else where
    accepted = any(a.status is not AssignmentStatus.OFFERED for a in active)
    return Where.ASSIGNED if accepted else Where.OFFERED


def quiet_alarms(board: Board, incident: Incident, at: datetime) -> None:
    """Clear the alarms whose reason is gone, now that the incident is somewhere else or closed."""
    for alarm_id in sorted(board.alarms_of.get(incident.id, ())):
        alarm = board.alarms[alarm_id]
        waits_for_agency = alarm.kind is AlarmKind.WITH_DISPATCHER and incident.agency is not None
        if incident.is_open:
            is_over = incident.where not in ENDS_WITH.get(alarm.kind, EVERYWHERE) and not waits_for_agency
        else:
            is_over = alarm.kind not in OUTLIVES
        if is_over:
            board.put(replace(alarm, cleared_at=at, rearm_at=None))


def put_unit(board: Board, unit: Unit, **changes: Any) -> None:
    """Write a unit with these changes and the primary and secondary status (NENA EIDO) that follow from them."""
    assignment_id: int | None = changes.get("assignment_id", unit.assignment_id)
    primary, secondary = Primary.NOT_AVAILABLE, "OffDuty"
    if assignment_id is not None:
        status = board.assignments[assignment_id].status
        secondary = SECONDARY[status]
        primary = Primary.CONDITIONALLY_AVAILABLE if status in BEFORE_SCENE else Primary.NOT_AVAILABLE
    elif changes.get("on_duty", unit.on_duty):
        answering = changes.get("answering", unit.answering)
        primary = Primary.AVAILABLE if answering else Primary.NOT_AVAILABLE
        secondary = "Available" if answering else "NotAnswering"
    row = replace(unit, primary=primary, secondary=secondary, **changes)
    if row != board.units.get(row.id):
        board.put(row)

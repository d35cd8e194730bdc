"""What a dispatcher asks about units: assign, reassign, stand down, release to the queue."""

from datetime import datetime

from dispatch.board import Board
from dispatch.commands import Assign, Reassign, Release, StandDown
from dispatch.entities import Assignment, Incident, Unit
from dispatch.errors import Code, Refusal, not_found
from dispatch.events import AssignmentCancelled, AssignmentPreempted, IncidentQueued
from dispatch.rules.alarms import hold
from dispatch.rules.incident import find_open
from dispatch.rules.matching import match_incident, match_units, offer, route
from dispatch.rules.places import TRUST
from dispatch.rules.turn import Steps, Turn
from dispatch.status import DEVICE_RECEIPT, Held, Kind, Primary
from geo.place import PlaceState


def assign(board: Board, command: Assign, now: datetime) -> Turn:
    """Offer the incident to the unit a dispatcher chose."""
    incident = find_open(board, command.incident_id, command.version)
    unit = _takeable(board, command.unit_id, incident, preempt=command.preempt)
    yield from _send(board, incident.id, unit, command, now)
    made = board.units[unit.id].assignment_id
    return {"assignment_id": made, "incident_id": incident.id, "unit_id": unit.id}


def _send(board: Board, incident_id: int, unit: Unit, command: Assign | Reassign, now: datetime) -> Steps:
    left = unit.assignment_id
    if left is not None:
        yield AssignmentPreempted(left, incident_id, now + DEVICE_RECEIPT)
    incident = board.incidents[incident_id]
    if incident.place is None:
        raise Refusal(Code.NOT_ALLOWED_NOW, "the incident has no place yet", field="incident_id", allowed=("place",))
    ranking = board.rank(incident, incident.place.point, now, everybody=True)
    yield offer(board, incident, unit.id, ranking, now, by=command.by, sealed=command.sealed)
    if left is not None:
        loser = board.incidents[board.assignments[left].incident_id]
        if loser.is_open and not board.active_assignments(loser):
            yield from route(board, loser.id, now)


def _takeable(board: Board, unit_id: str, incident: Incident, *, preempt: bool) -> Unit:
    unit = board.units.get(unit_id)
    if unit is None:
        raise not_found("unit")
    if incident.place is None:
        raise Refusal(Code.NOT_ALLOWED_NOW, "the incident has no place yet", field="incident_id", allowed=("place",))
    if not unit.on_duty:
        raise Refusal(Code.NOT_ALLOWED_NOW, f"{unit_id} is off duty", field="unit_id")
    if unit.assignment_id is None:
        return unit
    present = board.assignments[unit.assignment_id]
    if present.incident_id == incident.id:
        raise Refusal(Code.ALREADY_DONE, f"{unit_id} is already on incident {incident.id}", field="unit_id")
    if not preempt:
        raise Refusal(
            Code.NOT_ALLOWED_NOW,
            f"{unit_id} is on another incident",  # which one is perhaps not for this sector to know
            field="unit_id",
            allowed=("preempt=true",) if unit.primary is Primary.CONDITIONALLY_AVAILABLE else (),
        )
    if unit.primary is not Primary.CONDITIONALLY_AVAILABLE:
        raise Refusal(Code.NOT_ALLOWED_NOW, f"{unit_id} is {unit.secondary} and cannot be taken away", field="unit_id")
    return unit


def _active(board: Board, assignment_id: int) -> Assignment:
    assignment = board.assignments.get(assignment_id)
    if assignment is None:
        raise not_found("assignment")
    if not assignment.is_active:
        raise Refusal(Code.STALE, f"assignment {assignment_id} is {assignment.status}", field="assignment_id")
    return assignment


def reassign(board: Board, command: Reassign, now: datetime) -> Turn:
    """Replace a unit by another in one turn, so that the incident is never without one in between."""
    assignment = _active(board, command.assignment_id)
    incident = find_open(board, assignment.incident_id, command.version)
    unit = _takeable(board, command.unit_id, incident, preempt=False)
    yield AssignmentCancelled(assignment.id, command.reason or "reassigned", now + DEVICE_RECEIPT, command.sealed)
    yield from _send(board, incident.id, unit, command, now)
    made = board.units[unit.id].assignment_id
    yield from match_units(board, (assignment.unit_id,), now)
    return {"assignment_id": made, "incident_id": incident.id, "unit_id": unit.id}


def stand_down(board: Board, command: StandDown, now: datetime) -> Turn:
    """Take a unit off; when it was the last one, the dispatcher keeps the incident."""
    assignment = _active(board, command.assignment_id)
    yield AssignmentCancelled(assignment.id, command.reason or "stood down", now + DEVICE_RECEIPT, command.sealed)
    incident = board.incidents[assignment.incident_id]
    if incident.is_open and not board.active_assignments(incident):
        yield hold(board, incident.id, Held.UNITS_CLEARED, now)
    yield from match_units(board, (assignment.unit_id,), now)
    return {"assignment_id": assignment.id, "incident_id": incident.id}


def release(board: Board, command: Release, now: datetime) -> Turn:
    """Let the automatic pick go on, as a new round that may ask everybody again."""
    incident = find_open(board, command.incident_id, command.version)
    if incident.place is None:
        raise Refusal(Code.NOT_ALLOWED_NOW, "the incident has no place yet", field="incident_id", allowed=("place",))
    if board.active_assignments(incident):
        raise Refusal(Code.NOT_ALLOWED_NOW, "units are on it already", field="incident_id", allowed=("assign",))
    if incident.kind is not Kind.REAL:
        message = f"a {incident.kind} pages nobody by itself"
        raise Refusal(Code.NOT_ALLOWED_NOW, message, field="incident_id", allowed=("assign",))
    if TRUST[incident.place.state] < TRUST[PlaceState.PROBABLE]:
        message = f"the place is {incident.place.state}"
        raise Refusal(Code.NOT_ALLOWED_NOW, message, field="incident_id", allowed=("place",))
    yield IncidentQueued(incident.id, new_round=True)
    yield from match_incident(board, incident.id, now)
    return {"incident_id": incident.id}

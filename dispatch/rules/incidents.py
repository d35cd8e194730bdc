"""What a dispatcher does to an incident as a whole: outcome, reopen, link, merge, split, hand-off, priority, notes."""

from datetime import datetime

from dispatch import commands as c
from dispatch.board import Board
from dispatch.entities import Alert, Assignment, Call, Incident, Link
from dispatch.errors import Code, Refusal, not_found
from dispatch.events import (
    AlarmRaised,
    AssignmentCancelled,
    HandOffRequested,
    IncidentLinked,
    IncidentRaised,
    IncidentRecalled,
    IncidentReopened,
    NoteAdded,
    OutcomeRecorded,
)
from dispatch.rules.alarms import alarm, hold
from dispatch.rules.incident import find, find_open
from dispatch.rules.matching import match_incident, match_units, route
from dispatch.rules.turn import Turn
from dispatch.status import (
    CANCEL_OUTCOMES,
    DEVICE_RECEIPT,
    PRIORITY_HIGHEST,
    PRIORITY_LOWEST,
    AlarmKind,
    AssignmentStatus,
    Held,
    Outcome,
)


def record_outcome(board: Board, command: c.RecordOutcome, now: datetime) -> Turn:
    """Close the incident. Units still on it are stood down only when the dispatcher says so."""
    incident = find_open(board, command.incident_id, command.version)
    _check_outcome(board, command)
    active = board.active_assignments(incident)
    if any(a.status is not AssignmentStatus.OFFERED for a in active) and not command.release_units:
        raise Refusal(
            Code.NOT_ALLOWED_NOW,
            f"{', '.join(a.unit_id for a in active)} still on it",
            field="incident_id",
            allowed=("release_units=true",),
        )
    for assignment in active:
        yield AssignmentCancelled(assignment.id, "incident closed", now + DEVICE_RECEIPT)
    yield OutcomeRecorded(
        incident.id, command.outcome, command.cancelled, command.duplicate_of, command.agency or incident.agency
    )
    if command.duplicate_of is not None:
        yield IncidentLinked(incident.id, Link(command.duplicate_of, "duplicate"))
    yield from match_units(board, [a.unit_id for a in active], now)
    return {"incident_id": incident.id, "status": board.incidents[incident.id].status}


def _check_outcome(board: Board, command: c.RecordOutcome) -> None:
    if command.cancelled and command.outcome not in CANCEL_OUTCOMES:
        allowed = tuple(sorted(CANCEL_OUTCOMES))
        raise Refusal(Code.INVALID, "a cancelled incident has no rescue outcome", field="outcome", allowed=allowed)
    if command.outcome is Outcome.DUPLICATE:
        if command.duplicate_of is None or command.duplicate_of == command.incident_id:
            raise Refusal(Code.INVALID, "a duplicate names the other incident", field="duplicate_of")
        if command.duplicate_of not in board.incidents:
            raise not_found("duplicate_of")
    elif command.duplicate_of is not None:
        raise Refusal(Code.INVALID, "only a duplicate names another incident", field="duplicate_of")
    if command.outcome is Outcome.TRANSFERRED and not command.agency:
        raise Refusal(Code.INVALID, "a transfer names the agency that accepted", field="agency")


def reopen(board: Board, command: c.Reopen, now: datetime) -> Turn:
    incident = find(board, command.incident_id)
    if incident.is_open:
        raise Refusal(Code.ALREADY_DONE, f"incident {incident.id} is open", field="incident_id")
    if not incident.calls and not incident.alerts:
        allowed = (f"split {incident.duplicate_of}",)
        raise Refusal(Code.NOT_ALLOWED_NOW, "its reports were merged away", field="incident_id", allowed=allowed)
    yield IncidentReopened(incident.id)
    yield from route(board, incident.id, now)
    return {"incident_id": incident.id}


def set_priority(board: Board, command: c.SetPriority, now: datetime) -> Turn:
    incident = find_open(board, command.incident_id, command.version)
    if not PRIORITY_LOWEST <= command.priority <= PRIORITY_HIGHEST:
        allowed = (f"{PRIORITY_LOWEST}..{PRIORITY_HIGHEST}",)
        raise Refusal(Code.INVALID, f"{command.priority} is no priority", field="priority", allowed=allowed)
    needs = incident.needs if command.needs is None else tuple(sorted(set(command.needs)))
    if (command.priority, needs) != (incident.priority, incident.needs):
        yield IncidentRaised(incident.id, command.priority, needs)
        yield from match_incident(board, incident.id, now)
    return {"incident_id": incident.id, "priority": command.priority}


def add_note(board: Board, command: c.AddNote, now: datetime) -> Turn:  # noqa: ARG001 - one signature for all rules
    incident = find(board, command.incident_id)
    yield NoteAdded(incident.id, command.sealed)
    return {"incident_id": incident.id, "note": command.sealed}


def hand_off(board: Board, command: c.HandOff, now: datetime) -> Turn:
    """Ask another agency; until it accepts (an outcome), the incident stays open and its alarm armed."""
    incident = find_open(board, command.incident_id)
    yield HandOffRequested(incident.id, command.agency)
    incident = board.incidents[incident.id]
    if board.active_assignments(incident):
        reason = f"hand-off to {command.agency}"
        yield AlarmRaised(alarm(board, AlarmKind.WITH_DISPATCHER, now, incident=incident, reason=reason))
    else:
        yield hold(board, incident.id, Held.HAND_OFF, now)
    return {"incident_id": incident.id, "agency": command.agency}


def recall(board: Board, command: c.Recall, now: datetime) -> Turn:  # noqa: ARG001
    """Take an archived incident's rows back, also for views that never had them. Raises Refusal without its row."""
    known = board.incidents.get(command.incident_id)
    if known is None or not known.is_open:
        rows = command.rows
        incident = next((r for r in rows if isinstance(r, Incident) and r.id == command.incident_id), None)
        if incident is None:
            raise not_found("incident")
        yield IncidentRecalled(
            incident,
            tuple(r for r in rows if isinstance(r, Call)),
            tuple(r for r in rows if isinstance(r, Alert)),
            tuple(r for r in rows if isinstance(r, Assignment)),
        )
    return {}

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
    IncidentMerged,
    IncidentRaised,
    IncidentRecalled,
    IncidentReopened,
    IncidentSplit,
    IncidentUnlinked,
    NoteAdded,
    OutcomeRecorded,
)
from dispatch.rules.alarms import alarm, hold
from dispatch.rules.incident import find, find_open
from dispatch.rules.matching import match_incident, match_units, route
from dispatch.rules.places import place_of
from dispatch.rules.turn import Turn
from dispatch.status import (
    CANCEL_OUTCOMES,
    DEVICE_RECEIPT,
    AlarmKind,
    AssignmentStatus,
    Held,
    Outcome,
    ageing_interval,
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
            raise not_found("duplicate_of", command.duplicate_of)
    elif command.duplicate_of is not None:
        raise Refusal(Code.INVALID, "only a duplicate names another incident", field="duplicate_of")
    if command.outcome is Outcome.TRANSFERRED and not command.agency:
        raise Refusal(Code.INVALID, "a transfer names the agency that accepted", field="agency")


def reopen(board: Board, command: c.Reopen, now: datetime) -> Turn:
    incident = find(board, command.incident_id)
    if incident.is_open:
        raise Refusal(Code.ALREADY_DONE, f"incident {incident.id} is open", field="incident_id")
    yield IncidentReopened(incident.id)
    yield from route(board, incident.id, now)
    return {"incident_id": incident.id}


def set_priority(board: Board, command: c.SetPriority, now: datetime) -> Turn:
    incident = find_open(board, command.incident_id, command.version)
    needs = incident.needs if command.needs is None else tuple(sorted(set(command.needs)))
    if (command.priority, needs) != (incident.priority, incident.needs):
        yield IncidentRaised(incident.id, command.priority, needs)
        yield from match_incident(board, incident.id, now)
    return {"incident_id": incident.id, "priority": command.priority}


def add_note(board: Board, command: c.AddNote, now: datetime) -> Turn:  # noqa: ARG001 - one signature for all rules
    incident = find(board, command.incident_id)
    yield NoteAdded(incident.id, command.sealed)
    return {"incident_id": incident.id, "note": command.sealed}


def link(board: Board, command: c.LinkIncidents, now: datetime) -> Turn:  # noqa: ARG001
    one, other = find(board, command.incident_id), find(board, command.other_id)
    if one.id == other.id:
        raise Refusal(Code.INVALID, "an incident cannot be linked to itself", field="other_id")
    if Link(other.id, command.relation) not in one.links:
        yield IncidentLinked(one.id, Link(other.id, command.relation))
    return {"incident_id": one.id}


def unlink(board: Board, command: c.UnlinkIncidents, now: datetime) -> Turn:  # noqa: ARG001
    one = find(board, command.incident_id)
    if any(x.incident_id == command.other_id for x in one.links):
        yield IncidentUnlinked(one.id, command.other_id)
    return {"incident_id": one.id}


def merge(board: Board, command: c.MergeIncidents, now: datetime) -> Turn:
    """Move all reports into the other incident. A unit that has accepted keeps its incident from being merged away."""
    source = find_open(board, command.incident_id, command.version)
    target = find_open(board, command.into_id)
    if source.id == target.id:
        raise Refusal(Code.INVALID, "an incident cannot be merged into itself", field="into_id")
    if source.kind is not target.kind:
        raise Refusal(Code.INVALID, "tests and real incidents are never merged", field="into_id")
    active = board.active_assignments(source)
    if any(a.status is not AssignmentStatus.OFFERED for a in active):
        units = ", ".join(a.unit_id for a in active)
        allowed = (f"merge {target.id} into {source.id}", "stand down")
        raise Refusal(Code.NOT_ALLOWED_NOW, f"{units} on it", field="incident_id", allowed=allowed)
    for assignment in active:
        yield AssignmentCancelled(assignment.id, f"merged into incident {target.id}", now + DEVICE_RECEIPT)
    yield IncidentMerged(source.id, target.id)
    target = board.incidents[target.id]
    priority, needs = max(source.priority, target.priority), tuple(sorted({*source.needs, *target.needs}))
    if (priority, needs) != (target.priority, target.needs):
        yield IncidentRaised(target.id, priority, needs)
        yield from match_incident(board, target.id, now)
    yield from _unhold_duplicate(board, target.id, source.id, now)
    yield from match_units(board, [a.unit_id for a in active], now)
    return {"incident_id": target.id}


def _unhold_duplicate(board: Board, incident_id: int, other_id: int, now: datetime) -> Turn:
    """Its possible duplicate was merged into it: the question is answered, so it goes on."""
    incident = board.incidents[incident_id]
    doubts = [x for x in incident.links if x.relation == "possible_duplicate" and x.incident_id != other_id]
    if incident.held is Held.POSSIBLE_DUPLICATE and not doubts:
        yield from route(board, incident_id, now)
    return {}


def split(board: Board, command: c.SplitIncident, now: datetime) -> Turn:
    """Give calls and alerts an incident of their own, at the place their first report named."""
    source = find_open(board, command.incident_id, command.version)
    calls, alerts = tuple(dict.fromkeys(command.calls)), tuple(dict.fromkeys(command.alerts))
    for field, wanted, had in (("calls", calls, source.calls), ("alerts", alerts, source.alerts)):
        if not set(wanted) <= set(had):
            raise Refusal(Code.INVALID, f"not on incident {source.id}", field=field)
    if not calls and not alerts:
        raise Refusal(Code.INVALID, "name at least one call or alert", field="calls")
    if len(calls) + len(alerts) == len(source.calls) + len(source.alerts):
        raise Refusal(Code.INVALID, "at least one report has to stay", field="calls")
    yield IncidentSplit(source.id, _split_row(board, source, calls, alerts, now))
    new_id = board.last_ids["incidents"]
    yield from route(board, new_id, now)
    return {"incident_id": new_id, "split_from": source.id}


def _split_row(
    board: Board, source: Incident, calls: tuple[int, ...], alerts: tuple[int, ...], now: datetime
) -> Incident:
    first = board.calls[calls[0]] if calls else None
    place = place_of(first.state, first.candidates) if first else source.place
    return Incident(
        id=board.next_id("incidents"),
        kind=source.kind,
        type=source.type,
        priority=source.priority,
        received_at=first.received_at if first else board.alerts[alerts[0]].recorded_at,
        opened_at=now,
        since=now,
        ages_at=now + ageing_interval(source.priority),
        sector=(place.sector if place else None) or source.sector,
        place=place,
        candidates=first.candidates if first else source.candidates,
        needs=first.needs if first else source.needs,
        party=first.party if first else source.party,
        calls=calls,
        alerts=alerts,
        links=(Link(source.id, "split_from"),),
    )


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
    if command.incident_id not in board.incidents:
        rows = command.rows
        incident = next(r for r in rows if isinstance(r, Incident))
        yield IncidentRecalled(
            incident,
            tuple(r for r in rows if isinstance(r, Call)),
            tuple(r for r in rows if isinstance(r, Alert)),
            tuple(r for r in rows if isinstance(r, Assignment)),
        )
    return {}

"""A call comes in: the same call again, one more about a known incident, or a new incident."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from dispatch.board import Board
from dispatch.commands import ReportCall
from dispatch.entities import Call, Incident, Link, Place
from dispatch.events import (
    AlarmRaised,
    CallReceived,
    CallUpdated,
    IncidentLinked,
    IncidentOpened,
    IncidentRaised,
    IncidentReopened,
    IncidentSplit,
)
from dispatch.rules.alarms import alarm, hold
from dispatch.rules.joining import relate
from dispatch.rules.matching import hold_duplicate, match_incident, route
from dispatch.rules.places import learn_place, place_of
from dispatch.rules.relations import split_row
from dispatch.rules.turn import Reply, Steps, Turn
from dispatch.status import (
    LATE_AFTER,
    PRIORITY_HIGHEST,
    PRIORITY_LOWEST,
    AlarmKind,
    Held,
    Kind,
    ageing_interval,
)

# Local defaults on NENA's 0-10 scale, 10 highest; a PSAP's own priority wins, a dispatcher's word beats both.
PRIORITY_OF: Final = {"SAR": 6, "RESCUE": 8, "EXPOSURE": 8, "PERMISS": 6, "WELFARE": 4}
PRIORITY_DEFAULT: Final = 6
PRIORITY_CHILD_ALONE: Final = 9


def report_call(board: Board, command: ReportCall, now: datetime) -> Turn:
    """Record the call, then join, link or open, and send somebody."""
    if command.psap_call_id is not None:
        known = board.call_of.get((command.psap, command.psap_call_id))
        if known is not None:
            return (yield from _same_call(board, board.calls[known], command, now))
    place = place_of(command.resolution.state, command.resolution.candidates)
    incident, links = relate(board, command.caller, command.kind, place, now)
    if incident is not None:
        call = _call(board, command, incident.id, now)
        yield CallReceived(call, joined=True)
        yield from _ring_again(board, incident.id, now)
        yield from _learn(board, call, command, now)
        return _reply(board, call, joined=True)
    return (yield from _open(board, command, place, links, now))


def _open(board: Board, command: ReportCall, place: Place | None, links: tuple[Link, ...], now: datetime) -> Turn:
    call = _call(board, command, board.next_id("incidents"), now)
    yield CallReceived(call, joined=False)
    incident = _incident(call, command, place, now)
    yield IncidentOpened(incident)
    if call.late:
        yield AlarmRaised(alarm(board, AlarmKind.LATE, now, incident=board.incidents[incident.id]))
    for link in links:
        yield IncidentLinked(incident.id, link)
    if command.unreadable:
        yield hold(board, incident.id, Held.UNREADABLE, now)
    elif incident.kind is Kind.REAL and any(link.relation == "possible_duplicate" for link in links):
        yield hold_duplicate(board, incident.id, now)
    else:
        yield from route(board, incident.id, now)
    return _reply(board, call, joined=False)


def _same_call(board: Board, known: Call, command: ReportCall, now: datetime) -> Turn:
    """The PSAP sent this call before: nothing when it is identical, an update when it is not."""
    if known.digest == command.digest:
        return _reply(board, known, joined=False) | {"repeated": True}
    fresh = _call(board, command, known.incident_id, now)
    if not command.resolution.candidates and known.candidates:  # an update without words takes no place away
        fresh = replace(fresh, state=known.state, reason=known.reason, candidates=known.candidates)
    updated = replace(
        fresh,
        id=known.id,
        received_at=known.received_at,
        recorded_at=known.recorded_at,
        late=known.late,
        caller=fresh.caller or known.caller,
        updates=known.updates + 1,
    )
    if command.kind is not Kind.REAL:
        updated = replace(updated, kind=known.kind)  # what was once real is never made a test by a message
    yield CallUpdated(updated)
    if updated.kind is not known.kind:
        yield from _now_real(board, updated, now)
    yield from _learn(board, board.calls[known.id], command, now)
    return _reply(board, board.calls[known.id], joined=False) | {"updated": True}


def _now_real(board: Board, call: Call, now: datetime) -> Steps:
    """A call first sent as a test or an exercise is real after all: it leaves the others, rings, and is served."""
    incident = board.incidents[call.incident_id]
    if incident.kind is not Kind.REAL:
        alone = replace(split_row(board, incident, (call.id,), (), now), kind=Kind.REAL)
        yield IncidentSplit(incident.id, alone)
    elif not incident.is_open:
        yield IncidentReopened(incident.id)
    served = board.incidents[board.calls[call.id].incident_id]
    yield from _ring_again(board, served.id, now)
    if not board.active_assignments(served):
        yield from route(board, served.id, now)


def _learn(board: Board, call: Call, command: ReportCall, now: datetime) -> Steps:
    incident = board.incidents[call.incident_id]
    if not incident.is_open:
        yield from _ring_again(board, incident.id, now)
        return
    priority = max(incident.priority, _priority(command))
    needs = tuple(sorted({*incident.needs, *call.needs}))
    if (priority, needs) != (incident.priority, incident.needs):
        yield IncidentRaised(incident.id, priority, needs)
        yield from match_incident(board, incident.id, now)
    yield from learn_place(board, incident.id, call, now)


def _ring_again(board: Board, incident_id: int, now: datetime) -> Steps:
    incident = board.incidents[incident_id]
    count = f"{len(incident.calls)} calls" if incident.calls else ""
    yield AlarmRaised(alarm(board, AlarmKind.CALLED_AGAIN, now, incident=incident, reason=count))


def _priority(command: ReportCall) -> int:
    priority = command.priority
    if priority is None:
        priority = PRIORITY_OF.get(command.type, PRIORITY_DEFAULT)
    priority = min(max(priority, PRIORITY_LOWEST), PRIORITY_HIGHEST)
    return max(priority, PRIORITY_CHILD_ALONE) if command.party.child_alone else priority


def _incident(call: Call, command: ReportCall, place: Place | None, now: datetime) -> Incident:
    priority = _priority(command)
    return Incident(
        id=call.incident_id,
        kind=call.kind,
        type=command.type,
        priority=priority,
        received_at=call.received_at,
        opened_at=now,
        since=now,
        ages_at=now + ageing_interval(priority),
        sector=(place.sector if place else None) or command.sector,
        place=place,
        candidates=call.candidates,
        needs=call.needs,
        party=call.party,
        calls=(call.id,),
        late=call.late,
    )


def _call(board: Board, command: ReportCall, incident_id: int, now: datetime) -> Call:
    occurred = command.occurred_at or command.received_at
    return Call(
        id=board.next_id("calls"),
        incident_id=incident_id,
        psap=command.psap,
        psap_call_id=command.psap_call_id,
        kind=command.kind,
        received_at=min(command.received_at, now),
        recorded_at=now,
        sealed=command.sealed,
        digest=command.digest,
        caller=command.caller,
        language=command.language,
        party=command.party,
        needs=tuple(sorted(set(command.needs))),
        state=command.resolution.state,
        reason=command.resolution.reason,
        candidates=command.resolution.candidates,
        has_device=command.has_device,
        registry_version=command.registry_version,
        late=now - occurred > LATE_AFTER,
        warnings=command.warnings,
    )


def _reply(board: Board, call: Call, *, joined: bool) -> Reply:
    incident = board.incidents[call.incident_id]
    return {
        "call_id": call.id,
        "incident_id": incident.id,
        "joined": joined,
        "calls": len(incident.calls),
        "where": incident.where,
        "place_state": call.state,
        "sign_id": call.candidates[0].sign_id if call.candidates else None,
    }

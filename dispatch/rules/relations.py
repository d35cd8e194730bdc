"""What a dispatcher says of how incidents relate: link, unlink, merge, split."""

from collections.abc import Collection
from datetime import datetime

from dispatch import commands as c
from dispatch.board import Board
from dispatch.entities import Incident, Link, Place
from dispatch.errors import Code, Refusal
from dispatch.events import (
    AssignmentCancelled,
    IncidentLinked,
    IncidentMerged,
    IncidentRaised,
    IncidentSplit,
    IncidentUnlinked,
)
from dispatch.fold.relations import HISTORY
from dispatch.fold.reports import party_of
from dispatch.rules.incident import find, find_open
from dispatch.rules.matching import match_incident, match_units, route
from dispatch.rules.places import TRUST, change_place, place_of, trust_of
from dispatch.rules.turn import Steps, Turn
from dispatch.status import DEVICE_RECEIPT, AssignmentStatus, Held, ageing_interval
from geo.place import Candidate, PlaceState


def link(board: Board, command: c.LinkIncidents, now: datetime) -> Turn:  # noqa: ARG001
    one, other = find(board, command.incident_id), find(board, command.other_id)
    if one.id == other.id:
        raise Refusal(Code.INVALID, "an incident cannot be linked to itself", field="other_id")
    if Link(other.id, command.relation) not in one.links:
        yield IncidentLinked(one.id, Link(other.id, command.relation))
    return {"incident_id": one.id}


def unlink(board: Board, command: c.UnlinkIncidents, now: datetime) -> Turn:
    """Take an opinion back; a possible duplicate that is none goes on. Merges and splits stay on record."""
    one = find(board, command.incident_id)
    if any(x.incident_id == command.other_id and x.relation not in HISTORY for x in one.links):
        yield IncidentUnlinked(one.id, command.other_id)
        for incident_id in (one.id, command.other_id):
            yield from _settle_doubt(board, incident_id, now)
    return {"incident_id": one.id}


def _settle_doubt(board: Board, incident_id: int, now: datetime) -> Steps:
    """Let an incident held as a possible duplicate go on, if that was the answer."""
    incident = board.incidents.get(incident_id)
    if incident is not None and incident.held is Held.POSSIBLE_DUPLICATE:
        yield from route(board, incident_id, now)


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
    freed = [a.unit_id for a in active]
    yield from _take_in(board, source, target.id, freed, now)
    return {"incident_id": target.id}


def _take_in(board: Board, source: Incident, target_id: int, freed: Collection[str], now: datetime) -> Steps:
    """Let the merged incident be as urgent as both were, and at the place that one of them knew.

    The units that were offered the other walk down the whole line first: somebody else may be ahead of this one.
    """
    target = board.incidents[target_id]
    priority, needs = max(source.priority, target.priority), tuple(sorted({*source.needs, *target.needs}))
    if (priority, needs) != (target.priority, target.needs):
        yield IncidentRaised(target_id, priority, needs)
    yield from match_units(board, freed, now)
    yield from match_incident(board, target_id, now)
    target = board.incidents[target_id]
    if source.place is not None and trust_of(target.place) < TRUST[PlaceState.PROBABLE] <= trust_of(source.place):
        yield from change_place(board, target, source.place, source.candidates, now)
    yield from _settle_doubt(board, target_id, now)


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
    yield IncidentSplit(source.id, split_row(board, source, calls, alerts, now))
    new_id = board.last_ids["incidents"]
    yield from route(board, new_id, now)
    return {"incident_id": new_id, "split_from": source.id}


def split_row(
    board: Board, source: Incident, calls: tuple[int, ...], alerts: tuple[int, ...], now: datetime
) -> Incident:
    """Build the row of the incident that some calls and alerts of another make."""
    told = [board.calls[call_id] for call_id in calls]
    place, candidates = _place_told(board, source, calls, alerts)
    return Incident(
        id=board.next_id("incidents"),
        kind=source.kind,
        type=source.type,
        priority=source.priority,
        received_at=told[0].received_at if told else board.alerts[alerts[0]].recorded_at,
        opened_at=now,
        since=now,
        ages_at=now + ageing_interval(source.priority),
        sector=(place.sector if place else None) or source.sector,
        place=place,
        candidates=candidates,
        needs=tuple(sorted({need for call in told for need in call.needs})) if told else source.needs,
        party=party_of(board, calls),
        calls=calls,
        alerts=alerts,
        late=any(call.late for call in told) or any(board.alerts[a].late for a in alerts),
        links=(Link(source.id, "split_from"),),
        shares=tuple(share for share in source.shares if share.agreed_at is not None),
    )


def _place_told(
    board: Board, source: Incident, calls: tuple[int, ...], alerts: tuple[int, ...]
) -> tuple[Place | None, tuple[Candidate, ...]]:
    """The place these reports name themselves: the first call's words, or else the tower the button is on."""
    if calls:
        first = board.calls[calls[0]]
        return place_of(first.state, first.candidates), first.candidates
    return board.alerts[alerts[0]].place or source.place, ()

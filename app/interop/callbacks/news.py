"""What an event means to the PSAP that sent the call: accepted, rejected, dispatched, on scene, closed, reopened."""

from dataclasses import dataclass
from typing import Any, Final

from app.codec import Recorded, to_json
from app.interop.eido.names import our_urn
from app.interop.eido.words import DISPOSITION
from dispatch.board import Board
from dispatch.entities import Call, Incident
from dispatch.events import (
    NAMES,
    AssignmentMoved,
    CallReceived,
    Event,
    IncidentReopened,
    OfferAccepted,
    OutcomeRecorded,
)
from dispatch.status import AssignmentStatus

KINDS: Final = tuple(
    NAMES[cls] for cls in (CallReceived, OfferAccepted, AssignmentMoved, OutcomeRecorded, IncidentReopened)
)


@dataclass(frozen=True, slots=True)
class News:
    """One thing to tell of an incident; `call_id` names the only call it is about."""

    event: str
    incident_id: int
    call_id: int | None = None
    unit_id: str | None = None
    detail: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """One message to one PSAP about one of its calls."""

    psap: str
    seq: int
    psap_call_id: str
    event: str
    incident_id: int
    body: str


def news_of(event: Event, board: Board) -> News | None:
    """Return what there is to tell of an event; the board may be further on."""
    assignments = board.assignments
    match event:
        case CallReceived(call):
            return News("accepted", call.incident_id, call.id)
        case OfferAccepted(assignment_id) if sent := assignments.get(assignment_id):
            return News("dispatched", sent.incident_id, unit_id=sent.unit_id)
        case AssignmentMoved(assignment_id, AssignmentStatus.ON_SCENE) if sent := assignments.get(assignment_id):
            return News("on_scene", sent.incident_id, unit_id=sent.unit_id)
        case IncidentReopened(incident_id):
            return News("reopened", incident_id)
        case OutcomeRecorded():
            return _ended(event, board)
        case _:
            return None


def _ended(event: OutcomeRecorded, board: Board) -> News:
    """Cancelled before anybody was on the way is a rejection, with its reason; everything else is a disposition."""
    incident = board.incidents.get(event.incident_id)
    sent = [board.assignments[i] for i in incident.assignments if i in board.assignments] if incident else []
    was_sent = incident is None or any(each.acknowledged_at is not None for each in sent)
    if event.cancelled and not was_sent:
        return News("rejected", event.incident_id, detail={"reason": event.outcome.value})
    disposition = {"code": DISPOSITION[event.outcome], "outcome": event.outcome.value}
    if event.agency:
        disposition["agency"] = event.agency
    return News("closed", event.incident_id, detail={"disposition": disposition})


def callbacks_of(
    recorded: Recorded,
    news: News,
    incident: Incident,
    calls: list[Call],
    wanted: frozenset[str],
    issuer: tuple[str, str],
) -> list[Callback]:
    """Return the messages for each call of the incident whose PSAP wants them. `issuer`: region and agency."""
    found = []
    for call in calls:
        if call.psap not in wanted or not call.psap_call_id or news.call_id not in (None, call.id):
            continue
        body = {
            "event": news.event,
            "seq": recorded.seq,
            "at": recorded.at,
            "call_id": call.psap_call_id,
            "incident_id": incident.id,
            "incident": our_urn(incident.id, *issuer),
            "kind": incident.kind,
            **({"unit_id": news.unit_id} if news.unit_id else {}),
            **(news.detail or {}),
        }
        text = to_json(body).decode()
        found.append(Callback(call.psap, recorded.seq, call.psap_call_id, news.event, incident.id, text))
    return found

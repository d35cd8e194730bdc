"""From a resolution to a place, and what a new place does to an incident."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from dispatch.board import Board
from dispatch.commands import AcceptPlace
from dispatch.entities import Call, Incident, Place
from dispatch.events import AlarmRaised, PlaceChanged
from dispatch.rules.alarms import alarm
from dispatch.rules.incident import find_open
from dispatch.rules.matching import route
from dispatch.rules.turn import Steps, Turn
from dispatch.status import DEVICE_RECEIPT, OFFER_ANSWER, AlarmKind
from geo.place import Candidate, PlaceState

TRUST: Final = {PlaceState.UNVERIFIED: 0, PlaceState.CONFLICTING: 1, PlaceState.PROBABLE: 2, PlaceState.CONFIRMED: 3}


def place_of(state: PlaceState, candidates: tuple[Candidate, ...]) -> Place | None:
    """The stated place a resolution supports; None when nothing fits well enough to send anybody."""
    if state is PlaceState.UNVERIFIED or not candidates:
        return None
    best = candidates[0]
    return Place(best.point, state, "stated", best.point.cell(), best.sign_id, best.sector)


def trust_of(place: Place | None) -> int:
    return -1 if place is None else TRUST[place.state]


def same_spot(a: Place, b: Place) -> bool:
    return a.point == b.point


def learn_place(board: Board, incident_id: int, call: Call, now: datetime) -> Steps:
    """Let a further report speak about the place: better news moves it, worse news only alarms."""
    incident = board.incidents[incident_id]
    new = place_of(call.state, call.candidates)
    old = incident.place
    if new is None or not incident.is_open:
        return
    if old is not None and same_spot(old, new):
        if TRUST[new.state] > TRUST[old.state]:
            yield from change_place(board, incident, new, call.candidates, now)
    elif old is None or (old.source != "dispatcher" and TRUST[new.state] >= TRUST[old.state]):
        yield from change_place(board, incident, new, call.candidates, now)
    else:
        yield AlarmRaised(alarm(board, AlarmKind.PLACE_DISPUTED, now, incident=incident, reason=f"call {call.id}"))


def change_place(
    board: Board, incident: Incident, new: Place, candidates: tuple[Candidate, ...], now: datetime
) -> Steps:
    """Change the current place; ring when it moved; route the incident again when no unit is on it."""
    moved = incident.place is not None and not same_spot(incident.place, new)
    yield PlaceChanged(incident.id, new, candidates, moved, now + DEVICE_RECEIPT, now + OFFER_ANSWER)
    after = board.incidents[incident.id]
    if moved:
        yield AlarmRaised(alarm(board, AlarmKind.PLACE_CHANGED, now, incident=after))
    if not board.active_assignments(after):
        yield from route(board, incident.id, now)


def accept_place(board: Board, command: AcceptPlace, now: datetime) -> Turn:
    """Take a dispatcher's word for where it is."""
    incident = find_open(board, command.incident_id, command.version)
    place = replace(command.place, state=PlaceState.CONFIRMED, source="dispatcher")
    if incident.place != place:
        yield from change_place(board, incident, place, incident.candidates, now)
    return {"incident_id": incident.id}

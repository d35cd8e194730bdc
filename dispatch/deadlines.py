"""The instants at which a row wants attention: written in rows, kept in a heap, dropped when the row moves on."""

from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from dispatch.commands import TimeIsUp
from dispatch.entities import Alarm, Assignment, Incident, Row
from dispatch.status import AssignmentStatus, Where

Mark = tuple[datetime, str, int, str]


def marks_of(row: Row | None) -> tuple[Mark, ...]:
    """The deadlines a row stands under now."""
    match row:
        case Assignment():
            return tuple(
                (due, "assignments", row.id, name)
                for name, due in (
                    ("answer_by", row.answer_by if row.status is AssignmentStatus.OFFERED else None),
                    ("hear_by", row.hear_by),
                    ("place_ack_by", row.place_ack_by if row.is_active else None),
                )
                if due is not None
            )
        case Incident():
            waits = row.is_open and row.where is not Where.ASSIGNED
            return tuple(
                (due, "incidents", row.id, name)
                for name, due in (("ages_at", row.ages_at if waits else None), ("held_until", row.held_until))
                if due is not None
            )
        case Alarm() if row.rearm_at is not None and row.cleared_at is None:
            return ((row.rearm_at, "alarms", row.id, "rearm_at"),)
    return ()


@dataclass(slots=True)
class Deadlines:
    """All marks of all rows. `overdue` names the ones past; they stay until their row moves, so none can be lost."""

    _heap: list[Mark] = field(default_factory=list)
    _live: set[Mark] = field(default_factory=set)

    def replace(self, before: Row | None, after: Row | None) -> None:
        old, new = marks_of(before), marks_of(after)
        if old == new:
            return
        self._live.difference_update(old)
        for mark in new:
            if mark not in self._live:
                self._live.add(mark)
                heappush(self._heap, mark)

    def __contains__(self, mark: object) -> bool:
        return mark in self._live

    def live(self) -> frozenset[Mark]:
        """Return all marks that rows stand under now."""
        return frozenset(self._live)

    def next_due(self) -> datetime | None:
        while self._heap and self._heap[0] not in self._live:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def overdue(self, now: datetime, limit: int) -> tuple[TimeIsUp, ...]:
        """Name up to `limit` passed deadlines, earliest first."""
        due: list[Mark] = []
        while len(due) < limit and self._heap and self._heap[0][0] <= now:
            mark = heappop(self._heap)
            if mark in self._live and mark not in due:
                due.append(mark)
        for mark in due:
            heappush(self._heap, mark)
        return tuple(TimeIsUp(table, row_id, name, at) for at, table, row_id, name in due)

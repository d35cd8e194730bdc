"""The instants at which a row wants attention: written in rows, kept in a heap, dropped when the row moves on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush
from typing import Any, Final

from dispatch.commands import TimeIsUp
from dispatch.entities import Alarm, Assignment, Incident, Row
from dispatch.status import AssignmentStatus, Where

Mark = tuple[datetime, str, int, str]


NO_MARKS: Final[tuple[Mark, ...]] = ()


def _of_assignment(row: Assignment) -> tuple[Mark, ...]:
    marks = NO_MARKS
    if row.status is AssignmentStatus.OFFERED:
        marks = ((row.answer_by, "assignments", row.id, "answer_by"),)
    if row.hear_by is not None:
        marks += ((row.hear_by, "assignments", row.id, "hear_by"),)
    if row.place_ack_by is not None and row.is_active:
        marks += ((row.place_ack_by, "assignments", row.id, "place_ack_by"),)
    if row.overdue_at is not None and row.is_active:
        marks += ((row.overdue_at, "assignments", row.id, "overdue_at"),)
    return marks


def _of_incident(row: Incident) -> tuple[Mark, ...]:
    marks = NO_MARKS
    if row.ages_at is not None and row.where in AGES:
        marks = ((row.ages_at, "incidents", row.id, "ages_at"),)
    if row.held_until is not None:
        marks += ((row.held_until, "incidents", row.id, "held_until"),)
    return marks


def _of_alarm(row: Alarm) -> tuple[Mark, ...]:
    if row.rearm_at is None or row.cleared_at is not None:
        return NO_MARKS
    return ((row.rearm_at, "alarms", row.id, "rearm_at"),)


AGES: Final = frozenset({Where.QUEUED, Where.OFFERED, Where.WITH_DISPATCHER})
MARKS: Final[dict[type, Callable[[Any], tuple[Mark, ...]]]] = {
    Assignment: _of_assignment,
    Incident: _of_incident,
    Alarm: _of_alarm,
}


def marks_of(row: Row | None) -> tuple[Mark, ...]:
    """The deadlines a row stands under now."""
    marks = MARKS.get(type(row))
    return NO_MARKS if marks is None else marks(row)


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

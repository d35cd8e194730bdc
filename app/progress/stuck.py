"""Work that was accepted and stands still, as the board shows it. Limits and reasons; no clock, no await."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from dispatch.board import Board
from dispatch.entities import Alarm, Assignment
from dispatch.status import AlarmKind, AssignmentStatus, Where
from geo.point import Point, distance_m

PREFIX: Final = "stuck: "
NOBODY_TRIES: Final = timedelta(seconds=60)  # an incident is offered, held or rung for within one turn of the desk
DEADLINE: Final = timedelta(seconds=10)  # named four times a second; also 40 of the timer loop's rounds
NO_FIX: Final = timedelta(minutes=15)  # canyons are without signal for so long; beyond it somebody asks by radio
NO_MOVE: Final = timedelta(minutes=10)
MOVED_M: Final = 150.0  # more than a phone's fix wanders under a cliff
EACH_MAX: Final = 5  # alarms of one sort at once; beyond it one says that there are more
OVERDUE_MAX: Final = 200  # deadlines looked at; of one sort more than EACH_MAX are told in one alarm anyway


@dataclass(frozen=True, slots=True)
class Stuck:
    """Something that does not progress. `sort` and `about` make the alarm's reason, the same while it lasts."""

    sort: str
    about: str = ""
    incident_id: int | None = None

    @property
    def reason(self) -> str:
        return f"{PREFIX}{self.sort}{f' ({self.about})' if self.about else ''}"


@dataclass(slots=True)
class Movement:
    """Since when each unit has stayed where it is."""

    _stays: dict[str, tuple[Point, datetime]] = field(default_factory=dict)

    def look(self, unit_id: str, point: Point, at: datetime) -> datetime:
        """Take where a unit is; return since when it has been there."""
        known = self._stays.get(unit_id)
        if known is None or distance_m(known[0], point) > MOVED_M:
            known = self._stays[unit_id] = (point, at)
        return known[1]

    def keep(self, unit_ids: Iterable[str]) -> None:
        """Forget all but these."""
        wanted = set(unit_ids)
        self._stays = {unit_id: stay for unit_id, stay in self._stays.items() if unit_id in wanted}


Fix = tuple[Point, datetime]  # the newest place, and when it was there
Fixes = dict[str, Fix]


def on_board(board: Board, fixes: Fixes, movement: Movement, now: datetime) -> Iterator[Stuck]:
    """Yield what stands still on the board."""
    yield from _incidents(board, now)
    yield from _deadlines(board, now)
    yield from _units(board, fixes, movement, now)


def _incidents(board: Board, now: datetime) -> Iterator[Stuck]:
    """Open incidents that nobody tries for and no alarm speaks of: the desk itself would have to have failed."""
    spoken_of = {Where.QUEUED: AlarmKind.NO_UNIT, Where.WITH_DISPATCHER: AlarmKind.WITH_DISPATCHER}
    for incident_id in board.open_incidents:
        incident = board.incidents[incident_id]
        kind = spoken_of.get(incident.where)
        if kind is None or now - (incident.since or incident.opened_at) < NOBODY_TRIES:
            continue
        if board.open_alarm(kind, incident=incident_id) is None:
            yield Stuck("an incident that nobody is asked for and no alarm rings for", incident_id=incident_id)


def _deadlines(board: Board, now: datetime) -> Iterator[Stuck]:
    """Deadlines of offers, devices, places, alarms that passed and that nobody acted on."""
    for late in board.deadlines.overdue(now - DEADLINE, OVERDUE_MAX):
        row = board.tables[late.table].get(late.id)
        incident_id = late.id if late.table == "incidents" else getattr(row, "incident_id", None)
        yield Stuck("a deadline passed and nothing was done", f"{late.table} {late.field}", incident_id)


def _units(board: Board, fixes: Fixes, movement: Movement, now: datetime) -> Iterator[Stuck]:
    """Units that are on their way and silent, or do not move; one that stays in a status has an alarm of its own."""
    coming = []
    for incident_id in board.open_incidents:
        for assignment in board.active_assignments(board.incidents[incident_id]):
            if assignment.status is AssignmentStatus.EN_ROUTE:
                coming.append(assignment.unit_id)
                yield from _coming(assignment, fixes.get(assignment.unit_id), movement, now)
    movement.keep(coming)


def _coming(assignment: Assignment, fix: Fix | None, movement: Movement, now: datetime) -> Iterator[Stuck]:
    since = assignment.en_route_at or assignment.offered_at
    if fix is None or now - max(fix[1], since) >= NO_FIX:
        if now - since >= NO_FIX:
            yield Stuck("on its way, and no position comes", assignment.unit_id, assignment.incident_id)
    elif now - max(movement.look(assignment.unit_id, fix[0], now), since) >= NO_MOVE:
        yield Stuck("on its way, and does not move", assignment.unit_id, assignment.incident_id)


def bounded(found: Iterable[Stuck]) -> set[Stuck]:
    """Return what is told: of one sort so many, or one that says there are more, so that no alarm hides in a storm."""
    by_sort: defaultdict[str, set[Stuck]] = defaultdict(set)
    for one in found:
        by_sort[one.sort].add(one)
    return {
        one
        for sort, group in by_sort.items()
        for one in (group if len(group) <= EACH_MAX else [Stuck(sort, f"more than {EACH_MAX} at once")])
    }


def told(alarms: Iterable[Alarm]) -> dict[tuple[str, int | None], int]:
    """Return the alarms of ours that still ring, whichever desk raised them: by reason and incident, the alarm's id."""
    return {
        (alarm.reason, alarm.incident_id): alarm.id
        for alarm in alarms
        if alarm.kind is AlarmKind.SYSTEM and alarm.cleared_at is None and alarm.reason.startswith(PREFIX)
    }

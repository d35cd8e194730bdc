"""The board: every row that matters now, and the indexes that answer the dispatcher's questions at once.

`put` is the only way a row changes; it keeps queue, fleet, deadlines and indexes in step. Positions are not rows.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, cast

from dispatch.deadlines import Deadlines
from dispatch.entities import TABLES, Alarm, Alert, Assignment, Call, Incident, Key, Row, SectorRow, Tower, Unit
from dispatch.queue import Queue
from dispatch.status import FIX_LIMIT, AlarmKind, Held, Where
from geo.fleet import NEVER, Fleet
from geo.nearest import Ranking, nearest
from geo.point import Point
from geo.standing import Standing
from geo.travel import SpeedAndDetour, TravelTime

NUMBERED: Final = ("calls", "alerts", "incidents", "assignments", "alarms")
AlarmSubject = tuple[AlarmKind, int | None, str | None, str | None]


class Board:
    """Rows by table and id. `seq` and `at` are the last folded event's; `touched` names rows changed since cleared."""

    def __init__(self, travel: TravelTime | None = None) -> None:
        self.travel = travel or SpeedAndDetour()
        self.seq = 0
        self.at = datetime.min.replace(tzinfo=UTC)
        self.epoch = 0
        self.registry_version = 0
        self.calls: dict[int, Call] = {}
        self.alerts: dict[int, Alert] = {}
        self.incidents: dict[int, Incident] = {}
        self.assignments: dict[int, Assignment] = {}
        self.units: dict[str, Unit] = {}
        self.alarms: dict[int, Alarm] = {}
        self.towers: dict[str, Tower] = {}
        self.sectors: dict[str, SectorRow] = {}
        self.tables: dict[str, dict[Any, Row]] = cast(
            "dict[str, dict[Any, Row]]", {name: getattr(self, name) for name in TABLES.values()}
        )
        self.last_ids = dict.fromkeys(NUMBERED, 0)
        self.queue = Queue()
        self.fleet = Fleet()
        self.deadlines = Deadlines()
        self.touched: dict[Key, None] = {}
        self.call_of: dict[tuple[str, str], int] = {}
        self.alert_of: dict[tuple[str, str], int] = {}
        self.calls_by_caller: defaultdict[str, list[int]] = defaultdict(list)
        self.open_at_sign: defaultdict[str, set[int]] = defaultdict(set)
        self.open_at_tower: defaultdict[str, set[int]] = defaultdict(set)
        self.open_alarms: dict[AlarmSubject, int] = {}
        self.alarms_of: defaultdict[int, set[int]] = defaultdict(set)
        self.open_incidents: set[int] = set()
        self.to_hear: dict[tuple[str, int], int] = {}

    def next_id(self, table: str) -> int:
        """Return the id the next row of a numbered table gets."""
        return self.last_ids[table] + 1

    def put(self, row: Row) -> None:
        """Replace a row and keep every index in step."""
        table = TABLES[type(row)]
        rows = self.tables[table]
        before = rows.get(row.id)
        rows[row.id] = row
        self.touched[table, row.id] = None
        if before is None and isinstance(row.id, int):
            self.last_ids[table] = max(self.last_ids[table], row.id)
        self.deadlines.replace(before, row)
        match row:
            case Incident():
                self._index_incident(row)
            case Assignment():
                self._index_assignment(before, row)
            case Unit():
                self._index_unit(row)
            case Alarm():
                self._index_alarm(row)
            case Call() if before is None:
                if row.psap_call_id is not None:
                    self.call_of[row.psap, row.psap_call_id] = row.id
                if row.caller is not None:
                    self.calls_by_caller[row.caller].append(row.id)
            case Alert():
                for source_id in row.source_ids:
                    self.alert_of[row.tower_id, source_id] = row.id
                self.open_at_tower[row.tower_id].add(row.incident_id)

    def drop_touched(self) -> tuple[Row, ...]:
        """Return the rows changed since the last call, in the order they were first touched."""
        rows = tuple(self.tables[table][row_id] for table, row_id in self.touched)
        self.touched.clear()
        return rows

    def _index_incident(self, row: Incident) -> None:
        waits = row.where is Where.QUEUED or (row.where is Where.WITH_DISPATCHER and row.held is Held.NOBODY_LEFT)
        if waits:
            self.queue.put(row)
        else:
            self.queue.drop(row.id)
        if row.is_open:
            self.open_incidents.add(row.id)
        else:
            self.open_incidents.discard(row.id)
        sign = row.place.sign_id if row.place else None
        if sign is not None and row.is_open:
            self.open_at_sign[sign].add(row.id)

    def _index_assignment(self, before: Row | None, row: Assignment) -> None:
        if isinstance(before, Assignment):
            self.to_hear.pop((before.unit_id, before.must_hear_seq), None)
        if row.must_hear is not None and row.heard_at is None:
            self.to_hear[row.unit_id, row.must_hear_seq] = row.id

    def _index_unit(self, row: Unit) -> None:
        standing = standing_of(row)
        if row.id not in self.fleet:
            self.fleet.put(
                row.id,
                point=row.home,
                kind=row.kind,
                sector=row.sector,
                capabilities=row.capabilities,
                status=standing,
                fixed_at_s=NEVER,
            )
        else:
            self.fleet.set_status(row.id, standing)

    def _index_alarm(self, row: Alarm) -> None:
        subject = (row.kind, row.incident_id, row.unit_id, row.tower_id)
        if row.cleared_at is None:
            self.open_alarms[subject] = row.id
            if row.incident_id is not None:
                self.alarms_of[row.incident_id].add(row.id)
        else:
            if self.open_alarms.get(subject) == row.id:
                del self.open_alarms[subject]
            if row.incident_id is not None:
                self.alarms_of[row.incident_id].discard(row.id)

    def place_unit(self, unit_id: str, point: Point, fixed_at: datetime) -> bool:
        """Take a position; the newest by its own time wins. False for an unknown unit or an older fix."""
        if unit_id not in self.fleet:
            return False
        self.fleet.move(unit_id, point, fixed_at.timestamp())
        return True

    def lending_sectors(self, sector: str | None) -> frozenset[str]:
        """The sectors whose units may be picked for an incident of this sector: its own and every one that lends."""
        return frozenset(s.id for s in self.sectors.values() if s.lends or s.id == sector)

    def rank(self, incident: Incident, target: Point, now: datetime, *, everybody: bool = False) -> Ranking:
        """Rank the units for an incident at a place; `everybody` asks again those who said no in this round."""
        return nearest(
            self.fleet,
            target,
            self.travel,
            needs=incident.needs,
            sectors_allowed=self.lending_sectors(incident.sector),
            excluded=() if everybody else incident.asked,
            now_s=now.timestamp(),
            fix_limit_s=FIX_LIMIT.total_seconds(),
        )

    def may_take(self, unit: Unit, incident: Incident) -> bool:
        """Whether the unit could be sent if it were free: sector, capability, not asked in this round."""
        return (
            unit.id not in incident.asked
            and set(incident.needs) <= set(unit.capabilities)
            and unit.sector in self.lending_sectors(incident.sector)
        )

    def active_assignments(self, incident: Incident) -> tuple[Assignment, ...]:
        """The incident's assignments that hold a unit now, oldest first."""
        rows = (self.assignments[i] for i in incident.assignments)
        return tuple(row for row in rows if row.is_active)

    def open_alarm(
        self, kind: AlarmKind, *, incident: int | None = None, unit: str | None = None, tower: str | None = None
    ) -> Alarm | None:
        """The open alarm of this kind about this subject."""
        found = self.open_alarms.get((kind, incident, unit, tower))
        return None if found is None else self.alarms[found]


def standing_of(unit: Unit) -> Standing:
    """What a unit's own row says about picking it."""
    if not unit.on_duty:
        return Standing.OFF_DUTY
    if unit.assignment_id is not None:
        return Standing.BUSY
    return Standing.FREE if unit.answering else Standing.NOT_ANSWERING


def open_only(board: Board, ids: Iterable[int]) -> list[Incident]:
    """The incidents among these ids that are open, lowest id first."""
    return [board.incidents[i] for i in sorted(ids) if i in board.open_incidents]

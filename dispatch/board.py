"""The board: every row that matters now, and the indexes that answer the dispatcher's questions at once.

`put` is the only way a row changes; it keeps queue, fleet, deadlines and indexes in step. Positions are not rows.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, cast

from dispatch.entities import TABLES, Alarm, Alert, Assignment, Call, Incident, Key, Row, SectorRow, Tower, Unit
from dispatch.indexes import TOLD_APART, Indexes
from dispatch.status import FIX_LIMIT, AlarmKind
from geo.nearest import Ranking, nearest
from geo.point import Point
from geo.travel import SpeedAndDetour, TravelTime

NUMBERED: Final = ("calls", "alerts", "incidents", "assignments", "alarms")


class Board(Indexes):
    """Rows by table and id. `seq` and `at` are the last folded event's; `touched` names rows changed since cleared."""

    def __init__(self, travel: TravelTime | None = None) -> None:
        super().__init__()
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
        self.touched: dict[Key, None] = {}
        self.recalled: dict[int, datetime] = {}  # when an archived incident was brought back
        self._lending: dict[str, frozenset[str]] = {}

    def next_id(self, table: str) -> int:
        """Return the id the next row of a numbered table gets."""
        return self.last_ids[table] + 1

    def put(self, row: Row) -> None:
        """Replace a row and keep every index in step."""
        cls = type(row)
        table = TABLES[cls]
        rows = self.tables[table]
        row_id = row.id
        before = rows.get(row_id)
        rows[row_id] = row
        self.touched[table, row_id] = None
        if before is None and isinstance(row_id, int):
            self.last_ids[table] = max(self.last_ids[table], row_id)
        if cls is SectorRow:
            self._lending.clear()
        self.index(before, row)

    def remove(self, row: Row) -> None:
        """Let go of a row that is over; the numbers given stay given."""
        del self.tables[TABLES[type(row)]][row.id]
        self.unindex(row)

    def adopt(self, rows: Iterable[Row], seq: int, at: datetime) -> None:
        """Take the rows that another board's fold of event `seq` made. Raises ValueError when it does not follow."""
        if seq != self.seq + 1:
            raise ValueError(f"event {seq} does not follow {self.seq}")
        self.seq, self.at = seq, at
        for row in rows:
            self.put(row)
        self.touched.clear()

    def drop_touched(self) -> tuple[Row, ...]:
        """Return the rows changed since the last call, in the order they were first touched."""
        rows = tuple(self.tables[table][row_id] for table, row_id in self.touched)
        self.touched.clear()
        return rows

    def place_unit(self, unit_id: str, point: Point, fixed_at: datetime) -> bool:
        """Take a position; the newest by its own time wins. False for an unknown unit or an older fix."""
        if unit_id not in self.fleet or fixed_at.timestamp() < self.fleet.fixed_at(unit_id):
            return False
        self.fleet.move(unit_id, point, fixed_at.timestamp())
        return True

    def lending_sectors(self, sector: str | None) -> frozenset[str]:
        """The sectors whose units may be picked for an incident of this sector: its own and every one that lends."""
        found = self._lending.get(sector or "")
        if found is None:
            own = () if sector is None else (sector,)
            found = frozenset((*own, *(s.id for s in self.sectors.values() if s.lends)))
            if sector is not None and sector in self.sectors:  # not for whatever a caller writes
                self._lending[sector] = found
        return found

    def sectors_for(self, incident: Incident) -> frozenset[str]:
        """The sectors whose units may be picked for this incident: who lends, and who agreed to help with it."""
        lending = self.lending_sectors(incident.sector)
        return lending | incident.helpers if incident.shares else lending

    def rank(self, incident: Incident, target: Point, now: datetime, *, everybody: bool = False) -> Ranking:
        """Rank the units for an incident at a place; `everybody` asks again those who said no in this round."""
        return nearest(
            self.fleet,
            target,
            self.travel,
            needs=incident.needs,
            sectors_allowed=self.sectors_for(incident),
            excluded=() if everybody else incident.asked,
            now_s=now.timestamp(),
            fix_limit_s=FIX_LIMIT.total_seconds(),
        )

    def may_take(self, unit: Unit, incident: Incident) -> bool:
        """Whether the unit could be sent if it were free: sector, capability, not asked in this round."""
        return (
            unit.id not in incident.asked
            and set(incident.needs) <= set(unit.capabilities)
            and unit.sector in self.sectors_for(incident)
        )

    def active_assignments(self, incident: Incident) -> tuple[Assignment, ...]:
        """The incident's assignments that hold a unit now, oldest first."""
        rows = (self.assignments[i] for i in incident.assignments)
        return tuple(row for row in rows if row.is_active)

    def open_alarm(
        self,
        kind: AlarmKind,
        *,
        incident: int | None = None,
        unit: str | None = None,
        tower: str | None = None,
        reason: str = "",
    ) -> Alarm | None:
        """The open alarm of this kind about this subject, and where the reason tells them apart, with this reason."""
        found = self.open_alarms.get((kind, incident, unit, tower, reason if kind in TOLD_APART else ""))
        return None if found is None else self.alarms[found]


def open_only(board: Board, ids: Iterable[int]) -> list[Incident]:
    """The incidents among these ids that are open, lowest id first."""
    return [board.incidents[i] for i in sorted(ids) if i in board.open_incidents]

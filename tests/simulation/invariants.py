"""All that must hold, checked after every step: of the rows touched each time, of every row now and then."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from dispatch import commands as c
from dispatch import events as e
from dispatch.board import Board
from dispatch.deadlines import marks_of
from dispatch.decide import Decision
from dispatch.entities import TABLES as ROW_TABLES
from dispatch.entities import Assignment, Incident, Key, Row
from dispatch.status import TAKEOVER_GRACE
from tests.simulation.history import History
from tests.simulation.oracle import Positions, line
from tests.simulation.rows import ACTIVE, CHECKS

NEVER_REFUSED: Final = (
    c.ReportCall, c.ReportAlert, c.ReportStatus, c.RaiseMayday, c.HearFrame, c.MissUnit, c.TimeIsUp, c.TakeOver,
)  # fmt: skip
TABLES: Final = ("sectors", "units", "towers", "incidents", "calls", "alerts", "assignments", "alarms")
OWED: Final = {"answer_by", "hear_by", "place_ack_by"}
INDEXES: Final = (
    "call_of", "calls_by_caller", "alerts_at_tower", "open_at_sign", "open_alarms", "alarms_of", "open_incidents",
    "to_hear", "last_ids",
)  # fmt: skip


@dataclass(slots=True)
class Invariants:
    """Watches one board through its decisions."""

    board: Board
    positions: Positions
    history: History = field(init=False)

    def __post_init__(self) -> None:
        self.history = History(Board(), self.positions)

    def check(self, command: c.Command, decision: Decision, now: datetime) -> None:
        """Check one step."""
        if isinstance(command, NEVER_REFUSED):
            assert decision.refusal is None, f"refused: {decision.refusal}"
        if decision.refusal is not None:
            touched_only = all(isinstance(x, e.UnitAnswering | e.OfferMade) for x in decision.events)
            assert touched_only, "a refusal that changed something"
        if isinstance(command, c.TakeOver):
            self._check_grace(now)
        for event in decision.events:
            self.history.take(event, now)
        self._check_touched(decision)
        self.history.check_order()

    def _check_grace(self, now: datetime) -> None:
        """Nobody was there to take answers: nothing that is owed passes before it can be sent again."""
        for due, _, row_id, name in self.board.deadlines.live():
            if name in OWED:
                assert due >= now + TAKEOVER_GRACE, f"a takeover left assignment {row_id} no time for its {name}"

    def _check_touched(self, decision: Decision) -> None:
        around: dict[Key, Row] = {}
        for (table, row_id), row in self._touched(decision).items():
            assert self.history.board.tables[table][row_id] == row, f"{table} {row_id}: the events do not fold to it"
            around[table, row_id] = row
            incident_id = getattr(row, "incident_id", None)
            if incident_id is not None and incident_id in self.board.incidents:
                around["incidents", incident_id] = self.board.incidents[incident_id]
        for row in around.values():
            self._check_row(row)
        self.history.board.touched.clear()

    def _touched(self, decision: Decision) -> dict[Key, Row]:
        assert not self.board.touched, "a row was made beside the events"
        moved = [(ROW_TABLES[type(row)], row.id) for rows in decision.rows for row in rows]
        keys = dict.fromkeys([*moved, *self.history.board.touched])
        return {(table, row_id): self.board.tables[table][row_id] for table, row_id in keys}

    def _check_row(self, row: Row) -> None:
        check = CHECKS.get(type(row))
        if check is not None:
            check(self.board, row)
        if isinstance(row, Incident):
            self.history.check_version(row.id, row.version)
            self.history.check_helpers(row.id)
        if isinstance(row, Assignment):
            self._check_must_hear(row)

    def _check_must_hear(self, row: Assignment) -> None:
        """What must be heard is heard, or has a live deadline, or a person was told."""
        told = (row.id, row.must_hear_seq) in self.history.not_reached
        if row.must_hear is not None and row.heard_at is None and row.status != "timed_out":
            live = (row.hear_by, "assignments", row.id, "hear_by") in self.board.deadlines
            assert live or told, f"{row.unit_id} never heard of {row.must_hear}, and nobody knows"

    def check_all(self) -> None:
        """Check every row, and that history and rows both lead to the same board."""
        for name in TABLES:
            for row in self.board.tables[name].values():
                self._check_row(row)
            assert self.board.tables[name] == self.history.board.tables[name], f"{name}: the events do not fold to it"
        holding = [a.unit_id for a in self.board.assignments.values() if a.status in ACTIVE]
        assert len(holding) == len(set(holding)), "a unit holds two active assignments"
        assert list(self.board.queue) == [i.id for i in line(self.board)], "the line is out of order"
        assert_same_indexes(self.board, self.history.board)
        assert_same_indexes(self.board, rebuilt(self.board))


def rebuilt(board: Board) -> Board:
    """A board made of the rows alone, as after a restart."""
    again = Board()
    for name in TABLES:
        for row in board.tables[name].values():
            again.put(row)
    return again


def assert_same_indexes(one: Board, other: Board) -> None:
    for name in INDEXES:
        assert _plain(getattr(one, name)) == _plain(getattr(other, name)), f"{name} differs"
    assert list(one.queue) == list(other.queue), "the line differs"
    marks = {mark for table in other.tables.values() for row in table.values() for mark in marks_of(row)}
    for board in (one, other):
        assert board.deadlines.live() == marks, "the deadlines differ"
        for unit_id in board.units:
            assert board.fleet.status(unit_id) == other.fleet.status(unit_id), f"{unit_id} stands differently"


def _plain(index: Any) -> Any:
    if isinstance(index, dict):
        return {key: value for key, value in index.items() if value not in ((), [], set())}
    return index

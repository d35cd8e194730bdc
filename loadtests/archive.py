"""A ledger of many closed incidents with its read tables, made fast: one life decided for real, then multiplied.

`commands` and `sealed` stay empty: nothing at a start reads them. The chain and every row are what a desk would write.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import asyncpg
import orjson

from app.codec import chain, encode_event, encode_row, incident_of
from dispatch import commands as c
from dispatch.board import Board
from dispatch.decide import decide
from dispatch.entities import TABLES as ROW_TABLES
from dispatch.entities import Key, Row, SectorRow, Unit
from dispatch.events import NAMES, VERSIONS
from dispatch.status import AssignmentStatus, Kind, Mode, Outcome
from geo.place import Candidate, PlaceState, Resolution
from geo.point import Point

AT: Final = Point(31.9, -111.5)
UNIT: Final = Unit("TUC1", "truck", "TUC", "TUC1", AT)
SECTOR: Final = SectorRow("TUC", "Tucson", Mode.AUTO, True)
TABLES: Final = ("incidents", "calls", "assignments", "alarms")
# Where numbers of the model life begin: so high that each is found in the text, and is nothing else there.
MARKS: Final = {table: 7_000_000_000_000 + 100_000_000_000 * n for n, table in enumerate(("seq", *TABLES))}
DIGEST: Final = "d1" * 32
CALL_ID: Final = "model-call"
NOW: Final = datetime(2001, 1, 1, tzinfo=UTC)
INSTANT: Final = re.compile(rb"2001-01-0\dT\d\d:\d\d:\d\dZ")
SAME_INSTANT: Final = 1_000  # lives that begin at the same moment
COMMAND: Final = b'"command":"'  # where a line says whose command it is of
Digest = Callable[[str], str]


@dataclass(slots=True)
class Model:
    """One life as text with gaps: its events, its rows, and by how much each instant is later than its beginning."""

    events: list[tuple[str, int | None, bytes]] = field(default_factory=list)
    rows: dict[str, list[bytes]] = field(default_factory=dict)
    later: dict[bytes, timedelta] = field(default_factory=dict)

    def gapped(self, text: bytes) -> bytes:
        """Replace what differs from life to life by named gaps."""
        text = text.replace(b"%", b"%%").replace(DIGEST.encode(), b"%(digest)s").replace(CALL_ID.encode(), b"%(call)s")
        for name, mark in MARKS.items():
            for number in range(40):
                text = text.replace(str(mark + number).encode(), f"%({name}{number})d".encode())
        for found in set(INSTANT.findall(text)):
            self.later[found] = datetime.fromisoformat(found.decode()) - NOW
            text = text.replace(found, b"%(" + found + b")s")
        return text


def live_once() -> Model:
    """Decide one call from its report to its outcome and return it as a model."""
    board, model = _manned_board(), Model()
    board.seq = MARKS["seq"] - 1
    for table in TABLES:
        board.last_ids[table] = MARKS[table] - 1
    board.drop_touched()
    assignment, incident = MARKS["assignments"], MARKS["incidents"]
    sign = Candidate("TUC001", AT, "TUC", 1.0)
    report = c.ReportCall(
        "psap-1", CALL_ID, Kind.REAL, NOW, str(uuid4()), DIGEST, Resolution(PlaceState.PROBABLE, (sign,), "exact"), 0
    )
    field_reports = (AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE, AssignmentStatus.CLEARED)
    life: tuple[c.Command, ...] = (
        report,
        c.HearFrame(UNIT.id, MARKS["seq"] + 2),
        c.AcceptOffer(UNIT.id, assignment, NOW),
        *(c.ReportStatus(UNIT.id, status, NOW, assignment) for status in field_reports),
        c.RecordOutcome(incident, Outcome.FOUND_WELL, "dispatcher-1"),
    )
    made: dict[Key, Row] = {}
    for command in life:
        decision = decide(board, command, NOW)
        made |= {(ROW_TABLES[type(row)], row.id): row for rows in decision.rows for row in rows}
        for event in decision.events:
            seq = MARKS["seq"] + len(model.events)
            body = model.gapped(encode_event(seq, NOW, event, uuid4(), "model"))
            model.events.append((NAMES[type(event)], incident_of(event, board), body))
    for (table, _), row in made.items():
        if not isinstance(row, Unit):
            model.rows.setdefault(table, []).append(model.gapped(encode_row(row)))
    return model


def _setup() -> list[tuple[str, Any]]:
    commands = (c.ConfigureSectors((SECTOR,)), c.RegisterUnits((UNIT,)), c.SetDuty(UNIT.id, True))
    board = Board()
    return [(NAMES[type(e)], e) for command in commands for e in decide(board, command, NOW).events]


def _manned_board() -> Board:
    board = Board()
    for command in (c.ConfigureSectors((SECTOR,)), c.RegisterUnits((UNIT,)), c.SetDuty(UNIT.id, True)):
        decide(board, command, NOW)
    return board


@dataclass(slots=True)
class Archive:
    """Writes `lives` lives into an empty database, the last of them closed at `until`, one group a minute before."""

    region: str
    lives: int
    until: datetime
    digest: Digest
    model: Model = field(default_factory=live_once)
    seq: int = 0
    hash: bytes = b""

    def ledger(self) -> Iterator[tuple[Any, ...]]:
        """Yield the ledger's rows; afterwards `seq` and `hash` are its head."""
        begins = self._begins(0)
        for kind, event in _setup():
            yield self._line(kind, None, encode_event(self.seq + 1, begins, event, uuid4(), "model"), begins)
        for number in range(self.lives):
            gaps, at = self._gaps(number), self._begins(number)
            for kind, incident_id, body in self.model.events:
                yield self._line(kind, None if incident_id is None else number + 1, body % gaps, at)

    def _line(self, kind: str, incident_id: int | None, body: bytes, at: datetime) -> tuple[Any, ...]:
        command_id = uuid4()
        head, mark, rest = body.partition(COMMAND)
        body = head + mark + str(command_id).encode() + rest[36:]
        self.seq += 1
        self.hash = chain(self.hash, body)
        return self.region, self.seq, command_id, kind, VERSIONS[kind], at, incident_id, body.decode(), self.hash

    def rows(self, table: str) -> Iterator[tuple[Any, ...]]:
        """Yield one read table's rows."""
        self.seq = len(_setup())
        for number in range(self.lives):
            gaps = self._gaps(number)
            for body in self.model.rows[table]:
                yield self.region, number + 1, (body % gaps).decode()
            self.seq += len(self.model.events)

    def _begins(self, number: int) -> datetime:
        groups = (self.lives - 1) // SAME_INSTANT - number // SAME_INSTANT
        return self.until - timedelta(minutes=groups)

    def _gaps(self, number: int) -> dict[bytes, Any]:
        call_id, begins = f"old-{number + 1}", self._begins(number)
        gaps: dict[bytes, Any] = {b"call": call_id.encode(), b"digest": self.digest(call_id).encode()}
        for name in TABLES:
            gaps[f"{name}0".encode()] = number + 1
        for more in range(len(self.model.events)):
            gaps[f"seq{more}".encode()] = self.seq + 1 + more
        for found, later in self.model.later.items():
            gaps[found] = orjson.dumps(begins + later, option=orjson.OPT_UTC_Z)[1:-1]
        return gaps

    async def write(self, dsn: str, *, with_commands: bool = False) -> int:
        """Fill the database and return the ledger's length. Raises PostgresError.

        `with_commands`: also what every command was answered, which a verification looks for and nothing else does.
        """
        connection = await asyncpg.connect(dsn)
        try:
            async with connection.transaction():
                await connection.copy_records_to_table("ledger", records=self.ledger())
                seq, head = self.seq, self.hash
                await connection.execute(
                    "INSERT INTO ledger_head (region, seq, hash) VALUES ($1, $2, $3)", self.region, seq, head
                )
                if with_commands:
                    await connection.execute(
                        "INSERT INTO commands SELECT region, command_id, NULL, seq, seq, '{}' FROM ledger"
                    )
                for table in TABLES:
                    columns = ("region", "id", "image")
                    await connection.copy_records_to_table(table, records=self.rows(table), columns=columns)
                board = _manned_board()
                for table, row in (("units", board.units[UNIT.id]), ("sectors", board.sectors[SECTOR.id])):
                    await connection.execute(
                        f"INSERT INTO {table} (region, id, image) VALUES ($1, $2, $3)",  # noqa: S608 - our own names
                        self.region,
                        row.id,
                        encode_row(row).decode(),
                    )
            await connection.execute("ANALYZE")
        finally:
            await connection.close()
        return seq

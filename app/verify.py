"""Verifying the ledger: the chain over the stored bytes, and that its fold is exactly the read tables (P5).

The audit trail and the table of commands are looked through as well, and all of it is held against signed heads.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import orjson

from app.codec import chain, decode_event, decode_row, encode_row
from app.heads import Head
from app.store.hosts import dial
from app.store.ledger import read_head
from app.store.pool import REGION_WIDE, Connection
from app.store.statements import statement
from dispatch.board import Board
from dispatch.entities import Row
from dispatch.fold import apply

PAGE: Final = 5_000
FAULTS_MAX: Final = 20
COLUMNS: Final = ("seq", "kind", "version", "at", "command_id")


@dataclass(slots=True)
class Report:
    """What a verification found: how many events and rows were compared, and every fault, the first twenty in words."""

    events: int = 0
    rows: int = 0
    acts: int = 0
    heads: int = 0
    faults: list[str] = field(default_factory=list)
    faults_more: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.faults

    def add(self, fault: str) -> None:
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(fault)
        else:
            self.faults_more += 1


class Line(msgspec.Struct):
    """What of an event's text stands in columns, too."""

    seq: int
    kind: str
    v: int
    at: datetime
    command: UUID


LINE: Final = msgspec.json.Decoder(Line)


class Against:
    """The signed heads by where they stand: each is held against the chain when the chain comes by there."""

    def __init__(self, heads: Iterable[Head], region: str, report: Report) -> None:
        self._report = report
        self._ledger: dict[int, list[Head]] = {}
        self._trail: dict[int, list[Head]] = {}
        for head in heads:
            if head.region != region:
                report.add(f"a signed head is of region {head.region}")
                continue
            report.heads += 1
            self._ledger.setdefault(head.seq, []).append(head)
            self._trail.setdefault(head.audit_seq, []).append(head)

    def ledger_at(self, seq: int, found: bytes) -> None:
        for head in self._ledger.pop(seq, ()):
            if head.hash != found:
                self._report.add(f"event {seq}: not the history that was signed at {head.at}")

    def trail_at(self, seq: int, found: bytes) -> None:
        for head in self._trail.pop(seq, ()):
            if head.audit_hash != found:
                self._report.add(f"act {seq}: not the trail that was signed at {head.at}")

    def end(self, trail_begins: int, ended_before: datetime | None) -> None:
        """Whatever was not come by is gone; of the trail, what was signed before `ended_before` may be."""
        for seq, heads in sorted(self._ledger.items()):
            self._report.add(f"event {seq}: signed at {heads[0].at}, and gone")
        for seq, heads in sorted(self._trail.items()):
            if seq >= trail_begins or (ended_before is not None and heads[-1].at > ended_before):
                self._report.add(f"act {seq}: signed at {heads[-1].at}, and gone")


async def verify(dsn: str, region: str, heads: Iterable[Head] = (), *, ended_before: datetime | None = None) -> Report:
    """Read the whole ledger and trail in one snapshot and compare. Raises NoLedger, OSError.

    `ended_before`: acts that were signed after this must still be there; by None any old ones may have ended.
    """
    report = Report()
    against = Against(heads, region, report)
    connection = await dial(dsn, server_settings=REGION_WIDE)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            head = await read_head(connection, region)
            against.ledger_at(0, b"")
            board, last_hash = await _fold(connection, region, report, against)
            if (board.seq, last_hash) != (head.seq, head.hash):
                report.add(f"the head row says {head.seq}, the chain ends at {board.seq}")
            await _compare(connection, region, board, report)
            for row in await connection.fetch(statement("commands_between"), region, FAULTS_MAX + 1):
                what = "is not the ledger's" if row["is_extra"] else "is missing" if row["is_missing"] else "differs"
                report.add(f"command {row['id']}: {what}")
            against.end(await _trail(connection, region, report, against), ended_before)
    finally:
        await connection.close()
    return report


async def _trail(connection: Connection, region: str, report: Report, against: Against) -> int:
    """Follow the trail's chain from where it begins to its head; return where it begins."""
    head = await connection.fetchrow(statement("read_audit_head"), region)
    if head is None:
        against.trail_at(0, b"")
        return 1
    after, before = head["first_seq"] - 1, head["first_before"]
    against.trail_at(after, before)
    for first in await connection.fetch(statement("read_audit"), region, -1, 1):
        if first["seq"] <= after:
            report.add(f"act {first['seq']}: stands before the trail's beginning")
    while True:
        rows = await connection.fetch(statement("read_audit"), region, after, PAGE)
        for row in rows:
            before = chain(before, row["body"].encode())
            if row["seq"] != after + 1:
                report.add(f"act {after + 1}: is missing")
            if before != row["hash"] or orjson.loads(row["body"]).get("seq") != row["seq"]:
                report.add(f"act {row['seq']}: its bytes or an earlier row were changed")
                before = row["hash"]
            after = row["seq"]
            against.trail_at(after, before)
            report.acts += 1
        if len(rows) < PAGE:
            break
    if (after, before) != (head["seq"], head["hash"]):
        report.add(f"the trail's head says {head['seq']}, its chain ends at {after}")
    return int(head["first_seq"])


async def _fold(connection: Connection, region: str, report: Report, against: Against) -> tuple[Board, bytes]:
    board, before = Board(), b""
    while True:
        rows = await connection.fetch(statement("read_ledger_whole"), region, board.seq, PAGE)
        for row in rows:
            body = row["body"].encode()
            before = chain(before, body)
            if before != row["hash"]:
                report.add(f"event {row['seq']}: its bytes or an earlier row were changed")
                before = row["hash"]
            against.ledger_at(row["seq"], before)
            try:
                recorded = decode_event(body)
                apply(board, recorded.event, row["seq"], recorded.at)
            except (KeyError, ValueError) as error:
                report.add(f"event {row['seq']}: does not fit the history ({type(error).__name__})")
                return board, before
            line = LINE.decode(body)
            if (line.seq, line.kind, line.v, line.at, line.command) != tuple(row[name] for name in COLUMNS):
                report.add(f"event {row['seq']}: its columns and its text differ")
            report.events += 1
        board.drop_touched()
        if len(rows) < PAGE:
            return board, before


async def _compare(connection: Connection, region: str, board: Board, report: Report) -> None:
    for table, rows in board.tables.items():
        stored = {
            row["id"]: orjson.loads(row["image"])
            for row in await connection.fetch(f"SELECT id, image::text FROM {table} WHERE region = $1", region)  # noqa: S608 - our own names  # nosec B608
        }
        for row_id in sorted(rows.keys() | stored.keys(), key=str):
            report.rows += 1
            if not _agree(table, rows.get(row_id), stored.get(row_id)):
                report.add(f"{table} {row_id}: the table and the ledger's fold differ")


def _agree(table: str, folded: Row | None, image: dict[str, Any] | None) -> bool:
    """Whether a stored image says what the fold does; one written before a field was added says its default."""
    if folded is None or image is None:
        return False
    whole: dict[str, Any] = orjson.loads(encode_row(folded))
    return image.keys() <= whole.keys() and orjson.loads(encode_row(decode_row(table, orjson.dumps(image)))) == whole

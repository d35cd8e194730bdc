"""Verifying the ledger: the chain over the stored bytes, and that its fold is exactly the read tables (P5)."""

from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from app.codec import chain, decode_event, decode_row, encode_row
from app.store.hosts import dial
from app.store.ledger import read_head
from app.store.pool import REGION_WIDE, Connection
from app.store.statements import statement
from dispatch.board import Board
from dispatch.entities import Row
from dispatch.fold import apply

PAGE: Final = 5_000
FAULTS_MAX: Final = 20


@dataclass(slots=True)
class Report:
    """What a verification found: how many events and rows were compared, and every fault, the first twenty in words."""

    events: int = 0
    rows: int = 0
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


async def verify(dsn: str, region: str) -> Report:
    """Read the whole ledger in one snapshot and compare. Raises NoLedger, OSError."""
    report = Report()
    connection = await dial(dsn, server_settings=REGION_WIDE)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            head = await read_head(connection, region)
            board, last_hash = await _fold(connection, region, report)
            if (board.seq, last_hash) != (head.seq, head.hash):
                report.add(f"the head row says {head.seq}, the chain ends at {board.seq}")
            await _compare(connection, region, board, report)
    finally:
        await connection.close()
    return report


async def _fold(connection: Connection, region: str, report: Report) -> tuple[Board, bytes]:
    board, before = Board(), b""
    while True:
        rows = await connection.fetch(statement("read_ledger"), region, board.seq, PAGE)
        for row in rows:
            body = row["body"].encode()
            before = chain(before, body)
            if before != row["hash"]:
                report.add(f"event {row['seq']}: its bytes or an earlier row were changed")
                before = row["hash"]
            try:
                recorded = decode_event(body)
                apply(board, recorded.event, row["seq"], recorded.at)
            except (KeyError, ValueError) as error:
                report.add(f"event {row['seq']}: does not fit the history ({type(error).__name__})")
                return board, before
            if (recorded.seq, recorded.kind) != (row["seq"], row["kind"]):
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

"""Building a board from the read tables: all that is open and what closed lately; the rest is recalled when named."""

from typing import Final

from app.codec import decode_row
from app.recall import RECENT
from app.store.ledger import Head, read_head
from app.store.pool import Connection
from app.store.statements import statement
from dispatch.board import Board
from dispatch.entities import Incident, Row
from geo.point import Point

CHILDREN: Final = ("calls", "alerts", "assignments")


async def load_board(connection: Connection, region: str, head: Head, board: Board | None = None) -> Board:
    """Return the board as it stands at the head. Runs in one snapshot, so head and rows must agree."""
    board = board or Board()
    incidents = await connection.fetch(statement("load_incidents"), region, head.at - RECENT)
    ids: list[int] = []
    for table in ("sectors", "units", "towers"):
        for row in await connection.fetch(statement(f"load_{table}"), region):
            board.put(decode_row(table, row["image"]))
    for row in incidents:
        incident = decode_row("incidents", row["image"])
        ids.append(int(incident.id))
        board.put(incident)
    for table in CHILDREN:
        for row in await connection.fetch(statement(f"load_{table}"), region, ids):
            board.put(decode_row(table, row["image"]))
    for row in await connection.fetch(statement("load_alarms"), region):
        board.put(decode_row("alarms", row["image"]))
    last_ids = await connection.fetchrow(statement("last_ids"), region)
    board.last_ids.update(dict(last_ids or {}))
    registry = await connection.fetchrow(statement("last_registry"), region)
    board.registry_version = registry["version"] if registry else 0
    for row in await connection.fetch(statement("load_positions"), region):
        board.place_unit(row["unit_id"], Point(row["lat"], row["lon"]), row["fixed_at"])
    last = await connection.fetchrow(statement("read_ledger"), region, head.seq - 1, 1)
    board.at = last["at"] if last else board.at
    board.seq, board.epoch = head.seq, head.epoch
    board.drop_touched()
    return board


async def read_board(connection: Connection, region: str) -> tuple[Board, Head]:
    """Return the board and the head it stands at, of one snapshot. Raises NoLedger."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        head = await read_head(connection, region)
        return await load_board(connection, region, head), head


async def load_incident(connection: Connection, region: str, incident_id: int) -> tuple[Row, ...]:
    """Return an archived incident with its calls, alerts and assignments; empty when there is none."""
    row = await connection.fetchrow(statement("load_incident"), region, incident_id)
    if row is None:
        return ()
    incident = decode_row("incidents", row["image"])
    assert isinstance(incident, Incident)  # noqa: S101 - the table says so
    rows: list[Row] = [incident]
    for table in CHILDREN:
        found = await connection.fetch(statement(f"load_{table}"), region, [incident_id])
        rows += [decode_row(table, r["image"]) for r in found]
    return tuple(rows)

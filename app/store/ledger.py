"""The ledger: one writer per region under an epoch, appended in one transaction, chained over the stored bytes."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson
from msgspec import Struct

from app.codec import Recorded, chain, decode_event, encode_row
from app.retention.holding import Holding
from app.sealing import SealedValue
from app.store.pool import Connection, Pool, fetch
from app.store.statements import statement
from dispatch.entities import TABLES, Assignment, Key, Row
from dispatch.events import VERSIONS

PAGE: Final = 5_000  # rows read at a time: some 3 MB
FENCED: Final = "AUX01"


class Fenced(RuntimeError):
    """Another desk writes this region; this one must stop."""


class NoLedger(RuntimeError):
    """No desk has ever written this region; says so, and what else the database holds if that is known."""

    def __init__(self, region: str, others: Iterable[str] | None = None) -> None:
        said = f"no desk has ever served region {region} here, so there is no ledger of it yet"
        if others is not None:
            said += f" (there is of: {', '.join(others) or 'none'})"
        super().__init__(said)
        self.region = region


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger stands."""

    ledger_id: UUID
    epoch: int
    seq: int
    hash: bytes
    at: datetime


class CommandLine(Struct, frozen=True, gc=False):
    """What is kept of a command: which events it led to and what was answered."""

    id: UUID
    digest: bytes | None
    first_seq: int
    last_seq: int
    reply: str


@dataclass(frozen=True, slots=True)
class Caller:
    hash: bytes
    token: str
    expires_at: datetime


@dataclass(slots=True)
class Batch:
    """What one transaction records. `before` and `after` are the chain's hashes around it."""

    before: bytes
    after: bytes
    events: list[Recorded] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    command_ids: list[UUID] = field(default_factory=list)
    incident_ids: list[int | None] = field(default_factory=list)
    commands: list[CommandLine] = field(default_factory=list)
    sealed: list[SealedValue] = field(default_factory=list)
    sealed_about: list[int | None] = field(default_factory=list)  # the incident of each, which says who may open it
    moved: list[tuple[UUID, int]] = field(default_factory=list)  # sealed values whose report has another incident now
    callers: list[Caller] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    rows: dict[Key, Row] = field(default_factory=dict)
    traces: dict[int, str] | None = None  # by seq, where in which trace an event belongs; not recorded, only relayed

    @property
    def first(self) -> int:
        return self.events[0].seq

    @property
    def last(self) -> int:
        return self.events[-1].seq

    def add(self, event: Recorded, command_id: UUID, incident_id: int | None) -> None:
        """Chain one more event; in timelines it stands with this incident."""
        self.after = chain(self.after, event.body)
        self.events.append(event)
        self.hashes.append(self.after)
        self.command_ids.append(command_id)
        self.incident_ids.append(incident_id)
        for row in event.rows or ():
            self.rows[TABLES[type(row)], row.id] = row


def rows_json(rows: Iterable[Row]) -> str:
    """Return the final row images by table; assignments apart, those that ended before those that hold a unit."""
    tables: dict[str, list[orjson.Fragment]] = {}
    for row in rows:
        table = TABLES[type(row)]
        if isinstance(row, Assignment):
            table = "taken" if row.is_active else "ended"
        tables.setdefault(table, []).append(orjson.Fragment(encode_row(row)))
    return orjson.dumps(tables).decode()


async def append(connection: Connection, region: str, epoch: int, batch: Batch) -> None:
    """Record the batch. Raises Fenced when another desk writes; PostgresError when refused.

    After any other error nobody knows whether it was committed.
    """
    events, commands, sealed = batch.events, batch.commands, batch.sealed
    args: tuple[Any, ...] = (
        region, epoch, batch.first, batch.last, batch.after,
        batch.command_ids,
        [e.kind for e in events],
        [VERSIONS[e.kind] for e in events],
        [e.at for e in events],
        batch.incident_ids,
        [e.body.decode() for e in events],
        batch.hashes,
        [x.id for x in commands],
        [x.digest for x in commands],
        [x.first_seq for x in commands],
        [x.last_seq for x in commands],
        [x.reply for x in commands],
        rows_json(batch.rows.values()),
        [x.id for x in sealed],
        [x.kind for x in sealed],
        [x.wrap_key for x in sealed],
        [x.data_key for x in sealed],
        [x.body for x in sealed],
        batch.sealed_about,
        [x for x, _ in batch.moved],
        [x for _, x in batch.moved],
        [x.hash for x in batch.callers],
        [x.token for x in batch.callers],
        [x.expires_at for x in batch.callers],
        [x.sealed for x in batch.holdings],
        [x.holder_kind for x in batch.holdings],
        [x.holder_id for x in batch.holdings],
        [x.number for x in batch.holdings],
    )  # fmt: skip
    try:
        await connection.execute(statement("append_batch"), *args)
    except asyncpg.PostgresError as error:
        if error.sqlstate == FENCED:
            raise Fenced(region) from error
        raise


async def take_head(
    connection: Connection, region: str, secret: str, holder: str | None, renewed_at: datetime | None
) -> Head | None:
    """Become the writer of the region, if its lease is still as it was seen; None when it is not."""
    row = await connection.fetchrow(statement("take_head"), region, secret, holder, renewed_at)
    return None if row is None else Head(**row)


async def keep_head(connection: Connection, region: str, secret: str) -> Head:
    """After an unknown outcome: fence what is in flight and read where the ledger stands. Raises Fenced."""
    row = await connection.fetchrow(statement("keep_head"), region, secret)
    if row is None:
        raise Fenced(region)
    return Head(**row)


async def read_head(connection: Connection, region: str) -> Head:
    """Return where the ledger stands. Raises NoLedger when no desk ever wrote this region."""
    row = await connection.fetchrow(statement("read_head"), region)
    if row is None:
        raise NoLedger(region)
    return Head(row["ledger_id"], row["epoch"], row["seq"], row["hash"], row["at"])


async def read_events(pool: Pool, region: str, after: int) -> AsyncIterator[tuple[Recorded, bytes]]:
    """Yield the events after a seq with their chain hashes, page by page."""
    while True:
        rows = await fetch(pool, "read_ledger", region, after, PAGE)
        for row in rows:
            yield decode_event(row["body"].encode()), row["hash"]
            after = row["seq"]
        if len(rows) < PAGE:
            return

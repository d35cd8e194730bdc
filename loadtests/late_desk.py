"""A desk that lost its epoch and does not know it yet, and the check in the head row that stops it."""

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

import asyncpg

from app.codec import Recorded, encode_event
from app.store import ledger
from app.store.statements import statement
from dispatch.events import DeskTookOver
from loadtests.rig import REGION

CHECK: Final = "AND epoch = p_epoch "


async def append_under_a_lost_epoch(database: str) -> None:
    """A statement of the old desk arrives after the next one has taken the head and before it wrote. Raises Fenced."""
    old, new = await asyncpg.connect(database), await asyncpg.connect(database)
    try:
        await old.execute(statement("open_lease"), REGION)
        head = await ledger.take_head(old, REGION, "old", None, None)
        row = await new.fetchrow(statement("look_at_lease"), REGION)
        assert head is not None
        assert row is not None
        assert await ledger.take_head(new, REGION, "new", "old", row["renewed_at"]) is not None
        batch, now, command = ledger.Batch(head.hash, head.hash), datetime.now(UTC), uuid4()
        event = DeskTookOver(head.epoch, (), now)
        body = encode_event(head.seq + 1, now, event, command, "old")
        batch.add(Recorded(head.seq + 1, now, event, body, ()), command, None)
        await ledger.append(old, REGION, head.epoch, batch)
    finally:
        await old.close()
        await new.close()


async def forget_the_epoch(database: str) -> None:
    """Remove the defence: the head row's epoch is not looked at any more."""
    connection = await asyncpg.connect(database)
    try:
        function = str(await connection.fetchval("SELECT pg_get_functiondef('append_batch'::regproc)"))
        assert CHECK in function, "it is checked in other words now"
        await connection.execute(function.replace(CHECK, ""))
    finally:
        await connection.close()

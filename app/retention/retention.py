"""The retention of a region: values move to the key of their last month, keys move on, and what is over is destroyed.

Every step is safe to stop anywhere and to do again. See docs/sealing.md.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.retention.rules import CLASS_OF, Rules
from app.retention.wrapping import WrapName, month_of, read_name
from app.sealing import KeyMissing, SealedValue, Sealer
from app.store.ledger import read_head
from app.store.pool import ACQUIRE_S, Connection, Pool
from app.store.statements import statement
from app.trail import Act, Trail

log = logging.getLogger(__name__)

BY: Final = "retention"
PAGE: Final = 200  # values re-wrapped in one transaction: some 10 ms of the process's time
PAGES_MAX: Final = 20  # a round's share of one key; the next round goes on
EVENTS_MAX: Final = 100  # some 300 values: 6 ms of the process's time
FIRST: Final = UUID(int=0)
# After these an incident's values may belong to another month than before.
MOVING: Final = (
    "incident.outcome_recorded", "incident.reopened", "incident.merged", "incident.split", "incident.noted",
)  # fmt: skip


@dataclass(slots=True)
class Done:
    """What a round did."""

    moved: int = 0
    deleted: int = 0
    destroyed: tuple[str, ...] = ()


class Retention:
    """Does rounds over a region's sealed values; `now` comes from outside."""

    def __init__(self, pool: Pool, region: str, sealer: Sealer) -> None:
        self._pool = pool
        self._region = region
        self._sealer = sealer
        self._trail = Trail(pool, region, sealer)

    @property
    def _rules(self) -> Rules:
        return self._sealer.rules

    async def follow(self, now: datetime) -> int:
        """Settle the values of incidents that ended, reopened or moved since the last time; return how many moved."""
        moved = 0
        for _ in range(PAGES_MAX):
            some, is_all = await self._follow_page(now)
            moved += some
            if is_all:
                break
        return moved

    async def _follow_page(self, now: datetime) -> tuple[int, bool]:
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            head = await read_head(connection, self._region)
            after = await connection.fetchval(statement("take_retention_cursor"), self._region)
            rows = await connection.fetch(
                statement("ended_between"), self._region, after, head.seq, list(MOVING), EVENTS_MAX
            )
            named = {row[name] for row in rows for name in ("incident_id", "into_id", "new_id")} - {None}
            moved = await self.settle_incidents(connection, sorted(named), now)
            is_all = len(rows) < EVENTS_MAX
            upto = head.seq if is_all else rows[-1]["seq"]
            if upto != after:
                await connection.execute(statement("move_retention_cursor"), self._region, upto)
        return moved, is_all

    async def settle_incidents(self, connection: Connection, incident_ids: Sequence[int], now: datetime) -> int:
        """Move the values of these incidents to the keys they belong under now."""
        if not incident_ids:
            return 0
        near = await connection.fetch(statement("incidents_near"), self._region, list(incident_ids))
        ids = [row["id"] for row in near]
        rows = await connection.fetch(statement("retained_by_incidents"), self._region, ids)
        return await self._settle(connection, rows, now)

    async def roll(self, now: datetime) -> Done:
        """Empty the keys that are not this month's or not of this generation, and destroy those no backup needs."""
        done = Done()
        for name in self._sealer.keys.names():
            read = read_name(name)
            if read is None or not self._is_past(read, now):
                continue
            moved, is_empty = await self._empty(name, now)
            done.moved += moved
            if await self._is_unneeded(name, is_empty, now):
                done.destroyed += (name,)
        return done

    async def purge(self, now: datetime) -> Done:
        """Delete what has come to its end, then destroy the keys of the months that are over.

        Rows that a restored backup has brought back go again: their key is no more, or they were erased.
        """
        done = Done()
        used = await self._in_use()
        for name in dict.fromkeys((*self._sealer.keys.names(), *used)):
            read = read_name(name)
            if read is None or not read.until or not self._rules.is_over(read, now):
                continue
            deleted, is_empty = await self._end(name, now)
            done.deleted += deleted
            if is_empty and name in self._sealer.keys.names():
                await self._destroy(name)
                done.destroyed += (name,)
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection:
            erased = self._sealer.keys.erased(now)
            await connection.execute(statement("delete_sealed"), self._region, erased)
        await self._forget(now)
        return done

    async def _in_use(self) -> list[str]:
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection:
            return [row["wrap_key"] for row in await connection.fetch(statement("wrap_keys_in_use"))]

    async def round(self, now: datetime) -> Done:
        """Do all of it, in order."""
        await self.follow(now)
        rolled = await self.roll(now)
        purged = await self.purge(now)
        return Done(rolled.moved, purged.deleted, rolled.destroyed + purged.destroyed)

    def _is_past(self, name: WrapName, now: datetime) -> bool:
        if name.generation < self._sealer.keys.generation():
            return True
        return not name.until and name.month != month_of(now)

    async def _empty(self, name: str, now: datetime) -> tuple[int, bool]:
        """Move a share of what is under a key; return how many moved and whether nothing is left."""
        moved, after = 0, FIRST
        for _ in range(PAGES_MAX):
            async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
                rows = await connection.fetch(statement("retained_by_key"), self._region, name, after, PAGE)
                moved += await self._settle(connection, rows, now)
            if not rows:
                break
            after = rows[-1]["id"]
        return moved, await self._has_nothing_under(name)

    async def _has_nothing_under(self, name: str) -> bool:
        """Whether no value is under a key; another region's would count, too."""
        return name not in await self._in_use()

    async def _is_unneeded(self, name: str, is_empty: bool, now: datetime) -> bool:
        """Note that a key is empty, or destroy it when it has been for so long that no backup needs it."""
        keys = self._sealer.keys
        since = keys.empty_since(name)
        if not is_empty:
            keys.note_empty(name, None)
        elif since is None:
            keys.note_empty(name, now)
        elif self._rules.is_unneeded(since, now):
            await self._destroy(name)
            return True
        return False

    async def _settle(self, connection: Connection, rows: Sequence[asyncpg.Record], now: datetime) -> int:
        moves: list[tuple[str, SealedValue]] = []
        for row in rows:
            wanted = str(self._wanted(row, now))
            if wanted != row["wrap_key"]:
                value = SealedValue(row["id"], row["kind"], row["wrap_key"], row["data_key"], b"")
                try:
                    moves.append((value.wrap_key, self._sealer.rewrap(value, wanted)))
                except KeyMissing:
                    log.warning("a sealed value cannot be moved: there is no key %s", value.wrap_key)
        if moves:
            columns: list[list[Any]] = [
                [value.id for _, value in moves],
                [before for before, _ in moves],
                [value.wrap_key for _, value in moves],
                [value.data_key for _, value in moves],
            ]
            await connection.execute(statement("rewrap_sealed"), self._region, *columns)
        return len(moves)

    def _wanted(self, row: asyncpg.Record, now: datetime) -> WrapName:
        """Return the key a value belongs under. What is nobody's keeps its last month, or gets one from now on."""
        kind, generation = row["kind"], self._sealer.keys.generation()
        of, name = CLASS_OF.get(kind, "call"), read_name(row["wrap_key"])
        if row["has_holder"]:
            return self._rules.wanted(of, row["ended_at"], now, generation)
        if name is not None and name.until:
            return replace(name, generation=generation)
        return self._rules.wanted(of, now if kind in CLASS_OF else None, now, generation)

    async def _end(self, name: str, now: datetime) -> tuple[int, bool]:
        """Delete a share of what ended with a key's month; what is kept after all is moved away."""
        deleted, after = 0, FIRST
        for _ in range(PAGES_MAX):
            async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
                await connection.execute(statement("lock_retention"), self._region)
                rows = await connection.fetch(statement("retained_by_key"), self._region, name, after, PAGE)
                due = [row["id"] for row in rows if self._is_due(row, now)]
                await self._settle(connection, [row for row in rows if not self._is_due(row, now)], now)
                if due:
                    await connection.execute(statement("delete_sealed"), self._region, due)
                    await self._trail.record_in(connection, Act.PURGE, BY, about=name, more={"values": len(due)})
            deleted += len(due)
            if not rows:
                break
            after = rows[-1]["id"]
        return deleted, await self._has_nothing_under(name)

    def _is_due(self, row: asyncpg.Record, now: datetime) -> bool:
        """Whether a value that is under a key of a past month has ended by all that is known now."""
        if not row["has_holder"]:
            return True
        ended_at, days = row["ended_at"], self._rules.days[CLASS_OF.get(row["kind"], "call")]
        return ended_at is not None and month_of(ended_at + timedelta(days=days)) < month_of(now)

    async def _destroy(self, name: str) -> None:
        await self._trail.record(Act.KEY_DESTROYED, BY, about=name)
        self._sealer.keys.destroy(name)

    async def _forget(self, now: datetime) -> None:
        """End the trail's oldest rows; their reasons went with their month's key."""
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            before = now - timedelta(days=self._rules.days["staff"])
            await connection.execute(statement("end_audit"), self._region, before)

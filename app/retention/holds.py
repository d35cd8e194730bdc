"""Holds: a court's order, an open inquiry. While one stands nothing of the incident is purged or erased."""

from collections.abc import Sequence
from typing import Any, Final

from app.clock import Clock
from app.retention.retention import Retention
from app.sealing import Sealer
from app.store.pool import ACQUIRE_S, Pool, fetch
from app.store.statements import statement
from app.trail import Act, Trail

KINDS: Final = ("legal", "inquiry")
SHOWN_MAX: Final = 200


class Holds:
    """Sets and releases holds; the values move to the keys they belong under in the same transaction."""

    def __init__(self, pool: Pool, region: str, sealer: Sealer, clock: Clock) -> None:
        self._pool = pool
        self._region = region
        self._clock = clock
        self._trail = Trail(pool, region, sealer)
        self._retention = Retention(pool, region, sealer)

    async def set(self, incident_id: int, kind: str, by: str, role: str | None, reason: str) -> int | None:
        """Begin a hold and return its id; None when one of this kind stands already."""
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            await connection.execute(statement("lock_retention"), self._region)
            reason_id = await self._trail.record_in(
                connection, Act.HOLD, by, role=role, incident_id=incident_id, reason=reason, more={"kind": kind}
            )
            hold_id: int | None = await connection.fetchval(
                statement("add_hold"), self._region, incident_id, kind, reason_id, by
            )
            await self._retention.settle_incidents(connection, [incident_id], self._clock.now())
        return hold_id

    async def release(self, hold_id: int, by: str, role: str | None, reason: str) -> int | None:
        """End a hold and return its incident; None when there is none such that stands."""
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            await connection.execute(statement("lock_retention"), self._region)
            reason_id = await self._trail.seal_reason(connection, reason)
            row = await connection.fetchrow(statement("release_hold"), self._region, hold_id, by, reason_id)
            if row is None:
                return None
            incident_id: int = row["incident_id"]
            more = {"kind": row["kind"], "hold_id": hold_id}
            await self._trail.record_in(
                connection, Act.RELEASE, by, role=role, incident_id=incident_id, reason=reason, more=more
            )
            await self._retention.settle_incidents(connection, [incident_id], self._clock.now())
        return incident_id

    async def all(self, sectors: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Return the holds that stand, and the last released ones, within these sectors."""
        rows = await fetch(self._pool, "list_holds", self._region, SHOWN_MAX)
        return [dict(row) for row in rows if not sectors or row["sector"] in sectors]

"""The audit trail: what was done with personal data, by whom, why. Chained in the database; reasons are sealed."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import orjson
from msgspec.structs import astuple

from app.sealing import Sealer
from app.store.pool import ACQUIRE_S, Connection, Pool
from app.store.statements import statement


class Act(StrEnum):
    READ = "read"
    RESEAL = "reseal"  # opened by the service itself, to be sealed again with what came later
    FIND = "find"  # looked up by a callback number
    HOLD = "hold"
    RELEASE = "release"
    ERASE = "erase"
    EXPORT = "export"
    READ_TRAIL = "read_trail"
    PURGE = "purge"
    KEY_DESTROYED = "key_destroyed"
    KEYS_ROTATED = "keys_rotated"


class Trail:
    """Records before it lets anything happen: what could not be recorded is not done."""

    def __init__(self, pool: Pool, region: str, sealer: Sealer) -> None:
        self.pool = pool
        self.region = region
        self.sealer = sealer

    async def record(self, act: Act, by: str, **about: Any) -> None:
        """Record one act in a transaction of its own; the fields are `record_in`'s."""
        async with self.pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            await self.record_in(connection, act, by, **about)

    async def record_in(
        self,
        connection: Connection,
        act: Act,
        by: str,
        *,
        role: str | None = None,
        about: str | None = None,
        incident_id: int | None = None,
        reason: str | None = None,
        more: dict[str, Any] | None = None,
    ) -> UUID | None:
        """Record one act in a transaction that is under way; return the id of the sealed reason, if there is one.

        `about` is an id or a key's name, `more` counts and codes: nothing personal.
        """
        reason_id = None if reason is None else await self.seal_reason(connection, reason)
        told = orjson.dumps(more or {}).decode()
        await connection.execute(
            statement("record_audit"), self.region, act.value, by, role, about, incident_id, reason_id, told
        )
        return reason_id

    async def seal_reason(self, connection: Connection, reason: str) -> UUID:
        """Keep what somebody wrote as a reason; people write names into them."""
        sealed = self.sealer.seal("purpose", {"text": reason}, datetime.now(UTC))
        await connection.execute(statement("add_sealed"), self.region, *astuple(sealed))
        return sealed.id

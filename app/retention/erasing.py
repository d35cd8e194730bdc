"""Erasing before the time: at once in the live database, in backups when they expire; the history stays whole."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.sealing import Sealer, raw_id
from app.store.pool import ACQUIRE_S, Pool
from app.store.statements import statement
from app.trail import Act, Trail

OPEN: Final = "open"
HELD: Final = "held"


@dataclass(frozen=True, slots=True)
class Whose:
    """What is to be erased: an incident's values, a caller's (by the keyed digest of the number), or a single value."""

    incident_id: int | None = None
    number: bytes | None = None
    sealed_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Erased:
    """How many values are gone, of which incidents, and which incidents' values are kept and why."""

    values: int
    incidents: tuple[int, ...]
    kept: dict[int, str]


async def erase(
    pool: Pool, region: str, sealer: Sealer, whose: Whose, by: str, role: str | None, reason: str,
    sectors: Collection[str] = (),
) -> Erased:  # fmt: skip
    """Erase what may go. An open incident's values are needed to find somebody, a held one's are evidence: they stay.

    `sectors`: only what is there is touched or told of; none means everywhere.
    """
    trail = Trail(pool, region, sealer)
    single = [] if whose.sealed_id is None else [whose.sealed_id, raw_id(whose.sealed_id)]
    async with pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
        await connection.execute(statement("lock_retention"), region)
        found = await connection.fetch(statement("to_erase"), region, whose.incident_id, whose.number, single)
        rows = [row for row in found if not sectors or row["sector"] in sectors]
        kept = {
            row["incident_id"]: HELD if row["is_held"] else OPEN for row in rows if row["is_open"] or row["is_held"]
        }
        going = [row for row in rows if row["incident_id"] not in kept]
        incidents = tuple(sorted({row["incident_id"] for row in going}))
        if going:
            await connection.execute(statement("delete_sealed"), region, [row["sealed"] for row in going])
        if whose.number is not None and not kept:
            await connection.execute(statement("forget_caller"), region, whose.number)
        more = {"values": len(going), "incidents": incidents, "kept": sorted(kept)}
        about = None if whose.sealed_id is None else str(whose.sealed_id)
        await trail.record_in(
            connection, Act.ERASE, by, role=role, about=about, incident_id=whose.incident_id, reason=reason, more=more
        )
    if going:
        until = datetime.now(UTC) + timedelta(days=sealer.rules.backup_days)
        sealer.keys.note_erased([row["sealed"] for row in going], until)
    return Erased(len(going), incidents, kept)

"""Standbys of PostgreSQL: whether commits wait for one that is gone, how far each is behind, what is kept for them."""

from collections.abc import AsyncIterator
from typing import Final

import asyncpg

from app.doctor import advice
from app.doctor.finding import Finding, ok, unseen, warn, wrong
from app.doctor.scene import Scene
from app.doctor.units import size, span

BEHIND_BYTES: Final = 64_000_000  # four segments of the write-ahead log: some minutes of the busiest hour
BEHIND_S: Final = 10.0
KEPT_BYTES: Final = 1_000_000_000  # what a forgotten slot may keep before the disk is at stake


async def look(scene: Scene) -> AsyncIterator[Finding]:
    row = await scene.store.row("look_at_standby")
    if row is not None and not row["is_wanted"]:
        yield ok("no synchronous standby is set: this PostgreSQL's disk has the only sure copy")
    elif row is not None and row["is_there"]:
        yield ok("the synchronous standby is there")
    else:
        yield wrong(
            "the synchronous standby is gone: PostgreSQL answers no commit, so no call is acknowledged",
            "Start the standby again. Leave synchronous_standby_names alone until you know that no other primary lives:"
            " it is what keeps two from answering (docs/lease.md).",
            "pg_ctl start -D THE_STANDBY'S_FOLDER   # on its machine",
        )
    for row in await scene.owner.fetch("look_at_replicas"):
        yield _of_replica(scene, row)
    for row in await scene.store.fetch("find_idle_slots"):
        said = f"slot {row['name']} is not read, and {size(row['kept_bytes'])} of write-ahead log are kept for it"
        if row["kept_bytes"] > KEPT_BYTES:
            do = "Start its standby. If that is lost for good, drop the slot before the disk is full:"
            yield wrong(said, do, advice.sql(scene, f"SELECT pg_drop_replication_slot('{row['name']}')"))
        else:
            yield warn(said, "Start its standby.", advice.sql(scene, "TABLE pg_replication_slots"))


def _of_replica(scene: Scene, row: asyncpg.Record) -> Finding:
    name, behind, behind_s = f"standby {row['name']}", row["behind_bytes"], row["behind_s"] or 0.0
    if behind is None:
        return unseen(f"{name}: this role may not see how far it is behind; GRANT pg_monitor to it")
    said = f"{name} ({row['state']}, {row['sync_state']}) is {size(max(behind, 0))} and {span(behind_s)} behind"
    if behind > BEHIND_BYTES or behind_s > BEHIND_S:
        return warn(
            said, "Look at its disk, its load and the network between.", advice.sql(scene, "TABLE pg_stat_replication")
        )
    return ok(said)

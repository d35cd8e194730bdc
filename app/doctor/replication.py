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
            "Start the standby again. Only if it is lost for good, serve without one, and set up another soon:",
            advice.setting("synchronous_standby_names", "DEFAULT"),
        )
    for row in await scene.owner.fetch("look_at_replicas"):
        yield _of_replica(row)
    for row in await scene.store.fetch("find_idle_slots"):
        said = f"slot {row['name']} is not read, and {size(row['kept_bytes'])} of write-ahead log are kept for it"
        do = "Start its standby; if there is none any more, drop the slot before the disk fills."
        told = wrong if row["kept_bytes"] > KEPT_BYTES else warn
        yield told(said, do, advice.sql(f"SELECT pg_drop_replication_slot('{row['name']}')"))


def _of_replica(row: asyncpg.Record) -> Finding:
    name, behind, behind_s = f"standby {row['name']}", row["behind_bytes"], row["behind_s"] or 0.0
    if behind is None:
        return unseen(f"{name}: this role may not see how far it is behind; GRANT pg_monitor to it")
    said = f"{name} ({row['state']}, {row['sync_state']}) is {size(max(behind, 0))} and {span(behind_s)} behind"
    if behind > BEHIND_BYTES or behind_s > BEHIND_S:
        return warn(
            said, "Look at its disk, its load and the network between.", advice.sql("TABLE pg_stat_replication")
        )
    return ok(said)

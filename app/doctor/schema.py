"""The schema and the rights: migrations this program has and the database lacks, or the other way round; the walls."""

from collections.abc import AsyncIterator

import asyncpg

from app.doctor.finding import Finding, ok, unseen, warn, wrong
from app.doctor.scene import Scene
from app.doctor.store import why
from app.doctor.units import count
from app.store.migrate import migrations

ROLES = "auxilio database roles"


async def look(scene: Scene) -> AsyncIterator[Finding]:
    try:
        applied = {row["version"]: row for row in await scene.store.fetch("read_migrations")}
    except asyncpg.UndefinedTableError:
        yield wrong(
            "the database is empty: it has no schema", "Make it, as its owner; a start does it, too.", "auxilio migrate"
        )
        return
    ours = {one.version: one for one in migrations()}
    behind = [f"{version:04d}_{one.name}" for version, one in ours.items() if version not in applied]
    ahead = [f"{version:04d}_{row['name']}" for version, row in applied.items() if version not in ours]
    changed = [v for v, one in ours.items() if v in applied and applied[v]["digest"] != one.digest]
    if behind:
        yield wrong(f"migrations are missing: {', '.join(behind)}", "Apply them.", "auxilio migrate")
    if ahead:
        yield wrong(
            f"the database is newer than this program: {', '.join(ahead)}",
            "Install the version that the rest of the installation runs; migrations never go back.",
            "auxilio --help   # from the newer installation",
        )
    for version in changed:
        yield wrong(
            f"migration {version:04d} differs from what was applied",
            "This program is not the one released; install it again.",
        )
    if not (behind or ahead or changed):
        yield ok(f"all {len(ours)} migrations are applied, none is newer than this program")
    async for finding in _rights(scene):
        yield finding


async def _rights(scene: Scene) -> AsyncIterator[Finding]:
    missing = [row["name"] for row in await scene.store.fetch("find_missing_rights")]
    if missing:
        yield wrong(
            f"the service's role may not use {count(len(missing), 'thing')} it needs: {', '.join(missing[:3])}",
            "Say again what the roles may do, as the owner.", ROLES,
        )  # fmt: skip
    row = await scene.store.row("passes_every_wall")
    has_wall = row is not None and not row[0]
    if not has_wall:
        yield warn(
            "the service's role may change what was recorded: the second wall is missing",
            "Let it run as auxilio_app, and name the owner in MIGRATE_DATABASE_URL (docs/access.md).",
            ROLES,
        )
    else:
        yield ok("the service's role cannot change what was recorded")
    unguarded = await scene.store.fetch("unguarded_tables") if has_wall else []
    if unguarded:
        yield warn(
            f"{count(len(unguarded), 'table')} hidden from auditor and backup",
            "Say again what the roles may do.",
            ROLES,
        )
    for finding in _owner(scene, has_wall):
        yield finding


def _owner(scene: Scene, has_wall: bool) -> list[Finding]:
    if scene.owners:
        faults = [host for host in scene.owners if host.fault is not None]
        if any(host.takes_writes for host in scene.owners):
            return [ok("the owner of MIGRATE_DATABASE_URL gets in")] if not scene.is_embedded else []
        return [
            wrong(
                f"the owner's address {host.name} {why(host.fault)}", "Mend MIGRATE_DATABASE_URL: no start can migrate."
            )
            for host in faults
            if host.fault is not None
        ]
    if has_wall:
        do = "A gateway serves so; for `auxilio serve`, `migrate` and `backup` name the owner."
        return [unseen(f"no owner is named (MIGRATE_DATABASE_URL). {do}")]
    return []

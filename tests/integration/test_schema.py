"""Migrations give the documented schema, once, and never from a changed file."""

from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from app.store import migrate as migrating
from app.store.migrate import MigrationChanged, migrate, migrations
from loadtests.rig import Engines
from loadtests.schema import describe

PAGE = Path(__file__).parents[2] / "docs" / "schema.md"


async def test_migrations_give_the_documented_schema(rig: Engines) -> None:
    found = await describe(await rig.new_database())
    written = PAGE.read_text(encoding="utf-8")
    assert found == written, "write it anew: python -m loadtests.schema > docs/schema.md"


async def test_the_page_shows_a_dropped_index_and_a_dropped_check(rig: Engines) -> None:
    database = await rig.new_database()
    before = await describe(database)
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("DROP INDEX assignments_one_active")
        without_index = await describe(database)
        await connection.execute("ALTER TABLE incidents DROP CONSTRAINT incidents_check1")
        without_check = await describe(database)
    finally:
        await connection.close()
    assert before != without_index != without_check


async def test_migrating_twice_does_nothing(rig: Engines) -> None:
    database = await rig.new_database()
    before = await describe(database)
    assert await migrate(database) == []
    assert await describe(database) == before


async def test_migrations_are_numbered_without_a_gap() -> None:
    assert [one.version for one in migrations()] == list(range(1, len(migrations()) + 1))


async def test_a_changed_old_migration_is_refused(rig: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    database = await rig.new_database()
    first, *others = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: (replace(first, sql=first.sql + "\n"), *others))
    with pytest.raises(MigrationChanged, match=f"{first.version:04d} {first.name}"):
        await migrate(database)


async def test_a_migration_that_fails_leaves_nothing_behind(rig: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    database = await rig.new_database()
    known = migrations()
    broken = replace(known[-1], version=len(known) + 1, name="broken", sql="CREATE TABLE half (id int); SELECT 1 / 0;")
    monkeypatch.setattr(migrating, "migrations", lambda: (*known, broken))
    before = await describe(database)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(database)
    assert await describe(database) == before

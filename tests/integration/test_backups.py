"""Backups on real servers: made while calls come, brought back whole, and a drill that goes red when they are not."""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio

from app.sealing import KeyFile, Sealer
from app.verify import verify
from loadtests.rig import REGION, Engines, Service, client, make_keys
from tests.integration.terminal import auxilio

CALLS = 12


@pytest_asyncio.fixture(scope="module")
async def served(rig: Engines) -> Service:
    """A service's database with some calls in it; the service is stopped."""
    service = Service(await rig.new_database(), rig.valkey.url, rig.folder / "backed-up")
    keys = await make_keys(service.database)
    await service.start()
    async with client(service, keys.psap) as http:
        for number in range(CALLS):
            body = {"call_id": f"b-{number}", "said": "nobody knows", "callback_number": f"52055501{number:02d}"}
            assert (await http.post("/v1/calls", json=body)).status_code == 201
    assert await service.stop() == 0
    return service


@pytest_asyncio.fixture(scope="module")
async def copy(rig: Engines, served: Service) -> Path:
    folder = rig.folder / "copies"
    folder.mkdir()
    made = await auxilio(served.database, served.redis, served.folder, "backup", "make", str(folder))
    assert made.exit_code == 0, made.output
    assert "keys.json" in made.output
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    return file


async def ledger_id(database: str) -> object:
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetchval("SELECT ledger_id FROM ledger_head WHERE region = $1", REGION)
    finally:
        await connection.close()


async def empty_database(rig: Engines) -> str:
    """Return the DSN of a database nobody has migrated."""
    full = await rig.new_database()
    connection = await asyncpg.connect(full)
    await connection.execute("DROP SCHEMA public CASCADE")
    await connection.execute("CREATE SCHEMA public")
    await connection.close()
    return full


async def databases(rig: Engines) -> set[str]:
    connection = await asyncpg.connect(rig.postgres.dsn)
    try:
        return {row["datname"] for row in await connection.fetch("SELECT datname FROM pg_database")}
    finally:
        await connection.close()


async def test_a_drill_proves_the_copy_and_leaves_nothing_behind(rig: Engines, served: Service, copy: Path) -> None:
    before = await databases(rig)
    done = await auxilio(served.database, served.redis, served.folder, "backup", "drill", str(copy))
    assert done.exit_code == 0, done.output
    assert "the copy verifies" in done.output
    assert "0 without a key, 0 broken" in done.output
    assert " 0 opened" not in done.output
    assert await databases(rig) == before


async def test_a_restored_service_goes_on_and_old_cursors_start_anew(rig: Engines, served: Service, copy: Path) -> None:
    database = await empty_database(rig)
    done = await auxilio(database, served.redis, served.folder, "backup", "restore", str(copy))
    assert done.exit_code == 0, done.output
    assert await ledger_id(database) != await ledger_id(served.database)
    service = Service(database, served.redis, served.folder)
    keys = await make_keys(database)
    await service.start()
    try:
        async with client(service, keys.psap) as http:
            again = await http.post("/v1/calls", json={"call_id": "b-0", "said": "nobody knows"})
            assert again.status_code in (200, 201), again.text
        async with client(service, keys.dispatcher) as http:
            board = (await http.get("/v1/board")).json()
        assert len(board["rows"]["incidents"]) >= CALLS
        assert not board["cursor"].startswith(str(await ledger_id(served.database)))
    finally:
        assert await service.stop() == 0
    report = await verify(database, REGION)
    assert report.is_sound, report.faults


async def test_a_restore_never_mixes(served: Service, copy: Path) -> None:
    done = await auxilio(served.database, served.redis, served.folder, "backup", "restore", str(copy))
    assert done.exit_code == 2
    assert "empty" in done.output
    assert (await verify(served.database, REGION)).is_sound


async def test_a_backup_is_never_written_over_another(served: Service, copy: Path) -> None:
    before = copy.read_bytes()
    done = await auxilio(served.database, served.redis, served.folder, "backup", "make", str(copy))
    assert done.exit_code == 2
    assert copy.read_bytes() == before


async def test_a_drill_goes_red_on_a_copy_that_is_cut_short(
    rig: Engines, served: Service, copy: Path, tmp_path: Path
) -> None:
    before = await databases(rig)
    short = tmp_path / "short.dump"
    short.write_bytes(copy.read_bytes()[: copy.stat().st_size * 2 // 3])
    done = await auxilio(served.database, served.redis, served.folder, "backup", "drill", str(short))
    assert done.exit_code != 0
    assert await databases(rig) == before


async def test_a_drill_goes_red_on_a_changed_history_and_on_the_wrong_keys(
    rig: Engines, served: Service, copy: Path, tmp_path: Path
) -> None:
    database = await empty_database(rig)
    assert (await auxilio(database, served.redis, served.folder, "backup", "restore", str(copy))).exit_code == 0
    connection = await asyncpg.connect(database)
    await connection.execute("UPDATE incidents SET image = jsonb_set(image, '{priority}', '1')")
    await connection.close()
    changed = tmp_path / "changed.dump"
    assert (await auxilio(database, served.redis, served.folder, "backup", "make", str(changed))).exit_code == 0
    done = await auxilio(database, served.redis, served.folder, "backup", "drill", str(changed))
    assert (done.exit_code, "the copy FAILS" in done.output) == (1, True), done.output
    Sealer(KeyFile(tmp_path / "keys.json"), REGION)  # another installation's
    strange = await auxilio(database, served.redis, tmp_path, "backup", "drill", str(copy))
    assert (strange.exit_code, "opens nothing" in strange.output) == (1, True), strange.output
    (tmp_path / "keys.json").unlink()
    none = await auxilio(database, served.redis, tmp_path, "backup", "drill", str(copy))
    assert (none.exit_code, "no key file" in none.output) == (2, True), none.output


async def test_the_password_is_in_no_process_s_arguments(
    served: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "arguments"
    spy = tmp_path / "pg_dump"
    newest = '[ "$1" = --version ] && echo "pg_dump (PostgreSQL) 99.0" && exit 0'
    spy.write_text(f'#!/bin/sh\n{newest}\necho "$@" > {said}\nexit 1\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    done = await auxilio(served.database, served.redis, served.folder, "backup", "make", str(tmp_path / "x.dump"))
    assert done.exit_code == 2
    password = urlsplit(served.database).password
    assert password
    assert said.read_text()
    assert password not in said.read_text() + done.output
    assert not (tmp_path / "x.dump").exists()

"""Real servers from the wheels: they start, heal, survive our death, and leave nothing behind."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis

from app.embedded import postgres, supervise, valkey
from app.embedded.engine import ROOT_STORE, account, engine_path
from app.embedded.errors import EmbeddedError, NotYet, ServerEndedError
from app.embedded.home import home_for
from app.embedded.postgres import Postgres
from app.embedded.supervise import Server
from app.embedded.valkey import Valkey

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")

OWNER = """
import asyncio, sys
from pathlib import Path
import asyncpg
from app.embedded.postgres import Postgres
from app.embedded.valkey import Valkey

async def main():
    async with Postgres(Path(sys.argv[1])) as store, Valkey(Path(sys.argv[1])) as relay:
        connection = await asyncpg.connect(store.dsn)
        await connection.execute("CREATE TABLE IF NOT EXISTS calls (id int); INSERT INTO calls VALUES (1)")
        await connection.close()
        print(store.pid, relay.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""

# redis-py asks for a package of this name before 3.11.3; the library has what it takes from it.
REDIS_WANTS = "import asyncio, sys, types; sys.modules['async_timeout'] = asyncio\n"


async def until(claim: Callable[[], bool], within_s: float = 10.0) -> None:
    end = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < end, "waited too long"
        await asyncio.sleep(0.01)


async def answers(server: Server) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                return await server.ask()
            except NotYet:
                await asyncio.sleep(0.01)


def begin(command: list[str | Path], user: int | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, user=user)


def lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def fetch(server: Postgres, statement: str) -> "asyncio.Task[object]":
    async def ask() -> object:
        connection = await asyncpg.connect(server.dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    return asyncio.create_task(ask())


@pytest.fixture(params=["short", "long"])
def any_folder(request: pytest.FixtureRequest, folder: Path) -> Path:
    """With a path no socket could be bound in, and one that could."""
    return folder if request.param == "short" else folder / ("a désk, far" * 6) / ("b" * 60)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Make a place the servers' account can reach: pytest's own belongs to root alone when root tests."""
    if account() is None:
        yield tmp_path
        return
    made = Path(tempfile.mkdtemp(prefix="auxilio-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture
async def store(folder: Path) -> AsyncIterator[Postgres]:
    async with Postgres(folder / "data") as server:
        yield server


@pytest.fixture
async def relay(folder: Path) -> AsyncIterator[Valkey]:
    async with Valkey(folder / "data") as server:
        yield server


def forget(server: Server) -> None:
    """Leave the server running without an owner, as a death of ours that the kernel did not tell it about."""
    assert server._keeper is not None
    server._keeper.cancel()
    server._ownership.release()


async def test_both_start_together_from_nothing_then_again_within_a_second(any_folder: Path) -> None:
    for within_s in (30.0, 1.0):
        store, relay = Postgres(any_folder), Valkey(any_folder)
        began = time.monotonic()
        await asyncio.gather(store.start(), relay.start())
        took_s = time.monotonic() - began
        assert await fetch(store, "SELECT 1") == 1
        client = Redis.from_url(relay.url)
        assert await client.set("unit", "7")
        await client.aclose()
        sockets = {store._sockets, relay._sockets}
        await asyncio.gather(store.stop(), relay.stop())
        assert took_s < within_s
    for path in sockets - {any_folder / "run"}:
        path.rmdir()  # in /tmp, for the long path; empty after a stop


async def test_a_promise_to_keep_data_cannot_be_switched_off(store: Postgres) -> None:
    connection = await asyncpg.connect(store.dsn)
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        await connection.execute(f"ALTER SYSTEM SET {name} = off")
    await connection.execute("SELECT pg_reload_conf()")
    await asyncio.sleep(0.1)
    for name in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert await connection.fetchval(f"SHOW {name}") == "on"
    assert await connection.fetchval("SHOW listen_addresses") == ""
    assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    assert await connection.fetchval("SELECT datcollate FROM pg_database WHERE datname = 'postgres'") == "C"
    await connection.close()


async def test_only_the_password_opens_the_store(store: Postgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(store.dsn, password="guess")  # noqa: S106 - the claim
    assert store.secret_file.stat().st_mode & 0o777 == 0o600
    assert store._sockets.stat().st_mode & 0o777 == 0o700
    assert store.password not in store.log.read_text()


async def test_a_callers_data_stays_out_of_the_log(store: Postgres) -> None:
    await fetch(store, "CREATE TABLE callers (phone text PRIMARY KEY)")
    for _ in range(2):
        task = fetch(store, "INSERT INTO callers VALUES ('5125550123')")
        await asyncio.wait([task])
    assert isinstance(task.exception(), asyncpg.UniqueViolationError)
    assert "callers_pkey" in store.log.read_text()
    assert "5125550123" not in store.log.read_text()


async def test_a_killed_store_comes_back_with_what_was_committed(store: Postgres) -> None:
    await fetch(store, "CREATE TABLE calls AS SELECT 42 AS id")
    busy = fetch(store, "SELECT pg_sleep(30)")
    before = store.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    began = time.monotonic()
    with pytest.raises((OSError, asyncpg.PostgresError)):
        await busy
    await until(lambda: store.pid not in {before, None})
    await answers(store)
    assert await fetch(store, "SELECT id FROM calls") == 42
    assert time.monotonic() - began < 10


async def test_a_store_that_fails_to_heal_is_tried_again(store: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, failures = store.prepare, iter([OSError("disk"), OSError("disk")])

    async def fail_twice() -> object:
        for failure in failures:
            raise failure
        return await prepare()

    monkeypatch.setattr(store, "prepare", fail_twice)
    before = store.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    await until(lambda: store.pid not in {before, None})
    await answers(store)


async def test_stop_leaves_no_process_and_can_be_asked_twice(folder: Path) -> None:
    store, relay = Postgres(folder), Valkey(folder)
    await asyncio.gather(store.start(), relay.start())
    assert store.pid is not None
    assert relay.pid is not None
    pids = [store.pid, relay.pid, *(child.pid for child in psutil.Process(store.pid).children(recursive=True))]
    assert len(pids) > 4
    for _ in range(2):
        await asyncio.gather(store.stop(), relay.stop())
    assert [pid for pid in pids if lives(pid)] == []


async def test_our_death_ends_the_servers_and_the_next_start_has_the_data(folder: Path) -> None:
    for earlier in range(2):
        with begin([sys.executable, "-c", OWNER, folder]) as owner:
            assert owner.stdout is not None
            line = await asyncio.to_thread(owner.stdout.readline)
            owner.kill()
        pids = [int(word) for word in line.split()]
        assert len(pids) == 2
        if earlier == 0:  # the other time the next start comes while they shut down
            await until(lambda pids=pids: not any(map(lives, pids)))  # type: ignore[misc]
        async with Postgres(folder) as store, Valkey(folder) as relay:
            # On a slow machine one is found still at work, adopted, and started again when it has shut down.
            await until(lambda pids=pids: {store.pid, relay.pid}.isdisjoint({None, *pids}))  # type: ignore[misc]
            await answers(store)
            assert await fetch(store, "SELECT count(*) FROM calls") == earlier + 1


@pytest.mark.parametrize("kind", [Postgres, Valkey])
async def test_a_server_found_at_work_is_adopted_and_stopped(folder: Path, kind: type[Postgres | Valkey]) -> None:
    first = kind(folder)
    await first.start()
    forget(first)
    async with kind(folder) as second:
        assert second.pid == first.pid
        assert not second._process.is_child  # type: ignore[union-attr]
    assert not first._process.is_running()  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", [Postgres, Valkey])
async def test_a_guest_leaves_the_server_and_inherits_it(folder: Path, kind: type[Postgres | Valkey]) -> None:
    owner = kind(folder)
    await owner.start()
    async with kind(folder) as guest:
        assert guest.pid is None
    await owner.ask()
    heir = kind(folder)
    await heir.start()
    await owner.stop()
    await until(lambda: heir.pid is not None)
    await answers(heir)
    await heir.stop()


async def test_a_slow_start_is_waited_for_and_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervise, "REPORT_EVERY_S", 0.2)
    monkeypatch.setattr(postgres, "ANSWER_WITHIN_S", 0.1)
    first = Postgres(folder)
    await first.start()
    forget(first)
    assert first.pid is not None
    os.kill(first.pid, signal.SIGSTOP)
    reports: list[str] = []
    second = Postgres(folder, on_progress=reports.append)
    starting = asyncio.create_task(second.start())
    await until(lambda: len(reports) >= 2)
    assert not starting.done()
    os.kill(first.pid, signal.SIGCONT)
    await starting
    assert second.pid == first.pid
    assert "postgres is starting" in reports[0]
    await second.stop()
    assert not first._process.is_running()  # type: ignore[union-attr]


async def test_a_pid_file_that_names_a_stranger_is_survived(folder: Path) -> None:
    async with Postgres(folder) as store:
        left = store.pid_file.read_text().split("\n")
    who = account()
    with begin(["sleep", "60"], who.uid if who else None) as stranger:  # the same account: PostgreSQL would refuse
        store.pid_file.write_text("\n".join([str(stranger.pid), *left[1:]]))
        store.pid_file.chmod(0o600)
        shutil.chown(store.pid_file, *((who.uid, who.gid) if who else (os.getuid(), os.getgid())))
        async with Postgres(folder) as again:
            assert await fetch(again, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


async def test_no_second_server_starts_beside_sessions_of_a_killed_one(folder: Path) -> None:
    first = Postgres(folder)
    await first.start()
    session = await asyncpg.connect(first.dsn)
    outlives = await session.fetchval("SELECT pg_backend_pid()")
    forget(first)
    assert first.pid is not None
    os.kill(outlives, signal.SIGSTOP)
    os.kill(first.pid, signal.SIGKILL)
    await until(lambda: not first._process.is_running())  # type: ignore[union-attr]
    reports: list[str] = []
    second = Postgres(folder, on_progress=reports.append)
    starting = asyncio.create_task(second.start())
    await until(lambda: len(reports) >= 2)
    assert "shared memory" in reports[0]
    os.kill(outlives, signal.SIGKILL)
    await starting
    assert await fetch(second, "SELECT 1") == 1
    await second.stop()
    session.terminate()


async def test_an_unfinished_first_start_is_begun_anew(folder: Path) -> None:
    (folder / "pgdata.new").mkdir()
    (folder / "pgdata.new" / "PG_VERSION").write_text("16")
    async with Postgres(folder) as store:
        assert await fetch(store, "SELECT 1") == 1
    assert not (folder / "pgdata.new").exists()


async def test_a_wrong_permission_is_named_with_its_path(folder: Path) -> None:
    async with Postgres(folder):
        pass
    (folder / "pgdata").chmod(0o755)
    with pytest.raises(ServerEndedError, match=f'data directory "{folder}/pgdata" has invalid permissions'):
        await Postgres(folder).start()
    (folder / "plain").touch()
    with pytest.raises(EmbeddedError, match=f"{folder}/plain"):
        await Valkey(folder / "plain" / "data").start()
    shutil.rmtree(folder / "run")
    (folder / "run").mkdir(mode=0o777)
    (folder / "run").chmod(0o777)
    with pytest.raises(EmbeddedError, match=f"{folder}/run must be a folder"):
        await Valkey(folder).start()


async def test_a_lost_password_is_named_and_harms_nothing(folder: Path) -> None:
    async with Postgres(folder) as store:
        kept = store.secret_file.rename(folder / "kept")
    with pytest.raises(EmbeddedError, match=r"postgres\.password is missing"):
        await Postgres(folder).start()
    kept.rename(store.secret_file)
    async with Postgres(folder) as store:
        assert await fetch(store, "SELECT 1") == 1


async def test_a_found_server_that_refuses_us_is_left_alone(folder: Path) -> None:
    first = Postgres(folder)
    await first.start()
    await fetch(first, f"ALTER ROLE {postgres.USER} PASSWORD 'another'")
    forget(first)
    with pytest.raises(EmbeddedError, match="refuses the password"):
        await Postgres(folder).start()
    assert first._process is not None
    assert first._process.is_running()
    await first._fall()


async def test_the_relay_forgets_and_says_when_it_is_full(relay: Valkey) -> None:
    client = Redis.from_url(relay.url, decode_responses=True)
    for name, value in (("save", ""), ("appendonly", "no"), ("maxmemory-policy", "noeviction"), ("port", "0")):
        assert await client.config_get(name) == {name: value}
    assert await client.config_get("maxmemory") == {"maxmemory": str(256 * 1024 * 1024)}
    assert "pubsub 16777216 4194304 10" in str(await client.config_get("client-output-buffer-limit"))
    await client.aclose()
    kept = relay.password
    relay.secret_file.write_text("guess")
    with pytest.raises(EmbeddedError, match="refuses the password"):
        await relay.ask()
    assert relay.pid is not None
    assert kept not in " ".join(psutil.Process(relay.pid).cmdline())
    assert relay._config.stat().st_mode & 0o777 == 0o600


async def test_a_killed_relay_comes_back(relay: Valkey) -> None:
    before = relay.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    await until(lambda: relay.pid not in {before, None})
    await answers(relay)


async def test_a_stuck_relay_is_ended_by_force(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Valkey, "stops", ((signal.SIGTERM, 0.1), (signal.SIGKILL, 5.0)))
    relay = Valkey(folder)
    await relay.start()
    pid = relay.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await relay.stop()
    assert not lives(pid)


async def test_a_server_that_cannot_start_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(valkey, "SETTINGS", "nonsense 1\n")
    with pytest.raises(ServerEndedError, match="nonsense 1"):
        await Valkey(folder).start()


async def test_the_tools_beside_the_server_can_use_it(store: Postgres) -> None:
    for command in ("pg_dump", "--schema-only"), ("psql", "-Atc", "SELECT 1"):
        program, *options = command
        with begin([engine_path(program), *options, store.dsn]) as tool:
            said, _ = await asyncio.to_thread(tool.communicate)
        assert tool.returncode == 0
        assert said


@as_root
async def test_root_keeps_data_where_the_account_can_reach_it(tmp_path: Path) -> None:
    closed = tmp_path / "closed" / "data"
    (tmp_path / "closed").mkdir(mode=0o700)
    home = home_for(closed)
    assert home.parent == ROOT_STORE
    assert home_for(closed) == home
    try:
        async with Postgres(closed) as store:
            assert store.home == home
            assert store.pid is not None
            assert psutil.Process(store.pid).uids().effective == account().uid  # type: ignore[union-attr]
    finally:
        shutil.rmtree(home)


@as_root
async def test_roots_copy_of_the_engine_is_whole_and_roots_alone() -> None:
    copy = ROOT_STORE / engine_path("psql").relative_to(ROOT_STORE).parts[0]
    assert [path for path in copy.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o022] == []
    assert {path.lstat().st_uid for path in copy.rglob("*")} == {0}
    needed = subprocess.run(["ldd", engine_path("psql")], capture_output=True, check=True, text=True).stdout
    assert "not found" not in needed
    assert f"{copy}/" in needed


@as_root
async def test_a_normal_user_needs_nothing_of_that(folder: Path) -> None:
    """Run as the servers' account, with an interpreter it can reach and the packages of this one."""
    who = account()
    assert who is not None
    packages = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))])
    python = f"/usr/bin/python3.{sys.version_info.minor}"

    def run(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [python, "-c", code, *arguments],
            user=who.uid,
            group=who.gid,
            extra_groups=[],
            env={"PYTHONPATH": packages, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )

    if shutil.which(python) is None or run(f"{REDIS_WANTS}import asyncpg, redis").returncode != 0:
        pytest.skip("no Python here that another account can use")
    once = REDIS_WANTS + OWNER.replace("await asyncio.Event().wait()", "")
    shutil.chown(folder, who.uid, who.gid)
    done = await asyncio.to_thread(run, once, folder / "data")
    assert done.returncode == 0, done.stderr
    assert (folder / "data" / "pgdata").stat().st_uid == who.uid
    shutil.chown(folder, 0, 0)
    refused = await asyncio.to_thread(run, once, folder / "other")
    assert f"EmbeddedError: {folder}/other cannot be made" in refused.stderr

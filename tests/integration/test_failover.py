"""PostgreSQL fails over, or loses its standby: nothing acknowledged is lost, and no screen goes on showing what is."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from random import Random
from uuid import uuid4

import asyncpg
import pytest

from app.engines import Urls
from app.intake.calls import read_call
from app.main import desk_process
from app.requests import Answer
from app.services import Services
from app.settings import Settings
from app.store.migrate import migrate
from app.store.writer import Writer
from app.verify import verify
from loadtests.checker import check
from loadtests.journal import Journal
from loadtests.replicas import Replicas, replicas
from loadtests.rig import REGION, Engines, client
from loadtests.takeover import calling, insist, trio
from tests.integration.watcher import Watcher, until

SETTLED_S = 20.0
WAITS_S = 1.0


@asynccontextmanager
async def a_pair(rig: Engines, *, synchronous: bool = True) -> AsyncIterator[tuple[Replicas, Path]]:
    folder = rig.folder / f"replicas-{uuid4().hex[:8]}"
    async with replicas(folder, synchronous=synchronous) as servers:
        await migrate(servers.dsn)
        yield servers, folder


@asynccontextmanager
async def a_desk(rig: Engines, servers: Replicas, folder: Path) -> AsyncIterator[Services]:
    async with desk_process(Settings(data_dir=folder, region=REGION), Urls(servers.dsn, rig.valkey.url)) as process:
        yield process.services


def report(services: Services, call_id: str) -> asyncio.Task[Answer]:
    raw = f'{{"call_id": "{call_id}", "said": "help"}}'.encode()
    request = read_call(raw, "psap-1", (), services.clock.now(), services.intake)[0]

    async def ask() -> Answer:
        async with asyncio.timeout(SETTLED_S):
            return await services.submit_now(request)  # what waits is not spooled here

    return asyncio.create_task(ask())


async def is_recorded(dsn: str, call_id: str) -> bool:
    connection = await asyncpg.connect(dsn)
    try:
        return bool(await connection.fetchval("SELECT count(*) FROM calls WHERE psap_call_id = $1", call_id))
    finally:
        await connection.close()


async def test_a_failover_under_calls_loses_nothing_that_was_acknowledged(rig: Engines) -> None:
    async with a_pair(rig) as (servers, folder), trio(servers.dsn, rig.valkey.url, folder) as running:
        holder = await running.at("desk")
        with Journal(folder / "journal") as journal:
            async with calling(running, journal, Random(1)):
                await asyncio.sleep(1.0)
                await servers.fail_over()
                async with client(running.gateway, running.keys.psap) as http:
                    await insist(http, {"call_id": "after", "said": "help"})
                await asyncio.sleep(0.5)
            assert journal.posted == journal.acked > 20
            found = await check(servers.second.dsn, REGION, journal.read())
            assert found.is_clean, found
        assert await running.at("desk") is holder, "the desk outlives its database's failover"
        verified = await verify(servers.second.dsn, REGION)
        assert verified.is_sound, verified.faults


@asynccontextmanager
async def waiting_for_the_standby(
    rig: Engines,
) -> AsyncIterator[tuple[Replicas, Services, asyncio.Task[Answer]]]:
    """A call whose append waits in COMMIT for a standby that is gone."""
    async with a_pair(rig) as (servers, folder), a_desk(rig, servers, folder) as services:
        assert (await report(services, "before")).outcome == "done"
        await servers.second.kill()
        waiting = report(services, "waits")
        yield servers, services, waiting
        waiting.cancel()


async def cancel_waits(servers: Replicas) -> None:
    """What an operator, or a time-out, does to a commit that waits: PostgreSQL then answers it with a warning."""
    async with asyncio.timeout(SETTLED_S):
        while not await servers.first.ask(
            "SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        ):
            await asyncio.sleep(0.05)


async def lose_the_first(servers: Replicas) -> None:
    """The primary dies with what the standby never got; the standby comes back and takes its place."""
    await servers.first.kill()
    await servers.second.start()
    await servers.second.promote()


async def test_a_cancelled_wait_for_the_standby_is_no_acknowledgement(rig: Engines) -> None:
    async with waiting_for_the_standby(rig) as (servers, _, waiting):
        for _ in range(2):
            await cancel_waits(servers)
            await asyncio.sleep(0.5)
            assert not waiting.done(), "acknowledged, and only the primary has it"
        assert await is_recorded(servers.first.dsn, "waits"), "the primary committed it all the same"
        await lose_the_first(servers)
        assert not await is_recorded(servers.second.dsn, "waits") or waiting.done()
        assert (await waiting).outcome == "done"
        assert await is_recorded(servers.second.dsn, "waits")


async def test_when_the_warning_is_ignored_an_acknowledged_call_is_lost(
    rig: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence removed: the test above goes red."""
    monkeypatch.setattr(Writer, "_demand_certainty", lambda _: None)
    async with waiting_for_the_standby(rig) as (servers, _, waiting):
        while not waiting.done():  # a loop's commit may have been the one that waited
            await cancel_waits(servers)
            await asyncio.wait((waiting,), timeout=0.2)
        assert (await waiting).outcome == "done"
        await lose_the_first(servers)
        assert not await is_recorded(servers.second.dsn, "waits")


async def test_without_its_standby_nothing_is_answered_and_the_pulse_says_why(rig: Engines) -> None:
    async with waiting_for_the_standby(rig) as (servers, services, waiting):
        await until(lambda: "standby" in str(services.pulse()), "what is missing")
        await until(lambda: services.picture_age_s() > WAITS_S, "an old picture")
        assert not waiting.done()
        await servers.second.start()
        assert (await waiting).outcome == "done"
        await until(lambda: "degraded" not in str(services.pulse()), "all is well again")


def shows(console: Watcher, *incidents: int) -> bool:
    return set(incidents) <= set(console.table("incidents"))


def is_sent_again_to_the_snapshot(console: Watcher) -> bool:
    return len(console.heard("resync")) > 1  # the first is its greeting; noted when the snapshot has been fetched


async def test_a_history_that_a_failover_lost_vanishes_from_every_screen(rig: Engines) -> None:
    """Without synchronous replication a failover may lose what was recorded; then nobody may go on showing it."""
    async with (
        a_pair(rig, synchronous=False) as (servers, folder),
        trio(servers.dsn, rig.valkey.url, folder) as running,
        client(running.gateway, running.keys.psap) as http,
        Watcher(running.gateway, running.keys.dispatcher, (), "none") as at_gateway,
        Watcher(await running.at("standby"), running.keys.dispatcher, (), "none") as at_standby,
    ):
        kept = await insist(http, {"call_id": "kept", "said": "help"})
        await servers.second.kill(signal.SIGQUIT)
        lost = await insist(http, {"call_id": "lost", "said": "help"})
        for console in (at_gateway, at_standby):
            await until(partial(shows, console, kept, lost), "both calls")
        holder = await running.at("desk")
        await lose_the_first(servers)
        assert holder.process is not None
        assert await asyncio.wait_for(holder.process.wait(), SETTLED_S) == 3, "a desk without its history went on"
        for console in (at_gateway, at_standby):
            await until(partial(is_sent_again_to_the_snapshot, console), "a resync", SETTLED_S)
            assert shows(console, kept)
            assert not shows(console, lost)
        again = await insist(http, {"call_id": "lost", "said": "help"})
        for console in (at_gateway, at_standby):
            await until(partial(shows, console, again), "the call, sent again")
            await console.check()
        await holder.start()

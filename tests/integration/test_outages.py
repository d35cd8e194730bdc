"""Losing PostgreSQL delays answers, losing Redis slows delivery; nothing is lost (P8). A second desk: test_lease."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from app.verify import verify
from loadtests.checker import check
from loadtests.journal import CallAcked, Journal
from loadtests.rig import REGION, Engines, Service, client, engines, make_keys
from loadtests.storm import crowd_at

SEED = 8
OUTAGE_S = 3.0
NOTICE_S = 10.0
POLL_S = 0.1


@asynccontextmanager
async def own_engines() -> AsyncIterator[tuple[Engines, Service]]:
    """Engines of the test's own, because it breaks them, and a service on them."""
    async with engines() as servers:
        service = Service(await servers.new_database(), servers.valkey.url, servers.folder / "outage")
        service.folder.mkdir(exist_ok=True)
        try:
            yield servers, service
        finally:
            await service.kill()


async def assert_nothing_lost(service: Service, journal: Journal) -> None:
    assert journal.posted == journal.acked > 0
    found = await check(service.database, REGION, journal.read())
    assert found.is_clean, found
    report = await verify(service.database, REGION)
    assert report.is_sound, report.faults


async def test_postgresql_killed_under_calls_delays_answers_and_loses_nothing() -> None:
    async with own_engines() as (servers, service):
        with Journal(service.folder / "journal") as journal:
            async with crowd_at(service, journal, SEED) as crowd:
                for number in range(2):
                    await asyncio.sleep(1)
                    assert servers.postgres.pid is not None
                    os.kill(servers.postgres.pid, signal.SIGKILL)
                    async with client(service, f"aux_{number}_unknown") as http:  # looked up: 503, not 500
                        assert (await http.get("/v1/incidents")).status_code in (401, 503)
                    await asyncio.sleep(OUTAGE_S)
                crowd.recovered.clear()
                await asyncio.wait_for(crowd.recovered.wait(), NOTICE_S)
            assert await service.stop() == 0, "the same process served all along"
            assert set(crowd.statuses) <= {200, 201, 503}, crowd.statuses
            await assert_nothing_lost(service, journal)


async def relay_state(http: httpx.AsyncClient) -> tuple[int, bool]:
    shown = await http.get("/health/ready")
    return shown.status_code, bool(shown.json()["checks"].get("relay", {}).get("ok"))


async def until_relay(http: httpx.AsyncClient, wanted: bool) -> None:
    async with asyncio.timeout(NOTICE_S):
        while (await relay_state(http)) != (200, wanted):
            await asyncio.sleep(POLL_S)


async def test_without_redis_calls_are_recorded_and_the_health_says_what_is_missing() -> None:
    async with own_engines() as (servers, service):
        keys = await make_keys(service.database)
        await service.start()
        with Journal(service.folder / "journal") as journal:
            async with client(service, keys.psap) as http:
                await until_relay(http, True)
                await servers.valkey.stop()
                await until_relay(http, False)
                for number in range(20):
                    journal.posted += 1
                    answer = await http.post("/v1/calls", json={"call_id": f"r-{number}"})
                    assert answer.status_code == 201
                    journal.keep(CallAcked("psap-1", f"r-{number}", answer.json()["incident_id"]))
                await servers.valkey.start()
                await until_relay(http, True)
            assert await service.stop() == 0
            await assert_nothing_lost(service, journal)

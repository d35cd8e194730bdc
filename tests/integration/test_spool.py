"""PostgreSQL away: distress is kept on disk within 2 s, shown to consoles, and recorded exactly once afterwards."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final

import asyncpg
import httpx
import psutil
import pytest_asyncio

from loadtests.rig import Engines, Service, engines
from tests.integration.stage import Stage, stage
from tests.integration.watcher import until

TOLD_S: Final = 3.0  # 2 s, and a shared machine
NUMBER: Final = "520 555 0142"


@dataclass(slots=True)
class Outage:
    """A stage whose PostgreSQL can be stopped as a whole, sessions and all, and go on."""

    stage: Stage
    rig: Engines

    def _signal(self, which: signal.Signals) -> None:
        assert self.rig.postgres.pid is not None
        postmaster = psutil.Process(self.rig.postgres.pid)
        for process in (postmaster, *postmaster.children(recursive=True)):
            process.send_signal(which)

    @asynccontextmanager
    async def hang(self) -> AsyncIterator[None]:
        """PostgreSQL takes connections and says nothing more, as under a dead disk."""
        self._signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._signal(signal.SIGCONT)

    async def calls(self) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.stage.service.database)
        try:
            return list(await connection.fetch("SELECT psap_call_id FROM calls ORDER BY id"))
        finally:
            await connection.close()


@pytest_asyncio.fixture(scope="module")
async def outage() -> AsyncIterator[Outage]:
    async with engines() as servers, stage(servers, "spool", agents=2) as running:
        yield Outage(running, servers)


def spool_bytes(service: Service) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(service.folder.glob("spool/*/*.spool")))


async def until_recorded(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while (await http.get("/health/ready")).json()["checks"]["spool"]["state"] != "ok":
            await asyncio.sleep(0.1)


async def test_a_call_is_kept_on_disk_in_two_seconds_and_recorded_once_when_the_database_is_back(
    outage: Outage,
) -> None:
    at = outage.stage
    call = at.call() | {"callback_number": NUMBER, "name": "Maria Canary", "needs": ["medic"]}
    async with at.psap() as http, at.console() as console:
        await at.post_call(http, **at.call())
        await asyncio.sleep(0.5)
        async with outage.hang():
            began = monotonic()
            answer = await http.post("/v1/calls", json=call)
            assert monotonic() - began < TOLD_S
            assert answer.status_code == 503, answer.text
            assert answer.headers["Retry-After"] == "5"
            spooled = answer.json()["spooled"]
            again = await http.post("/v1/calls", json=call, headers={"Spool-Id": spooled})
            assert (again.status_code, again.json()["spooled"]) == (503, spooled)
            await until(lambda: console.heard("unrecorded"), "the unrecorded lane")
            shown = console.heard("unrecorded")[0]
            assert [one["id"] for one in shown["reports"]] == [spooled]
            assert shown["reports"][0]["place"]["sign_id"] == call["said"]
            kept = spool_bytes(at.service)
            assert kept
            for private in (b"Canary", b"555", call["said"].encode()):
                assert private not in kept
        await until_recorded(http)
        told = [one for one in console.heard("unrecorded") if spooled in one["recorded"]]
        assert told[-1]["waiting"] == 0
        assert [row["psap_call_id"] for row in await outage.calls()].count(call["call_id"]) == 1
        retried = await http.post("/v1/calls", json=call, headers={"Spool-Id": spooled})
        assert retried.status_code == 201, "answered as the first time: recorded, and known"
        assert [row["psap_call_id"] for row in await outage.calls()].count(call["call_id"]) == 1
    assert spool_bytes(at.service) == b""

"""PostgreSQL away: distress is kept on disk within 2 s, shown to consoles, and recorded exactly once afterwards."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import asyncpg
import pytest_asyncio

from loadtests.outage import break_it, drained, hanging
from loadtests.rig import Engines, Service, client, engines
from tests.integration.stage import Stage, stage
from tests.integration.watcher import until

TOLD_S: Final = 3.0  # 2 s, and a shared machine
NUMBER: Final = "520 555 0142"


@dataclass(slots=True)
class Outage:
    """A stage on a PostgreSQL of its own, which can be made to hang."""

    stage: Stage
    servers: Engines

    async def recorded(self, call_id: str) -> int:
        """Return how many calls of this id there are."""
        connection = await asyncpg.connect(self.stage.service.database)
        try:
            return int(await connection.fetchval("SELECT count(*) FROM calls WHERE psap_call_id = $1", call_id))
        finally:
            await connection.close()


@pytest_asyncio.fixture(scope="module")
async def outage() -> AsyncIterator[Outage]:
    async with engines() as servers, stage(servers, "spool", agents=2) as running:
        yield Outage(running, servers)


def spool_bytes(service: Service) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(service.folder.glob("spool/*/*/*.spool")))


async def test_a_call_is_kept_on_disk_in_two_seconds_and_recorded_once_when_the_database_is_back(
    outage: Outage,
) -> None:
    at = outage.stage
    call = at.call() | {"callback_number": NUMBER, "name": "Maria Canary", "needs": ["medic"]}
    async with at.psap() as http, at.console() as console:
        await at.post_call(http, **at.call())
        await asyncio.sleep(0.5)
        async with hanging(outage.servers.postgres):
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
        await drained(http)
        told = [one for one in console.heard("unrecorded") if spooled in one["recorded"]]
        assert told[-1]["waiting"] == 0
        assert await outage.recorded(call["call_id"]) == 1
        retried = await http.post("/v1/calls", json=call, headers={"Spool-Id": spooled})
        assert retried.status_code == 201, "answered as the first time: recorded, and known"
        assert await outage.recorded(call["call_id"]) == 1
    assert spool_bytes(at.service) == b""


async def test_senders_nobody_has_seen_lately_are_known_and_a_mayday_is_kept_and_shown_to_every_dispatcher(
    outage: Outage,
) -> None:
    """The tower's and the unit's key are used here for the first time: only the copy on disk knows them."""
    at = outage.stage
    unit_id, said = at.unit_ids[0], {"occurred_at": datetime.now(UTC).isoformat()}
    async with client(at.service, at.keys.tower) as tower, client(at.service, at.keys.agents[unit_id]) as unit:
        async with hanging(outage.servers.postgres):
            pressed = {"type": "activation", "tower_id": "nowhere", "alert_id": "a-1"}
            alert, mayday, unknown = await asyncio.gather(
                tower.post("/v1/alerts", json=pressed),
                unit.post(f"/v1/units/{unit_id}/mayday", json=said, headers={"Idempotency-Key": "m-1"}),
                tower.post("/v1/alerts", json=pressed, headers={"Authorization": "Bearer aux_unknown_key"}),
            )
            assert (alert.status_code, mayday.status_code) == (503, 503)
            assert unknown.json()["code"] == "unavailable", "whose key it is nobody can say: not kept, not refused"
            async with at.console(since=None) as late:
                await until(lambda: late.heard("unrecorded"), "what was spooled before this console came")
                shown = {one["what"] for said in late.heard("unrecorded") for one in said["reports"]}
        assert shown == {"alert", "mayday"}
        await drained(tower)
        again = await unit.post(f"/v1/units/{unit_id}/mayday", json=said, headers={"Idempotency-Key": "m-1"})
        assert again.status_code == 201
        async with at.dispatcher() as http:
            alarms = (await http.get("/v1/board")).json()["rows"]["alarms"]
        assert [one["times"] for one in alarms if one["kind"] == "mayday"] == [1]


async def test_a_report_on_a_gateways_disk_is_shown_by_the_desks_process_too(outage: Outage) -> None:
    at = outage.stage
    gateway = Service(at.service.database, at.service.redis, at.service.folder, "gateway")
    await gateway.start()
    call = at.call()
    try:
        async with at.psap(gateway) as http, at.console() as console:
            await at.post_call(http, **at.call())
            async with hanging(outage.servers.postgres):
                spooled = (await http.post("/v1/calls", json=call)).json()["spooled"]

                def is_shown() -> bool:
                    return any(one["id"] == spooled for said in console.heard("unrecorded") for one in said["reports"])

                await until(is_shown, "the gateway's report on the desk's console")
            await drained(http)
            await until(
                lambda: any(spooled in said["recorded"] for said in console.heard("unrecorded")), "that it is recorded"
            )
        assert await outage.recorded(call["call_id"]) == 1
    finally:
        assert await gateway.stop() == 0


async def test_calls_nobody_sends_twice_are_recorded_once_through_every_outage_and_a_killed_service() -> None:
    async with engines() as servers:
        service = Service(await servers.new_database(), servers.valkey.url, servers.folder / "outage")
        try:
            result = await break_it(servers, service, 2.5, seed=5)
        finally:
            await service.kill()
    assert result.findings.is_clean, result.findings
    assert result.answers["recorded"] > 50
    assert result.answers["spooled"] > 10, "hardly an outage"

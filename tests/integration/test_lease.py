"""One process holds the desk, the next stands by: taking over, handing over, and a holder that wakes up too late."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from time import monotonic

import asyncpg
import httpx
import pytest
import pytest_asyncio

from app.lease.lease import Lease
from app.lease.watch import LEASE_S
from app.store import ledger
from app.store.statements import statement
from loadtests.late_desk import append_under_a_lost_epoch, forget_the_epoch
from loadtests.rig import REGION, Engines, Service, client
from loadtests.takeover import POLL_S, How, Trio, standing_of, take_away, trio
from tests.integration.watcher import Watcher, until

TAKEN_S = 3.0


@pytest_asyncio.fixture(scope="module")
async def running(rig: Engines) -> AsyncIterator[Trio]:
    async with trio(await rig.new_database(), rig.valkey.url, rig.folder / "lease") as three:
        yield three


async def test_a_second_process_stands_by_and_serves_like_a_gateway(running: Trio) -> None:
    desk, standby = running.desks
    assert (await standing_of(desk), await standing_of(standby)) == ("desk", "standby")
    async with (
        client(standby, running.keys.psap) as http,
        Watcher(desk, running.keys.dispatcher, (), "none") as console,
    ):
        answer = await http.post("/v1/calls", json={"call_id": "at-the-standby", "said": "help"})
        assert answer.status_code == 201, answer.text
        incident = answer.json()["incident_id"]
        await until(lambda: incident in console.table("incidents"), "the call, at the desk")
    await asyncio.sleep(1.5 * LEASE_S)  # nothing changes hands
    assert (await standing_of(desk), await standing_of(standby)) == ("desk", "standby")
    async with httpx.AsyncClient(base_url=standby.url) as plain:
        assert (await plain.get("/health/ready")).status_code == 200


async def test_sockets_at_the_standby_stay_open_through_its_takeover(running: Trio) -> None:
    standby, desk = await running.at("standby"), await running.at("desk")
    async with (
        client(standby, running.keys.psap) as http,
        Watcher(standby, running.keys.dispatcher, (), "none") as console,
    ):
        await desk.kill()
        answer = await http.post("/v1/calls", json={"call_id": "in-flight", "said": "help"})
        assert answer.status_code == 201, answer.text
        await until(lambda: answer.json()["incident_id"] in console.table("incidents"), "the call, on the same socket")
        assert await standing_of(standby) == "desk"
        await desk.start()
        await console.check()


@pytest.mark.parametrize(("how", "times"), [("kill", 2), ("term", 1)])
async def test_the_standby_takes_over_and_what_was_in_flight_is_answered_once(
    running: Trio, how: How, times: int
) -> None:
    result = await take_away(running, how, times, seed=5)
    assert result.findings.is_clean, result.findings
    assert result.posted == result.acked > 20
    assert max(result.answered_s) < TAKEN_S, result.row()
    assert set(result.statuses) <= {200, 201}, "a gateway waits for the next desk"


async def fetch(database: str, query: str, *args: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetch(query, *args)
    finally:
        await connection.close()


async def test_a_holder_that_wakes_up_after_its_lease_writes_nothing(running: Trio) -> None:
    database, holder = running.gateway.database, await running.at("desk")
    await running.at("standby")
    assert holder.process is not None
    async with client(holder, running.keys.psap) as http:
        await http.get("/health/live")
        os.kill(holder.process.pid, signal.SIGSTOP)
        waiting = asyncio.create_task(http.post("/v1/calls", json={"call_id": "asleep", "said": "help"}))
        await asyncio.sleep(TAKEN_S)
        os.kill(holder.process.pid, signal.SIGCONT)
        try:
            answer = await waiting
            assert answer.status_code == 503, "an answer of a desk that is none any more"
        except httpx.TransportError:
            pass  # it ended before it could say so
    assert await asyncio.wait_for(holder.process.wait(), 10) == 3
    assert not await fetch(database, "SELECT FROM calls WHERE psap_call_id = 'asleep'")
    await holder.start()


async def test_a_session_for_the_lease_opens_while_an_append_waits_for_its_standby(rig: Engines) -> None:
    """A holder whose connection broke would lose the desk over its own append."""
    database = await rig.new_database()
    lease, appending = Lease(database, REGION), await asyncpg.connect(database)
    await lease.open()
    try:
        async with appending.transaction():
            await appending.execute("UPDATE ledger_head SET epoch = epoch WHERE region = $1", REGION)
            await appending.execute("UPDATE leases SET holder = holder WHERE region = $1", REGION)
            await lease.open()
            assert (await lease.look()).holder is None
    finally:
        lease.close()
        await appending.close()


async def test_no_append_under_a_lost_epoch_succeeds(rig: Engines) -> None:
    with pytest.raises(ledger.Fenced):
        await append_under_a_lost_epoch(await rig.new_database())


async def test_without_the_epoch_in_the_head_row_it_would(rig: Engines) -> None:
    """The defence removed: the test above goes red."""
    database = await rig.new_database()
    await forget_the_epoch(database)
    await append_under_a_lost_epoch(database)
    assert await fetch(database, 'SELECT FROM ledger WHERE body LIKE \'%"by":"old"%\'')


async def test_two_candidates_that_saw_the_same_lease_do_not_both_get_it(rig: Engines) -> None:
    database = await rig.new_database()
    connections = [await asyncpg.connect(database) for _ in range(8)]
    try:
        await connections[0].execute(statement("open_lease"), REGION)
        heads = await asyncio.gather(
            *(ledger.take_head(c, REGION, f"desk-{n}", None, None) for n, c in enumerate(connections))
        )
        assert sum(head is not None for head in heads) == 1
    finally:
        for connection in connections:
            await connection.close()


async def test_a_process_started_again_alone_does_not_wait_for_its_own_old_lease(rig: Engines) -> None:
    service = Service(await rig.new_database(), rig.valkey.url, rig.folder / "alone")
    try:
        await service.start()
        await service.kill()
        began = monotonic()
        await service.start()
        async with asyncio.timeout(TAKEN_S):
            while await standing_of(service) != "desk":
                await asyncio.sleep(POLL_S)
        assert monotonic() - began < TAKEN_S
    finally:
        assert await service.stop() == 0

"""The second process: a gateway serves from its own view, and nothing is lost or doubled whatever goes away."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any, Final

import httpx
import orjson
import pytest_asyncio
from redis.asyncio import Redis

from app.embedded.postgres import Postgres
from app.embedded.valkey import Valkey
from app.relay import channel
from loadtests.cluster import cluster, until_answering, until_whole
from loadtests.rig import REGION, Engines, Service
from tests.integration.stage import Stage, quiet, stage, storm
from tests.integration.watcher import Watcher, snapshot, until

POLL_S: Final = 3.0  # design 1: after 1 s of silence followers poll the ledger; a Redis that hangs costs 1 s more


@dataclass(slots=True)
class Pair:
    """A desk's process with a gateway beside it, on a Valkey of their own."""

    stage: Stage
    gateway: Service
    valkey: Valkey

    @property
    def desk(self) -> Service:
        return self.stage.service


@asynccontextmanager
async def a_pair(rig: Engines, name: str, agents: int = 4) -> AsyncIterator[Pair]:
    valkey = Valkey(rig.folder / f"{name}-valkey")
    await valkey.start()
    try:
        tak = "tcp://127.0.0.1:9"  # is away: only the desk's process knows, every console shall
        async with stage(rig, name, agents=agents, redis=valkey.url, AUXILIO_COT_URL=tak) as running:
            desk = running.service
            gateway = Service(desk.database, valkey.url, desk.folder, "gateway")
            await gateway.start()
            try:
                yield Pair(running, gateway, valkey)
            finally:
                status = await gateway.stop()
            assert status == 0, gateway.last_words()
    finally:
        await valkey.stop()


@pytest_asyncio.fixture(scope="module")
async def pair(rig: Engines) -> AsyncIterator[Pair]:
    async with a_pair(rig, "gateway") as running:
        yield running


async def health(service: Service) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=service.url, timeout=10) as http:
        body: dict[str, Any] = (await http.get("/health/ready")).json()
        return body


async def test_what_only_the_desk_finds_ill_outside_is_shown_by_the_gateway(pair: Pair) -> None:
    async with pair.stage.console(service=pair.gateway) as console:
        await until(
            lambda: any(p.get("degraded") == {"tak": "away"} for p in console.heard("pulse")), "the pulse says so"
        )
    assert (await health(pair.gateway))["checks"]["tak"] == {"ok": False, "needed": False, "state": "away"}


async def same_picture(pair: Pair) -> int:
    """Hold that both processes show the same; return the seq."""
    async with pair.stage.dispatcher() as desk, pair.stage.dispatcher(pair.gateway) as gateway:
        await quiet(desk)
        for _ in range(100):
            here, there = await snapshot(desk), await snapshot(gateway)
            if here["seq"] == there["seq"]:
                break
            await asyncio.sleep(0.1)
    assert here["cursor"] == there["cursor"]
    for table, rows in here["rows"].items():
        assert sorted(rows, key=lambda r: str(r["id"])) == sorted(there["rows"][table], key=lambda r: str(r["id"]))
    return int(here["seq"])


async def test_a_call_at_the_gateway_is_offered_to_a_device_there_or_at_the_desk(pair: Pair) -> None:
    world = pair.stage
    for number, process in ((0, pair.gateway), (1, pair.desk)):
        await world.only(number)
        unit_id = world.unit_ids[number]
        async with (
            world.agent(number, pace_s=None, service=process) as device,
            world.console(service=pair.gateway) as there,
            world.console(service=pair.desk) as here,
            world.psap(pair.gateway) as psap,
        ):
            await asyncio.sleep(0.1)  # presence crosses the link
            incident = await world.post_call(psap, **world.call(world.sector_of[unit_id]))
            await until(partial(device.told, "offer.made"), "the offer")
            await asyncio.sleep(0.5)
            assert not there.told("unit.not_reached"), "a device at the gateway counts as reached"
            answer = await device.ask(kind="accept", id="a", assignment_id=max(device.table("assignments")))
            assert answer["status"] == "acknowledged"
            await until(partial(there.told, "offer.accepted"), "accepted, at the gateway")
            await until(partial(here.told, "offer.accepted"), "accepted, at the desk")
            assert here.frames[-1] == there.frames[-1]
            assert incident in here.table("incidents")
            assert await here.check() == await there.check()
    await same_picture(pair)


async def test_a_storm_through_both_gives_both_the_same_picture(pair: Pair) -> None:
    world = pair.stage
    await world.only(*range(4))
    async with AsyncExitStack() as stack:
        for number in range(4):
            process = pair.gateway if number % 2 else pair.desk
            await stack.enter_async_context(world.agent(number, service=process))
        consoles = [
            await stack.enter_async_context(world.console(service=process)) for process in (pair.desk, pair.gateway)
        ]
        storms = (storm(world, 3.0, service=process, seed=n) for n, process in enumerate((pair.desk, pair.gateway)))
        calls = sum(await asyncio.gather(*storms))
        assert calls > 50
        await same_picture(pair)
        for console in consoles:
            await console.check()
        assert consoles[0].frames[-1] == consoles[1].frames[-1]


async def test_a_unit_without_any_device_is_not_reached_and_leaving_the_gateway_counts(pair: Pair) -> None:
    world = pair.stage
    await world.only(2)
    async with world.console(service=pair.gateway) as console, world.psap(pair.gateway) as psap:
        async with world.agent(2, pace_s=None, service=pair.gateway):
            pass
        await asyncio.sleep(0.3)
        await world.post_call(psap, **world.call(world.sector_of[world.unit_ids[2]]))
        await until(lambda: console.told("unit.not_reached"), "the alarm", 3.0)


async def test_positions_cross_between_the_processes(pair: Pair) -> None:
    world = pair.stage
    for number, here, there in ((0, pair.gateway, pair.desk), (1, pair.desk, pair.gateway)):
        unit_id = world.unit_ids[number]
        async with world.agent(number, service=here) as device, world.console(service=there) as console:
            lat = 31.5 + number / 10
            await device.say(kind="position", lat=lat, lon=-110.5)

            def shown(console: Watcher = console, unit_id: str = unit_id) -> list[dict[str, Any]]:
                heard = (fix for frame in console.heard("positions") for fix in frame["positions"])
                return [fix for fix in heard if fix["unit_id"] == unit_id]

            await until(shown, "the position on the other side", 3.0)
            assert [(fix["unit_id"], fix["lat"]) for fix in shown()] == [(unit_id, lat)]
            for process in (here, there):
                async with world.dispatcher(process) as http:
                    known = (await http.get(f"/v1/units/{unit_id}")).json()["position"]
                assert (known["lat"], known["lon"]) == (lat, -110.5)


async def test_a_desk_that_hangs_is_heard_as_an_old_picture(pair: Pair) -> None:
    world = pair.stage
    assert pair.desk.process is not None
    async with world.console(service=pair.gateway) as console:
        await until(lambda: console.heard("pulse"), "a pulse")
        assert console.heard("pulse")[-1]["age_s"] < 1.0
        os.kill(pair.desk.process.pid, signal.SIGSTOP)
        try:
            await until(lambda: console.heard("pulse")[-1]["age_s"] > 3.0, "an old picture", 10.0)
        finally:
            os.kill(pair.desk.process.pid, signal.SIGCONT)
        await until(lambda: console.heard("pulse")[-1]["age_s"] < 1.0, "a fresh picture", 10.0)
    await same_picture(pair)


async def test_a_forged_batch_is_not_folded(pair: Pair) -> None:
    world = pair.stage
    redis = Redis.from_url(pair.valkey.url)
    body = {"seq": 1, "at": "2026-01-01T00:00:00Z", "kind": "unit.duty_changed", "v": 1}
    async with world.console(service=pair.gateway) as console, world.psap() as psap:
        try:
            for before in ("00" * 32, "zz", ""):
                seq = await same_picture(pair) + 1
                line = orjson.dumps({**body, "seq": seq, "event": {"unit_id": world.unit_ids[0], "on_duty": True}})
                batch = {"first": seq, "last": seq, "before": before, "after": "11" * 32, "bodies": [line.decode()]}
                for forged in (orjson.dumps(batch), b"{", b"[]", b"\xff"):
                    await redis.publish(channel(REGION, "batches"), forged)
            for what in ("heads", "positions"):
                for forged in (b"{", b"[]", b'{"seq":"x"}', b'{"from":"x","fixes":[{"unit_id":"U1"}]}', b"7"):
                    await redis.publish(channel(REGION, what), forged)
        finally:
            await redis.aclose()
        await world.post_call(psap, **world.call())
        await same_picture(pair)
        await console.check()
        assert "11" * 32 not in str(console.frames[-1])


async def test_a_gateway_started_again_serves_and_its_clients_go_on(pair: Pair) -> None:
    world = pair.stage
    async with world.console(service=pair.gateway) as console, world.psap() as psap:
        await pair.gateway.kill()
        await world.post_call(psap, **world.call())
        await pair.gateway.start()
        await console.come_back()
        assert console.heard("resync")
        await world.post_call(psap, **world.call())
        await until(lambda: console.told("call.received"), "the call after")
        await console.check()
    await same_picture(pair)


async def test_a_call_in_flight_when_the_desk_dies_is_recorded_once(pair: Pair) -> None:
    world = pair.stage
    async with world.psap(pair.gateway) as psap:
        body = world.call()
        await pair.desk.kill()
        flying = asyncio.create_task(psap.post("/v1/calls", json=body, headers={"Idempotency-Key": "fly-1"}))
        await asyncio.sleep(0.3)
        await pair.desk.start()
        answers = [await flying]
        for _ in range(50):
            if answers[-1].status_code in (200, 201):
                break
            assert answers[-1].status_code == 503, answers[-1].text
            answers.append(await psap.post("/v1/calls", json=body, headers={"Idempotency-Key": "fly-1"}))
        again = await psap.post("/v1/calls", json=body, headers={"Idempotency-Key": "fly-1"})
        assert again.json()["incident_id"] == answers[-1].json()["incident_id"]
        plain = await psap.post("/v1/calls", json=body)
        assert (plain.status_code, plain.json()["repeated"]) == (200, True)
    await same_picture(pair)


async def test_a_storm_at_the_gateway_outlives_three_desks(pair: Pair) -> None:
    world = pair.stage
    replies: dict[str, set[int]] = {}

    async def send() -> None:
        async with world.psap(pair.gateway) as psap:
            while monotonic() < ends:
                body = world.call()
                for _ in range(20):
                    with suppress(httpx.HTTPError):
                        answer = await psap.post("/v1/calls", json=body, headers={"Idempotency-Key": body["call_id"]})
                        if answer.status_code in (200, 201):
                            replies.setdefault(body["call_id"], set()).add(answer.json()["incident_id"])
                            break
                await asyncio.sleep(0.02)

    ends = monotonic() + 9.0
    senders = [asyncio.create_task(send()) for _ in range(4)]
    for _ in range(3):
        await asyncio.sleep(1.0)
        await pair.desk.kill()
        await pair.desk.start()
    await asyncio.gather(*senders)
    assert len(replies) > 50
    seq = await same_picture(pair)
    async with world.dispatcher() as http:
        rows = (await snapshot(http))["rows"]["calls"]
    by_call: dict[str, list[int]] = {}
    for row in rows:
        by_call.setdefault(row["psap_call_id"], []).append(row["incident_id"])
    assert all(by_call[call_id] == list(incidents) for call_id, incidents in replies.items()), seq


async def follows(pair: Pair, within_s: float) -> None:
    """Hold that a call at the desk is seen at the gateway in time."""
    async with pair.stage.psap() as psap, pair.stage.console(service=pair.gateway) as console:
        incident = await pair.stage.post_call(psap, **pair.stage.call())
        await until(lambda: incident in console.table("incidents"), "the call at the gateway", within_s)


def relay_of(console: Watcher) -> Any:
    return console.heard("pulse")[-1].get("degraded", {}).get("relay")


async def test_without_valkey_a_gateway_follows_by_the_ledger_and_recovers(rig: Engines) -> None:
    async with a_pair(rig, "relayless") as pair:
        await follows(pair, 1.0)
        redis = Redis.from_url(pair.valkey.url)
        await redis.flushall()
        await redis.aclose()
        await follows(pair, 1.0)
        await pair.valkey.stop()
        for _ in range(3):
            await follows(pair, POLL_S)
        for process in (pair.gateway, pair.desk):
            state = await health(process)
            assert state["checks"]["relay"]["ok"] is False, state
            assert state["status"] == "ok"
        await pair.valkey.start()
        await asyncio.sleep(3.0)
        for process in (pair.gateway, pair.desk):
            assert (await health(process))["checks"]["relay"]["ok"] is True
        await follows(pair, 1.0)
        await same_picture(pair)


async def test_a_relay_that_carries_everybody_but_the_desk_is_silence(rig: Engines, pair: Pair) -> None:
    gateway = Service(pair.desk.database, rig.valkey.url, pair.desk.folder, "gateway")
    await gateway.start()
    redis = Redis.from_url(rig.valkey.url)

    async def others_positions() -> None:
        while True:
            await redis.publish(channel(REGION, "positions"), b'{"from":"another","fixes":[]}')
            await asyncio.sleep(0.1)

    talking = asyncio.create_task(others_positions())
    try:
        for _ in range(3):
            await follows(Pair(pair.stage, gateway, pair.valkey), POLL_S)
    finally:
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)
        await redis.aclose()
        assert await gateway.stop() == 0


async def test_a_gateway_outlives_postgresql_and_the_desk_going_away_at_once(rig: Engines) -> None:
    own = Engines(rig.folder / "second", Postgres(rig.folder / "second-postgres"), rig.valkey)
    await own.postgres.start()
    try:
        async with a_pair(own, "outlives") as pair, pair.stage.console(service=pair.gateway) as console:
            await pair.desk.kill()
            await pair.valkey.stop()
            await own.postgres.stop()
            await asyncio.sleep(3.0)
            await own.postgres.start()
            await pair.desk.start()
            await follows(pair, 2 * POLL_S)
            async with pair.stage.psap(pair.gateway) as psap:
                await pair.stage.post_call(psap, **pair.stage.call())
            assert pair.gateway.process is not None
            assert pair.gateway.process.returncode is None
            await same_picture(pair)
            await console.check()
    finally:
        await own.postgres.stop()


async def relay_says(pair: Pair, wanted: str, within_s: float = 6.0) -> None:
    """Hold that a gateway's console is told this of the relay, in time; empty means that all is well."""
    async with pair.stage.console(service=pair.gateway) as console:

        def is_told() -> bool:
            state = (relay_of(console) or "") if console.heard("pulse") else None
            return state is not None and bool(state) == bool(wanted) and wanted in state

        await until(is_told, f"the relay: {wanted or 'well'}", within_s)


async def test_a_relay_that_hangs_is_said_on_the_console_and_loses_nothing(rig: Engines) -> None:
    async with a_pair(rig, "hanging") as pair:
        assert pair.valkey.pid is not None
        await relay_says(pair, "")
        os.kill(pair.valkey.pid, signal.SIGSTOP)
        try:
            for _ in range(3):
                await follows(pair, POLL_S)
            await relay_says(pair, "silent", 12.0)
        finally:
            os.kill(pair.valkey.pid, signal.SIGCONT)
        await relay_says(pair, "", 12.0)
        await same_picture(pair)


async def test_a_cluster_carries_the_relay_while_any_of_its_nodes_lives(rig: Engines) -> None:
    async with (
        cluster(rig.folder / "cluster") as (url, nodes),
        stage(rig, "clustered", agents=1, redis=url) as running,
    ):
        desk = running.service
        gateway = Service(desk.database, url, desk.folder, "gateway")
        await gateway.start()
        pair = Pair(running, gateway, rig.valkey)
        try:
            await follows(pair, 1.0)
            for node in nodes[:2]:  # whichever it talks to first, it has to leave at least one
                await node.kill()
                await follows(pair, POLL_S)
                await relay_says(pair, "", 12.0)
                node.start()
                await until_answering(node)
                await until_whole(node)
            await same_picture(pair)
        finally:
            status = await gateway.stop()
        assert status == 0, gateway.last_words()

"""The stream on a real server: nothing missed, nothing twice, nothing of others', and it says how old it is."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final
from uuid import UUID

import pytest
import pytest_asyncio
import websockets

from loadtests.rig import Engines, client
from tests.integration.stage import Stage, quiet, stage, storm
from tests.integration.watcher import WAIT_S, Watcher, snapshot, until

ROOT: Final = Path(__file__).parents[2]
AGENTS: Final = 12
STORM_S: Final = 6.0


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "stream", agents=AGENTS) as running:
        yield running


async def refused(world: Stage, key: str, *frames: Any) -> int:
    """Open a socket, say these frames and return the code it is closed with."""
    headers = {"Authorization": f"Bearer {key}"}
    try:
        async with websockets.connect(world.service.ws_url, additional_headers=headers, close_timeout=2) as socket:
            for frame in frames:
                await socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))
            with suppress(websockets.ConnectionClosed):
                async with asyncio.timeout(WAIT_S):
                    async for _ in socket:
                        pass
            return socket.close_code or 0
    except websockets.InvalidStatus as error:
        return error.response.status_code


@pytest.mark.parametrize(
    "cursor", ["nonsense", f"{UUID(int=5)}.5", "own.999999999999", "own.0", "own.", "own." + "9" * 5_000]
)
async def test_a_past_that_is_not_ours_is_told_and_the_snapshot_goes_on(world: Stage, cursor: str) -> None:
    async with world.console() as first:
        await first.check()
        since = cursor.replace("own", first.ledger_id)
    async with world.console(since=since) as watcher, world.psap() as http:
        assert watcher.heard("resync")[0]["url"] == "/v1/board?topics=board"
        await world.post_call(http, **world.call())
        await until(lambda: watcher.told("call.received"), "the call")
        assert await watcher.check() > 0


async def test_a_console_names_topics_and_a_sectors_console_only_its_own(world: Stage) -> None:
    here, there = sorted(world.sector_keys)[:2]
    async with (
        world.console(f"sector:{here}") as chosen,
        Watcher(world.service, world.sector_keys[here], since="x") as scoped,
        Watcher(world.service, world.sector_keys[there], since="x") as other,
        world.psap() as http,
    ):
        await world.only()
        mine = await world.post_call(http, **world.call(here))
        await until(lambda: scoped.told("incident.opened") and chosen.told("incident.opened"), "the sector's call")
        for watcher in (scoped, other):
            assert await watcher.check() > 0
        assert mine in scoped.table("incidents")
        assert mine not in other.table("incidents")
        assert {row["sector"] for row in scoped.table("units").values()} == {here}
    assert await refused(world, world.sector_keys[here], {"kind": "hello", "topics": [f"sector:{there}"]}) == 4400
    assert await refused(world, world.sector_keys[here], {"kind": "hello", "topics": ["board"]}) == 4400


async def test_an_agent_sees_its_own_and_no_calls(world: Stage) -> None:
    await world.only(0)
    async with world.agent(0, pace_s=None) as agent, world.psap() as http:
        incident = await world.post_call(http, **world.call(world.sector_of[agent.unit_id]))
        await until(lambda: incident in agent.table("incidents"), "the offered incident")
        await world.post_call(http, **world.call())
        async with client(world.service, agent.key) as own:
            rows = (await snapshot(own))["rows"]
        assert {row["unit_id"] for row in agent.table("assignments").values()} == {agent.unit_id}
        assert not rows["calls"]
        assert not rows["sectors"]
        assert [row["id"] for row in rows["units"]] == [agent.unit_id]
        assert set(agent.table("incidents")) == {incident}
    for topic in ("board", f"unit:{world.unit_ids[1]}", f"sector:{world.sector_of[agent.unit_id]}"):
        assert await refused(world, world.keys.agents[agent.unit_id], {"kind": "hello", "topics": [topic]}) == 4400


async def test_what_leaves_a_viewers_scope_is_gone_from_its_picture(world: Stage) -> None:
    here, there = sorted(world.sector_keys)[:2]
    await world.only(0)
    sign = next(s for s in world.signs if s.sector == there)
    async with (
        Watcher(world.service, world.sector_keys[here], since="x") as console,
        world.agent(0) as agent,
        world.psap() as psap,
        world.dispatcher() as http,
    ):
        incident = await world.post_call(psap, **world.call(here))
        await until(lambda: incident in console.table("incidents"), "the call")
        await until(lambda: agent.told("assignment.moved") and not agent.table("incidents"), "the agent is done")
        moved = await http.post(f"/v1/incidents/{incident}/place", json={"sign_id": sign.sign_id})
        assert moved.status_code == 200, moved.text
        await until(lambda: incident not in console.table("incidents"), "the incident went to another sector")
        assert not [row for row in console.table("calls").values() if row["incident_id"] == incident]
        assert await console.check() > 0


@pytest.mark.parametrize(
    "frames",
    [
        (b"\xff\xfe",), ("{",), ("[]",), ({"kind": "accept"},), ({"kind": "hello", "since": 7},),
        ({"kind": "hello", "topics": "board"},), ({"kind": "hello", "topics": ["x"] * 99},),
        ({"kind": "hello"}, {"kind": "hello"}), ({"kind": "hello"}, {"kind": "position", "lat": 1, "lon": 1}),
        ({"kind": "hello"}, "x" * 20_000),
    ],
)  # fmt: skip
async def test_a_frame_that_is_not_of_the_contract_closes_the_socket(world: Stage, frames: tuple[Any, ...]) -> None:
    assert await refused(world, world.keys.dispatcher, *frames) == 4400


async def test_nobody_comes_in_without_a_key_of_the_right_role(world: Stage) -> None:
    assert await refused(world, "aux_nobody_nothing", {"kind": "hello"}) == 403
    assert await refused(world, world.keys.psap, {"kind": "hello"}) == 403
    assert await refused(world, world.keys.dispatcher, "x" * 70_000) in (1009, 4400)


async def test_a_ticket_opens_one_socket_once(world: Stage) -> None:
    async with world.dispatcher() as http:
        given = (await http.post("/v1/tickets")).json()
    async with websockets.connect(world.service.ws_url, subprotocols=given["subprotocols"]) as socket:
        assert socket.subprotocol == "auxilio.v1"
        await socket.send('{"kind":"hello"}')
        assert json.loads(await socket.recv())["kind"] == "welcome"
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(world.service.ws_url, subprotocols=given["subprotocols"])
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(world.service.ws_url, origin=websockets.Origin("https://elsewhere.example"))


async def test_consoles_hear_a_pulse_every_five_seconds_and_agents_every_fifteen(world: Stage) -> None:
    began: dict[str, list[float]] = {"console": [], "agent": []}
    async with world.console() as console, world.agent(3, pace_s=None) as agent:
        ends = monotonic() + 16.5
        while monotonic() < ends:
            for name, watcher in (("console", console), ("agent", agent)):
                if len(watcher.heard("pulse")) > len(began[name]):
                    began[name].append(monotonic())
            await asyncio.sleep(0.05)
    for name, every_s in (("console", 5.0), ("agent", 15.0)):
        gaps = [b - a for a, b in zip(began[name], began[name][1:], strict=False)]
        assert gaps
        assert all(every_s - 0.6 < gap < every_s + 1.2 for gap in gaps), gaps
    assert all(pulse["age_s"] < 1.0 and pulse["seq"] >= 0 for pulse in console.heard("pulse"))


async def test_an_id_sent_again_is_answered_once_with_the_same_answer(world: Stage) -> None:
    await world.only(0)
    async with world.agent(0, pace_s=None) as agent, world.psap() as http, world.console() as console:
        await world.post_call(http, **world.call(world.sector_of[agent.unit_id]))
        await until(lambda: agent.told("offer.made"), "the offer")
        accept = {"kind": "accept", "id": "acc-1", "assignment_id": max(agent.table("assignments"))}
        first = await agent.ask(**accept)
        again = [await agent.ask(**accept) for _ in range(3)]
        await agent.come_back()
        again.append(await agent.ask(**accept))
        assert again == [first] * 4
        other = await agent.ask(**{**accept, "id": "acc-2"})
        await console.check()
        assert len(console.told("offer.accepted")) == 1, other


async def test_history_and_live_meet_without_gap_or_duplicate(world: Stage) -> None:
    rng, units = Random(4), world.unit_ids
    topics = ((), (), (f"sector:{world.sector_of[units[0]]}",), (f"unit:{units[1]}", f"unit:{units[2]}"))
    await world.only(*range(AGENTS))
    async with AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(world.agent(n)) for n in range(AGENTS)]
        origin = await stack.enter_async_context(world.console())
        watchers: list[Watcher] = []

        async def come() -> Watcher:
            watcher = world.console(*rng.choice(topics))
            if not watcher.topics:  # go on from where another client is: the past first, then live
                watcher.rows, watcher.seq, watcher.since = dict(origin.rows), origin.seq, origin.cursor
            return await stack.enter_async_context(watcher)

        async def come_and_go() -> None:
            ends = monotonic() + STORM_S
            while monotonic() < ends:
                await asyncio.sleep(rng.uniform(0.0, 0.1))
                if watchers and rng.random() < 0.6:
                    one = watchers.pop(rng.randrange(len(watchers)))
                    await one.come_back()
                else:
                    one = await come()
                watchers.append(one)

        await asyncio.gather(storm(world, STORM_S), *(come_and_go() for _ in range(3)))
        async with world.dispatcher() as http:
            await quiet(http)
        assert len(watchers) > 10
        for watcher in (origin, *watchers):
            assert await watcher.check() > 0
        for agent in agents:
            assert agent.seqs == sorted(set(agent.seqs))


async def test_the_client_in_the_documentation_works(world: Stage, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "stream.md").read_text().partition("```python\n")[2].partition("```")[0]
    assert len(text.splitlines()) <= 32
    script = tmp_path / "client.py"
    script.write_text(text)
    env = os.environ | {"STREAM_URL": world.service.url, "STREAM_KEY": world.keys.dispatcher}
    running = await asyncio.create_subprocess_exec(
        sys.executable, str(script), env=env, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    assert running.stdout is not None
    said: list[str] = []
    try:
        async with asyncio.timeout(WAIT_S), world.psap() as http:
            said.append((await running.stdout.readline()).decode())
            await world.post_call(http, **world.call())
            while not said[-1].startswith("incident.opened"):
                said.append((await running.stdout.readline()).decode())
                assert said[-1], said
    finally:
        running.kill()
        await running.wait()
    assert said[0].startswith("resync")
    assert int(said[-1].split()[2]) > 100

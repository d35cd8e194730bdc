"""Positions: two thousand a second from two hundred devices; no cursor moves, the newest by its own time wins."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, Final

import asyncpg
import pytest_asyncio

from loadtests.rig import REGION, Engines
from tests.integration.stage import Stage, quiet, stage
from tests.integration.watcher import Agent, until

AGENTS: Final = 150  # every unit of the border, and fifty of them with a second device
DEVICES: Final = 200
PER_S: Final = 2_000
SECONDS: Final = 5.0
KEPT_S: Final = 7.0  # sampled every five seconds


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "positions", agents=AGENTS) as running:
        yield running


def fix(lat: float, at: datetime | None = None, **more: Any) -> str:
    said = {"kind": "position", "lat": lat, "lon": -110.0, "fixed_at": (at or datetime.now(UTC)).isoformat(), **more}
    return json.dumps(said)


async def drive(device: Agent, number: int) -> int:
    """Say where the device is, its share of the rate, for some seconds; return how often."""
    assert device.socket is not None
    every_s, said, begun = DEVICES / PER_S, 0, monotonic()
    while (due := begun + said * every_s) < begun + SECONDS:
        await asyncio.sleep(max(due - monotonic(), 0))
        await device.socket.send(fix(31.0 + number / 1_000 + said / 1e6, accuracy_m=5.0))
        said += 1
    return said


async def test_two_thousand_a_second_make_one_frame_a_topic_a_second_and_move_no_seq(world: Stage) -> None:
    sector = world.sector_of[world.unit_ids[0]]
    async with AsyncExitStack() as stack:
        console = await stack.enter_async_context(world.console())
        scoped = await stack.enter_async_context(world.console(f"sector:{sector}"))
        devices = [await stack.enter_async_context(world.agent(n % AGENTS, pace_s=None)) for n in range(DEVICES)]
        http = await stack.enter_async_context(world.dispatcher())
        psap = await stack.enter_async_context(world.psap())
        before, heard = await quiet(http), len(console.heard("positions"))
        driving = asyncio.gather(*(drive(device, n % AGENTS) for n, device in enumerate(devices)))
        await asyncio.sleep(SECONDS / 2)
        asked = monotonic()
        call = await psap.post("/v1/calls", json=world.call())
        answered_s = monotonic() - asked
        said = sum(await driving)
        assert said >= PER_S * SECONDS * 0.99
        await asyncio.sleep(1.2)
        assert call.status_code == 201
        assert answered_s < 0.5
        frames = console.heard("positions")[heard:]
        assert SECONDS - 1 <= len(frames) <= SECONDS + 3
        assert all(len(frame["positions"]) == len({p["unit_id"] for p in frame["positions"]}) for frame in frames)
        assert max(len(frame["positions"]) for frame in frames) == AGENTS
        theirs = {p["unit_id"] for frame in scoped.heard("positions") for p in frame["positions"]}
        assert theirs == {unit for unit, its in world.sector_of.items() if its == sector}
        assert all("seq" not in frame for frame in frames)
        units = {row["id"]: row for row in (await http.get("/v1/units")).json()}
        last = {p["unit_id"]: p for frame in frames for p in frame["positions"]}
        assert all(units[unit_id]["position"] == shown for unit_id, shown in last.items())
        assert await quiet(http) - before < 20, "only the call and what follows from it"
        assert not any(device.heard("positions") for device in devices)


async def test_the_newest_by_its_own_time_wins_in_whatever_order(world: Stage) -> None:
    unit_id, now = world.unit_ids[7], datetime.now(UTC)
    async with world.agent(7, pace_s=None) as device, world.dispatcher() as http, world.console() as console:
        assert device.socket is not None
        for back_s, lat in ((0.0, 33.5), (30.0, 31.1), (5.0, 31.2)):
            await device.socket.send(fix(lat, now - timedelta(seconds=back_s)))
        told = await device.ask(kind="position", id="bad", lat=99.0, lon=0.0)
        assert (told["outcome"], told["field"]) == ("refused", "lat")
        shown = (await http.get(f"/v1/units/{unit_id}")).json()["position"]
        assert shown["lat"] == 33.5
        await until(lambda: console.heard("positions"), "the positions frame")
        assert [p["lat"] for f in console.heard("positions") for p in f["positions"]] == [33.5]


async def test_positions_are_sampled_and_outlive_the_process(world: Stage) -> None:
    async with world.agent(9, pace_s=None) as device, world.dispatcher() as http:
        assert device.socket is not None
        await device.socket.send(fix(32.25))
        await asyncio.sleep(KEPT_S)
        kept = await rows(world)
        assert kept[world.unit_ids[9]] == 32.25
        await world.service.kill()
        await world.service.start()
        shown = (await http.get(f"/v1/units/{world.unit_ids[9]}")).json()["position"]
        assert (shown["lat"], shown["lon"]) == (32.25, -110.0)


async def rows(world: Stage) -> dict[str, float]:
    connection = await asyncpg.connect(world.service.database)
    try:
        assert await connection.fetchval("SELECT count(*) FROM unit_tracks WHERE region = $1", REGION) > 0
        found = await connection.fetch("SELECT unit_id, lat FROM unit_positions WHERE region = $1", REGION)
    finally:
        await connection.close()
    return {row["unit_id"]: row["lat"] for row in found}

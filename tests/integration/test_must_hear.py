"""Frames a unit must hear: the device says so, or the dispatcher is told to use the radio."""

from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import pytest_asyncio

from loadtests.rig import Engines
from tests.integration.stage import Stage, stage
from tests.integration.watcher import Watcher, until


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "must_hear", agents=4) as running:
        yield running


def open_alarms(console: Watcher, unit_id: str) -> list[dict[str, Any]]:
    alarms = console.table("alarms").values()
    return [row for row in alarms if row["kind"] == "unit_not_reached" and row["unit_id"] == unit_id]


async def test_an_offer_to_a_unit_without_a_device_alarms_at_once(world: Stage) -> None:
    await world.only(0)
    async with world.console() as console, world.psap() as http:
        began = monotonic()
        await world.post_call(http, **world.call(world.sector_of[world.unit_ids[0]]))
        await until(lambda: open_alarms(console, world.unit_ids[0]), "the alarm", 2.0)
        assert monotonic() - began < 2.0
        offer, missed = console.told("offer.made")[-1], console.told("unit.not_reached")[-1]
        assert missed["event"]["assignment_id"] == offer["event"]["assignment"]["id"]


async def test_a_device_that_does_not_answer_alarms_after_ten_seconds_and_its_word_clears_it(world: Stage) -> None:
    await world.only(1)
    unit_id = world.unit_ids[1]
    async with world.console() as console, world.agent(1, pace_s=None) as device, world.psap() as http:
        await world.post_call(http, **world.call(world.sector_of[unit_id]))
        await until(lambda: device.told("offer.made"), "the offer")
        offered = monotonic()
        await until(lambda: open_alarms(console, unit_id), "the alarm", 13.0)
        assert 9.0 < monotonic() - offered < 12.0
        await device.say(kind="received", seq=device.told("offer.made")[0]["seq"])
        await until(lambda: not open_alarms(console, unit_id), "the alarm ends", 2.0)
        assert console.told("frame.heard")


async def test_a_device_that_answers_in_time_alarms_nobody(world: Stage) -> None:
    await world.only(2)
    unit_id = world.unit_ids[2]
    async with world.console() as console, world.agent(2, pace_s=None) as device, world.psap() as http:
        await world.post_call(http, **world.call(world.sector_of[unit_id]))
        await until(lambda: device.told("offer.made"), "the offer")
        seq = device.told("offer.made")[0]["seq"]
        answer = await device.ask(kind="received", id="heard", seq=seq)
        assert answer["outcome"] == "done"
        row = next(iter(device.table("assignments").values()))
        assert (row["hear_by"], row["heard_at"] is None) == (None, False)
        assert not open_alarms(console, unit_id)


async def test_one_taken_off_while_away_hears_it_when_it_comes_back(world: Stage) -> None:
    await world.only(3)
    unit_id = world.unit_ids[3]
    async with world.console() as console, world.agent(3, pace_s=None) as device, world.psap() as http:
        incident = await world.post_call(http, **world.call(world.sector_of[unit_id]))
        await until(lambda: device.told("offer.made"), "the offer")
        assignment = max(device.table("assignments"))
        await device.ask(kind="received", id="h", seq=device.told("offer.made")[0]["seq"])
        await device.ask(kind="accept", id="a", assignment_id=assignment)
        await device.leave()
        async with world.dispatcher() as desk:
            off = await desk.post(f"/v1/incidents/{incident}/stand-down", json={"assignment_id": assignment})
            assert off.status_code == 200, off.text
        await until(lambda: open_alarms(console, unit_id), "radio it", 2.0)
        known = len(device.frames)
        device.since = device.cursor
        await device.connect()
        await until(lambda: len(device.frames) > known, "the past")
        missed = [f for f in device.frames[known:] if f["kind"] == "assignment.cancelled"]
        assert missed[0]["after"]["assignments"][0]["must_hear"] == "cancelled"
        assert incident not in device.table("incidents")
        await device.ask(kind="received", id="h2", seq=missed[0]["seq"])
        await until(lambda: not open_alarms(console, unit_id), "the alarm ends", 2.0)
        assert assignment not in device.table("assignments")

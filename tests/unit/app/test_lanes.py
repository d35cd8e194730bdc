"""The desk's lanes: distress first, bounded, nothing lost when something is put back."""

import asyncio
from datetime import UTC, datetime

import pytest

from app import lanes
from app.lanes import Lanes, Waiting
from app.requests import Answer, DeskUnavailable, Lane, Outcome, Request
from dispatch.commands import Command, RaiseMayday, SetDuty, TakeOver

DISTRESS: Command = RaiseMayday("U1", datetime(2026, 11, 22, tzinfo=UTC))
FIELD: Command = SetDuty("U1", True)
DESK: Command = TakeOver(1)


def asked(command: Command) -> Request:
    return Request(command, "test")


def taken(waiting: Lanes, most: int) -> list[Waiting]:
    return [one for _ in range(most) if (one := waiting.take()) is not None]


async def test_distress_is_taken_first_whatever_came_before() -> None:
    waiting = Lanes()
    for command in (DESK, FIELD, DISTRESS, FIELD, DISTRESS):
        waiting.put(asked(command))
    order = [one.request.lane for one in taken(waiting, 9)]
    assert order == [Lane.DISTRESS, Lane.DISTRESS, Lane.FIELD, Lane.FIELD, Lane.DESK]


async def test_what_is_put_back_comes_next_in_order() -> None:
    waiting = Lanes()
    requests = [asked(command) for command in (DISTRESS, DISTRESS, FIELD, FIELD, FIELD)]
    for request in requests:
        waiting.put(request)
    waiting.put_back(taken(waiting, 4)[1:])
    again = taken(waiting, 9)
    assert [one.request.id for one in again] == [r.id for r in requests[1:]]


async def test_a_full_lane_refuses_its_own_and_not_distress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lanes.LANE_MAX, Lane.FIELD, 3)
    waiting = Lanes()
    for _ in range(3):
        waiting.put(asked(FIELD))
    with pytest.raises(DeskUnavailable):
        waiting.put(asked(FIELD))
    waiting.put(asked(DISTRESS))
    assert len(waiting) == 4


async def test_some_waits_until_something_comes() -> None:
    waiting = Lanes()
    waits = asyncio.create_task(waiting.some())
    await asyncio.sleep(0)
    assert not waits.done()
    waiting.put(asked(FIELD))
    async with asyncio.timeout(1):
        await waits


async def test_some_waits_no_longer_than_what_it_was_told_to_watch() -> None:
    waiting = Lanes()
    append: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waits = asyncio.create_task(waiting.some(unless=append))
    await asyncio.sleep(0)
    assert not waits.done()
    append.set_result(None)
    async with asyncio.timeout(1):
        await waits


async def test_when_the_desk_stops_everybody_who_waits_or_comes_later_is_told() -> None:
    waiting = Lanes()
    answers = [waiting.put(asked(command)) for command in (DISTRESS, FIELD)]
    in_hand = taken(waiting, 1)
    waits = asyncio.create_task(waiting.some())
    waiting.fail_all(DeskUnavailable("gone"), in_hand)
    for answer in answers:
        with pytest.raises(DeskUnavailable):
            await answer
    with pytest.raises(DeskUnavailable):
        await waits
    with pytest.raises(DeskUnavailable):
        waiting.put(asked(FIELD))
    assert Answer(Outcome.DONE, 1, {}).outcome == "done"

"""The desk's lanes: distress first, bounded, nothing lost when a batch is put back."""

import asyncio
from datetime import UTC, datetime

import pytest

from app import lanes
from app.lanes import BATCH_COMMANDS_MAX, Lanes
from app.requests import Answer, DeskUnavailable, Lane, Outcome, Request
from dispatch.commands import Command, RaiseMayday, SetDuty, TakeOver

DISTRESS: Command = RaiseMayday("U1", datetime(2026, 11, 22, tzinfo=UTC))
FIELD: Command = SetDuty("U1", True)
DESK: Command = TakeOver(1)


def asked(command: Command) -> Request:
    return Request(command, "test")


async def test_distress_is_taken_first_whatever_came_before() -> None:
    waiting = Lanes()
    for command in (DESK, FIELD, DISTRESS, FIELD, DISTRESS):
        waiting.put(asked(command))
    taken = [one.request.lane for one in await waiting.take()]
    assert taken == [Lane.DISTRESS, Lane.DISTRESS, Lane.FIELD, Lane.FIELD, Lane.DESK]


async def test_a_batch_is_bounded_and_what_it_had_no_time_for_comes_next_in_order() -> None:
    waiting = Lanes()
    requests = [asked(FIELD) for _ in range(BATCH_COMMANDS_MAX + 10)]
    for request in requests:
        waiting.put(request)
    batch = await waiting.take()
    assert len(batch) == BATCH_COMMANDS_MAX
    waiting.put_back(batch[100:])
    again = await waiting.take()
    assert [one.request.id for one in batch[:100] + again] == [r.id for r in requests]


async def test_a_full_lane_refuses_its_own_and_not_distress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lanes.LANE_MAX, Lane.FIELD, 3)
    waiting = Lanes()
    for _ in range(3):
        waiting.put(asked(FIELD))
    with pytest.raises(DeskUnavailable):
        waiting.put(asked(FIELD))
    waiting.put(asked(DISTRESS))
    assert len(waiting) == 4


async def test_take_waits_until_something_comes() -> None:
    waiting = Lanes()
    taking = asyncio.create_task(waiting.take())
    await asyncio.sleep(0)
    assert not taking.done()
    waiting.put(asked(FIELD))
    async with asyncio.timeout(1):
        assert len(await taking) == 1


async def test_when_the_desk_stops_everybody_who_waits_or_comes_later_is_told() -> None:
    waiting = Lanes()
    answers = [waiting.put(asked(command)) for command in (DISTRESS, FIELD)]
    waiting.fail_all(DeskUnavailable("gone"))
    for answer in answers:
        with pytest.raises(DeskUnavailable):
            await answer
    with pytest.raises(DeskUnavailable):
        waiting.put(asked(FIELD))
    assert Answer(Outcome.DONE, 1, {}).outcome == "done"

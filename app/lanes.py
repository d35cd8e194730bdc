"""The desk's intake: three bounded lanes, distress first."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from app.requests import Answer, DeskUnavailable, Lane, Request

BATCH_COMMANDS_MAX: Final = 128  # design 1
# Bounds: distress holds a mass event's worst minute (50,000 calls); the others are refused much earlier,
# because a field report is kept and re-sent by its device.
LANE_MAX: Final = {Lane.DISTRESS: 50_000, Lane.FIELD: 20_000, Lane.DESK: 5_000}


@dataclass(slots=True)
class Waiting:
    """A request and who waits for its answer. `tries` counts the appends it was in that certainly did not commit."""

    request: Request
    answer: asyncio.Future[Answer]
    tries: int = 0

    def give(self, answer: Answer) -> None:
        """Answer, unless its caller has gone away."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Tell the caller that there will be no answer from here."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Lanes:
    """`put` queues a request, `take` waits for the next batch, `put_back` returns what a batch had no time for."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[Waiting]] = {lane: deque() for lane in Lane}
        self._some = asyncio.Event()
        self._closed: Exception | None = None

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def put(self, request: Request) -> asyncio.Future[Answer]:
        """Queue a request. Raises DeskUnavailable when its lane is full."""
        if self._closed is not None:
            raise self._closed
        lane = self._lanes[request.lane]
        if len(lane) >= LANE_MAX[request.lane]:
            raise DeskUnavailable(f"the {request.lane} lane is full")
        waiting = Waiting(request, asyncio.get_running_loop().create_future())
        lane.append(waiting)
        self._some.set()
        return waiting.answer

    async def take(self) -> list[Waiting]:
        """Wait until something is there and return up to a batch of it, distress first. Raises what closed it."""
        while not len(self):
            if self._closed is not None:
                raise self._closed
            self._some.clear()
            await self._some.wait()
        batch: list[Waiting] = []
        for lane in self._lanes.values():
            while lane and len(batch) < BATCH_COMMANDS_MAX:
                batch.append(lane.popleft())
        return batch

    def put_back(self, rest: list[Waiting]) -> None:
        """Return what was taken but not decided to the front of its lane, in order."""
        for waiting in reversed(rest):
            self._lanes[waiting.request.lane].appendleft(waiting)

    def fail_all(self, error: Exception) -> None:
        """Tell everybody who waits, or comes later, that this desk is gone."""
        self._closed = error
        self._some.set()
        for lane in self._lanes.values():
            while lane:
                lane.popleft().fail(error)

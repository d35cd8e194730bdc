"""The desk's intake: three bounded lanes, distress first."""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from time import monotonic
from typing import Any, Final

from app.requests import Answer, Backlog, DeskUnavailable, Lane, Request

# Bounds: distress holds a mass event's worst minute (50,000 calls); the others are refused much earlier,
# because a field report is kept and re-sent by its device.
LANE_MAX: Final = {Lane.DISTRESS: 50_000, Lane.FIELD: 20_000, Lane.DESK: 5_000}


@dataclass(slots=True)
class Waiting:
    """A request and who waits for its answer. `tries` counts the appends it was in that certainly did not commit.

    `is_recalled`: what it names was looked for in the archive.
    """

    request: Request
    answer: asyncio.Future[Answer]
    tries: int = 0
    is_recalled: bool = False
    since: float = field(default_factory=monotonic)

    def give(self, answer: Answer) -> None:
        """Answer, unless its caller has gone away."""
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        """Tell the caller that there will be no answer from here."""
        if not self.answer.done():
            self.answer.set_exception(error)


class Lanes:
    """`put` queues a request, `take` takes the next one, `put_back` returns what was taken in vain."""

    def __init__(self) -> None:
        self._lanes: dict[Lane, deque[Waiting]] = {lane: deque() for lane in Lane}
        self._waker: asyncio.Future[None] | None = None
        self._closed: Exception | None = None
        self._shut: Exception | None = None

    def __len__(self) -> int:
        return sum(map(len, self._lanes.values()))

    def waiting(self) -> Iterator[Waiting]:
        """Yield what waits here."""
        return chain(*self._lanes.values())

    def backlog(self) -> Backlog:
        """Return how much waits in each lane, and for how long at most."""
        fronts = [lane[0].since for lane in self._lanes.values() if lane]
        commands = {lane.value: float(len(waiting)) for lane, waiting in self._lanes.items()}
        return Backlog(commands, monotonic() - min(fronts) if fronts else 0.0)

    def put(self, request: Request) -> asyncio.Future[Answer]:
        """Queue a request. Raises DeskUnavailable when its lane is full."""
        refusal = self._closed or self._shut
        if refusal is not None:
            raise refusal
        lane = self._lanes[request.lane]
        if len(lane) >= LANE_MAX[request.lane]:
            raise DeskUnavailable(f"the {request.lane} lane is full")
        waiting = Waiting(request, asyncio.get_running_loop().create_future())
        lane.append(waiting)
        self._wake()
        return waiting.answer

    def take(self) -> Waiting | None:
        """Take the next request, distress first; None when nothing waits."""
        for lane in self._lanes.values():
            if lane:
                return lane.popleft()
        return None

    async def some(self, *, unless: "asyncio.Future[Any] | None" = None) -> None:
        """Wait until something waits here, or `unless` is done. Raises what closed the lanes."""
        while not len(self) and (unless is None or not unless.done()):
            if self._closed is not None:
                raise self._closed
            self._waker = asyncio.get_running_loop().create_future()
            if unless is not None:
                unless.add_done_callback(self._wake)
            try:
                await self._waker
            finally:
                self._waker = None
                if unless is not None:
                    unless.remove_done_callback(self._wake)

    def _wake(self, _: Any = None) -> None:
        if self._waker is not None and not self._waker.done():
            self._waker.set_result(None)

    def put_back(self, taken: Sequence[Waiting]) -> None:
        """Return what was taken to the front of its lane, in order."""
        for waiting in reversed(taken):
            self._lanes[waiting.request.lane].appendleft(waiting)

    def shut(self, error: Exception) -> None:
        """Refuse whoever comes from now on; who waits is still served."""
        self._shut = error

    def fail_all(self, error: Exception, in_hand: Iterable[Waiting] = ()) -> None:
        """Tell everybody who waits, or is in hand, or comes later, that this desk is gone."""
        self._closed = error
        for waiting in in_hand:
            waiting.fail(error)
        for lane in self._lanes.values():
            while lane:
                lane.popleft().fail(error)
        self._wake()

"""When calls come in: a Poisson process, seeded, so that no system sets the pace of its own load."""

import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from random import Random
from threading import Thread
from typing import Final

LEAD_S: Final = 0.05  # between deciding to start a step and its first instant


def offsets_s(rate: float, seconds: float, seed: int) -> list[float]:
    """Return the intended starts of one step, in seconds from its beginning."""
    rng = Random(seed)
    found: list[float] = []
    at = rng.expovariate(rate)
    while at < seconds:
        found.append(at)
        at += rng.expovariate(rate)
    return found


class Metronome(Thread):
    """Calls `due(first, last)` on the loop when offsets[first:last] have come.

    A thread that sleeps, because an event loop's own timers are a millisecond coarse: as much as a whole answer takes.
    """

    def __init__(self, loop: AbstractEventLoop, offsets: list[float], due: Callable[[int, int], None]) -> None:
        super().__init__(name="metronome", daemon=True)
        self._loop = loop
        self._offsets = offsets
        self._due = due
        self.starts = time.perf_counter() + LEAD_S

    def run(self) -> None:
        first = 0
        while first < len(self._offsets):
            wait_s = self.starts + self._offsets[first] - time.perf_counter()
            if wait_s > 0:
                time.sleep(wait_s)
            passed_s = time.perf_counter() - self.starts
            last = first + 1
            while last < len(self._offsets) and self._offsets[last] <= passed_s:
                last += 1
            self._loop.call_soon_threadsafe(self._due, first, last)
            first = last

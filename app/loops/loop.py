"""One way to run a loop: a named task, a kept reference, back-off on failure, a stop that waits, a tick to be seen."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

log = logging.getLogger(__name__)

BACK_OFF_S: Final = 5.0
LATE_AFTER_S: Final = 5.0  # reliability G21: a stopped loop is an alarm within 5 s


@dataclass(slots=True)
class Loop:
    """A verb repeated every `pause_s`. `last_tick` is monotonic; a loop is late when it has not ticked for too long."""

    name: str
    pause_s: float
    work: Callable[[], Awaitable[None]]
    last_tick: float = field(default_factory=monotonic)
    failures: int = 0

    async def run(self) -> None:
        while True:
            try:
                await self.work()
            except Exception:
                self.failures += 1
                log.exception("loop %s failed (%d in a row)", self.name, self.failures)
                await asyncio.sleep(min(self.pause_s * 2**self.failures, BACK_OFF_S))
            else:
                self.failures = 0
                self.last_tick = monotonic()
                await asyncio.sleep(self.pause_s)

    @property
    def age_s(self) -> float:
        """Seconds since the last successful round."""
        return monotonic() - self.last_tick

    @property
    def is_late(self) -> bool:
        return self.age_s > LATE_AFTER_S + self.pause_s


class Loops:
    """All loops of a process, stopped together; one that is added after the start runs at once."""

    def __init__(self) -> None:
        self.all: list[Loop] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._started = False

    def add(self, name: str, pause_s: float, work: Callable[[], Awaitable[None]]) -> None:
        loop = Loop(name, pause_s, work)
        self.all.append(loop)
        if self._started:
            self._run(loop)

    def start(self) -> None:
        self._started = True
        for loop in self.all:
            self._run(loop)

    def _run(self, loop: Loop) -> None:
        self._tasks.append(asyncio.create_task(loop.run(), name=loop.name))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

"""Some thousands of idle devices in a process of their own: connects them, cuts all wires at once, comes back.

A line on stdin is an order, a line on stdout its answer: first the spec, then `connect`, `storm` and `report`.
"""

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from functools import partial
from random import Random
from typing import Final

import orjson
import uvloop

from loadtests.carry.listener import Ear, Listener

AT_A_TIME: Final = 100  # connecting in good order; a storm knows none
WITHIN_S: Final = 120.0
WELCOME_S: Final = 30.0
AGAIN_S: Final = (0.5, 1.5)  # a device whose connection failed waits so long, like the app's


@dataclass(frozen=True, slots=True)
class Spec:
    """Where to connect, from which address of loopback, and each device's key."""

    host: str
    port: int
    source: str
    keys: list[str]


@dataclass(frozen=True, slots=True)
class Storm:
    """How long it took until so many devices were back, and how many tries were in vain."""

    half_s: float
    all_s: float
    tries_in_vain: int


@dataclass(frozen=True, slots=True)
class Report:
    """What each device heard, over all its connections."""

    seqs: list[list[int]]
    resyncs: int
    lost: int


class Flock:
    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._ears = [Ear(key) for key in spec.keys]
        self._in_vain = 0
        self._rng = Random(spec.source)

    async def connect(self) -> None:
        gate = asyncio.Semaphore(AT_A_TIME)

        async def one(ear: Ear) -> None:
            async with gate:
                await self._arrive(ear)

        async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as group:
            for ear in self._ears:
                group.create_task(one(ear))

    async def storm(self) -> Storm:
        """Cut every wire and connect everybody anew, all at the same moment."""
        self._in_vain = 0
        for ear in self._ears:
            ear.hang_up()
        began, back = time.perf_counter(), []

        async def one(ear: Ear) -> None:
            await self._arrive(ear)
            back.append(time.perf_counter() - began)

        async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as group:
            for ear in self._ears:
                group.create_task(one(ear))
        return Storm(back[len(back) // 2], back[-1], self._in_vain)

    async def _arrive(self, ear: Ear) -> None:
        """Connect until welcomed; a connection refused, lost or never answered is tried again."""
        loop = asyncio.get_running_loop()
        while True:
            welcomed: asyncio.Future[bool] = loop.create_future()
            ear.on_welcome, ear.on_lost = partial(_settle, welcomed, True), partial(_settle, welcomed, False)
            try:
                async with asyncio.timeout(WELCOME_S):
                    await loop.create_connection(
                        lambda: self._listener(ear), self._spec.host, self._spec.port,
                        local_addr=(self._spec.source, 0),
                    )  # fmt: skip
                    if await welcomed:
                        ear.on_welcome = ear.on_lost = None
                        return
            except (OSError, TimeoutError):
                ear.hang_up()
            self._in_vain += 1
            await asyncio.sleep(self._rng.uniform(*AGAIN_S))

    def _listener(self, ear: Ear) -> Listener:
        ear.socket = Listener(ear)
        return ear.socket

    def report(self) -> Report:
        ears = self._ears
        return Report([list(e.seqs) for e in ears], sum(e.resyncs for e in ears), sum(e.lost for e in ears))


def _settle(welcomed: "asyncio.Future[bool]", is_welcome: bool) -> None:
    if not welcomed.done():
        welcomed.set_result(is_welcome)


async def main() -> None:
    loop = asyncio.get_running_loop()
    flock = Flock(Spec(**orjson.loads(sys.stdin.readline())))
    print("{}", flush=True)
    while order := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        answer = {}
        match order:
            case "connect":
                await flock.connect()
            case "storm":
                answer = asdict(await flock.storm())
            case "report":
                answer = asdict(flock.report())
        print(orjson.dumps(answer).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

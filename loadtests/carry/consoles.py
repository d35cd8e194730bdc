"""Consoles in a process of their own: connects them, counts what each hears, and how long an event takes to all.

A line on stdin is an order, a line on stdout its answer: the spec, then `connect`, `report UNTIL`, `leave` in turn.
"""

import asyncio
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Final

import orjson
import uvloop

from loadtests.bench.journal import percentile
from loadtests.carry.listener import Ear, Listener

CONNECT_S: Final = 20.0
QUIET_S: Final = 0.5  # a report waits until nothing has come for so long
SETTLE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Spec:
    host: str
    port: int
    key: str
    consoles: int


@dataclass(frozen=True, slots=True)
class Report:
    """What all consoles heard since they connected, times in milliseconds; `uneven`: how many of them heard else."""

    frames: int
    events: int
    uneven: int
    lost: int
    decided_to_all_p50: float
    decided_to_all_p99: float
    first_to_all_p50: float
    first_to_all_p99: float


class Consoles:
    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._ears: list[Ear] = []
        self._events: dict[int, tuple[float, float]] = {}  # when decided, when first heard
        self._last: dict[int, float] = {}

    def _heard(self, seq: int, at: bytes, now: float) -> None:
        if seq not in self._events:
            self._events[seq] = datetime.fromisoformat(at.decode()).timestamp(), now
        self._last[seq] = now

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        self._events, self._last, self._ears = {}, {}, []
        for _ in range(self._spec.consoles):
            ear, welcomed = Ear(self._spec.key, heard=self._heard), asyncio.Event()
            ear.on_welcome = welcomed.set
            _, ear.socket = await loop.create_connection(partial(Listener, ear), self._spec.host, self._spec.port)
            async with asyncio.timeout(CONNECT_S):
                await welcomed.wait()
            self._ears.append(ear)

    async def report(self, until: float) -> Report:
        """Wait until nothing more comes, then say what came; of what was decided until then, also how soon."""
        async with asyncio.timeout(SETTLE_S):
            before = -1
            while (now := sum(len(ear.seqs) for ear in self._ears)) != before:
                before = now
                await asyncio.sleep(QUIET_S)
        heard = list(self._events)
        timed = [(at, first, self._last[seq]) for seq, (at, first) in self._events.items() if at < until]
        decided = sorted(1000 * (last - at) for at, _, last in timed)
        spread = sorted(1000 * (last - first) for _, first, last in timed)
        return Report(
            sum(len(ear.seqs) for ear in self._ears), len(heard),
            sum(list(ear.seqs) != heard for ear in self._ears), sum(ear.lost for ear in self._ears),
            percentile(decided, 50), percentile(decided, 99), percentile(spread, 50), percentile(spread, 99),
        )  # fmt: skip

    def leave(self) -> None:
        for ear in self._ears:
            ear.hang_up()


async def main() -> None:
    loop = asyncio.get_running_loop()
    consoles = Consoles(Spec(**orjson.loads(sys.stdin.readline())))
    print("{}", flush=True)
    while order := (await loop.run_in_executor(None, sys.stdin.readline)).split():
        answer = {}
        match order:
            case ["connect"]:
                await consoles.connect()
            case ["report", until]:
                answer = asdict(await consoles.report(float(until)))
            case ["leave"]:
                consoles.leave()
        print(orjson.dumps(answer).decode(), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

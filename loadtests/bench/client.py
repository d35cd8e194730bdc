"""The load client, a process of its own: 500 units and a PSAP. Reads steps from stdin, writes results to stdout."""

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from random import Random
from typing import Any, Final

import orjson
import uvloop

from loadtests.bench.arrivals import Metronome, offsets_s
from loadtests.bench.http import HttpPool, post
from loadtests.bench.journal import Journal, Result, Step
from loadtests.bench.unit import UnitSocket

CONNECT_S: Final = 30.0
DRAIN_S: Final = 3.0  # after the last intended start: what comes later than this is lost for the table anyway
SWEEP_S: Final = 60.0
SWEEPERS: Final = 24  # outcomes in flight between steps
WARM_CONNECTIONS: Final = 32
POSITIONS_TICK_S: Final = 0.02
SWITCH_S: Final = 0.0005  # the metronome thread must not wait 5 ms for the interpreter


@dataclass(frozen=True, slots=True)
class Spec:
    """Where to drive, as whom. `acts_a_call` is how many answers a unit gets per offer: the floor gives none."""

    host: str
    port: int
    psap: str
    dispatcher: str | None
    units: list[tuple[str, str, float, float]]  # id, key, where it stands
    signs: list[str]
    acts_a_call: int


class Client:
    """Drives one system through steps."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._http = HttpPool(spec.host, spec.port)
        self._sockets: list[UnitSocket] = []
        self._calls = 0
        self._journal = Journal(0.0, [])

    async def connect(self) -> None:
        """Connect every unit and put it on duty, each where it stands. Raises ConnectionError, TimeoutError."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(CONNECT_S):
            for unit_id, key, _, _ in self._spec.units:
                _, socket = await loop.create_connection(
                    lambda unit_id=unit_id, key=key: UnitSocket(unit_id, key, self._offered, self._acted),  # type: ignore[misc]
                    self._spec.host, self._spec.port,
                )  # fmt: skip
                await socket.welcome
                self._sockets.append(socket)
            for socket in self._sockets:
                socket.say({"kind": "duty", "id": "duty", "on_duty": True})
            for socket in self._sockets:
                await socket.on_duty

    def _offered(self, incident_id: int, at: float) -> None:
        self._journal.offered.setdefault(incident_id, at)

    def _acted(self, is_done: bool) -> None:
        if is_done:
            self._journal.acts += 1
        else:
            self._journal.refused += 1

    async def drive(self, step: Step) -> Result:
        """Run one step; every call is another caller's, about another sign."""
        self._stand()
        await self._http.warm(WARM_CONNECTIONS)
        offsets = offsets_s(step.rate, step.seconds, step.seed)
        requests = [self._request() for _ in offsets]
        gc.collect()
        gc.freeze()
        metronome = Metronome(
            asyncio.get_running_loop(), offsets, lambda first, last: self._send(requests, first, last)
        )
        self._journal = journal = Journal(metronome.starts, offsets)
        cpu_s = time.process_time()
        async with self._moving(step.positions):
            metronome.start()
            ends = metronome.starts + step.seconds + DRAIN_S
            while time.perf_counter() < ends and not journal.is_done(self._spec.acts_a_call):
                await asyncio.sleep(0.05)
        passed_s = time.perf_counter() - metronome.starts
        return journal.result((time.process_time() - cpu_s) / passed_s)

    def _request(self) -> bytes:
        number = self._calls
        self._calls += 1
        body = {
            "call_id": f"c{number}",
            "said": self._spec.signs[number % len(self._spec.signs)],
            "read_back": True,
            "callback_number": f"+1520{number + 2_000_000:07d}",
            "language": "es",
            "party": {"adults": 2, "children": 1},
            "narrative": "two adults and a child, out of water since this morning, one cannot walk",
        }
        return post("/v1/calls", self._spec.psap, orjson.dumps(body))

    def _send(self, requests: list[bytes], first: int, last: int) -> None:
        now, journal = time.perf_counter(), self._journal
        for n in range(first, last):
            journal.sent[n] = now
            self._http.send(requests[n], self._acked(journal, n))

    def _acked(self, journal: Journal, n: int) -> Callable[[int, bytes], None]:
        def acked(status: int, body: bytes) -> None:
            if status != 201:
                journal.refused += 1
                return
            journal.acked[n] = time.perf_counter()
            journal.incident_of[n] = orjson.loads(body)["incident_id"]

        return acked

    def _stand(self) -> None:
        """Send where every unit stands, so that all fixes are fresh when a step begins."""
        for number in range(len(self._sockets)):
            self._tell_position(number, 0.0)

    def _tell_position(self, number: int, moved: float) -> None:
        _, _, lat, lon = self._spec.units[number]
        self._sockets[number].say({"kind": "position", "lat": lat + moved, "lon": lon})

    @asynccontextmanager
    async def _moving(self, positions: int) -> Any:
        """Send so many positions a second meanwhile, the units in turn."""
        task = asyncio.create_task(self._move(positions)) if positions else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _move(self, positions: int) -> None:
        rng, told, began = Random(0), 0, time.perf_counter()
        while True:
            await asyncio.sleep(POSITIONS_TICK_S)
            wanted = int((time.perf_counter() - began) * positions)
            for number in range(told, wanted):
                self._tell_position(number % len(self._sockets), rng.uniform(-0.001, 0.001))
            told = wanted

    async def sweep(self) -> None:
        """Let a dispatcher close what the units have cleared, so that no sign has an open incident."""
        if self._spec.dispatcher is None:
            return
        left = iter(list(self._journal.incident_of.values()))
        async with asyncio.timeout(SWEEP_S), asyncio.TaskGroup() as group:
            for _ in range(SWEEPERS):
                group.create_task(self._close(left, self._spec.dispatcher))

    async def _close(self, incidents: Any, key: str) -> None:
        loop = asyncio.get_running_loop()
        for incident_id in incidents:
            closed: asyncio.Future[int] = loop.create_future()
            request = post(
                f"/v1/incidents/{incident_id}/outcome", key, b'{"outcome":"found_well","release_units":true}'
            )
            self._http.send(request, lambda status, _body, closed=closed: closed.set_result(status))  # type: ignore[misc]
            await closed


async def main() -> None:
    """Connect, say so, then answer each step's line with its result and, once swept, an empty one."""
    sys.setswitchinterval(SWITCH_S)
    loop = asyncio.get_running_loop()
    spec = Spec(**orjson.loads(sys.stdin.readline()))
    client = Client(spec)
    await client.connect()
    print("{}", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        result = await client.drive(Step(**orjson.loads(line)))
        print(orjson.dumps(asdict(result)).decode(), flush=True)
        await client.sweep()
        print("{}", flush=True)


if __name__ == "__main__":
    uvloop.run(main())

"""Taking the desk away from its holder, again and again, with a standby beside it and calls coming in at a gateway.

python -m loadtests.takeover --kills 12 --seed 1
"""

import argparse
import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic
from typing import Any, Final, Literal

import httpx

from app.verify import verify
from geo.sign import Sign
from loadtests.checker import Findings, check
from loadtests.crowd import PSAP, Crowd
from loadtests.journal import CallAcked, Journal
from loadtests.rig import REGION, KeyRing, Service, client, engines, load_border, make_keys

SENDERS: Final = 4
PAUSE_S: Final = 0.05
LIFE_S: Final = (0.3, 1.2)
ANSWER_S: Final = 30.0
POLL_S: Final = 0.05

How = Literal["kill", "stop", "term"]


@dataclass(slots=True)
class Trio:
    """Two processes that may hold the desk, and a gateway."""

    desks: list[Service]
    gateway: Service
    keys: KeyRing
    signs: tuple[Sign, ...]

    async def at(self, standing: str) -> Service:
        """Wait for a process that says it is the desk, or a standby."""
        async with asyncio.timeout(ANSWER_S):
            while True:
                for service in self.desks:
                    if service.process is not None and await standing_of(service) == standing:
                        return service
                await asyncio.sleep(POLL_S)


async def standing_of(service: Service) -> str:
    """Return what a process says it is; empty when it says nothing."""
    try:
        async with httpx.AsyncClient(base_url=service.url, timeout=1.0) as http:
            return str((await http.get("/health/ready")).json()["checks"]["desk"]["standing"])
    except httpx.TransportError:
        return ""


@dataclass(slots=True)
class Result:
    """`answered_s`: from the loss of the desk to the answer of a call that was posted right after it."""

    how: How
    posted: int = 0
    acked: int = 0
    answered_s: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    findings: Findings = field(default_factory=Findings)

    HEADER = "how | takeovers | posted | acked | lost | doubled | first answer p50/max s | statuses"

    def row(self) -> str:
        found, times = self.findings, self.answered_s or [0.0]
        figures = (
            self.how, len(self.answered_s), self.posted, self.acked, len(found.lost), len(found.doubled),
            f"{median(times):.2f}/{max(times):.2f}", dict(sorted(self.statuses.items())),
        )  # fmt: skip
        return " | ".join(map(str, figures))


@asynccontextmanager
async def trio(database: str, redis: str, folder: Path) -> AsyncIterator[Trio]:
    """Run a holder, a standby and a gateway; all must end in good order."""
    border = await load_border(database, redis, folder)
    key_file = {"AUXILIO_KEY_FILE": str(folder / "keys.json")}
    desks = [Service(database, redis, folder / f"desk-{n}", env=key_file) for n in range(2)]
    gateway = Service(database, redis, folder, "gateway")
    running = Trio(desks, gateway, await make_keys(database), border.signs)
    try:
        for service in (*desks, gateway):
            await service.start()
        yield running
        for service in (gateway, *desks):
            assert await service.stop() == 0, service.last_words()
    finally:
        for service in (gateway, *desks):
            await service.kill()


async def lose_desk(running: Trio, how: How, rng: Random, journal: Journal) -> float:
    """Take the desk from its holder and return how long a call posted at that moment waits; then mend what broke."""
    await running.at("standby")
    holder = await running.at("desk")
    assert holder.process is not None
    call_id = f"taken-{rng.getrandbits(64):x}"
    async with client(running.gateway, running.keys.psap) as http:
        await http.get("/health/live")  # connected
        number = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP, "term": signal.SIGTERM}[how]
        os.kill(holder.process.pid, number)
        began = monotonic()
        journal.posted += 1
        incident = await insist(http, {"call_id": call_id, "said": "help"})
        waited_s = monotonic() - began
    journal.keep(CallAcked(PSAP, call_id, incident))
    if how == "stop":
        os.kill(holder.process.pid, signal.SIGCONT)
        assert await asyncio.wait_for(holder.process.wait(), ANSWER_S) == 3, "the old desk lives on"
    await holder.process.wait()
    await holder.start()
    return waited_s


async def insist(http: httpx.AsyncClient, body: dict[str, Any]) -> int:
    """Post a call until it is answered 2xx and return its incident."""
    async with asyncio.timeout(ANSWER_S):
        while True:
            answer = await http.post("/v1/calls", json=body)
            if answer.is_success:
                return int(answer.json()["incident_id"])
            await asyncio.sleep(POLL_S)


async def take_away(running: Trio, how: How, times: int, seed: int) -> Result:
    """Take the desk away so many times under calls and check every promise made."""
    result, rng = Result(how), Random(seed)
    database = running.gateway.database
    with Journal(running.gateway.folder / f"journal-{how}") as journal:
        async with calling(running, journal, rng) as crowd:
            for _ in range(times):
                await asyncio.sleep(rng.uniform(*LIFE_S))
                result.answered_s.append(await lose_desk(running, how, rng, journal))
        result.posted, result.acked, result.statuses = journal.posted, journal.acked, crowd.statuses
        result.findings = await check(database, REGION, journal.read())
        result.findings.broken += (await verify(database, REGION)).faults
    return result


@asynccontextmanager
async def calling(running: Trio, journal: Journal, rng: Random) -> AsyncIterator[Crowd]:
    """Let calls come in at the gateway for as long as the block lasts; each is sent until it is answered."""
    crowd = Crowd(running.gateway, journal, running.signs, rng, prefix=f"{rng.getrandbits(32):x}")
    tasks = [asyncio.create_task(crowd.call(running.keys.psap, PAUSE_S)) for _ in range(SENDERS)]
    try:
        yield crowd
        crowd.stopping.set()
        await asyncio.wait_for(asyncio.gather(*tasks), ANSWER_S)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def main() -> int:
    """Lose the desk in each way, print the rows, return 0 only when every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--how", choices=("kill", "stop", "term"), nargs="*", default=("kill", "stop", "term"))
    given = parser.parse_args()
    is_clean = True
    print(Result.HEADER)
    async with (
        engines() as servers,
        trio(await servers.new_database(), servers.valkey.url, servers.folder / "takeover") as running,
    ):
        for how in given.how:
            result = await take_away(running, how, given.kills, given.seed)
            print(result.row(), flush=True)
            if not result.findings.is_clean:
                print(result.findings)
                is_clean = False
    return 0 if is_clean else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

"""PostgreSQL away under calls that nobody sends twice: whatever was answered must be in the ledger, exactly once.

python -m loadtests.outage --seconds 4 --seed 1

PostgreSQL hangs and comes back; is killed and comes back; hangs while the service is killed with its spool full.
"""

import argparse
import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from time import monotonic
from typing import Final

import httpx
import psutil

from app.embedded.postgres import Postgres
from app.verify import verify
from geo.sign import LifeCycle
from loadtests.checker import Findings, check
from loadtests.journal import CallAcked, CallSpooled, Journal
from loadtests.rig import REGION, Engines, Service, client, engines, load_border, make_keys

PSAPS: Final = 12
PAUSE_S: Final = 0.05
DRAIN_S: Final = 30.0
USABLE: Final = (LifeCycle.INSTALLED, LifeCycle.INSPECTED)


def _signal(postgres: Postgres, which: signal.Signals) -> None:
    if postgres.pid is None:
        raise RuntimeError("PostgreSQL does not run")
    postmaster = psutil.Process(postgres.pid)
    for process in (postmaster, *postmaster.children(recursive=True)):
        process.send_signal(which)


@asynccontextmanager
async def hanging(postgres: Postgres) -> AsyncIterator[None]:
    """For as long as the block lasts PostgreSQL takes connections and says nothing, as over a disk that hangs."""
    _signal(postgres, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(postgres, signal.SIGCONT)


@dataclass(slots=True)
class Senders:
    """PSAPs that post each call once. Every second call has no id of its own: only the spool id tells it."""

    service: Service
    journal: Journal
    signs: tuple[str, ...]
    rng: Random
    answers: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    number: int = 0
    stopping: bool = False

    async def run(self, key: str) -> None:
        async with client(self.service, key) as http:
            while not self.stopping:
                await self._post(http)
                await asyncio.sleep(self.rng.uniform(0.5, 1.5) * PAUSE_S)

    async def _post(self, http: httpx.AsyncClient) -> None:
        self.number += 1
        call_id = f"o-{self.number}" if self.number % 2 else None
        body = {"said": self.rng.choice(self.signs), "callback_number": f"520{self.number:07d}"}
        began = monotonic()
        try:
            answer = await http.post("/v1/calls", json=body | ({"call_id": call_id} if call_id else {}))
        except httpx.TransportError:
            self.answers["none"] += 1
            return
        self.slowest_s = max(self.slowest_s, monotonic() - began)
        self.journal.posted += 1
        if answer.is_success:
            self.answers["recorded"] += 1
            if call_id:
                self.journal.keep(CallAcked("psap-1", call_id, answer.json()["incident_id"]))
        elif spooled := answer.json().get("spooled"):
            self.answers["spooled"] += 1
            self.journal.keep(CallSpooled(spooled))
        else:
            self.answers[str(answer.status_code)] += 1


@dataclass(slots=True)
class Result:
    """What was answered, how long the longest answer took, how long the last spool took to drain, what was broken."""

    answers: Counter[str]
    slowest_s: float
    drained_s: float
    findings: Findings

    HEADER = "recorded | spooled | other answers | slowest s | drained in s | lost | doubled"

    def row(self) -> str:
        other = {name: count for name, count in self.answers.items() if name not in ("recorded", "spooled")}
        counts = f"{self.answers['recorded']} | {self.answers['spooled']} | {other or 'none'}"
        broken = f"{len(self.findings.lost)} | {len(self.findings.doubled)}"
        return f"{counts} | {self.slowest_s:.2f} | {self.drained_s:.1f} | {broken}"


async def drained(http: httpx.AsyncClient) -> float:
    """Wait until nothing is spooled any more; return how long that took. Raises TimeoutError."""
    began = monotonic()
    async with asyncio.timeout(DRAIN_S):
        while True:
            shown = (await http.get("/health/ready")).json()["checks"]
            if shown["postgresql"]["ok"] and shown.get("spool", {}).get("state") == "ok":
                return monotonic() - began
            await asyncio.sleep(0.1)


async def break_it(servers: Engines, service: Service, seconds: float, seed: int) -> Result:
    """Let PostgreSQL hang, die, and hang while the service dies; check every answer that was given."""
    border = await load_border(service.database, service.redis, service.folder)
    signs = tuple(sign.sign_id for sign in border.signs if sign.life in USABLE)
    keys = await make_keys(service.database)
    await service.start()
    with Journal(service.folder / "journal") as journal:
        senders = Senders(service, journal, signs, Random(seed))
        tasks = [asyncio.create_task(senders.run(keys.psap)) for _ in range(PSAPS)]
        async with client(service, keys.dispatcher) as http:
            await asyncio.sleep(seconds / 2)
            async with hanging(servers.postgres):
                await asyncio.sleep(seconds)
            await drained(http)
            if servers.postgres.pid is not None:
                _signal(servers.postgres, signal.SIGKILL)
            await asyncio.sleep(seconds)
            await drained(http)
            async with hanging(servers.postgres):
                await asyncio.sleep(seconds)
                await service.kill()
            await service.start()
            drained_s = await drained(http)
            senders.stopping = True
            await asyncio.gather(*tasks)
            await drained(http)
        findings = await check(service.database, REGION, journal.read())
    if (status := await service.stop()) != 0:
        findings.broken.append(f"the service ended with status {status}")
    findings.broken += (await verify(service.database, REGION)).faults
    return Result(senders.answers, senders.slowest_s, drained_s, findings)


async def main_async(seconds: float, seed: int) -> int:
    async with engines() as servers:
        service = Service(await servers.new_database(), servers.valkey.url, servers.folder / "outage")
        try:
            result = await break_it(servers, service, seconds, seed)
        finally:
            await service.kill()
    print(Result.HEADER)
    print(result.row())
    print(result.findings)
    return 0 if result.findings.is_clean else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each outage lasts")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.exit(asyncio.run(main_async(options.seconds, options.seed)))


if __name__ == "__main__":
    main()

"""python -m loadtests.composed: lose each service of deploy/compose.yaml under calls, check every promise."""

import argparse
import asyncio
import signal
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

import httpx

from app.verify import verify
from loadtests.checker import check
from loadtests.composed.services import NAME, Composed, composed
from loadtests.crowd import PSAP
from loadtests.journal import CallAcked, Journal
from loadtests.rig import REGION, make_keys

SENDERS: Final = 4
PAUSE_S: Final = 0.05
ANSWER_S: Final = 5.0
WHOLE_S: Final = 60.0
CALM_S: Final = 2.0


@dataclass(slots=True)
class Callers:
    """PSAPs that call through the front, over TLS, and insist on every call."""

    url: str
    trust: ssl.SSLContext
    key: str
    journal: Journal
    stopping: bool = False
    statuses: dict[int, int] = field(default_factory=dict)
    number: int = 0

    def client(self) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {self.key}", "Host": NAME}
        return httpx.AsyncClient(base_url=self.url, verify=self.trust, headers=headers, timeout=ANSWER_S)

    async def call(self) -> float:
        """Post one call until it is answered 2xx; return how long that took. Raises TimeoutError."""
        self.number += 1
        body, began = {"call_id": f"composed-{self.number}", "said": "help"}, monotonic()
        self.journal.posted += 1
        async with self.client() as http, asyncio.timeout(WHOLE_S):
            while True:
                try:
                    answer = await http.post("/v1/calls", json=body)
                except httpx.TransportError:
                    await asyncio.sleep(PAUSE_S)
                    continue
                self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
                if answer.is_success:
                    self.journal.keep(CallAcked(PSAP, body["call_id"], int(answer.json()["incident_id"])))
                    return monotonic() - began
                await asyncio.sleep(PAUSE_S)

    async def go_on(self) -> None:
        while not self.stopping:
            await self.call()
            await asyncio.sleep(PAUSE_S)


@asynccontextmanager
async def calling(at: Composed) -> AsyncIterator[Callers]:
    keys = await make_keys(at.dsn("postgres-1"))
    trust = ssl.create_default_context(cafile=at.secrets / "clients.pem")
    trust.check_hostname = False  # reached by its address; the certificate is checked all the same
    url = f"https://{at.host('front').address}:8443"
    with Journal(at.folder / "journal") as journal:
        callers = Callers(url, trust, keys.psap, journal)
        tasks = [asyncio.create_task(callers.go_on()) for _ in range(SENDERS)]
        yield callers
        callers.stopping = True
        await asyncio.gather(*tasks)


def crashed(name: str) -> Callable[[Composed], Coroutine[None, None, None]]:
    async def strike(at: Composed) -> None:
        await at.lose(name)

    return strike


def told_to_stop(name: str) -> Callable[[Composed], Coroutine[None, None, None]]:
    async def strike(at: Composed) -> None:
        assert await at.lose(name, signal.SIGTERM) == 0, at.last_words(name)

    return strike


async def failed_over(at: Composed) -> None:
    """What docs/operations.md tells an operator to do."""
    await at.lose("postgres-1")
    await at.execute("postgres-2", "pg_ctl", "promote")


# What is lost, how, and whether the engine (`restart: unless-stopped`) or an operator starts it again.
LOSSES: Final = (
    ("gateway-1: kill -9", crashed("gateway-1"), "gateway-1"),
    ("gateway-2: replaced", told_to_stop("gateway-2"), "gateway-2"),
    ("desk-1: kill -9", crashed("desk-1"), "desk-1"),
    ("desk-2: kill -9", crashed("desk-2"), "desk-2"),
    ("valkey: kill -9", crashed("valkey"), "valkey"),
    ("postgres-1: kill -9 and failover", failed_over, ""),
)


async def break_it(at: Composed) -> int:
    """Lose one after the other; print a row for each; return the exit status."""
    print("service | first answer to a call posted then, s")
    async with calling(at) as callers:
        await asyncio.sleep(CALM_S)
        for what, strike, again in LOSSES:
            struck = asyncio.create_task(strike(at))
            await asyncio.sleep(0)
            answered_s = await callers.call()
            await struck
            print(f"{what} | {answered_s:.2f}", flush=True)
            if again:
                await at.start(again)
                await at.until_healthy(again)
            await asyncio.sleep(CALM_S)
    truth, journal = at.dsn("postgres-2"), callers.journal
    found = await check(truth, REGION, journal.read())
    found.broken += (await verify(truth, REGION)).faults
    for name in ("front", "gateway-1", "gateway-2", "desk-1", "desk-2"):
        if (code := await at.lose(name, signal.SIGUSR1 if name == "front" else signal.SIGTERM)) != 0:
            found.broken.append(f"{name} ended with {code}: {at.last_words(name)}")
    print(f"posted {journal.posted}, acked {journal.acked}, answers {callers.statuses}: {found}")
    return int(not found.is_clean or journal.posted != journal.acked)


async def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    async with composed() as at:
        for name, process in at.running.items():
            print(f"{name} runs at {at.host(name).address}: process {process.pid}")
        return await break_it(at)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

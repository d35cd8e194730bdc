"""The power is cut under calls that nobody sends twice: whatever had been answered must still be there.

python -m loadtests.power --cuts 6 --seed 1

PostgreSQL's data, the sealing keys and the spool are on a disk that loses what was not synced. Every second cut comes
while PostgreSQL hangs, so that the promises of that moment are the spool's.
"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median
from time import monotonic
from typing import Final, Literal

from app.embedded.home import home_for
from app.embedded.postgres import Postgres
from app.embedded.valkey import Valkey
from app.verify import verify
from loadtests.chaos.tools import family, injected
from loadtests.checker import Findings, check
from loadtests.disk import Disk, disk
from loadtests.journal import Acked, CallSpooled, Journal
from loadtests.outage import PSAPS, USABLE, Senders, drained, hanging
from loadtests.rig import REGION, Engines, Service, client, know, load_border, make_keys

LIFE_S: Final = (0.5, 3.0)
HANGS_S: Final = (2.5, 4.0)  # a sender is told after 2 s that its report is spooled
SETTLE_S: Final = 1.0
LIES: Final = "fsync,fdatasync,sync_file_range:retval=0"  # says that it is on the disk, and does nothing

Liar = Literal["nobody", "postgres", "service"]


@dataclass(slots=True)
class Result:
    """A run's figures. `recoveries_s`: from the start of the servers on what the cut left to an empty spool."""

    cuts: int = 0
    recorded: int = 0
    spooled: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    findings: Findings = field(default_factory=Findings)

    HEADER = "power cuts | promised before: recorded | spooled | lost | doubled | recovery p50/max s"

    def __str__(self) -> str:
        times = self.recoveries_s or [0.0]
        counts = (self.cuts, self.recorded, self.spooled, len(self.findings.lost), len(self.findings.doubled))
        return " | ".join(map(str, (*counts, f"{median(times):.2f}/{max(times):.2f}")))


@dataclass(slots=True)
class House:
    """A machine with its disk. `liar`: whose syncs do nothing."""

    folder: Path
    disk: Disk
    servers: Engines
    service: Service
    liar: Liar

    def lying(self) -> AbstractAsyncContextManager[object]:
        """Let the liar lie for as long as the block lasts."""
        postgres, process = self.servers.postgres.pid, self.service.process
        assert postgres is not None
        assert process is not None
        if self.liar == "nobody":
            return nullcontext()
        return injected(family(postgres) if self.liar == "postgres" else [process.pid], LIES)


@asynccontextmanager
async def house(liar: Liar) -> AsyncIterator[House]:
    """Run a machine for as long as the block lasts. Raises NotToBeHad."""
    folder = Path(tempfile.mkdtemp(prefix="auxilio-power-"))
    folder.chmod(0o755)
    try:
        async with AsyncExitStack() as stack:
            its_disk = await stack.enter_async_context(disk(folder))
            postgres, valkey = Postgres(its_disk.at / "postgres"), Valkey(folder / "valkey")
            assert home_for(postgres.home).is_relative_to(its_disk.at), "PostgreSQL's data is elsewhere"
            for server in (postgres, valkey):
                stack.push_async_callback(server.stop)
                await server.start()
            know(postgres)
            servers = Engines(folder, postgres, valkey)
            service = Service(await servers.new_database(), valkey.url, its_disk.at / "auxilio")
            stack.push_async_callback(service.kill)
            yield House(folder, its_disk, servers, service, liar)
    finally:
        shutil.rmtree(home_for(folder / "valkey"), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


async def cut_power(at: House, senders: Senders, promised: list[Acked], rng: Random, key: str, *, hung: bool) -> float:
    """Cut the power at a random moment and start on what is left; return how long that took."""
    postgres = at.servers.postgres
    async with at.lying():
        await asyncio.sleep(rng.uniform(*LIFE_S))
        async with hanging(postgres) if hung else nullcontext():
            await asyncio.sleep(rng.uniform(*HANGS_S) if hung else 0.0)
            promised += senders.journal.read()
            await at.disk.copy()
            await at.service.kill()  # what it answers from here on, the cut undoes: nobody holds it to that
    await postgres.stop()
    await at.disk.lose_power()
    senders.journal = Journal(at.folder / f"journal-{rng.getrandbits(64):x}")
    began = monotonic()
    await postgres.start()
    await at.service.start()
    async with client(at.service, key) as http:
        await drained(http)
    return monotonic() - began


async def cut_often(at: House, cuts: int, seed: int, *, only_hung: bool = False) -> Result:
    """Cut the power so often under calls, and check after each all that was ever promised."""
    result, rng, promised = Result(), Random(seed), list[Acked]()
    border = await load_border(at.service.database, at.service.redis, at.service.folder)
    keys = await make_keys(at.service.database)
    signs = tuple(sign.sign_id for sign in border.signs if sign.life in USABLE)
    await at.service.start()
    senders = Senders(at.service, Journal(at.folder / "journal"), signs, rng)
    tasks = [asyncio.create_task(senders.run(keys.psap)) for _ in range(PSAPS)]
    try:
        for number in range(cuts):
            hung = only_hung or bool(number % 2)
            result.recoveries_s.append(await cut_power(at, senders, promised, rng, keys.psap, hung=hung))
            result.cuts += 1
            await asyncio.sleep(SETTLE_S)
            found = await check(at.service.database, REGION, promised)
            found.broken += (await verify(at.service.database, REGION)).faults
            if not found.is_clean:
                result.findings = found
                break
    finally:
        senders.stopping = True
        await asyncio.gather(*tasks)
    result.spooled = sum(isinstance(fact, CallSpooled) for fact in promised)
    result.recorded = len(promised) - result.spooled
    return result


async def power_cuts(cuts: int, seed: int, liar: Liar = "nobody") -> Result:
    """Run a machine, cut its power so often. Raises NotToBeHad."""
    async with house(liar) as at:
        return await cut_often(at, cuts, seed, only_hung=liar == "service")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--liar", choices=("nobody", "postgres", "service"), default="nobody", help="whose syncs lie")
    given = parser.parse_args()
    result = asyncio.run(power_cuts(given.cuts, given.seed, given.liar))
    print(Result.HEADER)
    print(result)
    print(result.findings)
    return 0 if result.findings.is_clean else 1


if __name__ == "__main__":
    raise SystemExit(main())

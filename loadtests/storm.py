"""`kill -9` under a storm of calls: what clients were promised, against what the ledger holds, after many kills.

python -m loadtests.storm --kills 20 --seed 1
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from statistics import median
from time import monotonic
from typing import Final

from app.verify import verify
from loadtests.checker import Findings, check
from loadtests.crowd import Crowd, Device
from loadtests.journal import Journal
from loadtests.rig import REGION, Service, engines, load_border, make_keys

UNITS: Final = 30
PSAPS: Final = 20
PAUSE_S: Final = 0.06  # between a PSAP's calls: some 200 a second together
LIFE_S: Final = (0.02, 1.0)  # how long a service lives before it is killed
STILLBORN: Final = 0.2  # one start in five is killed while it starts
BIRTH_S: Final = (0.1, 1.6)
SETTLE_S: Final = 2.0
RECOVERY_S: Final = 30.0


@dataclass(slots=True)
class Result:
    """A storm's figures. `recoveries_s`: from a kill, which may be of a start, to the next call's 2xx."""

    kills: int
    posted: int = 0
    acked: int = 0
    events: int = 0
    seconds: float = 0.0
    findings: Findings = field(default_factory=Findings)
    recoveries_s: list[float] = field(default_factory=list)

    HEADER = "kills | posted | acked | lost | doubled | overlapping | forgotten | recovery p50/max s | seconds"

    def row(self) -> str:
        found = self.findings
        recovery = f"{median(self.recoveries_s or [0.0]):.2f}/{max(self.recoveries_s or [0.0]):.2f}"
        counts = (len(found.lost), len(found.doubled), len(found.overlapping), len(found.forgotten))
        return " | ".join(map(str, (self.kills, self.posted, self.acked, *counts, recovery, f"{self.seconds:.0f}")))


@asynccontextmanager
async def crowd_at(service: Service, journal: Journal, seed: int) -> AsyncIterator[Crowd]:
    """Load a border, start the service and let everybody talk to it for as long as the block lasts."""
    border = await load_border(service.database, service.redis, service.folder)
    units = border.units[:UNITS]
    keys = await make_keys(service.database, [unit.unit_id for unit in units])
    await service.start()
    rng = Random(seed)
    crowd = Crowd(service, journal, border.signs, rng)
    work = [crowd.call(keys.psap, PAUSE_S) for _ in range(PSAPS)]
    work += [Device(crowd, unit.unit_id, keys.agents[unit.unit_id], Random(rng.random())).run() for unit in units]
    work.append(crowd.close_incidents(keys.dispatcher, PAUSE_S))
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield crowd
        crowd.stopping.set()
        await asyncio.wait_for(asyncio.gather(*tasks[:PSAPS]), RECOVERY_S)
    finally:
        crowd.stopping.set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def kill_and_restart(service: Service, crowd: Crowd, rng: Random) -> tuple[int, float]:
    """Kill it, perhaps kill starts as well, then start it; return the kills and the seconds until a call's 2xx."""
    await asyncio.sleep(rng.uniform(*LIFE_S))
    await service.kill()
    began, kills = monotonic(), 1
    crowd.recovered.clear()
    if rng.random() < STILLBORN:
        await kill_a_start(service, rng.uniform(*BIRTH_S))
        kills += 1
    await service.start()
    await asyncio.wait_for(crowd.recovered.wait(), RECOVERY_S)
    return kills, monotonic() - began


async def kill_a_start(service: Service, after_s: float) -> None:
    """Start it and kill it so much later, wherever in its start (or just after) that is."""
    starting = asyncio.create_task(service.start())
    await asyncio.sleep(after_s)
    await service.kill()
    with suppress(RuntimeError):
        await starting


async def storm(service: Service, kills: int, seed: int) -> Result:
    """Kill `service` so many times under a storm and check every promise made. Raises RuntimeError, TimeoutError."""
    began, rng = monotonic(), Random(seed)
    result = Result(0)
    service.folder.mkdir(parents=True, exist_ok=True)
    with Journal(service.folder / "journal") as journal:
        async with crowd_at(service, journal, seed) as crowd:
            while result.kills < kills:
                done, recovery_s = await kill_and_restart(service, crowd, rng)
                result.kills += done
                result.recoveries_s.append(recovery_s)
            await asyncio.sleep(SETTLE_S)
        if (status := await service.stop()) != 0:
            result.findings.broken.append(f"the service ended with status {status}")
        result.posted, result.acked = journal.posted, journal.acked
        await examine(service, journal, result)
    result.seconds = monotonic() - began
    return result


async def examine(service: Service, journal: Journal, result: Result) -> None:
    """Let the checker, and the service's own verification, look at everything."""
    broken = result.findings.broken
    result.findings = await check(service.database, REGION, journal.read())
    report = await verify(service.database, REGION)
    result.events = report.events
    result.findings.broken += broken + report.faults


async def main() -> int:
    """Run a storm, print its row, return 0 only when every promise was kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    async with engines() as servers:
        service = Service(await servers.new_database(), servers.valkey.url, servers.folder / "storm")
        try:
            result = await storm(service, given.kills, given.seed)
        finally:
            await service.kill()
    print(Result.HEADER)
    print(result.row())
    if not result.findings.is_clean:
        print(result.findings)
    return 0 if result.findings.is_clean else 1


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

"""python -m loadtests.chaos [--times N] [--seed N] [--only WORDS ...]: strike, let it mend, check every promise."""

import argparse
import asyncio
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from loadtests.chaos.faults import FAULTS, Fault
from loadtests.chaos.scene import Scene, calling, scene
from loadtests.checker import Findings
from loadtests.debian import NotToBeHad

CALM_S: Final = (0.3, 1.2)  # before each strike
SETTLE_S: Final = 1.0
LAST: Final = "PostgreSQL: failover"  # ends the scene it is struck in


@dataclass(slots=True)
class Row:
    """One fault's figures. `recoveries_s`: from the strike, or from mending where that is needed, to a call's 2xx."""

    fault: str
    times: int = 0
    posted: int = 0
    acked: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    found: Findings = field(default_factory=Findings)
    not_run: str = ""

    HEADER = "fault | times | posted | acked | lost | doubled | held twice | forgotten | recovery p50/max s"

    def __str__(self) -> str:
        if self.not_run:
            return f"{self.fault} | not run: {self.not_run}"
        found, times = self.found, self.recoveries_s or [0.0]
        counts = (len(found.lost), len(found.doubled), len(found.overlapping), len(found.forgotten))
        figures = (self.fault, self.times, self.posted, self.acked, *counts, f"{median(times):.2f}/{max(times):.2f}")
        return " | ".join(map(str, figures))

    @property
    def is_good(self) -> bool:
        return bool(self.not_run) or (self.found.is_clean and self.posted == self.acked)


async def strike(stage: Scene, fault: Fault, times: int) -> Row:
    """Strike so many times under calls, then check everything that was ever promised in this scene."""
    row, posted, acked = Row(fault.name), stage.journal.posted, stage.journal.acked
    try:
        async with calling(stage):
            for _ in range(times):
                await asyncio.sleep(stage.rng.uniform(*CALM_S))
                async with fault.strike(stage):
                    if fault.lasts_s:
                        await asyncio.sleep(fault.lasts_s)
                    else:
                        row.recoveries_s.append(await stage.probe())
                if fault.lasts_s:
                    row.recoveries_s.append(await stage.probe())
                row.times += 1
                await stage.become_whole()
            await asyncio.sleep(SETTLE_S)
    except NotToBeHad as error:
        row.not_run = str(error)
    except (AssertionError, TimeoutError, RuntimeError) as error:
        row.found.broken.append(f"{type(error).__name__}: {error}")
    row.posted, row.acked = stage.journal.posted - posted, stage.journal.acked - acked
    broken = row.found.broken
    row.found = await stage.examine()
    row.found.broken += broken
    return row


async def chaos(faults: list[Fault], times: int, seed: int) -> list[Row]:
    """Strike each fault in one scene, a failover in a scene of its own as often as asked; print rows as they come."""
    rows = []
    together = [fault for fault in faults if fault.name != LAST]
    alone = [fault for fault in faults if fault.name == LAST]
    if together:
        folder = Path(tempfile.mkdtemp(prefix="auxilio-chaos-"))
        async with scene(folder, seed) as stage:
            for fault in together:
                rows.append(await strike(stage, fault, times))
                _tell(rows[-1])
        shutil.rmtree(folder, ignore_errors=True)
    for fault in alone:
        whole = Row(fault.name)
        for number in range(times):
            folder = Path(tempfile.mkdtemp(prefix="auxilio-chaos-"))
            async with scene(folder, seed + number) as stage:
                row = await strike(stage, fault, 1)
            shutil.rmtree(folder, ignore_errors=True)
            whole.times, whole.posted, whole.acked = whole.times + 1, whole.posted + row.posted, whole.acked + row.acked
            whole.recoveries_s += row.recoveries_s
            whole.not_run = row.not_run
            for kind in ("lost", "doubled", "overlapping", "forgotten", "broken"):
                getattr(whole.found, kind).extend(getattr(row.found, kind))
        rows.append(whole)
        _tell(whole)
    return rows


def _tell(row: Row) -> None:
    print(row, flush=True)
    if not row.is_good:
        print(f"  {row.found}; posted {row.posted}, acked {row.acked}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], help="faults whose name holds one of these words")
    given = parser.parse_args()
    faults = [one for one in FAULTS if not given.only or any(word in one.name for word in given.only)]
    print(Row.HEADER)
    rows = asyncio.run(chaos(faults, given.times, given.seed))
    return int(not all(row.is_good for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())

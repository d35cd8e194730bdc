"""The matrix: each fault struck under calls, every promise ever made checked after it, a row of figures for each."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Final

from loadtests.chaos.faults import FAULTS, SHORT, Fault
from loadtests.chaos.network import network
from loadtests.chaos.scene import Scene, calling, scene
from loadtests.checker import Findings
from loadtests.debian import NotToBeHad

CALM_S: Final = (0.3, 1.2)  # before each strike
SETTLE_S: Final = 1.0
SHORT_SETTLE_S: Final = 0.3


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


async def strike(stage: Scene, fault: Fault, times: int, settle_s: float = SETTLE_S) -> Row:
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
                    if fault.stays_s:
                        await asyncio.sleep(fault.stays_s)
                        row.recoveries_s.append(await stage.probe())
                if fault.lasts_s:
                    row.recoveries_s.append(await stage.probe())
                row.times += 1
                await stage.become_whole()
            await asyncio.sleep(settle_s)
    except NotToBeHad as error:
        row.not_run = str(error)
    except (AssertionError, TimeoutError, RuntimeError) as error:
        row.found.broken.append(f"{type(error).__name__}: {error}")
    row.posted, row.acked = stage.journal.posted - posted, stage.journal.acked - acked
    broken = row.found.broken
    row.found = await stage.examine()
    row.found.broken += broken
    return row


@asynccontextmanager
async def a_scene(seed: int, *, apart: bool) -> AsyncIterator[Scene]:
    """Run a scene in a folder of its own and remove it. Raises NotToBeHad where hosts of its own are not to be had."""
    folder = Path(tempfile.mkdtemp(prefix="auxilio-chaos-"))
    try:
        async with AsyncExitStack() as stack:
            hosts = await stack.enter_async_context(network()) if apart else None
            yield await stack.enter_async_context(scene(folder, seed, hosts))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def chaos(faults: Sequence[Fault], times: int, seed: int) -> list[Row]:
    """Strike all that leave a scene whole in one, each other in scenes of its own; print rows as they come."""
    rows = []
    for apart in (False, True):
        kind = [fault for fault in faults if fault.apart is apart]
        together = [fault for fault in kind if not fault.ends_scene]
        try:
            if together:
                async with a_scene(seed, apart=apart) as stage:
                    rows += [_told(await strike(stage, fault, times)) for fault in together]
            rows += [_told(await _struck_alone(fault, times, seed)) for fault in kind if fault.ends_scene]
        except NotToBeHad as error:
            done = {row.fault for row in rows}
            rows += [_told(Row(fault.name, not_run=str(error))) for fault in kind if fault.name not in done]
    return rows


async def _struck_alone(fault: Fault, times: int, seed: int) -> Row:
    whole = Row(fault.name)
    for number in range(times):
        async with a_scene(seed + number, apart=fault.apart) as stage:
            row = await strike(stage, fault, 1)
        whole.times, whole.posted, whole.acked = (
            whole.times + row.times,
            whole.posted + row.posted,
            whole.acked + row.acked,
        )
        whole.recoveries_s += row.recoveries_s
        whole.not_run = row.not_run
        for kind in ("lost", "doubled", "overlapping", "forgotten", "broken"):
            getattr(whole.found, kind).extend(getattr(row.found, kind))
    return whole


async def short_round(seed: int) -> list[Row]:
    """Strike once what catches most, in one scene that the last of them ends."""
    by_name = {fault.name: fault for fault in FAULTS}
    async with a_scene(seed, apart=False) as stage:
        return [_told(await strike(stage, by_name[name], 1, SHORT_SETTLE_S)) for name in SHORT]


def _told(row: Row) -> Row:
    print(row, flush=True)
    if not row.is_good:
        print(f"  {row.found}; posted {row.posted}, acked {row.acked}", flush=True)
    return row

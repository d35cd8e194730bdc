"""What is personal ends at its time, everywhere, backups included; what must be kept is kept; the history stays whole."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest_asyncio

from app.retention.rules import Rules
from loadtests.rig import Engines
from tests.integration.backup import dump
from tests.integration.patience import eventually
from tests.integration.scene import World, a_world

RULES = Rules()
NOW = datetime.now(UTC)
YEARS_ON = NOW + timedelta(days=800)


@dataclass(slots=True)
class Case:
    """A call with what was sealed of it."""

    incident_id: int
    sealed: str
    note: str


@dataclass(slots=True)
class Cases:
    """Four callers: one found, one still looked for, one not found, one found and held for a court."""

    world: World
    keys: Path
    found: Case
    open: Case
    lost: Case
    held: Case
    dumps: list[Path] = field(default_factory=list)
    old_keys: Path = Path()

    def all(self) -> tuple[Case, ...]:
        return self.found, self.open, self.lost, self.held


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "retention", units=1) as found:
        yield found


@pytest_asyncio.fixture(scope="module")
async def cases(world: World, rig: Engines) -> Cases:
    """Live a little, with a backup before the outcomes and one after."""
    folder = world.service.folder
    made = []
    for number in range(4):
        made.append(await a_case(world, number))
    cases = Cases(world, folder / "keys.json", *made)
    cases.dumps.append(await dump(world.database, rig.folder / "before.dump"))
    async with world.http("dispatcher") as http:
        for case, outcome in ((cases.found, "found_well"), (cases.lost, "not_found"), (cases.held, "found_injured")):
            done = {"outcome": outcome, "release_units": True}
            answer = await http.post(f"/v1/incidents/{case.incident_id}/outcome", json=done)
            assert answer.status_code == 200, answer.text
    await eventually(lambda: is_moved(cases.held))
    async with retention_of(world) as retention:
        await retention.hold(cases.held.incident_id)
    cases.dumps.append(await dump(world.database, rig.folder / "after.dump"))
    cases.old_keys = Path(shutil.copy(cases.keys, rig.folder / "keys-as-they-were.json"))
    return cases

"""Every line an integrator is told to type, typed against a running service: it works, and comes back as shown."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from loadtests.rig import Engines
from tests.integration import terminal
from tests.integration.pages import NotAsThePageSays, differs, shell, typed
from tests.integration.scene import World, a_world

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "interop").glob("*.md"))


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    nobody = "tcp://127.0.0.1:9"  # a TAK server is set and away: the page shows how that is seen
    async with a_world(rig, "pages", AUXILIO_COT_URL=nobody) as made:
        yield made


@pytest.fixture
def auxilio(world: World) -> Any:
    async def run(*words: str) -> Any:
        return await terminal.auxilio(world.database, world.redis, world.service.folder, *words)

    return run


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
async def test_a_page_begins_with_nothing_and_each_of_its_lines_works(
    page: Path, world: World, auxilio: Any, tmp_path: Path
) -> None:
    async with shell(tmp_path / "typed", auxilio, AUXILIO=world.service.url) as typing:
        for block in typed(page):
            await typing.read(block)
    assert typing.curls == len(re.findall(r"^(?:\w+=\$\()?curl ", page.read_text(encoding="utf-8"), re.MULTILINE))


async def test_the_call_of_the_readme_is_answered_as_it_says(world: World, auxilio: Any, tmp_path: Path) -> None:
    blocks = typed(ROOT / "README.md")
    (at,) = [number for number, block in enumerate(blocks) if block.startswith("curl ")]
    call = blocks[at].replace("http://127.0.0.1:8911", world.service.url)
    async with shell(tmp_path / "typed", auxilio, PSAP_KEY=world.keys.psap) as typing:
        await typing.read(call)
        await typing.read(blocks[at + 1])


async def test_a_page_that_promises_too_much_is_noticed(world: World, auxilio: Any, tmp_path: Path) -> None:
    async with shell(tmp_path / "typed", auxilio, AUXILIO=world.service.url, KEY="aux_nobody") as typing:
        with pytest.raises(NotAsThePageSays, match="401"):
            await typing.read('curl -s "$AUXILIO/v1/incidents" -H "Authorization: Bearer $KEY"')
        with pytest.raises(NotAsThePageSays, match="has no"):
            await typing.read('curl -s "$AUXILIO/health/live"\n{"status": "ok", "more": 1}')
    assert differs({"sign_id": "TUC-317"}, {"sign_id": "TUC-318"})
    assert not differs({"incident_id": 72}, {"incident_id": 5, "more": None})

"""Every line an integrator is told to type, typed against a running service: it works, and comes back as shown."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from app.access.identity import Role
from app.http import openapi
from loadtests.rig import Engines
from tests.integration import terminal
from tests.integration.pages import NotAsThePageSays, Shell, Step, differs, shell, steps, typed
from tests.integration.scene import World, a_world
from tests.integration.scenery import Scenery, in_place
from tests.integration.staff import CHEAP, Somebody, Staffed

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "interop").glob("*.md"))


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    nobody = "tcp://127.0.0.1:9"  # a TAK server is set and away: the page shows how that is seen
    kib = CHEAP["AUXILIO_PASSWORD_KIB"]
    async with a_world(rig, "pages", AUXILIO_COT_URL=nobody, AUXILIO_PASSWORD_KIB=kib) as made:
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


# What a browser, a phone or the agency's own sign-in makes is not to be had by a line; the line is refused in words.
BY_NO_LINE = ('"..."', "q83vEjRWeJA", "/sign-in/agency/begin")


async def test_every_line_of_the_reference_works(world: World, auxilio: Any, tmp_path: Path) -> None:
    faults = []
    async with AsyncExitStack() as stack:
        staff = Staffed(world.service, world.database)
        people = [
            await stack.enter_async_context(staff.person(login, role))
            for login, role in (("dee", Role.ADMINISTRATOR), ("sue", Role.SUPERVISOR), ("ann", Role.AUDITOR))
        ]
        desk = await stack.enter_async_context(world.http("dispatcher"))
        psap = await stack.enter_async_context(world.http("psap"))
        scenery = Scenery(world, desk, psap, staff, people[0])
        await scenery.prepare()

        typing = await stack.enter_async_context(shell(tmp_path / "typed", auxilio))
        for page in PAGES:
            for block in typed(page):
                for step in steps(block):
                    if step.text.startswith("cat > "):
                        await typing.take(step)
        for block in typed(ROOT / "docs" / "api.md"):
            for step in steps(block.replace("http://127.0.0.1:8911", world.service.url)):
                try:
                    await _type(typing, scenery, step, people)
                except (NotAsThePageSays, AssertionError) as fault:
                    faults.append(f"{step.text}\n{fault!r}")
    assert not faults, "\n\n".join(faults)
    assert typing.curls > len(openapi()["paths"])


async def _type(typing: Shell, scenery: Scenery, step: Step, people: list[Somebody]) -> None:
    """Type a line of the reference about what there is, as somebody who is signed in where it says so."""
    line = step.text
    if line.startswith("curl "):
        line = in_place(line, await scenery.of(line))
    for name, somebody in zip(("COOKIE", "SUPERVISOR", "AUDITOR"), people, strict=True):
        if f"${{{name}[@]}}" in line:
            cookie = await scenery.cookie() if name == "COOKIE" else somebody.http.headers["Cookie"]
            await typing.run(f'{name}=("${{PAGE[@]}}" -H "Cookie: {cookie}")')
    if any(word in line for word in BY_NO_LINE):
        with pytest.raises(NotAsThePageSays, match='"code"'):
            await typing.take(Step(line))
    else:
        await typing.take(Step(line))


async def test_a_page_that_promises_too_much_is_noticed(world: World, auxilio: Any, tmp_path: Path) -> None:
    async with shell(tmp_path / "typed", auxilio, AUXILIO=world.service.url, KEY="aux_nobody") as typing:
        with pytest.raises(NotAsThePageSays, match="401"):
            await typing.read('curl -s "$AUXILIO/v1/incidents" -H "Authorization: Bearer $KEY"')
        with pytest.raises(NotAsThePageSays, match="has no"):
            await typing.read('curl -s "$AUXILIO/health/live"\n{"status": "ok", "more": 1}')
    assert differs({"sign_id": "TUC-317"}, {"sign_id": "TUC-318"})
    assert not differs({"incident_id": 72}, {"incident_id": 5, "more": None})

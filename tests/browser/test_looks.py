"""How the screens look to everybody: no barrier axe finds, without a map, in three languages, at twice the size."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from loadtests.rig import Engines
from tests.browser.screens import barriers, console_page, opened, speak
from tests.integration.stage import Stage, stage

LANGUAGES: Final = {"en": "found well", "es": "hallada bien", "pt": "encontrada bem"}


@dataclass(frozen=True, slots=True)
class Scene:
    """A busy service: incidents of every sort, one offered to a phone."""

    world: Stage
    incidents: list[int]
    unit: str


@pytest_asyncio.fixture(scope="module")
async def scene(rig: Engines) -> AsyncIterator[Scene]:
    async with stage(rig, "browser-looks", agents=4) as world:
        await world.only()
        unit = world.unit_ids[0]
        async with world.psap() as psap:
            calls = [await world.post_call(psap) for _ in range(3)]
            said = world.signs[5].sign_id[:-1]
            calls.append(await world.post_call(psap, said=said, device={"lat": 32.7, "lon": -116.9, "radius_m": 800}))
            calls.append(await world.post_call(psap, said="a lake, and a red hill", needs=["medic"]))
        yield Scene(world, calls, unit)


@pytest_asyncio.fixture
async def desk(browser: Browser, scene: Scene) -> AsyncIterator[BrowserContext]:
    world = scene.world
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
        yield context


CONSOLE_SCREENS: Final = ("board", "incident", "units", "map", "new_call", "new_alert", "help", "wall", "window")


async def show(page: Page, screen: str, scene: Scene) -> None:
    """Bring one of the console's screens up by keyboard."""
    await page.keyboard.press("Escape")
    match screen:
        case "incident":
            await page.get_by_test_id(f"incident-{scene.incidents[3]}").click()
            await expect(page.get_by_test_id("outcome")).to_be_visible()
        case "units":
            await page.keyboard.press("u")
        case "map":
            await page.keyboard.press("m")
            await expect(page.locator("canvas").first).to_be_visible(timeout=30_000)
            await page.wait_for_timeout(1_000)
        case "new_call":
            await page.keyboard.press("n")
            await expect(page.get_by_test_id("new-call")).to_be_visible()
        case "new_alert":
            await page.keyboard.press("w")
            await expect(page.get_by_test_id("new-alert")).to_be_visible()
        case "help":
            await page.keyboard.press("?")
            await expect(page.get_by_test_id("help")).to_be_visible()
        case "wall":
            await page.goto("/console/wall")
            await page.wait_for_timeout(500)
        case "window":
            await page.goto(f"/console/incident/{scene.incidents[3]}")
            await expect(page.get_by_test_id("outcome")).to_be_visible()
        case _:
            await page.get_by_test_id(f"incident-{scene.incidents[0]}").wait_for()


async def test_no_console_screen_has_a_barrier_in_either_theme(scene: Scene, desk: BrowserContext) -> None:
    page = await console_page(desk)
    found = {}
    for screen in CONSOLE_SCREENS:
        await page.goto("/console")
        await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
        await show(page, screen, scene)
        found[screen] = await barriers(page)
    assert {screen: faults for screen, faults in found.items() if faults} == {}


async def test_a_theme_that_was_chosen_is_kept(desk: BrowserContext, scene: Scene) -> None:
    page = await console_page(desk)
    theme = await page.evaluate("document.documentElement.dataset.theme")
    await page.keyboard.press("l")
    other = "light" if theme == "dark" else "dark"
    await expect(page.locator("html")).to_have_attribute("data-theme", other)
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", other)
    assert scene.incidents


async def test_without_webgl_the_console_says_so_and_works(blind_browser: Browser, scene: Scene) -> None:
    world = scene.world
    async with opened(blind_browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
        page = await console_page(context)
        await page.keyboard.press("m")
        await expect(page.get_by_test_id("no-webgl")).to_be_visible()
        incident = scene.incidents[-1]
        await page.get_by_test_id(f"incident-{incident}").click()
        await page.keyboard.press("i")
        await page.keyboard.press("/")
        await page.keyboard.type(f"n {incident} by the red hill")
        await page.keyboard.press("Enter")
        async with world.dispatcher() as http:
            whole = await http.get(f"/v1/incidents/{incident}")
            assert whole.status_code == 200
        await expect(page.get_by_test_id("notice")).to_have_attribute("role", "status")
        await expect(page.get_by_test_id("incident-panel")).to_be_visible()
        assert await page.locator("canvas").count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
async def test_three_languages_are_shown_whole(
    scene: Scene, desk: BrowserContext, language: str, tmp_path: Path
) -> None:
    page = await console_page(desk)
    await speak(page, language, tmp_path / f"console-{language}.png")
    await show(page, "incident", scene)
    await speak(page, language, tmp_path / f"incident-{language}.png")
    await expect(page.locator("body")).to_contain_text(LANGUAGES[language])


async def test_at_twice_the_size_nothing_is_cut_off_sideways(browser: Browser, scene: Scene) -> None:
    world = scene.world
    half = {"viewport": {"width": 960, "height": 540}}  # what a full-HD screen shows at 200 %
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher, **half) as context:
        page = await console_page(context)
        await page.get_by_test_id(f"incident-{scene.incidents[3]}").click()
        wide = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1]

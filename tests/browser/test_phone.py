"""The agent's phone: every screen of it without a barrier, in three languages, a mayday held, what must be heard."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from loadtests.rig import Engines
from tests.browser.patience import eventually
from tests.browser.screens import agent_page, barriers, opened, speak
from tests.integration.stage import Stage, stage

NEAR: Final = {"geolocation": {"latitude": 32.66, "longitude": -116.9, "accuracy": 8}, "permissions": ["geolocation"]}
GUARD_MS: Final = 800  # buttons that have just come do not take a glove that bounces
TOUCH_PX: Final = 44


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "browser-phone", agents=1) as running:
        await running.only()
        yield running


@pytest_asyncio.fixture
async def phone(browser: Browser, world: Stage) -> AsyncIterator[BrowserContext]:
    key = world.keys.agents[world.unit_ids[0]]
    async with opened(browser, world.service.url, "agent", key, **NEAR) as context:
        yield context


async def too_small(page: Page) -> list[str]:
    """Return the buttons in sight that a thumb would miss."""
    found: list[str] = await page.locator("button:visible").evaluate_all(
        f"all => all.filter((b) => b.getBoundingClientRect().height < {TOUCH_PX}).map((b) => b.innerText)"
    )
    return found


async def test_no_screen_of_the_phone_has_a_barrier_or_a_small_button(
    world: Stage, phone: BrowserContext, tmp_path: Path
) -> None:
    unit = world.unit_ids[0]
    page = await agent_page(phone, unit)
    found: dict[str, list[str]] = {}

    async def look(name: str) -> None:
        await page.wait_for_timeout(GUARD_MS)
        found[name] = [*await barriers(page), *(f"small: {words}" for words in await too_small(page))]

    async def tap(name: str) -> None:
        await page.wait_for_timeout(GUARD_MS)
        await page.get_by_role("button", name=name, exact=True).click()

    await look("duty")
    async with world.psap() as psap, world.dispatcher() as http:
        call = world.call(world.sector_of[unit]) | {"party": {"adults": 1, "children": 1, "child_alone": True}}
        incident = await world.post_call(psap, **call, needs=["medic"])
        await expect(page.get_by_role("button", name="Accept", exact=True)).to_be_visible()
        await look("offer")
        await expect(page.get_by_text("A CHILD ALONE")).to_be_visible()
        for language in ("es", "pt", "en"):
            await speak(page, language, tmp_path / f"offer-{language}.png")
        await tap("Decline")
        await look("decline")
        await tap("Back to the offer")
        await tap("Accept")
        await expect(page.get_by_role("button", name="En route", exact=True)).to_be_visible()
        await look("status")
        await tap("Map")
        await expect(page.locator("canvas").first).to_be_visible(timeout=30_000)
        await look("map")
        await tap("Phrases")
        await look("phrases")
        await tap("Go")

        # A changed place and a cancellation take the whole screen until somebody has understood.
        moved = {"lat": 32.7, "lon": -116.8}
        assert (await http.post(f"/v1/incidents/{incident}/place", json=moved)).status_code == 200
        await expect(page.get_by_role("button", name="I go to the new place")).to_be_visible()
        await look("place changed")
        await tap("I go to the new place")

        async def is_taken() -> bool:
            rows = (await http.get(f"/v1/incidents/{incident}")).json()["assignments"]
            return bool(rows[-1]["place_ack_by"] is None and rows[-1]["heard_at"] is not None)

        await eventually(is_taken, "the new place taken")
        done = {"outcome": "self_recovered", "release_units": True}
        assert (await http.post(f"/v1/incidents/{incident}/cancel", json=done)).status_code == 200
        await expect(page.get_by_role("button", name="Understood")).to_be_visible()
        await look("cancelled")
        await tap("Understood")
        await expect(page.get_by_role("button", name="Go off duty")).to_be_visible()
    assert {screen: faults for screen, faults in found.items() if faults} == {}


async def test_a_mayday_is_held_two_seconds_and_never_sent_by_a_touch(world: Stage, phone: BrowserContext) -> None:
    page = await phone.new_page()
    await page.goto("/agent")
    button = page.get_by_role("button", name="Need help")
    await expect(button).to_be_visible()

    async def maydays() -> int:
        async with world.dispatcher() as http:
            return sum(alarm["kind"] == "mayday" for alarm in (await http.get("/v1/alarms")).json())

    async def rings() -> bool:
        return await maydays() == 1

    await page.wait_for_timeout(GUARD_MS)
    await button.click(delay=300)
    await page.wait_for_timeout(500)
    assert await maydays() == 0
    await button.click(delay=2_300)
    await eventually(rings, "the mayday")
    await expect(page.get_by_text("Help was asked for")).to_be_visible()

"""The auditor's screen: who opened what and why, filters, counts to hand on, and nothing that was sealed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from app.access.identity import Role
from loadtests.rig import Engines
from tests.integration.people import person_key
from tests.integration.stage import Stage, stage

PURPOSE = "call the family back"


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "audit-screen", agents=1) as at:
        yield at


@pytest_asyncio.fixture
async def page(browser: Browser, world: Stage) -> AsyncIterator[Page]:
    """The console, signed in as an auditor."""
    key = await person_key(world.service.database, Role.AUDITOR, "A. Auditor")
    async with world.psap() as psap, world.dispatcher() as desk:
        for _ in range(2):
            incident = await world.post_call(psap, **world.call(), name="Inés Quauhtli")
            rows = (await desk.get(f"/v1/incidents/{incident}")).json()["calls"]
            await desk.post(f"/v1/private/{rows[0]['sealed']}", json={"purpose": PURPOSE})
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    shown = await context.new_page()
    await shown.goto(f"{world.service.url}/console")
    await shown.get_by_text("This is a machine").click()
    await shown.get_by_test_id("key").fill(key)
    await shown.keyboard.press("Enter")
    yield shown
    await context.close()


async def test_an_auditor_reads_who_opened_what_and_why_and_nothing_that_was_sealed(page: Page, tmp_path: Path) -> None:
    trail = page.get_by_test_id("trail")
    await expect(trail).to_contain_text(PURPOSE)
    await expect(trail).to_contain_text("dispatcher-1")
    await expect(page.get_by_test_id("counts")).to_contain_text("looked here")
    await page.get_by_label("Act").select_option("read")
    await page.get_by_role("textbox", name="Who").fill("dispatcher-1")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(trail.locator("tbody tr")).to_have_count(2)
    await page.screenshot(path=tmp_path / "audit.png")
    await page.get_by_role("textbox", name="Who").fill("nobody")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nothing fits.")).to_be_visible()
    assert "Quauhtli" not in await page.content()
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Save the counts as CSV").click()
    file = tmp_path / "counts.csv"
    await (await saved.value).save_as(file)
    assert '"dispatcher-1","read",2' in file.read_text(encoding="utf-8")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("This is a machine")).to_be_visible()

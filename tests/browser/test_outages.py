"""What an old screen must never do is look alive. The wire is cut, the service dies, the desk stands still."""

import os
import re
import signal
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from loadtests.rig import Engines
from tests.browser.patience import eventually
from tests.browser.screens import agent_page, console_page, opened, tones
from tests.browser.wire import wire
from tests.integration.stage import Stage, stage

OLD_WITHIN_S = 12.0  # the design says 10 s; a second for the screen's own clock, one for this one's look
BACK_S = 30.0
NEAR = {"latitude": 32.66, "longitude": -116.9, "accuracy": 8}
LOST_HZ = 480  # the first tone of `connection_lost`, in `sound.ts`


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "browser-outages", agents=2) as running:
        yield running


@pytest_asyncio.fixture(autouse=True)
async def quiet(world: Stage) -> None:
    """Begin with nothing open and nobody on duty."""
    await world.only()


async def open_rows(page: Page) -> list[str]:
    """Return the incidents the board shows, in its order, each as often as it is shown."""
    found: list[str] = await page.locator('[data-testid^="incident-"][role="row"]').evaluate_all(
        "rows => rows.map((row) => row.dataset.testid)"
    )
    return found


async def test_a_desk_that_stands_still_is_said_within_ten_seconds(browser: Browser, world: Stage) -> None:
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
        console = await console_page(context)
        assert world.service.process is not None
        await expect(console.get_by_test_id("stale-banner")).to_have_count(0)
        os.kill(world.service.process.pid, signal.SIGSTOP)
        try:
            banner = console.get_by_test_id("stale-banner")

            async def is_old() -> bool:
                return await banner.count() == 1

            took_s = await eventually(is_old, "the banner", OLD_WITHIN_S)
            assert took_s <= OLD_WITHIN_S
            await expect(console.get_by_test_id("lamp")).not_to_have_attribute("data-state", "live")
        finally:
            os.kill(world.service.process.pid, signal.SIGCONT)
        await expect(console.get_by_test_id("stale-banner")).to_have_count(0, timeout=BACK_S * 1_000)
        await expect(console.get_by_test_id("lamp")).to_have_attribute("data-state", "live", timeout=BACK_S * 1_000)


async def test_a_service_started_again_under_open_screens_is_found_again(browser: Browser, world: Stage) -> None:
    unit = world.unit_ids[1]
    async with (
        opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as desk,
        opened(browser, world.service.url, "agent", world.keys.agents[unit]) as phone,
        world.psap() as psap,
    ):
        console, agent = await console_page(desk), await agent_page(phone, unit)
        await agent.get_by_role("button", name="Go off duty").click()
        before = await world.post_call(psap)
        await expect(console.get_by_test_id(f"incident-{before}")).to_be_visible()
        await world.service.kill()
        await expect(console.get_by_test_id("lamp")).not_to_have_attribute("data-state", "live")
        await world.service.start()
        async with world.psap() as again:
            after = await world.post_call(again)
        for incident in (before, after):
            row = console.get_by_test_id(f"incident-{incident}")
            await expect(row).to_have_count(1, timeout=BACK_S * 1_000)
        await expect(console.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
        await expect(agent.get_by_role("status").first).to_contain_text("Live", timeout=BACK_S * 1_000)


async def test_both_lose_the_network_and_nothing_is_missing_or_doubled_afterwards(
    browser: Browser, world: Stage
) -> None:
    unit = world.unit_ids[0]
    gps = {"geolocation": NEAR, "permissions": ["geolocation"]}
    async with (
        wire(world.service.port) as line,
        opened(browser, line.url, "dispatcher", world.keys.dispatcher) as desk,
        opened(browser, line.url, "agent", world.keys.agents[unit], **gps) as phone,
        world.psap() as psap,
        world.dispatcher() as http,
    ):
        console, agent = await console_page(desk), await agent_page(phone, unit)
        sector = world.sector_of[unit]
        incident = await world.post_call(psap, **world.call(sector), read_back=True)
        await agent.get_by_role("button", name="Accept", exact=True).click()

        async def is_taken() -> bool:
            rows = (await http.get(f"/v1/incidents/{incident}")).json()["assignments"]
            return bool(rows and rows[-1]["status"] == "acknowledged")

        await eventually(is_taken, "the offer accepted")
        heard = len(await tones(console))
        line.cut()
        pressed_at = await agent.evaluate("Date.now()")
        await agent.get_by_role("button", name="En route", exact=True).click()
        await agent.wait_for_timeout(500)
        await agent.get_by_role("button", name="On scene", exact=True).click()
        await expect(agent.get_by_role("button", name="2 not sent")).to_be_visible()
        during = [await world.post_call(psap) for _ in range(3)]  # the desk goes on, unseen
        await expect(console.get_by_test_id("stale-banner")).to_be_visible(timeout=OLD_WITHIN_S * 1_000)

        async def has_rung() -> bool:
            return LOST_HZ in (await tones(console))[heard:]

        await eventually(has_rung, "the sound of a lost connection")
        assert not set(await open_rows(console)) & {f"incident-{one}" for one in during}
        await agent.wait_for_timeout(6_000)  # longer than the undo: both wait for the wire alone
        line.mend()
        for one in during:
            await expect(console.get_by_test_id(f"incident-{one}")).to_have_count(1, timeout=BACK_S * 1_000)
        await expect(agent.get_by_text("all sent")).to_be_visible(timeout=BACK_S * 1_000)
        rows = await open_rows(console)
        assert len(rows) == len(set(rows))
        whole = (await http.get(f"/v1/incidents/{incident}")).json()
        told = [line["event"] for line in whole["timeline"] if line["kind"] == "assignment.moved"]
        assert [event["status"] for event in told] == ["en_route", "on_scene"], "once, in order"
        assert whole["assignments"][-1]["en_route_at"] is not None
        assert occurred_ms(told[0]) - pressed_at < 1_500, "the time of the tap, not of its arrival"
        await console.get_by_test_id(f"incident-{incident}").click()
        await expect(console.get_by_test_id(f"assignment-{unit}").get_by_test_id("assignment-status")).to_have_text(
            re.compile("^on scene$", re.IGNORECASE)
        )


def occurred_ms(event: dict[str, Any]) -> float:
    return datetime.fromisoformat(event["occurred_at"]).timestamp() * 1_000


async def test_the_phone_s_page_opens_without_signal(browser: Browser, world: Stage) -> None:
    unit = world.unit_ids[0]
    async with (
        wire(world.service.port) as line,
        opened(browser, line.url, "agent", world.keys.agents[unit]) as phone,
    ):
        page = await phone.new_page()
        await page.goto("/agent")
        await expect(page.get_by_role("heading", name=unit)).to_be_visible()
        await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await page.reload()  # from now on the worker has the page
        await expect(page.get_by_role("heading", name=unit)).to_be_visible()
        line.cut()
        await page.reload()
        await expect(page.get_by_role("button", name="Need help")).to_be_visible()
        await expect(page.get_by_role("status").first).not_to_contain_text("Live")

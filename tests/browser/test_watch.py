"""The watch over the pages goes red: on a request to elsewhere, on a script from a caller's words, on a barrier."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from loadtests.rig import Engines
from tests.browser.screens import console_page, opened, violations
from tests.integration.stage import Stage, stage


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "browser-watch", agents=1) as running:
        yield running


@pytest.mark.parametrize(
    "deed",
    [
        "fetch('http://192.0.2.1/').catch(() => 0)",
        "new Image().src = 'http://192.0.2.1/x.png'",
        "document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.smuggled = 1' }))",
        "setTimeout(() => { throw new Error('planted'); })",
    ],
)
async def test_what_a_page_must_not_do_is_seen(browser: Browser, world: Stage, deed: str) -> None:
    with pytest.raises(AssertionError, match=r"192\.0\.2\.1|Content Security Policy|planted"):
        await do(browser, world, deed)


async def do(browser: Browser, world: Stage, deed: str) -> None:
    """Have a page do it, and close the page, which is when the watch speaks."""
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
        page = await console_page(context)
        await page.evaluate(f"() => {{ {deed}; }}")
        await page.wait_for_timeout(300)
        assert await page.evaluate("window.smuggled === undefined"), "the policy let a script in"


async def test_a_planted_barrier_is_found(browser: Browser, world: Stage) -> None:
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
        page = await console_page(context)
        assert await violations(page) == []
        await page.evaluate("document.querySelector('main, section').append(document.createElement('button'))")
        assert any("button-name" in fault for fault in await violations(page))

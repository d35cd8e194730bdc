"""Opening the screens as people do, and watching what a page should never do: ask outside, break its policy, throw."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, expect

from app.screens import DIST

AXE: Final = DIST.parent / "node_modules" / "axe-core" / "axe.min.js"
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 412, "height": 915}, "has_touch": True, "is_mobile": True}
DESK: Final[dict[str, Any]] = {"viewport": {"width": 1600, "height": 1000}}
# Every tone a page plays is noted, by its pitch: that is how a test hears.
EARS: Final = """
window.heard = [];
const setAt = AudioParam.prototype.setValueAtTime;
AudioParam.prototype.setValueAtTime = function (value, when) {
  this.first ??= value;
  return setAt.call(this, value, when);
};
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) {
  window.heard.push({ at: performance.now(), hz: Math.round(this.frequency.first ?? this.frequency.value) });
  return start.apply(this, when);
};
"""
# A key of the catalogue that nobody translated would be shown as it stands: `board.no_place`.
MISSING: Final = re.compile(r"\b(?:agent|board|incident|map|status|sound|place|alarms|held|outcome)\.[a-z_]{2,}\b")
EMPTY_PNG_BYTES: Final = 10_000
NETWORK: Final = re.compile(r"net::ERR_|Failed to load resource|WebSocket connection to")  # what an outage writes


@dataclass
class Watch:
    """What the pages of a context did that nobody asked for."""

    url: str
    outside: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    requests: int = 0

    def see(self, request: Request) -> None:
        self.requests += 1
        if not request.url.startswith((self.url, "data:", f"blob:{self.url}")):
            self.outside.append(request.url)

    def hear(self, message: ConsoleMessage) -> None:
        if (
            message.type in ("error", "warning")
            and not NETWORK.search(message.text)
            and "GPU stall" not in message.text
        ):
            self.faults.append(f"{message.type}: {message.text}")

    def fall(self, error: Error) -> None:
        self.faults.append(f"thrown: {error.message} {error.stack or ''}"[:600])


@asynccontextmanager
async def opened(browser: Browser, url: str, role: str, key: str, **options: Any) -> AsyncIterator[BrowserContext]:
    """Give a signed-in browser of a person's own. At its end, nothing outside was asked for and nothing was thrown."""
    kind: dict[str, Any] = dict(PHONE if role == "agent" else DESK) | options
    context = await browser.new_context(base_url=url, **kind)
    context.set_default_timeout(15_000)
    watch = Watch(url)
    context.on("request", watch.see)
    context.on("console", watch.hear)
    context.on("weberror", lambda fallen: watch.fall(fallen.error))
    slot = f"auxilio.{role}.key"
    await context.add_init_script(
        f"{EARS}\nif (location.protocol === 'http:') localStorage.setItem({slot!r}, {key!r});"
    )
    try:
        yield context
        assert not watch.outside, watch.outside
        assert not watch.faults, watch.faults
        assert watch.requests > 0
    finally:
        await context.close()


async def console_page(context: BrowserContext, path: str = "/console") -> Page:
    """Open the console, wait until it is live, and arm its sound as a dispatcher does."""
    page = await context.new_page()
    await page.goto(path)
    await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
    arm = page.get_by_test_id("arm-sound")
    if await arm.count():
        await arm.press("Enter")
    return page


async def agent_page(context: BrowserContext, unit: str) -> Page:
    """Open the agent's app and go on duty."""
    page = await context.new_page()
    await page.goto("/agent")
    await expect(page.get_by_role("heading", name=unit)).to_be_visible()
    await page.get_by_role("button", name="Go on duty").click()
    await expect(page.get_by_role("button", name="Go off duty")).to_be_visible()
    return page


async def tones(page: Page) -> list[int]:
    """Return the pitch of every tone played so far."""
    found: list[int] = await page.evaluate("window.heard.map((one) => one.hz)")
    return found


async def violations(page: Page) -> list[str]:
    """Return what axe finds, one line each."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{one['id']} ({one['impact']}): {one['help']}: {node['target']} {node.get('failureSummary', '')[:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


async def barriers(page: Page) -> list[str]:
    """Return what axe finds in the dark and in the light, one line each."""
    found = []
    before = await page.evaluate("document.documentElement.dataset.theme")
    for theme in ("dark", "light"):
        await page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found += [f"{theme}: {fault}" for fault in await violations(page)]
    await page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", before)
    return found


async def speak(page: Page, language: str, file: Path) -> None:
    """Have the page in a language, look that no word is missing, and take its picture."""
    await page.evaluate("(language) => localStorage.setItem('auxilio.language', language)", language)
    if await page.locator("html").get_attribute("lang") != language:
        await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", language)
    await page.wait_for_timeout(300)
    text = await page.inner_text("body")
    assert "undefined" not in text
    assert not MISSING.findall(text), MISSING.findall(text)
    await page.screenshot(path=file)
    assert file.stat().st_size > EMPTY_PNG_BYTES

"""The pictures in docs/ and the README, taken of a running demo: `python -m tests.browser.pictures [url]`."""

import asyncio
import json
import sys
import urllib.request
from pathlib import Path
from time import time
from typing import Any, Final

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.conftest import FLAGS, chromium

FOLDER: Final = Path(__file__).parents[2] / "docs" / "screens"
URL: Final = "http://127.0.0.1:8911"
DESK: Final = {"viewport": {"width": 1440, "height": 900}}
PHONE: Final = {
    "viewport": {"width": 400, "height": 800},
    "has_touch": True,
    "is_mobile": True,
    "permissions": ["geolocation"],
}
HERE: Final = {"latitude": 31.78, "longitude": -112.25, "accuracy": 8}  # beside TUC-041
DRAWN_MS: Final = 2_500
SIGN: Final = {"dark": "one", "light": "five"}  # a second call from the same sign would be a possible duplicate
GARBLED: Final = {
    "said": "Tucson, it ends with four one, the rest is shot away",
    "language": "es",
    "party": {"adults": 1, "children": 1},
    "device": {"lat": 31.6, "lon": -111.4, "radius_m": 9000},
}


def ask(url: str, key: str, method: str = "GET", body: object = None) -> Any:
    """Ask the demo's service over HTTP."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - the demo's own address
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.load(answer)


async def take(page: Page, name: str, theme: str) -> None:
    await page.wait_for_timeout(DRAWN_MS)
    await page.screenshot(path=FOLDER / f"{name}-{theme}.png")


async def console(browser: Browser, url: str, keys: dict[str, Any], theme: str) -> None:
    """Take the board with an incident, the call form, the map, the wall."""
    context = await browser.new_context(base_url=url, color_scheme=theme, locale="en", **DESK)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto("/console")
    await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
    call = await asyncio.to_thread(
        ask, f"{url}/v1/calls", keys["psap"], "POST", GARBLED | {"call_id": f"pic-{theme}-{time():.0f}"}
    )
    await page.keyboard.press("/")
    await page.keyboard.type(f"f {call['incident_id']}")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("incident-panel")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("v")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await take(page, "incident", theme)
    await page.keyboard.press("m")
    await take(page, "map", theme)
    await page.keyboard.press("n")
    await page.keyboard.type("tango uniform charlie zero four one")
    await take(page, "call", theme)
    await page.keyboard.press("Escape")
    await page.goto("/console/wall")
    await take(page, "wall", theme)
    await context.close()


async def agent(browser: Browser, url: str, keys: dict[str, Any], theme: str) -> None:
    """Take an offer and the way there."""
    unit: str = keys["your_unit"]
    context = await browser.new_context(base_url=url, color_scheme=theme, locale="en", geolocation=HERE, **PHONE)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(f"/agent?unit={unit}")
    await page.get_by_role("button", name="Go on duty").click()
    await expect(page.get_by_role("button", name="Go off duty")).to_be_visible()
    party = {"adults": 1, "children": 2}
    said = f"TUC zero four {SIGN[theme]}"
    body = {"said": said, "read_back": True, "needs": ["medic", "water"], "party": party}
    call = await asyncio.to_thread(ask, f"{url}/v1/calls", keys["psap"], "POST", body)
    sent = f"{url}/v1/incidents/{call['incident_id']}/assign"
    await page.wait_for_timeout(DRAWN_MS)  # the desk may have picked this unit by itself
    if not await page.get_by_role("button", name="Accept").count():
        await asyncio.to_thread(ask, sent, keys["dispatcher"], "POST", {"unit_id": unit, "reason": "for the picture"})
    await expect(page.get_by_role("button", name="Accept")).to_be_enabled()
    await take(page, "offer", theme)
    await page.get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("button", name="En route")).to_be_enabled()
    await take(page, "errand", theme)
    outcome = {"outcome": "found_well", "release_units": True}
    done = f"{url}/v1/incidents/{call['incident_id']}/outcome"
    await asyncio.to_thread(ask, done, keys["dispatcher"], "POST", outcome)
    duty = f"{url}/v1/units/{unit}/duty"
    await asyncio.to_thread(ask, duty, keys["dispatcher"], "PUT", {"on_duty": False})
    await context.close()


async def people(browser: Browser, url: str, theme: str) -> None:
    """Take who has an account, one's own account, and the way in."""
    named = url.replace("127.0.0.1", "localhost")  # by name, as passkeys want it
    context = await browser.new_context(base_url=named, color_scheme=theme, locale="en", **DESK)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto("/console")
    await page.get_by_test_id("menu").click()
    await page.get_by_role("button", name="Be the administrator").click()
    await page.get_by_test_id("invite").click()
    for field, word in {"new-login": f"dee.{time() % 1_000:.0f}", "new-name": "Dee Alvarez"}.items():
        await page.get_by_test_id(field).fill(word)
    await page.get_by_test_id("save").click()
    await expect(page.get_by_test_id("link")).to_be_visible()
    await page.get_by_role("button", name="Told, forget it").click()
    await take(page, "people", theme)
    await page.goto("/console/account")
    await take(page, "account", theme)
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_test_id("by-passkey")).to_be_visible()
    await take(page, "sign-in", theme)
    await context.close()


async def main(url: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    keys = await asyncio.to_thread(ask, f"{url}/v1/demo", "")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS])
        for theme in ("dark", "light"):
            await console(browser, url, keys, theme)
            await agent(browser, url, keys, theme)
            await people(browser, url, theme)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else URL))

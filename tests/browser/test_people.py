"""People at the screens: invitation, password and code, passkey, a session taken back, an idle screen, the demo."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pyotp
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from app.access.identity import Role
from app.demo.cast import Cast, keep_cast
from loadtests.rig import Engines
from tests.browser.screens import DESK, Watch, barriers
from tests.integration.staff import PASSWORD, Staffed, staffed

CLOSES_MS = 10_000  # the screen asks every 5 s


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Staffed]:
    async with staffed(rig, "people-screens") as (made, _):
        yield made


def named(at: Staffed) -> str:
    """Return the service's address by its name: passkeys belong to names."""
    return at.service.url.replace("127.0.0.1", "localhost")


@asynccontextmanager
async def somebody(
    browser: Browser, at: Staffed, *, device: bool = False
) -> AsyncIterator[tuple[BrowserContext, Page]]:
    """Give a browser of a person's own, with a device that makes passkeys where asked for."""
    url = named(at)
    context = await browser.new_context(base_url=url, locale="en", **DESK)
    context.set_default_timeout(15_000)
    watch = Watch(url)
    context.on("request", watch.see)
    context.on("console", watch.hear)
    context.on("weberror", lambda fallen: watch.fall(fallen.error))
    page = await context.new_page()
    if device:
        session = await context.new_cdp_session(page)
        await session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    try:
        yield context, page
        assert not watch.outside, watch.outside
        assert not watch.faults, watch.faults
    finally:
        await context.close()


async def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        await page.get_by_test_id(name).fill(value)


async def accept(page: Page, at: Staffed, login: str, role: Role = Role.DISPATCHER) -> pyotp.TOTP:
    """Follow an invitation to its end; the page then shows the recovery codes."""
    await page.goto(f"{named(at)}/console/welcome#{await at.invite(login, role)}")
    totp = pyotp.TOTP(await page.get_by_test_id("totp-secret").inner_text())
    await fill(page, password=PASSWORD, repeated=PASSWORD, code=totp.now())
    await page.get_by_test_id("enter").click()
    await expect(page.get_by_test_id("recovery-codes")).to_be_visible()
    return totp


async def to_board(page: Page) -> None:
    await page.get_by_test_id("to-console").click()
    await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")


async def test_an_invitation_leads_to_the_board_and_a_password_with_a_code_back_to_it(
    browser: Browser, world: Staffed
) -> None:
    async with somebody(browser, world) as (context, page):
        await page.goto(f"{named(world)}/console/welcome#{await world.invite('dora')}")
        secret = await page.get_by_test_id("totp-secret").inner_text()
        assert page.url.endswith("/console/welcome"), "the secret is out of the address at once"
        assert not await barriers(page)
        await fill(page, **dict.fromkeys(("password", "repeated"), "password12345"), code=pyotp.TOTP(secret).now())
        await page.get_by_test_id("enter").press("Enter")
        await expect(page.get_by_test_id("fault")).to_contain_text("everybody tries")
        await fill(page, password=PASSWORD, repeated=PASSWORD, code=pyotp.TOTP(secret).now())
        await page.get_by_test_id("enter").press("Enter")
        await expect(page.get_by_test_id("recovery-codes")).to_be_visible()
        assert not await barriers(page)
        await to_board(page)
        (cookie,) = await context.cookies()
        assert (cookie["name"], cookie["httpOnly"], cookie["secure"]) == ("__Host-auxilio", True, True)
        assert await page.evaluate("document.cookie + JSON.stringify(sessionStorage)") == "{}"
        await page.reload()
        await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
        await page.get_by_test_id("menu").click()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_test_id("login")).to_be_visible()
        assert not await barriers(page)
        await world.query("UPDATE people SET totp_step = 0")
        await fill(page, login="dora", password=PASSWORD, code="000000")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("fault")).to_contain_text("did not let you in")
        await fill(page, login="Dora ", password=PASSWORD, code=pyotp.TOTP(secret).now())
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")


async def test_a_passkey_lets_in_by_one_touch_and_a_copy_of_it_does_not(browser: Browser, world: Staffed) -> None:
    async with somebody(browser, world, device=True) as (_, page):
        await accept(page, world, "pia")
        await page.get_by_test_id("add-passkey").click()
        await expect(page.get_by_text("The passkey was added.")).to_be_visible()
        await page.goto("/console/account")
        await expect(page.get_by_test_id("who")).to_contain_text("Pia Canary")
        assert not await barriers(page)
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_test_id("by-passkey").click()
        await expect(page.get_by_test_id("who")).to_be_visible()
        await expect(page.get_by_test_id("sessions")).to_contain_text("passkey")
        await page.get_by_role("button", name="Sign out").click()
        await world.query("UPDATE people_passkeys SET sign_count = 1000")  # another device has counted further
        await page.get_by_test_id("by-passkey").click()
        await expect(page.get_by_test_id("fault")).to_contain_text("did not let you in")


async def test_a_session_taken_back_closes_the_screen(browser: Browser, world: Staffed) -> None:
    async with somebody(browser, world) as (_, page), somebody(browser, world) as (_, office):
        await accept(page, world, "kai")
        await to_board(page)
        await accept(office, world, "boss", Role.ADMINISTRATOR)
        await office.get_by_test_id("to-console").click()
        await office.get_by_test_id("person-kai").get_by_role("button").click()
        await expect(office.get_by_test_id("person")).to_contain_text("Kai Canary")
        assert not await barriers(office)
        await office.get_by_test_id("end-all").click()
        await expect(office.get_by_test_id("words")).to_contain_text("have ended")
        await expect(page.get_by_test_id("fault")).to_contain_text("Your session is over", timeout=CLOSES_MS)
        await expect(page.get_by_test_id("lamp")).to_have_count(0)
        assert await page.evaluate("localStorage.getItem('auxilio.seat.me')") is None


async def test_an_administrator_invites_by_keyboard_and_sees_no_board(browser: Browser, world: Staffed) -> None:
    async with somebody(browser, world) as (_, office):
        await accept(office, world, "chief", Role.ADMINISTRATOR)
        await office.get_by_test_id("to-console").press("Enter")
        await office.get_by_test_id("invite").press("Enter")
        await fill(office, **{"new-login": "newcomer", "new-name": "New Comer"})
        await office.get_by_test_id("save").press("Enter")
        await expect(office.get_by_test_id("link")).to_contain_text("/console/welcome#")
        await expect(office.get_by_test_id("person-newcomer")).to_contain_text("invited")
        await expect(office.get_by_test_id("lamp")).to_have_count(0)


async def test_an_idle_screen_says_that_it_is_read_only_and_a_proof_wakes_it(browser: Browser, rig: Engines) -> None:
    async with (
        staffed(rig, "idle-screens", {"AUXILIO_IDLE_S": "2"}) as (made, _),
        somebody(browser, made) as (_, page),
    ):
        await accept(page, made, "ida")
        await to_board(page)
        banner = page.get_by_test_id("idle-banner")
        await expect(banner).to_contain_text("READ-ONLY")
        await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
        await page.keyboard.press("n")
        await page.get_by_test_id("new-call").get_by_role("textbox").first.fill("tango uniform charlie one")
        await page.wait_for_timeout(800)  # it is resolved as it is typed
        await expect(page.get_by_test_id("proof")).to_have_count(0)
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_test_id("proof")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("proof")).to_have_count(0)
        await page.keyboard.press("Escape")  # the call is kept, and hidden
        await page.get_by_role("button", name="Prove who you are").press("Enter")
        assert not await barriers(page)
        await fill(page, **{"proof-password": "not this one"})
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("proof").get_by_test_id("fault")).to_be_visible()
        await fill(page, **{"proof-password": PASSWORD})
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("proof")).to_have_count(0)
        await expect(banner).to_have_count(0)


async def test_the_demo_signs_its_made_up_people_in_and_says_so(browser: Browser, rig: Engines) -> None:
    cast = rig.folder / "demo-people.json"
    keep_cast(cast, Cast(1, {}, "", "aux_d", {"U1": "aux_u"}, "aux_y", "U1"))
    async with (
        staffed(rig, "demo-people", {"AUXILIO_DEMO_CAST": str(cast)}, said=False) as (made, _),
        somebody(browser, made) as (_, page),
    ):
        await page.goto("/console")
        await expect(page.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
        await expect(page.locator("header .demo")).to_be_visible()
        await page.get_by_test_id("menu").click()
        await page.get_by_role("button", name="Be the administrator").click()
        await expect(page.get_by_test_id("people")).to_contain_text("Made-Up")
        assert not await made.query("SELECT 1 FROM people WHERE password_hash IS NOT NULL")

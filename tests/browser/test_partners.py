"""What comes from others and goes to them, on the console: an EIDO, towers' health, weather, a partner's webhook."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from geo.sign import SignKind
from loadtests.rig import Engines, client
from tests.browser.patience import eventually
from tests.browser.screens import barriers, console_page, opened
from tests.integration.stage import Stage, stage
from tests.integration.test_hazards import alert
from tests.integration.test_webhooks import receiver
from tests.vectors import vector

LANGUAGES = ("es", "pt", "en")
UNTRANSLATED = re.compile(
    r"\b(?:origin|raw|tower|trouble|weather|webhook|delivery|callback|kept|exposure)\.[a-z_]{2,}\b"
)
PURPOSE = "ask the PSAP about its transfer"
EXTREME = 9  # what an extreme warning that is likely suggests


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "browser-partners", agents=1, AUXILIO_WEBHOOK_TRIES="1") as running:
        await running.only()
        yield running


@pytest_asyncio.fixture
async def desk(browser: Browser, world: Stage) -> AsyncIterator[BrowserContext]:
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
        yield context


async def seen_by_everybody(page: Page, name: str, folder: Path) -> None:
    """Nothing axe finds in the dark and the light, no word missing in three languages; a picture of each theme."""
    assert await barriers(page) == []
    for theme in ("dark", "light"):
        await page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        await page.screenshot(path=folder / f"{name}-{theme}.png")
    chosen = """(select, language) => {
        select.value = language;
        select.dispatchEvent(new Event('change', { bubbles: true }));
    }"""
    for language in LANGUAGES:
        await page.get_by_test_id("language").evaluate(chosen, language)
        await expect(page.locator("html")).to_have_attribute("lang", language)
        words = await page.inner_text("main")
        assert "undefined" not in words
        assert not UNTRANSLATED.findall(words), UNTRANSLATED.findall(words)


async def test_a_nena_sample_is_seen_with_its_origin_and_opened_as_it_came(
    world: Stage, desk: BrowserContext, tmp_path: Path
) -> None:
    sample = vector("eido/samples/nena_sample_call_transfer_eido.json")
    async with world.psap() as psap, world.dispatcher() as http:
        headers = {"Content-Type": "application/emergency.eido+json"}
        taken = (await psap.post("/v1/eido", content=sample, headers=headers)).json()
        (call,) = (await http.get(f"/v1/incidents/{taken['incident_id']}")).json()["calls"]
    assert call["warnings"], "the sample is known to be not quite by its schema"
    console = await console_page(desk)
    await console.get_by_test_id(f"incident-{taken['incident_id']}").click()
    origin = console.get_by_test_id(f"origin-{call['id']}")
    await expect(origin).to_contain_text("from psap-1")
    await expect(origin).to_contain_text(call["psap_call_id"])
    for warning in call["warnings"]:
        await expect(console.get_by_test_id(f"warnings-{call['id']}")).to_contain_text(warning)

    raw = console.get_by_test_id(f"raw-{call['sealed']}")
    await raw.locator("summary").press("Enter")
    await expect(raw).not_to_contain_text("issuingElementIdentification")
    await raw.get_by_label("Purpose").fill(PURPOSE)
    await console.keyboard.press("Enter")
    await expect(raw).to_contain_text('"issuingElementIdentification"')
    await expect(raw).to_contain_text("EIDO")
    await raw.scroll_into_view_if_needed()
    await seen_by_everybody(console, "raw", tmp_path)
    connection = await asyncpg.connect(world.service.database)
    try:
        reads = await connection.fetch("SELECT act, by FROM audit_trail")
    finally:
        await connection.close()
    assert [row["act"] for row in reads] == ["read"]


async def test_a_silent_tower_and_a_low_battery_are_seen(world: Stage, desk: BrowserContext, tmp_path: Path) -> None:
    mute, weak, *_ = [sign.sign_id for sign in world.signs if sign.kind is SignKind.RESCUE_TOWER]
    async with world.dispatcher() as http, client(world.service, world.keys.tower) as network:
        for device, tower, heartbeat_s in (("bb01", mute, 1), ("bb02", weak, 3600)):
            bound = {"tower_id": tower, "heartbeat_s": heartbeat_s}
            assert (await http.put(f"/v1/towers/devices/{device}", json=bound)).status_code == 200
        status = {"deviceInfo": {"devEui": "bb02"}, "batteryLevel": 4.0, "margin": 7}
        assert (await network.post("/v1/networks/chirpstack?event=status", json=status)).status_code == 200

        async def is_silent() -> bool:
            towers = (await http.get("/v1/towers")).json()
            return any(row["tower_id"] == mute and row["state"] == "silent" for row in towers)

        await eventually(is_silent, "the tower is silent")
    console = await console_page(desk)
    await console.keyboard.press("y")
    await expect(console.get_by_test_id(f"tower-{mute}")).to_contain_text("SILENT")
    await expect(console.get_by_test_id(f"tower-{weak}")).to_contain_text("BATTERY LOW")
    await expect(console.get_by_test_id(f"tower-{weak}")).to_contain_text("4 %")
    await expect(console.get_by_test_id("age-towers")).to_contain_text("old")
    await seen_by_everybody(console, "towers", tmp_path)
    async with world.dispatcher() as http:
        await http.delete("/v1/towers/devices/bb01")


async def test_weather_warns_and_suggests_and_only_a_key_takes_it(
    world: Stage, desk: BrowserContext, tmp_path: Path
) -> None:
    sign = world.signs[12]
    async with world.psap() as psap, world.dispatcher() as http:
        incident = await world.post_call(psap, said=sign.sign_id, read_back=True)
        heat = {"type": "FeatureCollection", "features": [alert("urn:oid:browser.1", sign)]}
        assert (await psap.post("/v1/hazards/nws", json=heat)).json()["counts"]["new"] == 1

        async def priority() -> int:
            return int((await http.get(f"/v1/incidents/{incident}")).json()["incident"]["priority"])

        before = await priority()
        assert before < EXTREME
        console = await console_page(desk)
        row = console.get_by_test_id(f"incident-{incident}")
        await expect(row).to_contain_text("heat warning")
        await row.click()
        exposure = console.get_by_test_id("exposure")
        await expect(exposure).to_contain_text("Excessive Heat Warning")
        await expect(exposure).to_contain_text(f"suggests priority {EXTREME}")
        await expect(console.get_by_test_id("age-exposure")).to_contain_text("old")
        assert await priority() == before, "nothing is applied by itself"
        await seen_by_everybody(console, "weather", tmp_path)
        await console.keyboard.press("Escape")
        await console.keyboard.press("e")
        await expect(exposure).not_to_contain_text("suggests")

        async def is_taken() -> bool:
            return await priority() == EXTREME

        await eventually(is_taken, "the priority that was taken")
    await console.keyboard.press("m")
    await expect(console.get_by_test_id("age-weather")).to_contain_text("old")
    await console.wait_for_timeout(1_500)  # the map draws
    await console.locator("details.legend summary").click()
    await console.screenshot(path=tmp_path / "map.png")
    await console.locator("canvas.maplibregl-canvas").focus()
    await console.keyboard.press("x")
    await expect(console.get_by_test_id("list-weather")).to_contain_text(f"#{incident}")
    assert await barriers(console) == []


async def test_a_delivery_that_was_given_up_is_sent_again_from_the_console(
    world: Stage, desk: BrowserContext, tmp_path: Path
) -> None:
    async with receiver() as partner, world.dispatcher() as http, world.psap() as psap:
        partner.status = 500
        wanted = {"url": partner.url, "kinds": ["incident.opened", "incident.held"]}
        hook = (await http.post("/v1/webhooks", json=wanted)).json()["id"]
        await world.post_call(psap, said=world.signs[20].sign_id)

        async def dead() -> list[int]:
            rows = (await http.get(f"/v1/webhooks/{hook}/deliveries", params={"state": "dead"})).json()
            return [row["id"] for row in rows]

        await eventually(dead, "a delivery is given up")
        first = (await dead())[-1]
        console = await console_page(desk)
        await console.keyboard.press("f")
        line = console.get_by_test_id(f"webhook-{hook}")
        await expect(line).to_contain_text(partner.url)
        await line.get_by_role("button").press("Enter")
        delivery = console.get_by_test_id(f"delivery-{first}")
        await expect(delivery).to_contain_text("GIVEN UP")
        await expect(delivery).to_contain_text("HTTP 500")
        await seen_by_everybody(console, "partners", tmp_path)
        partner.status = 204
        told = len(partner.got)
        await delivery.get_by_role("button").press("Enter")

        async def has_come() -> bool:
            return len(partner.got) > told and first not in await dead()

        await eventually(has_come, "the delivery, sent again")
        await expect(console.get_by_test_id("age-deliveries")).to_contain_text("old")
        await http.delete(f"/v1/webhooks/{hook}")

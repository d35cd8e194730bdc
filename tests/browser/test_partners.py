"""What comes from others and goes to them, on the console: an EIDO, towers, weather, webhooks, call-backs, TAK."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiomqtt
import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from app.interop.callbacks.addresses import drop_address, set_address
from app.settings import Settings
from geo.sign import SignKind
from loadtests.rig import REGION, Engines, client
from tests.browser.patience import eventually
from tests.browser.screens import barriers, console_page, opened
from tests.integration.broker import PASSWORD, USER, Mosquitto, free_port, mosquitto
from tests.integration.stage import Stage, stage
from tests.integration.tak import taky
from tests.integration.test_hazards import alert
from tests.integration.test_towers import PRESS, uplink
from tests.integration.test_webhooks import receiver
from tests.vectors import vector

LANGUAGES = ("es", "pt", "en")
UNTRANSLATED = re.compile(
    r"\b(?:origin|raw|tower|trouble|weather|webhook|delivery|callback|kept|exposure)\.[a-z_]{2,}\b"
)
PURPOSE = "ask the PSAP about its transfer"
EXTREME = 9  # what an extreme warning that is likely suggests


@pytest.fixture(scope="module")
def broker_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def tak_port() -> int:
    return free_port()


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines, broker_port: int, tak_port: int) -> AsyncIterator[Stage]:
    """A service whose broker and TAK server are away, until a test starts them."""
    tak = f"tcp://127.0.0.1:{tak_port}"
    towers = Mosquitto(broker_port).url
    async with stage(
        rig, "browser-partners", agents=1, AUXILIO_WEBHOOK_TRIES="1", AUXILIO_MQTT_URL=towers, AUXILIO_COT_URL=tak
    ) as running:
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


async def test_a_broker_and_a_tak_server_that_are_away_are_seen_and_heard_again(
    world: Stage, desk: BrowserContext, rig: Engines, broker_port: int, tak_port: int
) -> None:
    console = await console_page(desk)
    health = console.get_by_test_id("degraded")
    await expect(health).to_contain_text("the towers' MQTT broker")
    await expect(health).to_contain_text("the TAK server")
    async with mosquitto(rig.folder / "mosquitto-back", broker_port), taky(rig.folder / "taky-back", port=tak_port):
        # Later a broker is called again within 10 s, a TAK server within 30; the console looks every 5.
        await expect(health).not_to_contain_text("the towers' MQTT broker", timeout=60_000)
        await expect(health).not_to_contain_text("the TAK server", timeout=60_000)
        async with aiomqtt.Client("127.0.0.1", broker_port, username=USER, password=PASSWORD) as network:
            body = uplink("bb0102030405aabb", PRESS)
            body["deviceInfo"]["deviceProfileName"] = "R312A"
            await network.publish("application/a/device/b/event/up", json.dumps(body).encode(), qos=1)
        async with world.dispatcher() as http:

            async def rings() -> bool:
                rows = (await http.get("/v1/towers")).json()
                return any(row["tower_id"] == "bb0102030405aabb" for row in rows)

            await eventually(rings, "a press by the broker that is back")


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

    await console.get_by_role("button", name="Open number and words").click()
    panel = console.get_by_test_id("incident-panel")
    await expect(panel).to_contain_text("8195551212")
    await expect(panel).to_contain_text("42 W Cellular Street, Wilmington, DE, US (RoutingLocation)")

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
    assert [row["act"] for row in reads] == ["read", "read"]


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


async def test_a_button_nobody_bound_still_rings_and_is_bound_where_it_rang(
    world: Stage, desk: BrowserContext, tmp_path: Path
) -> None:
    tower = [sign.sign_id for sign in world.signs if sign.kind is SignKind.RESCUE_TOWER][5]
    async with client(world.service, world.keys.tower) as network:
        body = uplink("ffee0102030405aa", PRESS)
        body["deviceInfo"]["deviceProfileName"] = "R312A"
        (pressed,) = (await network.post("/v1/networks/chirpstack?event=up", json=body)).json()["messages"]
    console = await console_page(desk)
    await expect(console.get_by_test_id(f"incident-{pressed['incident_id']}")).to_contain_text("no place yet")
    await console.get_by_test_id(f"incident-{pressed['incident_id']}").click()
    await expect(console.get_by_test_id(f"unbound-{pressed['alert_id']}")).to_contain_text("bound to no tower")
    await console.get_by_role("button", name="Bind a device to a tower").click()
    form = console.get_by_test_id("binding")
    await expect(form.get_by_label("Device")).to_have_value("ffee0102030405aa")
    await expect(console.get_by_test_id("tower-ffee0102030405aa")).to_contain_text("BOUND TO NO TOWER")
    await seen_by_everybody(console, "binding", tmp_path)
    tower_field = form.get_by_label("Tower", exact=True)
    await tower_field.fill("TUCR-nowhere")
    await tower_field.press("Enter")
    await expect(form.get_by_role("alert")).to_contain_text("not a rescue tower")
    await tower_field.fill(tower)
    await form.get_by_label("Read as").select_option("netvox_r312a")
    await tower_field.press("Enter")
    await expect(console.get_by_test_id("incident-panel")).to_contain_text(tower)
    await console.keyboard.press("y")
    await expect(console.get_by_test_id(f"tower-{tower}")).to_contain_text("ffee0102030405aa")
    await expect(console.get_by_test_id("tower-ffee0102030405aa")).to_have_count(0)
    async with world.dispatcher() as http:
        place = (await http.get(f"/v1/incidents/{pressed['incident_id']}")).json()["incident"]["place"]
    assert (place["sign_id"], place["state"]) == (tower, "confirmed")
    line = console.get_by_test_id(f"tower-{tower}")
    await line.get_by_role("button", name="Unbind").click()
    await line.get_by_role("button", name="Really unbind?").click()
    await expect(line).to_have_count(0)  # nothing is known of it any more


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


async def test_a_psap_that_was_away_is_called_back_by_a_click_late_or_given_up(
    world: Stage, desk: BrowserContext, tmp_path: Path
) -> None:
    settings = Settings(data_dir=world.service.folder, region=REGION)
    connection = await asyncpg.connect(world.service.database)
    try:
        async with receiver() as psap_s, world.psap() as psap:
            psap_s.status = 503
            await set_address(settings, world.service.database, "psap-1", psap_s.url)
            await world.post_call(psap, call_id="cad-late", said=world.signs[30].sign_id)
            await world.post_call(psap, call_id="cad-dead", said=world.signs[31].sign_id)

            async def state_of(call: str) -> tuple[int, str, int]:
                row = await connection.fetchrow(
                    "SELECT id, state, tries FROM callbacks WHERE psap_call_id = $1 AND event = 'accepted'", call
                )
                return (row["id"], row["state"], row["tries"]) if row else (0, "", 0)

            async def was_tried() -> bool:
                return (await state_of("cad-late"))[2] > 0 and (await state_of("cad-dead"))[0] > 0

            await eventually(was_tried, "a call-back is not taken")
            late, dead = (await state_of("cad-late"))[0], (await state_of("cad-dead"))[0]
            # An hour has to pass for the one, a day for the other.
            later = "UPDATE callbacks SET due_at = now() + interval '1 hour', tries = 8 WHERE id = $1"
            await connection.execute(later, late)
            given_up = (
                "UPDATE callbacks SET state = 'dead', done_at = now(), tries = 31, reason = 'HTTP 503' WHERE id = $1"
            )
            await connection.execute(given_up, dead)
            console = await console_page(desk)
            await console.keyboard.press("f")
            waits, gave_up = (console.get_by_test_id(f"callback-{number}") for number in (late, dead))
            await expect(waits).to_contain_text("waiting")
            await expect(waits).to_contain_text("next at")
            await expect(gave_up).to_contain_text("GIVEN UP")
            await expect(gave_up).to_contain_text("HTTP 503")
            await seen_by_everybody(console, "callbacks", tmp_path)
            psap_s.status = 204
            psap_s.got.clear()
            await waits.get_by_role("button", name="Try again").click()
            await expect(waits).to_contain_text("taken")
            await gave_up.get_by_role("button", name="Try again").press("Enter")
            await expect(gave_up).to_contain_text("taken")
            told = [json.loads(body)["call_id"] for _, body in psap_s.got]
            assert [call for call in told if call.startswith("cad-")] == ["cad-late", "cad-dead"]
    finally:
        await drop_address(settings, world.service.database, "psap-1")
        await connection.close()

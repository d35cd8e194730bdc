"""One rescue on real screens: a garbled call rings, is placed by keyboard alone, served by an agent's phone, closed."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from loadtests.rig import Engines
from tests.browser.patience import eventually
from tests.browser.screens import agent_page, console_page, opened, tones
from tests.integration.stage import Stage, stage

NEW_CALL_HZ, OFFER_HZ = 660, 784  # the first tones of both, in `sound.ts`
STEPS = ("On scene", "Person found", "Transporting", "At destination", "Cleared")
FACTS = ["en_route", "on_scene", "subject_contact", "transporting", "at_destination", "cleared"]
NEAR = {"latitude": 32.66, "longitude": -116.9, "accuracy": 8}


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[Stage]:
    async with stage(rig, "browser-rescue", agents=2) as running:
        await running.only()
        yield running


@pytest_asyncio.fixture
async def desk(browser: Browser, world: Stage) -> AsyncIterator[BrowserContext]:
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
        yield context


@pytest_asyncio.fixture
async def phone(browser: Browser, world: Stage) -> AsyncIterator[BrowserContext]:
    key = world.keys.agents[world.unit_ids[0]]
    with_gps = {"geolocation": NEAR, "permissions": ["geolocation"]}
    async with opened(browser, world.service.url, "agent", key, **with_gps) as context:
        yield context


async def garble(world: Stage) -> tuple[str, str, int]:
    """Return what is heard of a sign whose last digit is lost, the sign, and where it stands among the candidates."""
    sector = world.sector_of[world.unit_ids[0]]
    async with world.psap() as http:
        for sign in (s for s in world.signs if s.sector == sector):
            said = sign.sign_id[:-1]
            answer = await http.post("/v1/resolve", json={"said": said, "sectors": [sector]})
            resolution = answer.json()["resolution"]
            ids = [candidate["sign_id"] for candidate in resolution["candidates"]]
            if resolution["state"] == "unverified" and sign.sign_id in ids:
                return said, sign.sign_id, ids.index(sign.sign_id)
    raise AssertionError("no sign is hard to hear")


async def post(http: httpx.AsyncClient, **call: Any) -> int:
    answer = await http.post("/v1/calls", json=call)
    assert answer.status_code == 201, answer.text
    incident_id: int = answer.json()["incident_id"]
    return incident_id


async def facts(http: httpx.AsyncClient, incident: int) -> list[str]:
    """Return the statuses the ledger has of an incident, in order."""
    timeline = (await http.get(f"/v1/incidents/{incident}")).json()["timeline"]
    return [line["event"]["status"] for line in timeline if line["kind"] == "assignment.moved"]


async def press(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_from_a_garbled_call_to_an_outcome_by_keyboard_and_phone(
    world: Stage, desk: BrowserContext, phone: BrowserContext
) -> None:
    said, sign, number = await garble(world)
    unit = world.unit_ids[0]
    console = await console_page(desk)
    agent = await agent_page(phone, unit)
    rang_before, shook_before = len(await tones(console)), len(await tones(agent))
    async with world.psap() as psap, world.dispatcher() as http:
        call = {"said": said, "sector": world.sector_of[unit], "callback_number": "5205550142", "party": {"adults": 2}}
        incident = await post(psap, **call)

        # It appears and rings.
        row = console.get_by_test_id(f"incident-{incident}")
        await expect(row).to_be_visible()
        await expect(console.get_by_test_id("alarm-new_call")).to_be_visible()

        async def has_rung() -> bool:
            return NEW_CALL_HZ in (await tones(console))[rang_before:]

        await eventually(has_rung, "the sound of a new call")

        # Placed by keyboard alone: to the board, down to the row, the candidate's number, Enter.
        await press(console, "Escape", "ArrowDown", str(number + 1), "Enter")
        placed = console.get_by_test_id("incident-panel")
        await expect(placed).to_contain_text(sign)

        # The phone rings with all of it, the person takes it.
        accept = agent.get_by_role("button", name="Accept", exact=True)
        await expect(accept).to_be_visible()
        await expect(agent.get_by_text(sign).first).to_be_visible()

        async def phone_rang() -> bool:
            return OFFER_HZ in (await tones(agent))[shook_before:]

        await eventually(phone_rang, "the sound of an offer")
        await accept.click()
        await expect(row).to_contain_text(unit)

        # The first step alone, so that it is seen to arrive; the others as fast as a thumb is.
        status = console.get_by_test_id(f"assignment-{unit}").get_by_test_id("assignment-status")
        await agent.get_by_role("button", name="En route", exact=True).click()
        await expect(status).to_have_text(re.compile("^en route$", re.IGNORECASE))
        for step in STEPS:
            await agent.get_by_role("button", name=step, exact=True).click()
            await agent.wait_for_timeout(400)  # the glove guard

        async def all_told() -> bool:
            return await facts(http, incident) == FACTS

        await eventually(all_told, "every status, in order")
        await expect(status).to_have_text(re.compile("^cleared$", re.IGNORECASE))
        await expect(agent.get_by_role("button", name="Go off duty")).to_be_visible()

        # Closed by one line.
        await press(console, "/")
        await console.keyboard.type(f"c {incident} found_w")
        await press(console, "Enter")
        await expect(row).to_have_count(0)
        closed = (await http.get(f"/v1/incidents/{incident}")).json()["incident"]
        assert (closed["status"], closed["outcome"]) == ("Closed", "found_well")
    await agent.get_by_role("button", name="Go off duty").click()


async def test_two_dispatchers_on_one_incident_see_each_other_and_the_slower_is_told(
    browser: Browser, world: Stage, desk: BrowserContext
) -> None:
    async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as second:
        one, other = await console_page(desk), await console_page(second)
        said, sign, number = await garble(world)
        async with world.psap() as psap, world.dispatcher() as http:
            incident = await post(psap, said=said, sector=world.sector_of[world.unit_ids[0]])
            for console in (one, other):
                await console.get_by_test_id(f"incident-{incident}").click()
                await expect(console.get_by_test_id(f"candidate-{sign}")).to_be_visible()

            # Both answer within the same moment: one counts, the other hears that the incident has changed.
            versions = (await http.get(f"/v1/incidents/{incident}")).json()["incident"]["version"]
            await other.route("**/place", lambda route: hold(other, route))
            await other.get_by_test_id(f"candidate-{sign}").click()
            await one.get_by_test_id(f"candidate-{sign}").click()
            await expect(other.get_by_test_id("notice")).to_have_attribute("role", "alert")
            for console in (one, other):
                await expect(console.get_by_test_id("incident-panel")).to_contain_text(sign)
            whole = (await http.get(f"/v1/incidents/{incident}")).json()
            accepted = [line for line in whole["timeline"] if line["kind"] == "incident.place_changed"]
            assert len(accepted) == 1
            assert whole["incident"]["version"] > versions
            assert number >= 0


async def hold(page: Page, route: Any) -> None:
    """Let a request wait until the other dispatcher's is done."""
    await page.wait_for_timeout(800)
    await route.continue_()


async def test_a_call_taken_by_hand_shows_what_it_doubles_before_it_is_saved(
    world: Stage, desk: BrowserContext
) -> None:
    console = await console_page(desk)
    sign = next(s.sign_id for s in world.signs if s.sector == "TUC")
    async with world.psap() as psap, world.dispatcher() as http:
        first = await post(psap, said=sign, callback_number="520 555 0171")
        seq = await recorded(http)
        await press(console, "Escape", "n")
        await console.keyboard.type(sign.lower().replace("-", " "))
        await press(console, "Tab")
        await console.keyboard.type("5205550171")
        await expect(console.get_by_test_id("new-call-candidates")).to_contain_text(sign)
        await expect(console.get_by_test_id("duplicates")).to_contain_text(str(first))
        await expect(console.get_by_test_id("joins")).to_contain_text(str(first))
        assert await recorded(http) == seq, "typing records nothing"
        await press(console, "Control+Enter")
        await expect(console.get_by_test_id("new-call")).to_have_count(0)
        await expect(console.get_by_test_id("incident-panel")).to_contain_text(str(first))
        whole = (await http.get(f"/v1/incidents/{first}")).json()
        assert len(whole["calls"]) == 2
        assert whole["calls"][1]["psap"] == "dispatcher-1"


async def test_a_tower_s_alert_taken_by_hand_opens_an_incident(world: Stage, desk: BrowserContext) -> None:
    console = await console_page(desk)
    tower = next(s.sign_id for s in world.signs if s.kind == "rescue_tower")
    await press(console, "Escape", "w")
    await console.keyboard.type(tower)
    await press(console, "Enter")
    await expect(console.get_by_test_id("new-alert")).to_have_count(0)
    async with world.dispatcher() as http:

        async def has_opened() -> bool:
            rows = (await http.get("/v1/incidents")).json()
            return any(row["place"] and row["place"]["sign_id"] == tower for row in rows)

        await eventually(has_opened, "the tower's incident")


async def test_the_windows_of_a_console_are_kept_together(world: Stage, desk: BrowserContext) -> None:
    console, board = await console_page(desk), await desk.new_page()
    await board.goto("/console/board")
    async with world.psap() as psap:
        incident = await post(psap, said=world.signs[40].sign_id)
    await board.get_by_test_id(f"incident-{incident}").click()
    await expect(console.get_by_test_id("incident-panel")).to_contain_text(str(incident))
    await expect(console.get_by_test_id(f"incident-{incident}")).to_have_attribute("aria-selected", "true")


async def recorded(http: httpx.AsyncClient) -> int:
    """Return where the ledger stands."""
    return int((await http.get("/v1/board", params={"topics": "sector:none"})).json()["seq"])

"""Distress that is not in the ledger yet stands on every console, and rings, until it is."""

import os
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, expect

from loadtests.outage import hanging
from loadtests.rig import engines
from tests.browser.patience import eventually
from tests.browser.screens import barriers, console_page, opened, tones
from tests.integration.stage import stage

UNRECORDED_HZ: Final = {880, 440}  # the tones of `unrecorded`, in `sound.ts`; no other sound has both
RINGS_S: Final = 10.0


async def test_a_spooled_call_rings_on_the_console_and_goes_when_it_is_recorded(browser: Browser) -> None:
    async with engines() as servers, stage(servers, "browser-spool", agents=1) as world, world.psap() as psap:
        call = world.call()
        async with opened(browser, world.service.url, "dispatcher", world.keys.dispatcher) as context:
            console = await console_page(context)
            await console.keyboard.press("s")  # a key, so that the page may sound
            await expect(console.get_by_test_id("lamp")).to_have_attribute("data-state", "live")
            heard = len(await tones(console))
            async with hanging(servers.postgres):
                spooled = (await psap.post("/v1/calls", json=call)).json()["spooled"]
                line = console.get_by_test_id(f"unrecorded-{spooled}")
                await expect(line).to_contain_text(call["said"])

                async def rings() -> bool:
                    return set((await tones(console))[heard:]) >= UNRECORDED_HZ

                await eventually(rings, "the bell", RINGS_S)
                assert await barriers(console) == []
                if "AUXILIO_PICTURES" in os.environ:
                    await console.screenshot(path=Path(os.environ["AUXILIO_PICTURES"]) / "unrecorded.png")
            await expect(console.get_by_test_id("unrecorded")).to_have_count(0, timeout=20_000)
            await expect(console.locator('[data-testid^="incident-"][role="row"]')).to_have_count(1)

"""A real Chromium, installed when it is not there: these tests are never skipped."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from app.screens import DIST
from loadtests.debian import NotToBeHad, program

ROOT = Path(__file__).parents[2]
# Nothing but this machine can be reached, whatever a page tries; and a drawing board without a graphics card.
FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",  # passkeys belong to names
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
)

expect.set_options(timeout=15_000)  # two cores, and another person's tests beside


def chromium() -> str:
    """Return the browser: AUXILIO_CHROMIUM, or the system's, or Debian's, installed now."""
    found = os.environ.get("AUXILIO_CHROMIUM") or shutil.which("chromium-browser")
    if found is not None:
        return found
    try:
        return program("chromium", "chromium")
    except NotToBeHad as error:
        pytest.fail(f"{error}; name one: AUXILIO_CHROMIUM")


@pytest.fixture(scope="session")
def built() -> None:
    """The screens are there, as `make test` leaves them."""
    if not (DIST / "console.html").exists():
        subprocess.run(["make", "screens"], cwd=ROOT, check=True)


@pytest_asyncio.fixture(scope="session")
async def browser(built: None) -> AsyncIterator[Browser]:  # noqa: ARG001
    path = await asyncio.to_thread(chromium)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session")
async def blind_browser(built: None) -> AsyncIterator[Browser]:  # noqa: ARG001
    """A browser whose machine cannot draw maps."""
    path = await asyncio.to_thread(chromium)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=[FLAGS[0], "--disable-3d-apis"])
        yield launched
        await launched.close()

"""Real servers for every test that needs them: one pair of engines a run, one database and service a module."""

from collections.abc import AsyncIterator

import pytest_asyncio

from loadtests.rig import Engines, engines


@pytest_asyncio.fixture(scope="session")
async def rig() -> AsyncIterator[Engines]:
    async with engines() as started:
        yield started

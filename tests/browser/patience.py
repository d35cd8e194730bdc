"""Waiting for what a screen has no words for."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

WAIT_S = 15.0
LOOK_S = 0.05


async def eventually(claim: Callable[[], Awaitable[Any]], what: str, wait_s: float = WAIT_S) -> float:
    """Wait until something holds and return how long it took. Raises AssertionError saying what never did."""
    began = monotonic()
    while not await claim():
        assert monotonic() - began < wait_s, f"not within {wait_s} s: {what}"
        await asyncio.sleep(LOOK_S)
    return monotonic() - began

"""Forgetting what may only be known for a while: callers' tokens after a day, call-backs that are done after a week."""

from typing import Final

from app.services import Services
from app.store.pool import execute

PAUSE_S: Final = 600.0


async def forget_callers(services: Services) -> None:
    """Delete the tokens that have expired; from the desk's memory they go at the next rebuild or renewal."""
    await execute(services.pool, "forget_callers", services.settings.region)


async def forget_callbacks(services: Services) -> None:
    """Delete call-backs that were delivered or given up a week ago."""
    await execute(services.pool, "forget_callbacks", services.settings.region)

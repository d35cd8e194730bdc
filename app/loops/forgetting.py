"""Forgetting what may only be known for a while: callers' tokens, 24 hours after the last call."""

from typing import Final

from app.services import Services
from app.store.pool import execute

PAUSE_S: Final = 600.0


async def forget_callers(services: Services) -> None:
    """Delete the tokens that have expired; from the desk's memory they go at the next rebuild or renewal."""
    await execute(services.pool, "forget_callers", services.settings.region)

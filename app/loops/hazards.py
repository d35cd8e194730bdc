"""Keeping this process's picture of the hazards: what came in another, what ended, what is to be forgotten."""

from typing import Final

from app.services import Services
from app.store.pool import execute

PAUSE_S: Final = 5.0


async def keep_hazards(services: Services) -> None:
    """Read the hazards again when the database has others."""
    await services.hazards.load(services.pool, services.settings.region)


async def forget_hazards(services: Services) -> None:
    """Delete what ended a day ago."""
    await execute(services.pool, "forget_hazards", services.settings.region)

"""Keeping the registry of this process at the version that the ledger says counts; a failed reading is tried again."""

from typing import Final

from app.services import Services
from app.store.pool import ACQUIRE_S

PAUSE_S: Final = 0.25


async def keep_signs(services: Services) -> None:
    """Read the registry again when an import was recorded after the one read last."""
    if services.signs.version < services.view.board.registry_version:
        async with services.pool.acquire(timeout=ACQUIRE_S) as connection:
            await services.signs.load(connection, services.settings.region)

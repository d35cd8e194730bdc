"""Keeping the registry of this process at the version that the ledger says counts, and its resolver rehearsed."""

from time import monotonic
from typing import Final

from app.services import Services
from app.store.pool import ACQUIRE_S

PAUSE_S: Final = 0.25
REHEARSAL_PAUSE_S: Final = 0.05
REHEARSAL_S: Final = 0.005  # a tenth of a core for some seconds after a start or an import, and no call waits longer


async def keep_signs(services: Services) -> None:
    """Read the registry again when an import was recorded after the one read last; a failed reading is tried again."""
    if services.signs.version < services.view.board.registry_version:
        async with services.pool.acquire(timeout=ACQUIRE_S) as connection:
            await services.signs.load(connection, services.settings.region)


async def rehearse_signs(services: Services) -> None:
    """Hear some more signs as they are printed, before anybody reads them out."""
    services.signs.rehearse(monotonic() + REHEARSAL_S)

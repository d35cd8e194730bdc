"""Retention: outcomes move values to the key of their last month at once; what is over ends within the hour."""

from datetime import timedelta
from typing import Final

from app.retention.retention import Retention
from app.services import Services
from app.store.pool import execute

FOLLOW_S: Final = 2.0
PURGE_S: Final = 600.0


def retention_of(services: Services) -> Retention:
    """Return the retention of this process's region."""
    return Retention(services.pool, services.settings.region, services.sealer)


async def follow_outcomes(services: Services) -> None:
    """Do one round; without news it costs two small queries."""
    await retention_of(services).follow(services.clock.now())


async def end_what_is_over(services: Services) -> None:
    """Move on what months and generations leave behind, delete what is due, destroy its keys, forget tracks."""
    now, settings = services.clock.now(), services.settings
    retention = retention_of(services)
    await retention.roll(now)
    await retention.purge(now)
    await execute(services.pool, "end_tracks", settings.region, now - timedelta(days=settings.keep_tracks_days))

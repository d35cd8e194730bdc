"""Retention: outcomes move values to the key of their last month at once; what is over ends within the hour."""

from datetime import UTC, datetime, timedelta
from typing import Final

from app.retention.retention import Retention
from app.services import Services
from app.store.pool import execute

FOLLOW_S: Final = 2.0
PURGE_S: Final = 600.0
CLOCKS_APART_MAX: Final = timedelta(hours=12)  # a wrong clock must not end what is not over


class ClocksApartError(RuntimeError):
    """The loop stands still until somebody mends a clock; a loop that stands still is an alarm."""


def retention_of(services: Services) -> Retention:
    """Return the retention of this process's region."""
    return Retention(services.pool, services.settings.region, services.sealer)


async def follow_outcomes(services: Services) -> None:
    """Do one round; without news it costs two small queries."""
    await retention_of(services).follow(services.clock.now())


async def end_what_is_over(services: Services) -> None:
    """Move on what months and generations leave behind, delete what is due, destroy its keys, forget tracks."""
    now, settings = services.clock.now(), services.settings
    if abs(now - datetime.now(UTC)) > CLOCKS_APART_MAX:
        raise ClocksApartError("the database's clock and this machine's are days apart: nothing is destroyed")
    retention = retention_of(services)
    await retention.roll(now)
    await retention.purge(now)
    await execute(services.pool, "end_tracks", settings.region, now - timedelta(days=settings.keep_tracks_days))

"""Keeping positions: the newest per unit and a sampled track, in two statements every few seconds."""

import logging
from datetime import datetime
from typing import Final

from app.positions import Fix
from app.services import Services
from app.store.pool import execute, fetch
from geo.point import Point

log = logging.getLogger(__name__)

SAMPLE_S: Final = 5.0


async def keep_positions(services: Services) -> None:
    """Write what moved since the last sample; what cannot be written waits for the next round."""
    newest, samples = services.positions.kept()
    try:
        await _write(services, newest, samples)
    except BaseException:
        services.positions.give_back(newest, samples)
        raise
    if services.positions.samples_left_out:
        log.warning("%d samples of tracks were left out: too many waited", services.positions.samples_left_out)
        services.positions.samples_left_out = 0


async def _write(services: Services, newest: list[Fix], samples: list[Fix]) -> None:
    region = services.settings.region
    if newest:
        accuracies, sources = [fix.accuracy_m for fix in newest], [fix.source for fix in newest]
        unit_ids, lats, lons, times = columns(newest)
        await execute(services.pool, "put_positions", region, unit_ids, lats, lons, accuracies, times, sources)
    if samples:
        await execute(services.pool, "add_tracks", region, *columns(samples))


def columns(fixes: list[Fix]) -> tuple[list[str], list[float], list[float], list[datetime]]:
    """Return fixes as the statements take them: units, latitudes, longitudes, times."""
    lats, lons = [fix.point.lat for fix in fixes], [fix.point.lon for fix in fixes]
    return [fix.unit_id for fix in fixes], lats, lons, [fix.fixed_at for fix in fixes]


async def load_positions(services: Services) -> None:
    """Read the positions kept last, at start."""
    rows = await fetch(services.pool, "load_positions", services.settings.region)
    services.positions.load(
        Fix(row["unit_id"], Point(row["lat"], row["lon"]), row["fixed_at"], row["accuracy_m"], row["source"])
        for row in rows
    )

"""Keeping positions: the newest per unit and a sampled track, in two statements every few seconds."""

from typing import Final

from app.positions import Fix
from app.services import Services
from app.store.pool import execute, fetch
from geo.point import Point

SAMPLE_S: Final = 5.0


async def keep_positions(services: Services) -> None:
    """Write what moved since the last sample."""
    fixes = services.positions.kept()
    if not fixes:
        return
    unit_ids = [f.unit_id for f in fixes]
    lats, lons = [f.point.lat for f in fixes], [f.point.lon for f in fixes]
    times = [f.fixed_at for f in fixes]
    accuracies, sources = [f.accuracy_m for f in fixes], [f.source for f in fixes]
    region = services.settings.region
    await execute(services.pool, "put_positions", region, unit_ids, lats, lons, accuracies, times, sources)
    await execute(services.pool, "add_tracks", region, unit_ids, lats, lons, times)


async def load_positions(services: Services) -> None:
    """Read the positions kept last, at start."""
    rows = await fetch(services.pool, "load_positions", services.settings.region)
    services.positions.load(
        Fix(row["unit_id"], Point(row["lat"], row["lon"]), row["fixed_at"], row["accuracy_m"], row["source"])
        for row in rows
    )

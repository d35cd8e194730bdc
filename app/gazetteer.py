"""All signs and stations as one answer, written and packed once for each registry and fleet."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

from app.assets import Asset, pack
from app.codec import to_json
from dispatch.entities import Unit
from geo.registry import Registry

ASK: Final = "private, no-cache"  # kept, but asked about each time, by its ETag


@dataclass(frozen=True, slots=True)
class Station:
    """Where units stand when nobody needs them; known by the units that have it."""

    id: str
    sector: str
    lat: float
    lon: float
    units: int


class Gazetteer:
    """Keeps the answer until the registry or the stations change."""

    def __init__(self) -> None:
        self._of: tuple[Registry, tuple[Station, ...]] | None = None
        self._asset: Asset | None = None

    async def show(self, registry: Registry, units: Iterable[Unit]) -> Asset:
        """Return every sign, retired ones too, with its access notes, and every station."""
        now = registry, stations_of(units)
        if self._asset is None or self._of is None or self._of[0] is not now[0] or self._of[1] != now[1]:
            self._asset = await asyncio.to_thread(_write, *now)
            self._of = now
        return self._asset


def stations_of(units: Iterable[Unit]) -> tuple[Station, ...]:
    """Return the stations in order of id, each in the middle of where its units are put: nobody tells us more."""
    of: defaultdict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        of[unit.station].append(unit)
    return tuple(
        Station(
            name,
            min(unit.sector for unit in of[name]),
            median(unit.home.lat for unit in of[name]),
            median(unit.home.lon for unit in of[name]),
            len(of[name]),
        )
        for name in sorted(of)
    )


def _write(registry: Registry, stations: tuple[Station, ...]) -> Asset:
    shown = {"registry_version": registry.version, "signs": registry.signs, "stations": stations}
    return pack(to_json(shown), "application/json", ASK)

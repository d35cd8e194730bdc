"""A unit's way, with time compressed: one second of the demo is two minutes on the road."""

from time import monotonic
from typing import Final

from geo.point import Point, distance_m
from geo.travel import PACES, TravelKind

COMPRESSION: Final = 120.0
LONGEST_S: Final = 6.0  # so that a stranger sees the end of every rescue


class Road:
    """Where a unit is between where it was and where it goes, by the monotonic clock."""

    def __init__(self, kind: str, at: Point) -> None:
        self._pace = PACES[TravelKind(kind)]
        self._from = self._to = at
        self._left_at = self._there_at = monotonic()

    @property
    def left_s(self) -> float:
        """Seconds of the demo to the end of the way."""
        return max(self._there_at - monotonic(), 0.0)

    @property
    def is_moving(self) -> bool:
        return self.left_s > 0.0

    def at(self) -> Point:
        """Return where the unit is now."""
        whole = self._there_at - self._left_at
        share = 1.0 if whole <= 0.0 else min((monotonic() - self._left_at) / whole, 1.0)
        return Point(
            round(self._from.lat + share * (self._to.lat - self._from.lat), 6),
            round(self._from.lon + share * (self._to.lon - self._from.lon), 6),
        )

    def head_for(self, place: Point) -> bool:
        """Turn to a place, unless already on the way there; False when there."""
        if place != self._to:
            self._from, self._to, self._left_at = self.at(), place, monotonic()
            metres = distance_m(self._from, place)
            self._there_at = self._left_at + min(metres * self._pace.seconds_per_m / COMPRESSION, LONGEST_S)
        return self.is_moving

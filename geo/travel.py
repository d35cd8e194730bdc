"""Travel time: how long a unit of some kind needs to a place, by crow's flight and detour or by a better provider."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from geo.point import Floats, Point


class TravelKind(StrEnum):
    """How a unit moves."""

    TRUCK = "truck"
    ATV = "atv"
    HORSE = "horse"
    FOOT = "foot"
    HELICOPTER = "helicopter"
    BOAT = "boat"
    AMBULANCE = "ambulance"


class UnknownKind(ValueError):
    """A unit kind nobody has given a speed; names those that have one."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"kind: {kind!r} is not one of {', '.join(TravelKind)}")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a kind goes along its way, and how much longer that way is than the great circle."""

    speed_kmh: float
    detour: float

    @property
    def seconds_per_m(self) -> float:
        """Return seconds per metre of great circle."""
        return self.detour * 3.6 / self.speed_kmh


# Where no source is named the number is our judgement of a loaded unit on desert ground; agencies set their own.
PACES: Final[Mapping[TravelKind, Pace]] = {
    # Graded dirt and some pavement. Detour: 1.417, US mean of road over straight line (Boscoe, Henry, Zdeb 2012).
    TravelKind.TRUCK: Pace(50.0, 1.417),
    # Two-track and washes; goes around a ridge, not around by the highway.
    TravelKind.ATV: Pace(25.0, 1.3),
    # Tobler 1993: 5/4 of walking speed on horseback, 3/5 off path: 5.04 * 0.6 * 1.25.
    TravelKind.HORSE: Pace(3.78, 1.2),
    # Tobler 1993: 5.04 km/h on the flat, 3/5 of it off path.
    TravelKind.FOOT: Pace(3.024, 1.2),
    # Light helicopter: some 245 km/h in cruise, less climb, approach and search for a landing place.
    TravelKind.HELICOPTER: Pace(220.0, 1.05),
    # Shallow-draught boat, 20 kt; a meandering river is at least 1.5 times its valley (Leopold and Wolman 1957).
    TravelKind.BOAT: Pace(37.0, 1.5),
    # Siren on rural pavement, then dirt like the truck's.
    TravelKind.AMBULANCE: Pace(70.0, 1.417),
}

KIND_CODES: Final[Mapping[str, int]] = {kind.value: code for code, kind in enumerate(TravelKind)}


def kind_code(kind: str) -> int:
    """Return the kind's place in TravelKind, as the arrays hold it. Raises UnknownKind."""
    try:
        return KIND_CODES[kind]
    except KeyError:
        raise UnknownKind(kind) from None


@dataclass(frozen=True, slots=True)
class Movers:
    """Units asked about, as columns of shape (n,): degrees, great-circle metres to the target, codes of TravelKind."""

    lats: Floats
    lons: Floats
    distances_m: Floats
    kinds: NDArray[np.int64]


class TravelTime(Protocol):
    """Whoever knows how long the way is."""

    def seconds(self, target: Point, movers: Movers) -> Floats:
        """Return travel time in seconds, shape (n,); infinity where a unit cannot get there at all."""
        ...


class SpeedAndDetour:
    """Great circle times detour over speed: no terrain, no roads, never fails."""

    def __init__(self, paces: Mapping[TravelKind, Pace] = PACES) -> None:
        self._seconds_per_m: Floats = np.array([paces[kind].seconds_per_m for kind in TravelKind])

    def seconds(self, target: Point, movers: Movers) -> Floats:  # noqa: ARG002 - distances_m has it
        """Return seconds, shape (n,)."""
        return movers.distances_m * self._seconds_per_m[movers.kinds]

"""Points on the earth, the one distance kernel, and H3 cells."""

from collections.abc import Sequence
from math import atan2, cos, degrees, isfinite, radians, sin
from typing import Final

import h3
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius R1, IUGG
SIGN_RESOLUTION: Final = 9  # H3 cells of about 0.1 km2: the key for coverage, fan-out and history

Floats = NDArray[np.float64]


class BadPoint(ValueError):
    """A coordinate that is no place on earth; names the field."""

    def __init__(self, field: str, value: object) -> None:
        self.field = field
        super().__init__(f"{field}: {value!r} is not a coordinate")


class Point(Struct, frozen=True, gc=False):
    """A WGS 84 position in degrees. Raises BadPoint on NaN, infinity or a value out of range."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        # h3 takes latitude 200 without a word, so the range is checked here, once.
        if not isfinite(self.lat) or not -90.0 <= self.lat <= 90.0:
            raise BadPoint("lat", self.lat)
        if not isfinite(self.lon) or not -180.0 <= self.lon <= 180.0:
            raise BadPoint("lon", self.lon)

    def cell(self, resolution: int = SIGN_RESOLUTION) -> str:
        """Return the H3 cell that holds this point."""
        return str(h3.latlng_to_cell(self.lat, self.lon, resolution))


def distances_m(lat: float, lon: float, lats: Floats, lons: Floats) -> Floats:
    """Great-circle metres from one point (degrees) to many (degrees, shape (n,)), by the haversine formula."""
    phi = np.radians(lats)
    phi0 = np.radians(lat)
    sin_dphi = np.sin((phi - phi0) * 0.5)
    sin_dlam = np.sin(np.radians(lons - lon) * 0.5)
    a = sin_dphi * sin_dphi + np.cos(phi0) * np.cos(phi) * sin_dlam * sin_dlam
    away: Floats = 2.0 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(a, 1.0)))
    return away


def distance_m(a: Point, b: Point) -> float:
    """Great-circle metres between two points, by the same kernel as `distances_m`, to the last digit."""
    return float(distances_m(a.lat, a.lon, np.array([b.lat]), np.array([b.lon]))[0])


def distances_from(a: Point, others: Sequence[Point]) -> list[float]:
    """Great-circle metres from one point to each of many, by the same kernel."""
    lats, lons = np.array([b.lat for b in others]), np.array([b.lon for b in others])
    found: list[float] = distances_m(a.lat, a.lon, lats, lons).tolist()
    return found


def bearing_deg(a: Point, b: Point) -> float:
    """Initial great-circle bearing from one point to another, degrees clockwise from true north, in [0, 360)."""
    phi_a, phi_b, d_lam = radians(a.lat), radians(b.lat), radians(b.lon - a.lon)
    y = sin(d_lam) * cos(phi_b)
    x = cos(phi_a) * sin(phi_b) - sin(phi_a) * cos(phi_b) * cos(d_lam)
    return degrees(atan2(y, x)) % 360.0

"""Small geometry on a plane around a point: enough for shapes of some hundred kilometres."""

from collections.abc import Sequence
from math import cos, degrees, hypot, radians
from typing import Final

from geo.point import EARTH_RADIUS_M, Point

# (east, north) in metres
Flat = tuple[float, float]
NEAR_POLE: Final = 0.01  # beyond 89.4 degrees a metre east is no number of degrees worth having


def to_flat(origin: Point, at: Point) -> Flat:
    """Return where a point lies from the origin."""
    d_lon = (at.lon - origin.lon + 180.0) % 360.0 - 180.0
    east = radians(d_lon) * EARTH_RADIUS_M * max(cos(radians(origin.lat)), NEAR_POLE)
    return east, radians(at.lat - origin.lat) * EARTH_RADIUS_M


def from_flat(origin: Point, flat: Flat) -> Point:
    """Return the point so far east and north of the origin."""
    east, north = flat
    lat = origin.lat + degrees(north / EARTH_RADIUS_M)
    lon = origin.lon + degrees(east / (EARTH_RADIUS_M * max(cos(radians(origin.lat)), NEAR_POLE)))
    return Point(min(max(lat, -90.0), 90.0), (lon + 180.0) % 360.0 - 180.0)


def centroid(ring: Sequence[Flat]) -> Flat:
    """Return the centroid of an area (RFC 7459, 5.1.1.2); of one that is flat, the middle of its corners."""
    twice, east, north = 0.0, 0.0, 0.0
    for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0]), strict=True):
        cross = x0 * y1 - x1 * y0
        twice += cross
        east += (x0 + x1) * cross
        north += (y0 + y1) * cross
    if abs(twice) < 1.0:  # square metres
        return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)
    return east / (3.0 * twice), north / (3.0 * twice)


def reach(center: Flat, corners: Sequence[Flat]) -> float:
    """Return how far the farthest corner is."""
    return max(hypot(x - center[0], y - center[1]) for x, y in corners)

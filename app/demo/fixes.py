"""A seeded model of where phones say they are: honest for 50-90 %, heavy-tailed, and coarse on old networks."""

from math import cos, pi, radians, sin
from random import Random
from typing import Final

from geo.place import DeviceFix
from geo.point import Point

METRES_PER_DEGREE: Final = 111_195.0
GROSS_SHARE: Final = 0.01  # stale or somebody else's: 5-300 km off
WALKED_SHARE: Final = 0.03  # callers who have walked on since they read the sign: 0.3-2 km
STANDING_M: Final = 100.0  # the others stand this near


def device_fix(at: Point, is_coarse: bool, is_at_sign: bool, rng: Random) -> DeviceFix:
    """Return a fix of a caller at a sign, or at no sign but 0.2-5 km from one.

    By GPS or Wi-Fi (radius 8-400 m), or a cell sector (radius 1-8 km; FCC Phase I).
    """
    walked = rng.uniform(300.0, 2_000.0) if rng.random() < WALKED_SHARE else rng.uniform(0.0, STANDING_M)
    caller = _moved(at, walked if is_at_sign else rng.uniform(200.0, 5_000.0), rng)
    radius = rng.uniform(1_000.0, 8_000.0) if is_coarse else min(max(rng.lognormvariate(3.6, 1.0), 8.0), 400.0)
    honest_share = rng.uniform(0.5, 0.9)  # of fixes that lie within their radius, by terrain and handset
    if rng.random() < GROSS_SHARE:
        error = rng.uniform(5_000.0, 300_000.0)
    elif rng.random() < honest_share:
        error = radius * rng.random() ** 0.5
    else:
        error = radius * rng.paretovariate(1.3)  # one in twenty of these is ten radii off
    return DeviceFix(_moved(caller, error, rng), radius)


def _moved(at: Point, metres: float, rng: Random) -> Point:
    direction = rng.uniform(0.0, 2.0 * pi)
    lat = at.lat + metres * sin(direction) / METRES_PER_DEGREE
    lon = at.lon + metres * cos(direction) / (METRES_PER_DEGREE * cos(radians(at.lat)))
    return Point(max(min(lat, 90.0), -90.0), max(min(lon, 180.0), -180.0))

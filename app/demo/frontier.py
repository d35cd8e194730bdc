"""The border, coarsely: per sector a polyline from west to east (land to its left), its towns, its counts.

Public geography rounded to a few kilometres; good for a synthetic region, not for navigation.
"""

from dataclasses import dataclass
from typing import Final

LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One sector's share of the border. `river`: water placards too. `checked`: placards with a check character."""

    sector: str
    name: str
    line: tuple[LatLon, ...]
    towns: tuple[tuple[str, LatLon], ...]
    placards: int
    towers: int
    units: int
    river: bool = False
    checked: int = 0
    lends: bool = True


FRONTIER: Final = (
    Stretch(
        "SDC",
        "San Diego",
        ((32.54, -117.10), (32.56, -116.80), (32.60, -116.40), (32.62, -116.10)),
        (("Chula Vista", (32.64, -117.02)), ("Campo", (32.63, -116.47)), ("Boulevard", (32.67, -116.27))),
        230,
        14,
        15,
    ),
    Stretch(
        "ELC",
        "El Centro",
        ((32.62, -116.10), (32.65, -115.60), (32.69, -115.10), (32.72, -114.72)),
        (("Calexico", (32.69, -115.50)), ("Ocotillo", (32.74, -115.99)), ("Indio", (33.72, -116.22))),
        180,
        16,
        12,
    ),
    Stretch(
        "YUM",
        "Yuma",
        ((32.72, -114.72), (32.49, -114.81), (32.26, -114.07), (32.03, -113.33)),
        (("Yuma", (32.66, -114.60)), ("Wellton", (32.67, -114.15))),
        210,
        24,
        14,
    ),
    Stretch(
        "TUC",
        "Tucson",
        ((32.03, -113.33), (31.68, -112.20), (31.33, -111.07), (31.33, -110.10), (31.33, -109.05)),
        (
            ("Ajo", (32.37, -112.87)),
            ("Three Points", (32.08, -111.31)),
            ("Nogales", (31.38, -110.94)),
            ("Sonoita", (31.68, -110.66)),
            ("Douglas", (31.37, -109.55)),
        ),
        430,
        40,
        28,
        checked=60,
    ),
    Stretch(
        "EPT",
        "El Paso",
        (
            (31.33, -109.05),
            (31.33, -108.21),
            (31.78, -108.21),
            (31.78, -106.53),
            (31.47, -106.20),
            (31.08, -105.60),
            (30.68, -105.00),
        ),
        (
            ("Lordsburg", (32.35, -108.71)),
            ("Deming", (32.26, -107.76)),
            ("Santa Teresa", (31.86, -106.64)),
            ("Sierra Blanca", (31.18, -105.36)),
        ),
        260,
        14,
        16,
        river=True,
    ),
    Stretch(
        "BBT",
        "Big Bend",
        (
            (30.68, -105.00),
            (30.05, -104.70),
            (29.55, -104.38),
            (29.27, -103.90),
            (28.98, -103.15),
            (29.18, -102.87),
            (29.74, -102.40),
            (29.78, -102.00),
        ),
        (
            ("Presidio", (29.57, -104.36)),
            ("Marfa", (30.31, -104.02)),
            ("Alpine", (30.36, -103.66)),
            ("Sanderson", (30.14, -102.39)),
        ),
        340,
        22,
        18,
        river=True,
    ),
    Stretch(
        "DRT",
        "Del Rio",
        ((29.78, -102.00), (29.80, -101.45), (29.46, -101.04), (29.33, -100.92), (28.70, -100.51), (28.20, -100.20)),
        (
            ("Comstock", (29.68, -101.17)),
            ("Del Rio", (29.38, -100.89)),
            ("Eagle Pass", (28.73, -100.48)),
            ("Carrizo Springs", (28.52, -99.86)),
        ),
        320,
        14,
        16,
        river=True,
    ),
    Stretch(
        "LRT",
        "Laredo",
        ((28.20, -100.20), (27.60, -99.60), (27.27, -99.49), (26.90, -99.40), (26.56, -99.17)),
        (("Laredo", (27.55, -99.46)), ("Zapata", (26.92, -99.26)), ("Hebbronville", (27.31, -98.68))),
        300,
        12,
        14,
        river=True,
        lends=False,
    ),
    Stretch(
        "RGV",
        "Rio Grande Valley",
        ((26.56, -99.17), (26.37, -98.82), (26.24, -98.55), (26.06, -98.20), (26.05, -97.90), (25.88, -97.50)),
        (
            ("Rio Grande City", (26.40, -98.80)),
            ("McAllen", (26.20, -98.23)),
            ("Brownsville", (25.95, -97.49)),
            ("Falfurrias", (27.23, -98.14)),
        ),
        430,
        14,
        17,
        river=True,
        checked=50,
    ),
)

# What closes the border line to a region: the Gulf coast, a parallel far to the north, the Pacific coast.
_REST: Final[tuple[LatLon, ...]] = (
    (25.96, -97.15),
    (26.60, -97.35),
    (28.00, -97.40),
    (36.00, -97.40),
    (36.00, -118.0),
    (33.00, -117.28),
)
_LINE: Final[tuple[LatLon, ...]] = tuple(point for stretch in FRONTIER for point in stretch.line)
_RING: Final = tuple(zip(_LINE + _REST, (*_LINE[1:], *_REST, _LINE[0]), strict=True))


def is_north(lat: float, lon: float) -> bool:
    """Whether a point lies on the northern side of the line, by ray casting over the coarse region."""
    inside = False
    for (lat1, lon1), (lat2, lon2) in _RING:
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return inside

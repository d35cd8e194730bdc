"""A synthetic border for demo, tests and tables: sectors, signs along routes, stations, units; one per seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from math import atan2, cos, hypot, pi, radians, sin
from random import Random
from typing import Final

from app.demo.frontier import FRONTIER, LatLon, Stretch, is_north
from geo.id_format import BadId, format_id
from geo.point import Point
from geo.sign import AccessNotes, IdFormat, LifeCycle, Sector, Sign, SignKind

KM_PER_DEGREE: Final = 111.2
CHECKED_FROM: Final = 1001  # numbers of the newer placards, which carry four digits and a check character
GAP_SHARE: Final = 0.08  # numbers left out on a route: lost, never installed
LIVES: Final = (LifeCycle.INSTALLED, LifeCycle.INSPECTED, LifeCycle.MOVED, LifeCycle.RETIRED)
LIFE_WEIGHTS: Final = (50, 44, 4, 2)

# kind, weight, capability codes every unit of the kind has, codes some have
UNIT_KINDS: Final[tuple[tuple[str, int, tuple[str, ...], tuple[str, ...]], ...]] = (
    ("truck", 52, ("water",), ("medic", "interp_es", "interp_pt", "rope")),
    ("atv", 18, ("water",), ("medic", "interp_es")),
    ("horse", 9, (), ("medic", "interp_es", "rope")),
    ("foot", 10, ("rope",), ("medic", "interp_es")),
    ("helicopter", 6, ("air", "medic"), ("interp_es", "rope")),
    ("boat", 5, ("boat", "water"), ("medic", "interp_es")),
)
GATES: Final = ("", "", "", "ranch gate, chain lock", "cattle guard, open", "gate code with station")
LANDING_ZONES: Final = ("", "", "", "flat, 30 m north", "road only", "none within 1 km")


@dataclass(frozen=True, slots=True)
class Station:
    station_id: str
    name: str
    sector: str
    point: Point


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the demo first signs it on; `station` is a station id, `capabilities` are codes, sorted."""

    unit_id: str
    kind: str
    station: str
    sector: str
    capabilities: tuple[str, ...]
    point: Point


@dataclass(frozen=True, slots=True)
class Border:
    sectors: tuple[Sector, ...]
    signs: tuple[Sign, ...]
    stations: tuple[Station, ...]
    units: tuple[Unit, ...]


def make_border(seed: int = 1) -> Border:
    """Return the border of this seed: 9 sectors, 2,700 placards, 170 towers, 32 stations, 150 units."""
    rng = Random(seed)
    sectors = tuple(_sector(stretch) for stretch in FRONTIER)
    signs = tuple(sign for stretch in FRONTIER for sign in _signs(stretch, rng))
    stations = tuple(
        Station(f"{stretch.sector}{number}", town, stretch.sector, Point(*at))
        for stretch in FRONTIER
        for number, (town, at) in enumerate(stretch.towns, start=1)
    )
    return Border(sectors, signs, stations, tuple(_units(signs, stations, rng)))


def _sector(stretch: Stretch) -> Sector:
    formats: tuple[IdFormat, ...] = (IdFormat(stretch.sector, 3), IdFormat(stretch.sector + "R", 2))
    if stretch.checked:
        formats = (*formats, IdFormat(stretch.sector, 4, check=True))
    return Sector(stretch.sector, stretch.name, formats, stretch.lends)


def _signs(stretch: Stretch, rng: Random) -> Iterator[Sign]:
    """Number placards along routes in order, as crews do, then the towers, each near a placard."""
    plain = stretch.placards - stretch.checked
    ids = [*_printed(IdFormat(stretch.sector, 3), 1, plain, rng)]
    ids += _printed(IdFormat(stretch.sector, 4, check=True), CHECKED_FROM, stretch.checked, rng)
    points = _along_routes(stretch, rng)
    placed: list[Point] = []
    for sign_id in ids:
        point, in_water = next(points)
        placed.append(point)
        kind = SignKind.WATER_PLACARD if in_water else SignKind.LAND_PLACARD
        yield _sign(sign_id, kind, stretch.sector, point, rng)
    for number in range(1, stretch.towers + 1):
        near = rng.choice(placed)
        tower_id = format_id(IdFormat(stretch.sector + "R", 2), number)
        yield _sign(tower_id, SignKind.RESCUE_TOWER, stretch.sector, _beside(near, rng), rng)


def _printed(id_format: IdFormat, first: int, wanted: int, rng: Random) -> Iterator[str]:
    """Yield `wanted` ids in order from `first`, with gaps, skipping numbers that cannot be printed."""
    printed = 0
    for number in count(first):
        if printed == wanted:
            return
        if rng.random() < GAP_SHARE:
            continue
        try:
            yield format_id(id_format, number)
        except BadId:
            continue
        printed += 1


def _sign(sign_id: str, kind: SignKind, sector: str, point: Point, rng: Random) -> Sign:
    (life,) = rng.choices(LIVES, LIFE_WEIGHTS)
    route = f"route {rng.randint(1, 40)}"
    access = AccessNotes(rng.choice(GATES), route, rng.choice(LANDING_ZONES), rng.choice(("", "state trust", "ranch")))
    return Sign(sign_id, kind, sector, point, life, access)


def _along_routes(stretch: Stretch, rng: Random) -> Iterator[tuple[Point, bool]]:
    """Yield places without end: routes inland from the line with a placard every 0.3-1.2 km, some along the water."""
    while True:
        in_water = stretch.river and rng.random() < 0.15
        start, left = _on_line(stretch.line, rng)
        at = _moved(start, left, rng.uniform(0.1, 0.5) if in_water else rng.uniform(0.5, 12.0))
        heading = left + (rng.choice((-pi / 2, pi / 2)) if in_water else rng.uniform(-0.7, 0.7))
        for _ in range(rng.randint(8, 28)):
            if not is_north(*at):
                break
            yield Point(round(at[0], 6), round(at[1], 6)), in_water
            heading += rng.gauss(0.0, 0.15)
            at = _moved(at, heading, rng.uniform(0.3, 1.2))


def _on_line(line: tuple[LatLon, ...], rng: Random) -> tuple[LatLon, float]:
    """Return a point of the polyline, uniform by length, and the direction to its left in radians from east."""
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(line)]
    (index,) = rng.choices(range(len(lengths)), lengths)
    (lat1, lon1), (lat2, lon2) = line[index], line[index + 1]
    share = rng.uniform(0.03, 0.97)
    dx, dy = (lon2 - lon1) * cos(radians(lat1)), lat2 - lat1
    return (lat1 + share * (lat2 - lat1), lon1 + share * (lon2 - lon1)), atan2(dy, dx) + pi / 2


def _beside(near: Point, rng: Random) -> Point:
    """Return a point 0.3-2 km away, on the same side of the border."""
    lat, lon = _moved((near.lat, near.lon), rng.uniform(0, 2 * pi), rng.uniform(0.3, 2.0))
    return Point(round(lat, 6), round(lon, 6)) if is_north(lat, lon) else near


def _moved(at: LatLon, direction: float, km: float) -> LatLon:
    """Return the point `km` away; direction in radians counted from east to north."""
    lat = at[0] + km * sin(direction) / KM_PER_DEGREE
    return lat, at[1] + km * cos(direction) / (KM_PER_DEGREE * cos(radians(at[0])))


def _units(signs: tuple[Sign, ...], stations: tuple[Station, ...], rng: Random) -> Iterator[Unit]:
    """Yield each sector's units in turn: half near their station, half out beside a sign of the sector."""
    ids = count(1)
    kinds = [kind for kind, *_ in UNIT_KINDS]
    weights = [weight for _, weight, *_ in UNIT_KINDS]
    for stretch in FRONTIER:
        homes = [station for station in stations if station.sector == stretch.sector]
        beats = [sign.point for sign in signs if sign.sector == stretch.sector]
        for number in range(stretch.units):
            # every sector has an aircraft and, on a river, a boat: the demo must be able to serve any need anywhere
            forced = {0: "truck", 1: "helicopter", 2: "boat" if stretch.river else "truck"}.get(number)
            kind = forced or rng.choices(kinds, weights)[0]
            home = homes[number % len(homes)]
            near = home.point if kind == "helicopter" or rng.random() < 0.5 else rng.choice(beats)
            at = _moved((near.lat, near.lon), rng.uniform(0, 2 * pi), rng.uniform(0.0, 3.0))
            if not is_north(*at):
                at = (near.lat, near.lon)
            yield Unit(f"U{next(ids)}", kind, home.station_id, stretch.sector, _capabilities(kind, rng), Point(*at))


def _capabilities(kind: str, rng: Random) -> tuple[str, ...]:
    always, sometimes = next((always, some) for name, _, always, some in UNIT_KINDS if name == kind)
    share = {"medic": 0.35, "interp_es": 0.7, "interp_pt": 0.1, "rope": 0.25}
    return tuple(sorted({*always, *(code for code in sometimes if rng.random() < share[code])}))

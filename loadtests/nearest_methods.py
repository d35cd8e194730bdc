"""Four ways to find the nearest units, for `loadtests.nearest_table`; `Scan` is the one the service uses."""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import asin, cos, inf, radians, sin, sqrt
from typing import Final, Protocol

import h3
import numpy as np

from geo.fleet import Fleet
from geo.nearest import TAKE, nearest
from geo.order import unit_order
from geo.point import EARTH_RADIUS_M, Floats, Point, distances_m
from geo.standing import FREE, Standing
from geo.travel import PACES, SpeedAndDetour, TravelKind

SECTOR: Final = "tucson"
RING_RESOLUTION: Final = 5  # cells some 16 km wide
SCREEN_ERROR_M: Final = 1.0  # the cosine of a short arc loses half its digits: 0.2 m at worst; five times that is kept


@dataclass(frozen=True, slots=True)
class Car:
    """A unit as the table seeds it."""

    unit_id: str
    point: Point
    kind: TravelKind
    is_free: bool


class Method(Protocol):
    """A way to keep units and to find the eight nearest."""

    def move(self, number: int, point: Point) -> None:
        """Take a position."""
        ...

    def find(self, target: Point) -> list[str]:
        """Return the ids of the eight nearest free units, best first."""
        ...


class Loop:
    """A plain Python loop with the standard library's mathematics."""

    def __init__(self, cars: Sequence[Car]) -> None:
        self._where = [_radians(car.point) for car in cars]
        self._who = [(car.unit_id, PACES[car.kind].seconds_per_m, car.is_free) for car in cars]

    def move(self, number: int, point: Point) -> None:
        self._where[number] = _radians(point)

    def find(self, target: Point) -> list[str]:
        lat0, lon0 = _radians(target)
        cos0 = cos(lat0)
        found = []
        for (lat, lon), (unit_id, seconds_per_m, is_free) in zip(self._where, self._who, strict=True):
            if is_free:
                a = sin((lat - lat0) / 2) ** 2 + cos0 * cos(lat) * sin((lon - lon0) / 2) ** 2
                found.append((2.0 * EARTH_RADIUS_M * asin(sqrt(min(a, 1.0))) * seconds_per_m, unit_id))
        best = heapq.nsmallest(TAKE, found, key=lambda row: (row[0], unit_order(row[1])))
        return [unit_id for _, unit_id in best]


class Scan:
    """Columns, all of them read at each call: geo.nearest, with its picks and its reasons."""

    def __init__(self, cars: Sequence[Car]) -> None:
        self.fleet = Fleet()
        self._ids = [car.unit_id for car in cars]
        self._travel = SpeedAndDetour()
        for car in cars:
            status = Standing.FREE if car.is_free else Standing.BUSY
            self.fleet.put(car.unit_id, point=car.point, kind=car.kind, sector=SECTOR, status=status, fixed_at_s=0.0)

    def move(self, number: int, point: Point) -> None:
        self.fleet.move(self._ids[number], point, 0.0)

    def find(self, target: Point) -> list[str]:
        ranking = nearest(self.fleet, target, self._travel, sectors_allowed=(SECTOR,), now_s=0.0, fix_limit_s=inf)
        return [pick.unit_id for pick in ranking.picks]


class Rings:
    """H3 rings around the target per kind, widened until no unseen cell can hold anybody sooner: exact."""

    def __init__(self, cars: Sequence[Car]) -> None:
        self._cars = list(cars)
        self._cells = [car.point.cell(RING_RESOLUTION) for car in cars]
        self._held: defaultdict[TravelKind, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for number, car in enumerate(cars):
            if car.is_free:
                self._held[car.kind][self._cells[number]].add(number)
        # Centres k rings apart are 1.5 k edges apart, target and unit each up to one edge off theirs; 0.8: the cells of
        # one resolution differ in size.
        self._edge_m = 0.8 * float(h3.average_hexagon_edge_length(RING_RESOLUTION, unit="m"))

    def move(self, number: int, point: Point) -> None:
        car, cell = self._cars[number], point.cell(RING_RESOLUTION)
        if car.is_free and cell != self._cells[number]:
            self._held[car.kind][self._cells[number]].discard(number)
            self._held[car.kind][cell].add(number)
        self._cells[number] = cell
        self._cars[number] = Car(car.unit_id, point, car.kind, car.is_free)

    def find(self, target: Point) -> list[str]:
        center = target.cell(RING_RESOLUTION)
        best: list[tuple[float, str]] = []
        for kind, held in self._held.items():
            seconds_per_m, left, k = PACES[kind].seconds_per_m, sum(map(len, held.values())), 0
            while left:
                worst = best[-1][0] if len(best) == TAKE else inf
                if (1.5 * k - 2.0) * self._edge_m * seconds_per_m > worst:
                    break
                numbers = [n for cell in h3.grid_ring(center, k) for n in held.get(cell, ())]
                best = self._merged(best, numbers, target, seconds_per_m)
                left -= len(numbers)
                k += 1
        return [unit_id for _, unit_id in best]

    def _merged(
        self, best: list[tuple[float, str]], numbers: list[int], target: Point, seconds_per_m: float
    ) -> list[tuple[float, str]]:
        if not numbers:
            return best
        cars = [self._cars[number] for number in numbers]
        lats, lons = np.array([car.point.lat for car in cars]), np.array([car.point.lon for car in cars])
        seconds = (distances_m(target.lat, target.lon, lats, lons) * seconds_per_m).tolist()
        found = best + [(time, car.unit_id) for time, car in zip(seconds, cars, strict=True)]
        return heapq.nsmallest(TAKE, found, key=lambda row: (row[0], unit_order(row[1])))


class Screen:
    """Unit vectors kept at each move; one dot product screens all, the true kernel judges those within its error."""

    def __init__(self, cars: Sequence[Car]) -> None:
        self.scan = Scan(cars)
        self._vectors: Floats = np.array([_vector(car.point) for car in cars])
        self._seconds_per_m: Floats = np.array([PACES[kind].seconds_per_m for kind in TravelKind])

    def move(self, number: int, point: Point) -> None:
        self.scan.move(number, point)
        self._vectors[number] = _vector(point)

    def find(self, target: Point) -> list[str]:
        fleet = self.scan.fleet
        ready = (fleet.standings((), (SECTOR,), ()) == FREE).nonzero()[0]
        pace = self._seconds_per_m[fleet.kinds[ready]]
        chords = np.sqrt(np.maximum(2.0 - 2.0 * (self._vectors @ np.array(_vector(target)))[ready], 0.0))
        about_m = 2.0 * EARTH_RADIUS_M * np.arcsin(np.minimum(chords * 0.5, 1.0))
        latest = (about_m + SCREEN_ERROR_M) * pace
        take = min(TAKE, len(ready))
        close = (latest - 2.0 * SCREEN_ERROR_M * pace <= np.partition(latest, take - 1)[take - 1]).nonzero()[0]
        slots = ready[close]
        seconds = distances_m(target.lat, target.lon, fleet.lats[slots], fleet.lons[slots]) * pace[close]
        order = np.lexsort((fleet.ranks[slots], seconds))[:take]
        return [fleet.unit_ids[slot] for slot in slots[order].tolist()]


def _radians(point: Point) -> tuple[float, float]:
    return radians(point.lat), radians(point.lon)


def _vector(point: Point) -> tuple[float, float, float]:
    lat, lon = _radians(point)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)

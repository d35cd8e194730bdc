"""Areas on the map: polygons with holes and circles, and whether a point lies in one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from geo.point import Point, distance_m

Ring = tuple[Point, ...]
CORNERS_MIN: Final = 3


@dataclass(frozen=True, slots=True)
class Circle:
    centre: Point
    radius_m: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """An outer ring and its holes, each closed or not. Edges are straight in degrees, as CAP and GeoJSON mean them."""

    rings: tuple[Ring, ...]
    low: Point
    high: Point

    @classmethod
    def of(cls, rings: Iterable[Ring]) -> "Polygon | None":
        """Return the polygon; None when it encloses nothing."""
        kept = tuple(ring for ring in rings if len(set(ring)) >= CORNERS_MIN)
        if not kept:
            return None
        lats, lons = [p.lat for p in kept[0]], [p.lon for p in kept[0]]
        return cls(kept, Point(min(lats), min(lons)), Point(max(lats), max(lons)))

    def holds(self, point: Point) -> bool:
        """Whether a point lies inside: an odd number of edges lie east of it."""
        if not (self.low.lat <= point.lat <= self.high.lat and self.low.lon <= point.lon <= self.high.lon):
            return False
        return sum(_crossings(ring, point) for ring in self.rings) % 2 == 1


@dataclass(frozen=True, slots=True)
class Area:
    """All of its polygons and circles together; they may overlap."""

    polygons: tuple[Polygon, ...] = ()
    circles: tuple[Circle, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.polygons and not self.circles

    def holds(self, point: Point) -> bool:
        return any(polygon.holds(point) for polygon in self.polygons) or any(
            distance_m(circle.centre, point) <= circle.radius_m for circle in self.circles
        )

    def bound(self) -> Circle | None:
        """Return a circle that holds all of it, around the middle of its extent; None when it is empty."""
        corners = [corner for polygon in self.polygons for corner in (polygon.low, polygon.high)]
        corners += [circle.centre for circle in self.circles]
        if not corners:
            return None
        lats, lons = [p.lat for p in corners], [p.lon for p in corners]
        centre = Point((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
        reach = [distance_m(centre, p) for polygon in self.polygons for ring in polygon.rings[:1] for p in ring]
        reach += [distance_m(centre, circle.centre) + circle.radius_m for circle in self.circles]
        return Circle(centre, max(reach))


def _crossings(ring: Ring, point: Point) -> int:
    count, before = 0, ring[-1]
    for corner in ring:
        if (corner.lat > point.lat) != (before.lat > point.lat):
            share = (point.lat - corner.lat) / (before.lat - corner.lat)
            count += point.lon < corner.lon + share * (before.lon - corner.lon)
        before = corner
    return count

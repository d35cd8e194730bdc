"""The eight shapes of RFC 5491, each read to a centre, the radius of the circle around it, and its H3 cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from math import cos, radians, sin, sqrt
from typing import Final

import h3
from lxml import etree

from app.interop.pidf.ground import Flat, centroid, from_flat, reach, to_flat
from app.interop.pidf.numbers import angle, metres, position, positions, sexagesimal
from app.interop.reading import Findings
from app.interop.xml import Element, child, find, local, text
from geo.point import SIGN_RESOLUTION, Point

RING_MAX: Final = 512  # RFC 5491 asks for 15 points
CELLS_MAX: Final = 500  # coarser cells beyond it
COARSEST: Final = 3
DISTORTION: Final = 1.25  # H3 cells differ in size over the globe


@dataclass(frozen=True, slots=True)
class Shape:
    """`radius_m` is the circle around the centre that holds the shape, None when nothing says how sure it is."""

    kind: str
    center: Point
    radius_m: float | None = None
    altitude_m: float | None = None
    ring: tuple[Point, ...] = ()

    def cells(self) -> tuple[str, ...]:
        """Return H3 cells that cover the shape: res 9, or coarser while there would be too many."""
        reached = (self.radius_m or 0.0) * DISTORTION
        for resolution in range(SIGN_RESOLUTION, COARSEST - 1, -1):
            # From the centre of a cell to the next is the inner diameter of a hexagon: its edge times the root of 3.
            step = h3.average_hexagon_edge_length(resolution, unit="m") * sqrt(3)
            rings = int(reached / (step * sqrt(3) / 2)) + 1 if reached else 0
            if 3 * rings * (rings + 1) + 1 <= CELLS_MAX:
                return tuple(sorted(str(c) for c in h3.grid_disk(self.center.cell(resolution), rings)))
        return (self.center.cell(COARSEST),)


def read_shape(element: etree._Element, findings: Findings) -> Shape | None:
    """Return the shape an element is, None when it is none, or none that can be read."""
    reader = READERS.get(local(element))
    return reader(element, (element.get("srsName") or "")[:128], findings) if reader else None


def _point(element: etree._Element, srs: str, findings: Findings) -> Shape | None:
    at = _pos(element, srs, "Point", findings)
    return Shape("Point", at[0], None, at[1]) if at else None


def _circle(element: etree._Element, srs: str, findings: Findings) -> Shape | None:
    kind = local(element)
    at = _pos(element, srs, kind, findings)
    radius = metres(child(element, "radius"), f"{kind}.radius", findings)
    return Shape(kind, at[0], radius, at[1]) if at else None


def _ellipse(element: etree._Element, srs: str, findings: Findings) -> Shape | None:
    kind = local(element)
    at = _pos(element, srs, kind, findings)
    major = metres(child(element, "semiMajorAxis"), f"{kind}.semiMajorAxis", findings)
    minor = metres(child(element, "semiMinorAxis"), f"{kind}.semiMinorAxis", findings)
    if major is not None and minor is not None and minor > major:
        findings.warn(kind, "its minor axis is the longer one")
    reached = max((axis for axis in (major, minor) if axis is not None), default=None)
    return Shape(kind, at[0], reached, at[1]) if at else None


def _arc_band(element: etree._Element, srs: str, findings: Findings) -> Shape | None:
    """RFC 7459 5.1.1.1: the centroid lies on the line that bisects the arc."""
    at = _pos(element, srs, "ArcBand", findings)
    outer = metres(child(element, "outerRadius"), "ArcBand.outerRadius", findings)
    if at is None:
        return None
    if outer is None:
        return Shape("ArcBand", at[0], None, at[1])
    inner = min(metres(child(element, "innerRadius"), "ArcBand.innerRadius", findings) or 0.0, outer)
    start = angle(child(element, "startAngle"), "ArcBand.startAngle", findings)
    opening = angle(child(element, "openingAngle"), "ArcBand.openingAngle", findings)
    if start is None or opening is None or not 0.0 < opening < 180.0 or outer <= 0.0:
        return Shape("ArcBand", at[0], outer, at[1])  # the circle around the antenna holds it in any case
    half, bearing = radians(opening / 2), radians(start + opening / 2)
    away = 2 * sin(half) * (outer**2 + outer * inner + inner**2) / (3 * half * (outer + inner))
    middle: Flat = (away * sin(bearing), away * cos(bearing))
    corners = [_polar(r, bearing + turn) for r in (inner, outer) for turn in (-half, 0.0, half)]
    return Shape("ArcBand", from_flat(at[0], middle), reach(middle, corners), at[1])


def _polar(radius: float, bearing: float) -> Flat:
    return radius * sin(bearing), radius * cos(bearing)


def _polygon(element: etree._Element, srs: str, findings: Findings) -> Shape | None:
    ring = find(element, "exterior", "LinearRing") if local(element) == "Polygon" else element
    if ring is None:
        ring = find(element, "outerBoundaryIs", "LinearRing")  # GML 2
    if ring is None:
        findings.warn("Polygon", "has no exterior ring")
        return None
    return _ring("Polygon", _corners(ring, srs, findings), findings)


def _ring(kind: str, corners: Sequence[tuple[Point, float | None]], findings: Findings) -> Shape | None:
    points = [point for point, _ in corners]
    if not points:
        findings.warn(kind, "has no readable corner")
        return None
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    else:
        findings.warn(kind, "its ring is not closed")
    if len(points) < 3:
        findings.warn(kind, "has fewer than three corners")
    flat = [to_flat(points[0], point) for point in points]
    middle = centroid(flat)
    return Shape(kind, from_flat(points[0], middle), reach(middle, flat), corners[0][1], tuple(points))


def _corners(ring: etree._Element, srs: str, findings: Findings) -> list[tuple[Point, float | None]]:
    """Return a ring's points, from `pos` elements, `pointProperty` or one `posList`."""
    found: list[tuple[Point, float | None]] = []
    listed = child(ring, "posList")
    if listed is not None:
        three = listed.get("srsDimension") == "3" or srs.endswith("4979")
        return positions(text(listed, 65_536), 3 if three else 2, srs, "posList", findings)[:RING_MAX]
    for each in islice(ring, RING_MAX + 1):
        pos = each if local(each) == "pos" else find(each, "Point", "pos")
        words = text(pos, 256).replace(",", " ").split()
        one = position(words, srs, "pos", findings) if words else None
        if one is not None:
            found.append(one)
    return found[:RING_MAX]


def _prism(element: etree._Element, srs: str, findings: Findings) -> Shape | None:
    base = find(element, "base")
    surfaces = [] if base is None else [each for each in base if local(each) in ("Polygon", "Circle", "Ellipse")]
    surface = next(iter(surfaces), None)
    if surface is None:
        findings.warn("Prism", "has no readable base")
        return None
    metres(child(element, "height"), "Prism.height", findings)
    found = READERS[local(surface)](surface, srs or (surface.get("srsName") or "")[:128], findings)
    return Shape("Prism", found.center, found.radius_m, found.altitude_m, found.ring) if found else None


def _pos(element: etree._Element, srs: str, where: str, findings: Findings) -> tuple[Point, float | None] | None:
    """Return an element's position: `pos`, or as older GML wrote it."""
    pos = child(element, "pos")
    if pos is None:
        pos = find(element, "pointProperty", "Point", "pos")
    if pos is not None:
        words = text(pos, 256).replace(",", " ").split()
        return position(words, srs, f"{where}.pos", findings) if words else None
    old = child(element, "coordinates")
    if old is None:
        findings.warn(where, "has no position")
        return None
    findings.warn(where, "gml:coordinates, which RFC 5491 gave up")
    written = text(old, 256)
    point = sexagesimal(written)
    if point is not None:
        return point, None
    words = written.replace(",", " ").split()
    return position(words, srs, f"{where}.coordinates", findings) if words else None


Reader = Callable[[Element, str, Findings], Shape | None]
READERS: Final[dict[str, Reader]] = {
    "Point": _point,
    "Circle": _circle,
    "Sphere": _circle,
    "Ellipse": _ellipse,
    "Ellipsoid": _ellipse,
    "ArcBand": _arc_band,
    "Polygon": _polygon,
    "Prism": _prism,
}

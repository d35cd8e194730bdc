"""Areas as others write them: GeoJSON geometries, CAP's polygons and circles. A fault in one loses no other."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from app.interop.reading import Findings
from geo.area import Area, Circle, Polygon, Ring
from geo.point import BadPoint, Point

CORNERS_MAX: Final = 10_000  # of one hazard; the Weather Service's largest zones have some 3,000
SHAPES_MAX: Final = 200
RADIUS_M_MAX: Final = 1_000_000.0


def of_geojson(geometry: Any, findings: Findings) -> Area:
    """Return the area of a Polygon, MultiPolygon or GeometryCollection."""
    polygons = [p for rings in _polygons(geometry, 0) if (p := Polygon.of(_rings(rings, findings))) is not None]
    if sum(len(ring) for polygon in polygons for ring in polygon.rings) > CORNERS_MAX:
        findings.warn("geometry", f"more than {CORNERS_MAX} corners, left out")
        return Area()
    return Area(tuple(polygons[:SHAPES_MAX]))


def _polygons(geometry: Any, depth: int) -> Iterator[Any]:
    if not isinstance(geometry, dict) or depth > 2:
        return
    match geometry.get("type"), geometry.get("coordinates"), geometry.get("geometries"):
        case "Polygon", list() as rings, _:
            yield rings
        case "MultiPolygon", list() as several, _:
            yield from several[:SHAPES_MAX]
        case "GeometryCollection", _, list() as inner:
            for one in inner[:SHAPES_MAX]:
                yield from _polygons(one, depth + 1)
        case _:
            return


def _rings(rings: Any, findings: Findings) -> Iterator[Ring]:
    for ring in rings if isinstance(rings, list) else ():
        corners = (
            [_point(c[1], c[0]) for c in ring if isinstance(c, list) and len(c) >= 2] if isinstance(ring, list) else []
        )
        kept = tuple(corner for corner in corners if corner is not None)
        if len(kept) != len(corners):
            findings.warn("geometry", "a corner that is no place was left out")
        yield kept


def of_cap(polygons: Iterable[str], circles: Iterable[str], findings: Findings) -> Area:
    """Return the area of `lat,lon lat,lon ...` and `lat,lon radius` in kilometres."""
    found: list[Polygon] = []
    for text in polygons:
        ring = [_pair(pair) for pair in text.split()[:CORNERS_MAX]]
        kept = tuple(corner for corner in ring if corner is not None)
        polygon = Polygon.of((kept,))
        if polygon is None or len(kept) != len(ring):
            findings.warn("polygon", "not a closed line of places")
        if polygon is not None and len(found) < SHAPES_MAX:
            found.append(polygon)
    return Area(tuple(found), tuple(_circles(circles, findings)))


def _circles(circles: Iterable[str], findings: Findings) -> Iterator[Circle]:
    for text in list(circles)[:SHAPES_MAX]:
        where, _, radius = text.strip().partition(" ")
        centre, km = _pair(where), _number(radius or "0")
        if centre is None or km is None or not 0 <= km * 1000 <= RADIUS_M_MAX:
            findings.warn("circle", "not a place and a radius")
        else:
            yield Circle(centre, km * 1000)


def _pair(text: str) -> Point | None:
    lat, _, lon = text.partition(",")
    return _point(_number(lat), _number(lon))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _point(lat: Any, lon: Any) -> Point | None:
    if isinstance(lat, bool) or not isinstance(lat, int | float) or not isinstance(lon, int | float):
        return None
    try:
        return Point(float(lat), float(lon))
    except (BadPoint, OverflowError):
        return None


def to_geojson(area: Area) -> dict[str, Any] | None:
    """Return the area as a geometry; a circle becomes a point with its radius beside it elsewhere."""
    if area.polygons:
        rings = [[[[p.lon, p.lat] for p in ring] for ring in polygon.rings] for polygon in area.polygons]
        return (
            {"type": "Polygon", "coordinates": rings[0]}
            if len(rings) == 1
            else {"type": "MultiPolygon", "coordinates": rings}
        )
    if area.circles:
        centre = area.circles[0].centre
        return {"type": "Point", "coordinates": [centre.lon, centre.lat]}
    return None

"""Numbers, measures and positions as PIDF-LO writes them, and as producers really do."""

import re
from math import degrees, isfinite
from typing import Final

from lxml import etree

from app.interop.reading import Findings
from app.interop.xml import text
from geo.point import BadPoint, Point

# EPSG units of length, in metres; RFC 5491 section 5 allows the first only.
METRES: Final = {"9001": 1.0, "9002": 0.3048, "9003": 1200 / 3937, "9030": 1852.0, "9036": 1000.0, "9093": 1609.344}
SPELT: Final = {"m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "km": 1000.0, "ft": 0.3048}
RADIANS: Final = frozenset({"9101", "rad", "radian", "radians"})
DEGREES: Final = frozenset({"9102", "deg", "degree", "degrees"})
METRES_MAX: Final = 1_000_000.0
VALUES_MAX: Final = 3 * 512
DMS: Final = re.compile(r"(\d{1,3}):(\d{1,2})(?::(\d{1,2}(?:\.\d{1,9})?))?\s*([NSEW])")
ALTITUDE_MAX_M: Final = 20_000.0


def number(written: str) -> float | None:
    """Return a finite number, None for NaN, infinity, words and the like."""
    if len(written) > 64:
        return None
    try:
        value = float(written)
    except ValueError:
        return None
    return value if isfinite(value) else None


def metres(element: etree._Element | None, where: str, findings: Findings) -> float | None:
    """Return a length in metres, whatever unit it came in."""
    value = number(text(element, 64))
    if element is None or value is None:
        findings.warn(where, "missing or not a number")
        return None
    unit = _unit(element)
    factor = METRES.get(unit, SPELT.get(unit))
    if factor is None:
        findings.warn(where, "no unit of measure, taken as metres" if not unit else "unknown unit, taken as metres")
        factor = 1.0
    elif unit != "9001":
        findings.warn(where, "not in EPSG 9001 metres, converted")
    if not 0.0 <= value * factor <= METRES_MAX:
        findings.warn(where, f"not within 0 and {METRES_MAX:g} metres")
        return None
    return value * factor


def angle(element: etree._Element | None, where: str, findings: Findings) -> float | None:
    """Return an angle in degrees."""
    value = number(text(element, 64))
    if element is None or value is None:
        findings.warn(where, "missing or not a number")
        return None
    unit = _unit(element)
    if unit in RADIANS:
        return degrees(value)
    if unit not in DEGREES:
        findings.warn(where, "no unit of measure, taken as degrees")
    return value


def _unit(element: etree._Element) -> str:
    """Return the last part of a unit's name: `9001` of `urn:ogc:def:uom:EPSG::9001`."""
    return re.split(r"[:#/]", (element.get("uom") or "").strip()[:128])[-1].casefold()


def is_lon_first(srs: str) -> bool:
    """Whether a reference system names the longitude first; EPSG 4326 and 4979 do not, CRS 84 does."""
    return "crs84" in srs.casefold().replace(":", "").replace("_", "")


def positions(
    written: str, dimensions: int, srs: str, where: str, findings: Findings
) -> list[tuple[Point, float | None]]:
    """Return the points of a list of numbers, each with its height; what is no place is left out with a warning."""
    words = written.replace(",", " ").split()[: VALUES_MAX + 1]
    if len(words) > VALUES_MAX:
        findings.warn(where, f"more than {VALUES_MAX} numbers")
        words = words[:VALUES_MAX]
    found = []
    for at in range(0, len(words) - 1, dimensions):
        one = position(words[at : at + dimensions], srs, where, findings)
        if one is not None:
            found.append(one)
    return found


def position(words: list[str], srs: str, where: str, findings: Findings) -> tuple[Point, float | None] | None:
    """Return one point with its height. Order is latitude first; what can only be the other order is turned round."""
    first, second = number(words[0]), number(words[1]) if len(words) > 1 else None
    if first is None or second is None:
        findings.warn(where, "not two numbers")
        return None
    if is_lon_first(srs):
        findings.warn(where, "longitude first, as its reference system says")
        first, second = second, first
    elif abs(first) > 90.0 >= abs(second):
        findings.warn(where, "longitude first, turned round")
        first, second = second, first
    try:
        point = Point(first, second)
    except BadPoint:
        findings.warn(where, "no place on earth")
        return None
    return point, _height(words[2], where, findings) if len(words) > 2 else None


def _height(word: str, where: str, findings: Findings) -> float | None:
    value = number(word)
    if value is None or abs(value) > ALTITUDE_MAX_M:
        findings.warn(where, "height left out: no number a height could be")
        return None
    return value


def sexagesimal(written: str) -> Point | None:
    """Return the point of GML 3.0's `37:46:30N 122:25:10W` (RFC 4119's own examples), None when it is not that."""
    found: dict[str, float] = {}
    for hours, minutes, seconds, side in DMS.findall(written[:256]):
        value = int(hours) + int(minutes) / 60 + float(seconds or 0) / 3600
        found["lat" if side in "NS" else "lon"] = -value if side in "SW" else value
    try:
        return Point(found["lat"], found["lon"])
    except (KeyError, BadPoint):
        return None

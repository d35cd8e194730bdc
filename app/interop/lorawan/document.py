"""A JSON document as network servers send it, read without trusting its shape."""

import json
from typing import Any, Final

import orjson

from app.interop.reading import Findings, Unusable

DIGITS_MAX: Final = 309  # as many as a float has
ITEMS_MAX: Final = 64  # gateways that heard one uplink; the busiest sites have a dozen


def read_object(raw: bytes) -> dict[str, Any]:
    """Return the object. Raises Unusable: not JSON, or not an object."""
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError:
        value = _leniently(raw)
    if not isinstance(value, dict):
        raise Unusable("not an object")
    return value


def _leniently(raw: bytes) -> Any:
    """Read what is almost JSON: NaN, a byte order mark, another encoding's letters, numbers without end."""
    try:
        return json.loads(raw.decode("utf-8-sig", errors="replace"), parse_int=_whole)
    except (ValueError, RecursionError):
        raise Unusable("not JSON") from None


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= DIGITS_MAX else float("inf")


def part(of: Any, name: str) -> dict[str, Any]:
    """Return an object inside; an empty one when it is absent or something else."""
    value = of.get(name) if isinstance(of, dict) else None
    return value if isinstance(value, dict) else {}


def parts(of: dict[str, Any], name: str, findings: Findings) -> list[dict[str, Any]]:
    """Return the objects of a list inside."""
    value = of.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        findings.warn(name, "not a list")
        return []
    return [item for item in value[:ITEMS_MAX] if isinstance(item, dict)]


def number(of: dict[str, Any], name: str, low: float, high: float, absent: float | None = None) -> float | None:
    """Return a number within bounds; `absent` is what its absence means, None when out of bounds or no number."""
    value = of.get(name, absent)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if low <= value <= high else None

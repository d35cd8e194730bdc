"""The registry as text: CSV and GeoJSON, in and out. Values are not judged here, only found."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final

from geo.registry import Registry
from geo.sign import Sign

COLUMNS: Final = ("sign_id", "kind", "sector", "lat", "lon", "life", "gate", "route", "landing_zone", "landowner")
REQUIRED: Final = COLUMNS[:5]  # the rest may be missing: installed, and no notes
FIELD_CHARS_MAX: Final = 131_072  # the csv module's own bound


class UnreadableRows(ValueError):
    """Text that is no table of signs at all; says where reading stopped."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of an import as text by column. `number` is the line's place among the data rows, from 1."""

    number: int
    values: Mapping[str, str]


def read_csv(text: str) -> tuple[Row, ...]:
    """Return the rows of a CSV with a header line. Raises UnreadableRows on a wrong header or torn quoting."""
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header)
        return tuple(
            Row(number, _cells(header, cells, number))
            for number, cells in enumerate((cells for cells in reader if cells), start=1)
        )
    except csv.Error as error:
        raise UnreadableRows(f"line {reader.line_num}: {error}") from error


def read_geojson(text: str) -> tuple[Row, ...]:
    """Return the rows of a GeoJSON FeatureCollection of Points (RFC 7946, longitude first). Raises UnreadableRows."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableRows(f"not JSON: {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise UnreadableRows("not a GeoJSON FeatureCollection")
    return tuple(Row(number, _feature(feature, number)) for number, feature in enumerate(features, start=1))


def to_csv(registry: Registry) -> str:
    """Return every sign as CSV with a header, in order of id; `read_csv` gives the same values back."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([*_values(sign).values()] for sign in registry.signs)
    return out.getvalue()


def to_geojson(registry: Registry) -> str:
    """Return every sign as a GeoJSON FeatureCollection, in order of id; `read_geojson` gives the same values back."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [sign.point.lon, sign.point.lat]},
            "properties": {name: value for name, value in _values(sign).items() if name not in ("lat", "lon")},
        }
        for sign in registry.signs
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _values(sign: Sign) -> dict[str, str]:
    notes = sign.access
    position = repr(sign.point.lat), repr(sign.point.lon)  # repr: the shortest text that reads back to the same float
    access = notes.gate, notes.route, notes.landing_zone, notes.landowner
    values = (sign.sign_id, sign.kind, sign.sector, *position, sign.life, *access)
    return dict(zip(COLUMNS, map(str, values), strict=True))


def _check_header(header: list[str]) -> None:
    if missing := [name for name in REQUIRED if name not in header]:
        raise UnreadableRows(f"columns missing: {', '.join(missing)}")
    if unknown := [name for name in header if name not in COLUMNS]:
        raise UnreadableRows(f"unknown columns: {', '.join(map(repr, unknown))}")
    if len(set(header)) != len(header):
        raise UnreadableRows("a column stands twice")


def _cells(header: list[str], cells: list[str], number: int) -> dict[str, str]:
    if len(cells) != len(header):
        raise UnreadableRows(f"row {number}: {len(cells)} cells, the header has {len(header)}")
    return dict(zip(header, cells, strict=True))


def _feature(feature: Any, number: int) -> dict[str, str]:
    """Return one feature's values; a missing or odd geometry leaves lat and lon empty, for `validate` to name."""
    if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
        raise UnreadableRows(f"feature {number}: no properties")
    values = {name: _text(value) for name, value in feature["properties"].items() if name in COLUMNS}
    geometry = feature.get("geometry")
    position = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    lon, lat = position[:2] if isinstance(position, list) and len(position) >= 2 else ("", "")
    return {**values, "lat": _text(lat), "lon": _text(lon)}


def _text(value: Any) -> str:
    """A JSON value as a cell would have it; null is empty."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)

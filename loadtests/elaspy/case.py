"""A case as its files have it: the map, the units' bases, the calls and what the oracle expects of each."""

import csv
from dataclasses import dataclass
from fnmatch import fnmatch
from math import cos, radians
from pathlib import Path
from typing import Final

import numpy as np

from geo.point import EARTH_RADIUS_M, Floats, Point

MATRIX: Final = "siren_driving_matrix*.csv"
NODES: Final = "nodes*.csv"
HOSPITALS: Final = "Hospital*.csv"

# Where the Dutch grid (RD) has its origin, Amersfoort: metres and degrees. Flat enough: no time depends on it.
_X_M, _Y_M, _LAT, _LON = 155_000.0, 463_000.0, 52.15517, 5.38721
_M_PER_DEGREE: Final = radians(1.0) * EARTH_RADIUS_M


@dataclass(frozen=True, slots=True)
class City:
    """Postcode nodes 0..n-1: their names, grid metres (n, 2), points, siren minutes (n, n) from row to column."""

    names: tuple[str, ...]
    grid_m: Floats
    points: tuple[Point, ...]
    siren_min: Floats
    hospitals: tuple[int, ...]

    def nearest_hospital(self, node: int) -> int:
        """Return the hospital with the least siren time from a node."""
        return min(self.hospitals, key=lambda hospital: float(self.siren_min[node, hospital]))

    def snap(self, x_m: float, y_m: float) -> int:
        """Return the node nearest to a place on the grid."""
        away = self.grid_m - (x_m, y_m)
        return int((away * away).sum(axis=1).argmin())


@dataclass(frozen=True, slots=True)
class Visit:
    """One call: when and where it comes, what it will take, and the unit and response time the oracle expects."""

    arrives_min: float
    node: int
    on_site_min: float
    to_hospital: bool
    drop_off_min: float
    expected_unit: int
    expected_response_min: float


def read_city(data: Path) -> City:
    """Read the matrix, the nodes and the hospitals; the order of nodes is the matrix's."""
    header, *rows = _rows(_one(data, MATRIX))
    names = tuple(_postcode(name) for name in header[1:])
    by_name = {_postcode(row[0]): row[1:] for row in rows}
    grid = {_postcode(row["postal code"]): (float(row["x"]), float(row["y"])) for row in _records(_one(data, NODES))}
    grid_m = np.array([grid[name] for name in names])
    hospitals = tuple(names.index(_postcode(row[0])) for row in _rows(_one(data, HOSPITALS))[1:])
    siren_min = np.array([by_name[name] for name in names], dtype=np.float64)
    return City(names, grid_m, tuple(_point(x, y) for x, y in grid_m.tolist()), siren_min, hospitals)


def read_bases(city: City, path: Path) -> tuple[int, ...]:
    """Return each unit's base node; unit 0 first."""
    rows = sorted((int(float(row["Ambulance"])), _postcode(row["Base"])) for row in _records(path))
    return tuple(city.names.index(base) for _, base in rows)


def read_visits(city: City, data: Path, case: str) -> tuple[Visit, ...]:
    """Read a case's folder. Raises FileNotFoundError with the pattern when a file is missing or not alone."""
    folder = _folder(data, case)

    def column(what: str) -> list[str]:
        return [row[-1] for row in _rows(_one(folder, f"*{what}*.csv", case))[1:]]

    expected = _records(_one(folder, "Patient*.csv", case))
    arrivals = np.cumsum([float(gap) for gap in column("interarrival_times")]).tolist()
    columns = zip(
        arrivals,
        column("location_IDs"),
        column("on_site_aid_times"),
        column("to_hospital"),
        column("drop_off_times"),
        expected,
        strict=True,
    )
    return tuple(
        Visit(
            arrives_min=arrives,
            node=city.names.index(_postcode(place)),
            on_site_min=float(on_site),
            to_hospital=goes.strip().lower() in {"true", "1", "1.0"},
            drop_off_min=float(drop_off or 0.0),
            expected_unit=int(float(row["assigned_to_ambulance_nr"])),
            expected_response_min=float(row["response_time"]),
        )
        for arrives, place, on_site, goes, drop_off, row in columns
    )


def _point(x_m: float, y_m: float) -> Point:
    lat = _LAT + (y_m - _Y_M) / _M_PER_DEGREE
    return Point(lat, _LON + (x_m - _X_M) / (_M_PER_DEGREE * cos(radians(_LAT))))


def _folder(data: Path, case: str) -> Path:
    folders = [path for path in data.iterdir() if path.is_dir() and path.name.lower() == case.lower()]
    return folders[0] if folders else data / case


def _one(folder: Path, pattern: str, case: str = "") -> Path:
    """Return the only file that fits, in any case of letters; the case's name decides when there are several."""
    found = [path for path in sorted(folder.glob("*.csv")) if fnmatch(path.name.lower(), pattern.lower())]
    if len(found) > 1:
        found = [path for path in found if path.stem.lower().endswith(f"_{case.lower()}")]
    if len(found) != 1:
        raise FileNotFoundError(f"{folder}: {len(found)} files fit {pattern}, one is needed")
    return found[0]


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.reader(file) if row]


def _records(path: Path) -> list[dict[str, str]]:
    header, *rows = _rows(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


def _postcode(text: str) -> str:
    """Return a postcode without the decimal point some of the files give it."""
    return text.strip().removesuffix(".0")

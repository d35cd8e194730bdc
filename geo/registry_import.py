"""Judging an import: every row is looked at, every fault is named, and one fault refuses the whole import."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final

from geo import id_format
from geo.point import Point
from geo.region import BORDER_REGION
from geo.registry import Registry
from geo.registry_rows import REQUIRED, Row, read_csv, read_geojson, to_csv, to_geojson
from geo.sign import AccessNotes, LifeCycle, Sector, Sign, SignKind

__all__ = ["Fault", "Row", "read_csv", "read_geojson", "to_csv", "to_geojson", "validate"]

NOTE_CHARS_MAX: Final = 500  # a note is read aloud on the radio

# Where a sign's life may go; what is not here is illegal. Retired is the end: the id never stands for anything else.
LIFE_MOVES: Final[Mapping[LifeCycle, frozenset[LifeCycle]]] = {
    LifeCycle.INSTALLED: frozenset(LifeCycle),
    LifeCycle.INSPECTED: frozenset({LifeCycle.INSPECTED, LifeCycle.MOVED, LifeCycle.RETIRED}),
    LifeCycle.MOVED: frozenset({LifeCycle.MOVED, LifeCycle.INSPECTED, LifeCycle.RETIRED}),
    LifeCycle.RETIRED: frozenset({LifeCycle.RETIRED}),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot be taken: its number from 1, the column, and the reason in words."""

    row: int
    field: str
    reason: str


def validate(
    rows: Iterable[Row], sectors: Iterable[Sector], existing: Registry | None = None
) -> tuple[tuple[Sign, ...], tuple[Fault, ...]]:
    """Return all the signs the registry is to hold and no faults, or no signs and every fault found.

    Signs of `existing` that the import does not name stay as they are; an id is never forgotten.
    """
    known = {sector.sector: sector for sector in sectors}
    taken: dict[str, Sign] = {}
    faults: list[Fault] = []
    for row in rows:
        sign, found = _read(row, known)
        if sign is not None:
            if sign.sign_id in taken:
                found.append(Fault(row.number, "sign_id", f"{sign.sign_id} stands twice in this import"))
            found.extend(_moves(row, sign, existing.get(sign.sign_id) if existing else None))
            taken.setdefault(sign.sign_id, sign)
        faults.extend(found)
    if faults:
        return (), tuple(faults)
    kept = {sign.sign_id: sign for sign in existing.signs} if existing else {}
    merged = {**kept, **taken}
    return tuple(merged[sign_id] for sign_id in sorted(merged)), ()


def _read(row: Row, sectors: Mapping[str, Sector]) -> tuple[Sign | None, list[Fault]]:
    """Return the sign of one row, or None; and all that is wrong with its fields."""
    faults = [Fault(row.number, field, reason) for field, reason in _field_faults(row.values, sectors)]
    if faults:
        return None, faults
    values = {name: value.strip() for name, value in row.values.items()}
    sign_id = id_format.canonical(values["sign_id"], sectors[values["sector"]].id_formats)
    if sign_id is None:
        return None, [Fault(row.number, "sign_id", "is not an id")]
    return (
        Sign(
            sign_id,
            SignKind(values["kind"]),
            values["sector"],
            Point(float(values["lat"]), float(values["lon"])),
            LifeCycle(values.get("life") or LifeCycle.INSTALLED),
            AccessNotes(*(row.values.get(name, "") for name in ("gate", "route", "landing_zone", "landowner"))),
        ),
        [],
    )


def _field_faults(raw: Mapping[str, str], sectors: Mapping[str, Sector]) -> Iterator[tuple[str, str]]:
    values = {name: value.strip() for name, value in raw.items()}
    for name in REQUIRED:
        if not values.get(name):
            yield name, "is missing"
    if (kind := values.get("kind")) and kind not in {*SignKind}:
        yield "kind", f"unknown kind {kind[:40]!r}; known: {', '.join(SignKind)}"
    if (life := values.get("life")) and life not in {*LifeCycle}:
        yield "life", f"unknown life cycle {life[:40]!r}; known: {', '.join(LifeCycle)}"
    if (sector := values.get("sector")) and sector not in sectors:
        yield "sector", f"unknown sector {sector[:40]!r}"
    elif sector and (sign_id := values.get("sign_id")):
        yield from _id_faults(sign_id, sectors[sector])
    if values.get("lat") and values.get("lon"):
        yield from _position_faults(values["lat"], values["lon"])
    for name in ("gate", "route", "landing_zone", "landowner"):
        if len(values.get(name, "")) > NOTE_CHARS_MAX:
            yield name, f"is longer than {NOTE_CHARS_MAX} characters"
        elif "\0" in values.get(name, "") or not _is_unicode(values.get(name, "")):
            yield name, "holds NUL or half a surrogate pair"


def _id_faults(text: str, sector: Sector) -> Iterator[tuple[str, str]]:
    sign_id = id_format.canonical(text, sector.id_formats)
    if sign_id is None:
        wanted = ", ".join(f"{f.prefix}-{'0' * f.digits}{'X' * f.check}" for f in sector.id_formats)
        yield "sign_id", f"{text[:40]!r} fits no id format of {sector.sector} ({wanted})"
        return
    checked = any(one.check and id_format.fits(sign_id, one) for one in sector.id_formats)
    if checked and not id_format.is_check_valid(id_format.compact(sign_id)):
        yield "sign_id", f"{sign_id} has a bad check character"
    elif checked and sign_id[-1] in id_format.UNPRINTED:
        yield "sign_id", f"{sign_id} ends in a check character that is not printed"


def _position_faults(lat_text: str, lon_text: str) -> Iterator[tuple[str, str]]:
    lat, lon = _degrees(lat_text), _degrees(lon_text)
    if lat is not None and lon is not None and BORDER_REGION.holds(lon, lat):
        yield "lat", f"latitude and longitude are swapped: {lat}, {lon}"
        return
    bad = [
        name for name, value, most in (("lat", lat, 90.0), ("lon", lon, 180.0)) if value is None or abs(value) > most
    ]
    for name in bad:
        yield name, f"bad {'latitude' if name == 'lat' else 'longitude'}"
    if not bad and lat is not None and lon is not None and not BORDER_REGION.holds(lat, lon):
        field = "lat" if not BORDER_REGION.south <= lat <= BORDER_REGION.north else "lon"
        yield field, f"{lat}, {lon} is outside the region"


def _degrees(text: str) -> float | None:
    """Return a finite number of degrees, or None; only plain ASCII numbers are read."""
    try:
        value = float(text) if text.isascii() and "_" not in text else None
    except ValueError:
        return None
    return value if value is not None and isfinite(value) else None


def _moves(row: Row, sign: Sign, before: Sign | None) -> Iterator[Fault]:
    """Name what an existing sign may not do: rise again, change kind or sector, or change place without being moved."""
    if before is None:
        return
    if before.life is LifeCycle.RETIRED and sign != replace(before, access=sign.access):
        yield Fault(row.number, "sign_id", f"{sign.sign_id} is retired; its id is never used again")
        return
    if sign.life not in LIFE_MOVES[before.life]:
        yield Fault(row.number, "life", f"{before.life} -> {sign.life} is not a legal move")
    if (sign.kind, sign.sector) != (before.kind, before.sector):
        field = "kind" if sign.kind != before.kind else "sector"
        yield Fault(row.number, field, f"{sign.sign_id} cannot change its {field}")
    if sign.point != before.point and sign.life is not LifeCycle.MOVED:
        yield Fault(row.number, "life", f"{sign.sign_id} stands elsewhere than before but is not {LifeCycle.MOVED}")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

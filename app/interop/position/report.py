"""A position somebody's app reports, in our words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from app.interop.reading import Findings, Reading, What
from geo.point import BadPoint, Point

MILLISECONDS_FROM: Final = 100_000_000_000  # as seconds that is the year 5138, as milliseconds 1973
ACCURACY_M_MAX: Final = 1_000_000.0
KNOT_KMH: Final = 1.852


@dataclass(frozen=True, slots=True)
class PositionReport:
    """`point` is None when the app knew none: it lives, that is all. `is_sos`: the person calls for help."""

    source: str
    device_id: str
    point: Point | None
    at: datetime | None
    accuracy_m: float | None = None
    battery_percent: float | None = None
    is_sos: bool = False
    understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def reading(self, raw: bytes) -> Reading:
        """Return it as the fields of `POST /v1/units/{unit_id}/position`."""
        report: dict[str, Any] = {"source": self.source}
        if self.point is not None:
            report |= {"lat": self.point.lat, "lon": self.point.lon, "accuracy_m": self.accuracy_m}
        if self.at is not None:
            report["fixed_at"] = self.at.isoformat()
        what = What.POSITION if self.point is not None else What.NOTHING
        return Reading(self.source, what, raw, report, understood=self.understood, warnings=self.warnings)


def number(value: Any) -> float | None:
    """Return a finite number, from a text too."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if isfinite(found) else None


def point(lat: Any, lon: Any, findings: Findings) -> Point | None:
    """Return the place; None when one of them is absent or is no place."""
    if lat is None and lon is None:
        return None
    y, x = number(lat), number(lon)
    if y is not None and x is not None and abs(y) <= 90 and abs(x) <= 180:
        try:
            return Point(y, x)
        except BadPoint:
            pass
    findings.warn("lat, lon", "not a place")
    return None


def instant(value: Any, name: str, findings: Findings) -> datetime | None:
    """Return the instant of seconds or milliseconds since 1970, or of a date and time, UTC unless it says otherwise."""
    if value is None or value == "":
        return None
    count = number(value)
    try:
        if count is not None:
            return datetime.fromtimestamp(count / 1000 if abs(count) >= MILLISECONDS_FROM else count, UTC)
        if isinstance(value, str):
            at = datetime.fromisoformat(value.strip())
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    findings.warn(name, "not a time")
    return None


def within(value: Any, low: float, high: float) -> float | None:
    """Return a number within bounds; apps write -1 for what they do not know."""
    found = number(value)
    return found if found is not None and low <= found <= high else None

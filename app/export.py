"""What leaves the house: counts by month and area, none that could point at somebody; more only with a reason."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import h3

from app.store.pool import Pool, fetch

RESOLUTION: Final = 7  # some 5 square kilometres
LEAST: Final = 5  # fewer than this could be told apart by who knows one of them
ROWS_MAX: Final = 10_000
ELSEWHERE: Final = ""  # the rest of a month: places with too few, and incidents without one
FOUND: Final = frozenset({"found_well", "found_injured", "found_deceased", "self_recovered"})
COUNTED: Final = ("month", "cell", "incidents", "found", "not_found")
LISTED: Final = (
    "id", "kind", "type", "priority", "sector", "received_at", "closed_at", "outcome", "sign_id", "place_state", "lat",
    "lon",
)  # fmt: skip


class TooMany(ValueError):
    """More rows than are handed out at once."""


async def count_incidents(
    pool: Pool, region: str, since: datetime, until: datetime, sectors: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return counts of real incidents by month and H3 cell of resolution 7; see `fold`."""
    rows = await fetch(pool, "count_incidents_for_export", region, since, until, list(sectors))
    return fold([dict(row) for row in rows])


def fold(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows of `COUNTED`. Places with fewer than `LEAST` go together; what is still fewer is left out.

    A count beside the first that is too small is None. So no difference of two numbers is a person's either.
    """
    of: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        cell = h3.cell_to_parent(row["cell"], RESOLUTION) if row["cell"] else ELSEWHERE
        counts = of.setdefault((row["month"], cell), Counter())
        counts["incidents"] += row["n"]
        counts["found"] += row["n"] if row["outcome"] in FOUND else 0
        counts["not_found"] += row["n"] if row["outcome"] == "not_found" else 0
    for month, cell in [key for key, counts in of.items() if counts["incidents"] < LEAST and key[1] != ELSEWHERE]:
        of.setdefault((month, ELSEWHERE), Counter()).update(of.pop((month, cell)))
    return [
        {"month": month, "cell": cell, "incidents": counts["incidents"]}
        | {name: counts[name] if counts[name] >= LEAST else None for name in COUNTED[3:]}
        for (month, cell), counts in sorted(of.items())
        if counts["incidents"] >= LEAST
    ]


async def list_incidents(
    pool: Pool, region: str, since: datetime, until: datetime, sectors: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return incidents one by one; nothing sealed is among it. Raises TooMany."""
    rows = await fetch(pool, "export_incidents", region, since, until, list(sectors), ROWS_MAX + 1)
    if len(rows) > ROWS_MAX:
        raise TooMany(f"over {ROWS_MAX} incidents")
    return [dict(row) for row in rows]


def to_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return the rows as CSV; None is an empty field, and no field can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[name]) for name in columns] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value

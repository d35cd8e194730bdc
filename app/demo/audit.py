"""The books, closed: what senders were told was recorded, against what the ledger holds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from app.demo.cast import Plan
from app.demo.journal import Entry, read_journal
from app.engines import engines
from app.settings import Settings
from app.store.pool import ACQUIRE_S, open_pool
from app.store.statements import statement
from app.verify import Report, verify

NAMED_MAX: Final = 5  # faults named in words; the rest are counted


@dataclass(slots=True)
class Audit:
    """What the comparison found. `recorded` and `acknowledged` are this run's, the faults those of all runs."""

    acknowledged: int = 0
    recorded: int = 0
    all_runs: int = 0
    lost: list[Entry] = field(default_factory=list)
    doubled: list[Entry] = field(default_factory=list)
    units_twice: list[str] = field(default_factory=list)
    ledger: Report = field(default_factory=Report)

    @property
    def is_clean(self) -> bool:
        return not self.lost and not self.doubled and not self.units_twice and self.ledger.is_sound

    def faults(self) -> Iterable[str]:
        """Say each kind of fault in words, the first few by name."""
        for what, entries in (("LOST", self.lost), ("DOUBLED", self.doubled)):
            for entry in entries[:NAMED_MAX]:
                yield f"{what}: {entry.what} {entry.source_id} of {entry.sender}, acknowledged as row {entry.row}"
        for unit_id in self.units_twice[:NAMED_MAX]:
            yield f"TWICE: unit {unit_id} held two assignments at the same moment"
        yield from (f"LEDGER: {fault}" for fault in self.ledger.faults[:NAMED_MAX])


async def audit(settings: Settings, plan: Plan, run: str) -> Audit:
    """Read the stopped service's database and compare it with the journal of every run there was."""
    async with engines(settings) as urls:
        pool = await open_pool(urls.database, size=1)
        try:
            async with pool.acquire(timeout=ACQUIRE_S) as connection:
                reports = await connection.fetch(statement("find_reports"), settings.region)
                twice = await connection.fetch(statement("find_units_twice"), settings.region)
        finally:
            await pool.close()
        found = compare(read_journal(plan.journal), reports, run)
        found.units_twice = [row["unit_id"] for row in twice]
        found.ledger = await verify(urls.database, settings.region)
    return found


def compare(journal: Iterable[Entry], reports: Iterable[Any], run: str) -> Audit:
    """Compare acknowledged reports with recorded ones; `reports` are rows of `find_reports.sql`."""
    times: Counter[tuple[str, str | None, str]] = Counter()
    rows: set[tuple[str, str, int]] = set()
    for row in reports:
        if row["source_id"] is not None:
            times[row["what"], row["psap"], row["source_id"]] += 1
            rows.add((row["what"], row["source_id"], row["row_id"]))
    found = Audit()
    for entry in journal:
        recorded = times[entry.what, entry.sender if entry.what == "call" else None, entry.source_id]
        is_there = (entry.what, entry.source_id, entry.row) in rows
        found.all_runs += 1
        found.acknowledged += entry.run == run and entry.what == "call"
        found.recorded += entry.run == run and entry.what == "call" and is_there
        if not is_there:
            found.lost.append(entry)
        elif recorded > 1:
            found.doubled.append(entry)
    return found

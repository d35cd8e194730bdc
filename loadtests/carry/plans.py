"""No statement of the service's daily work reads a long table from end to end; what has to is named here, with why."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.store.statements import all_statements, statement
from loadtests.rig import REGION

LONG_ROWS: Final = 10_000
LONG_TABLES: Final = ("ledger", "commands", "incidents", "calls", "alerts", "assignments", "alarms")
SCAN: Final = re.compile(r"Seq Scan on (?:\w+\.)?(\w+)")
NOW: Final = datetime.now(UTC)
RECENT: Final = NOW - timedelta(days=2)
ID: Final = UUID(int=1)
KINDS: Final = ["incident.outcome_recorded", "incident.reopened"]
# Each statement that touches a long table, with the values after the region that the service would give it.
DAILY: Final[dict[str, tuple[Any, ...]]] = {
    "count_incidents_by_cell": (RECENT, ["TUC"]),
    "count_untaken_alarms": (),
    "count_waiting": (),
    "ended_between": (900_000, 900_500, KINDS, 500),
    "find_call": ("psap-1", "old-7"),
    "find_command": (ID,),
    "find_commands": ([ID],),
    "find_holdings": (b"", 50),
    "incidents_near": ([7, 8],),
    "last_ids": (),
    "list_callbacks": (50, ["TUC"]),
    "list_holds": (50,),
    "load_alarms": (),
    "load_alerts": ([7, 8],),
    "load_assignments": ([7, 8],),
    "load_calls": ([7, 8],),
    "load_incident": (7,),
    "load_incidents": (RECENT,),
    "look_at_retention": (),
    "read_ledger": (900_000, 5_000),
    "read_ledger_between": (900_000, 900_500, 500),
    "read_ledger_kinds": (900_000, 900_500, KINDS, 500),
    "read_timeline": (7, 500),
    "retained_by_incidents": ([7, 8],),
    "revive_callback": (7, ["TUC"]),
    "sector_of_hold": (1,),
    "sector_of_incident": (7,),
    "to_erase": (7, None, []),
}
# A person asks for these, now and then, and they are about everything; nothing waits for them.
WHOLE: Final = {
    "commands_between": "ledger verify: compares every command with the ledger",
    "find_reports": "ledger verify: compares every report with the ledger",
    "find_units_twice": "ledger verify: looks for two active assignments of one unit",
    "read_ledger_whole": "ledger verify and export: page by page, by the primary key",
    "count_incidents_for_export": "a public count over years of incidents",
    "export_incidents": "a year's incidents, for who may have them",
}
NAMES: Final = re.compile(rf"\b(?:FROM|JOIN|UPDATE|INTO)\s+(?:{'|'.join(LONG_TABLES)})\b")


def unplaced() -> list[str]:
    """Return the statements that touch a long table and stand neither among the daily nor among the whole ones."""
    named = {name for name in all_statements() if NAMES.search(statement(name))}
    return sorted(named - DAILY.keys() - WHOLE.keys())


async def sequential_plans(connection: asyncpg.Connection) -> list[str]:
    """Return each daily statement that would read a table of over LONG_ROWS rows from end to end, with its plan."""
    long = {
        row[0] for row in await connection.fetch("SELECT relname FROM pg_class WHERE reltuples > $1", LONG_ROWS)
    } & set(LONG_TABLES)
    found = []
    for name, values in DAILY.items():
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {statement(name)}", REGION, *values))
        if long & set(SCAN.findall(plan)):
            found.append(f"{name}:\n{plan}")
    return found


async def forget_scans(dsn: str) -> None:
    """Let the database count its scans anew."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT pg_stat_reset()")
    finally:
        await connection.close()


async def long_scans(dsn: str) -> list[str]:
    """Return the tables that were read from end to end since the counts began, by whatever statement or function.

    A scan of a table that reads fewer than LONG_ROWS rows in all is of a short table, or stopped early.
    """
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables WHERE seq_tup_read >= $1", LONG_ROWS
        )
    finally:
        await connection.close()
    return [f"{r['relname']}: {r['seq_scan']} scans read {r['seq_tup_read']:,} rows" for r in rows]

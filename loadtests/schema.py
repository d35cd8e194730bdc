"""The schema as PostgreSQL has it after all migrations, as a page: `python -m loadtests.schema > docs/schema.md`."""

import asyncio
import sys
from collections.abc import Iterable
from typing import Any, Final

import asyncpg

from loadtests.rig import engines

HEAD: Final = """# The schema

What the migrations make, as PostgreSQL itself says it. Written by `python -m loadtests.schema > docs/schema.md`;
a test compares it with a migrated database. Migrations only go forward: an old one is never changed, the next one
changes the schema.
"""
TABLES: Final = """
SELECT c.oid::bigint AS oid, c.relname AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname"""
COLUMNS: Final = """
SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required,
       a.attidentity <> '' AS identity, a.attgenerated <> '' AS derived, pg_get_expr(d.adbin, d.adrelid) AS expression
  FROM pg_attribute AS a LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = $1::bigint::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
INDEXES: Final = """
SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = $1::bigint::oid
 ORDER BY NOT indisprimary, indexrelid::regclass::text"""
CHECKS: Final = """
SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
 WHERE conrelid = $1::bigint::oid AND contype IN ('c', 'f') ORDER BY conname"""
FUNCTIONS: Final = """
SELECT p.oid::regprocedure::text AS signature, pg_get_function_result(p.oid) AS result
  FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
 WHERE n.nspname = 'public' ORDER BY signature"""


async def describe(dsn: str) -> str:
    """Return the page for a database."""
    connection = await asyncpg.connect(dsn)
    try:
        parts = [HEAD]
        for table in await connection.fetch(TABLES):
            columns, indexes, checks = [
                await connection.fetch(query, table["oid"]) for query in (COLUMNS, INDEXES, CHECKS)
            ]
            parts.append(_table(table["name"], columns, indexes, checks))
        functions = await connection.fetch(FUNCTIONS)
    finally:
        await connection.close()
    lines = [f"- `{one['signature']}` returns `{one['result']}`" for one in functions]
    return "\n".join([*parts, "## Functions\n", *lines, ""])


def _table(name: str, columns: Iterable[Any], indexes: Iterable[Any], checks: Iterable[Any]) -> str:
    lines = [f"## {name}\n", "| column | type | |", "|---|---|---|"]
    lines += [f"| {column['name']} | {column['type']} | {_notes(column)} |" for column in columns]
    lines += ["", *(f"- `{index['definition']}`" for index in indexes)]
    lines += [f"- `{check['name']}`: `{_one_line(check['definition'])}`" for check in checks]
    return "\n".join([*lines, ""])


def _notes(column: Any) -> str:
    notes = ["not null"] if column["required"] else []
    if column["identity"]:
        notes.append("identity")
    if column["expression"] is not None:
        kind = "derived" if column["derived"] else "default"
        expression = _one_line(column["expression"]).replace("|", "\\|")
        notes.append(f"{kind} `{expression}`")
    return ", ".join(notes)


def _one_line(text: str) -> str:
    return " ".join(text.split())


async def main() -> None:
    """Migrate a new database and write its page to standard output."""
    async with engines() as servers:
        sys.stdout.write(await describe(await servers.new_database()))


if __name__ == "__main__":
    asyncio.run(main())

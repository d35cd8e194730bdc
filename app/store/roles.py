"""The database's roles: who may do what to which table, whatever the program asks (docs/access.md).

The owner migrates. The application reads and writes, but never changes or removes what was recorded; the auditor reads,
without the sealed bodies; the backup reads all. The roles belong to the cluster, what they may do to a database.
"""

from typing import Final

import asyncpg

from app.store.pool import Connection
from app.store.statements import statement

APPLICATION: Final = "auxilio_app"
AUDITOR: Final = "auxilio_auditor"
BACKUP: Final = "auxilio_backup"
ROLES: Final = (APPLICATION, AUDITOR, BACKUP)
# What only `append_batch` writes, which runs with the owner's rights: nothing here is changed beside the ledger.
RECORDED: Final = (
    "ledger", "commands", "incidents", "calls", "alerts", "assignments", "units", "alarms", "towers", "sectors",
    "placards", "registry_versions",
)  # fmt: skip
# What only functions write that run with the owner's rights: who may add a line there cannot change one.
CHAINED: Final = ("audit_trail", "audit_heads")
APPEND_ONLY: Final = ("signed_heads",)
# Read tables and what explains them. Not: sealed bodies, keys, callers' hashes, where partners are told.
AUDITED: Final = (
    "ledger", "ledger_head", "commands", "audit_trail", "audit_heads", "signed_heads", "holds", "incidents", "calls",
    "alerts", "assignments", "units", "alarms", "towers", "sectors", "placards", "registry_versions",
    "schema_migrations",
)  # fmt: skip


class RolesRefused(RuntimeError):
    """The owner may not create roles."""


async def make_roles(connection: Connection) -> list[str]:
    """Create the roles that are not there, without a log-in, and return their names. Raises RolesRefused."""
    made = []
    for role in ROLES:
        if not await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role):
            try:
                await connection.execute(f"CREATE ROLE {role} NOLOGIN")
            except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
                continue  # another start was faster
            except asyncpg.InsufficientPrivilegeError:
                raise RolesRefused(f"this role may not create {role}; it needs CREATEROLE, once") from None
            made.append(role)
    return made


async def grant(connection: Connection) -> bool:
    """Say what the roles may do to the tables of this database; False while there are no roles."""
    found = await connection.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = ANY ($1)", list(ROLES))
    if found != len(ROLES):
        return False
    for sql in _grants():
        await connection.execute(sql)
    for table in await connection.fetch(statement("unguarded_tables")):
        name = table["name"]
        await connection.execute(
            f'CREATE POLICY whole ON "{name}" FOR SELECT TO {AUDITOR}, {BACKUP} USING (true)'  # read-only in any case
        )
    return True


def _grants() -> tuple[str, ...]:
    return (
        f"GRANT USAGE ON SCHEMA public TO {', '.join(ROLES)}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APPLICATION}",
        f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(RECORDED)}, schema_migrations FROM {APPLICATION}",
        f"REVOKE INSERT, UPDATE, DELETE ON {', '.join(CHAINED)} FROM {APPLICATION}",
        f"REVOKE UPDATE, DELETE ON {', '.join(APPEND_ONLY)} FROM {APPLICATION}",
        f"GRANT EXECUTE ON FUNCTION append_batch, record_audit, end_audit TO {APPLICATION}",
        f"REVOKE DELETE ON ledger_head FROM {APPLICATION}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APPLICATION}",
        f"GRANT SELECT ON {', '.join(AUDITED)} TO {AUDITOR}",
        f"GRANT SELECT (region, id, kind, wrap_key, incident_id) ON sealed TO {AUDITOR}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {BACKUP}",
        f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {BACKUP}",
    )


async def passes_every_wall(connection: Connection) -> bool:
    """Whether the role of this connection may change what was recorded: then there is no second wall."""
    return bool(await connection.fetchval(statement("passes_every_wall")))

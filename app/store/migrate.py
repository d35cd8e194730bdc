"""Applying the migrations: forward only, each in its own transaction, under one lock, and never a changed old one."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from app.store.hosts import dial
from app.store.roles import grant

LOCK = 0x61757869  # "auxi": two processes starting together migrate one after the other


@dataclass(frozen=True, slots=True)
class Migration:
    version: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        return sha256(self.sql.encode()).hexdigest()


class MigrationChanged(RuntimeError):
    """A migration that was applied differs from the file of today."""


def migrations() -> tuple[Migration, ...]:
    """Return all migrations in order."""
    found = sorted(f.name for f in files("migrations").iterdir() if f.name.endswith(".sql"))
    return tuple(
        Migration(int(name[:4]), name[5:-4], files("migrations").joinpath(name).read_text(encoding="utf-8"))
        for name in found
    )


async def migrate(dsn: str) -> list[str]:
    """Bring the schema up to date, say what the roles may do to it, and return the names applied. As its owner.

    Raises MigrationChanged, PostgresError.
    """
    connection = await dial(dsn)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version int PRIMARY KEY, name text NOT NULL,"
            " digest text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        done = {r["version"]: r["digest"] for r in await connection.fetch("SELECT * FROM schema_migrations")}
        applied = []
        for migration in migrations():
            if migration.version in done:
                if done[migration.version] != migration.digest:
                    raise MigrationChanged(f"migration {migration.version:04d} {migration.name} was changed")
                continue
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO schema_migrations (version, name, digest) VALUES ($1, $2, $3)",
                    migration.version,
                    migration.name,
                    migration.digest,
                )
            applied.append(f"{migration.version:04d}_{migration.name}")
        await grant(connection)
        return applied
    finally:
        await connection.close()

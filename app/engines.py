"""The servers behind the service: the operator's, or embedded ones started from their wheels."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.embedded.postgres import Postgres
from app.embedded.valkey import Valkey
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Urls:
    """Where PostgreSQL and Redis (or Valkey) are. They hold passwords: not for logs. `owner` is for migrations."""

    database: str
    redis: str
    owner_database: str = ""

    @property
    def owner(self) -> str:
        """The database as the role that owns its tables; the same as the service's where only one is known."""
        return self.owner_database or self.database


def made_already(settings: Settings) -> Urls:
    """Give the URLs of servers as they are, and start none; that of an embedded one that was never made is empty.

    Raises EmbeddedError, OSError.
    """
    database, redis, owner = settings.database_url or "", settings.redis_url or "", settings.migrate_database_url or ""
    if not database and _was_begun(settings.data_dir / "postgres"):
        postgres = Postgres(settings.data_dir / "postgres")
        database, owner = (postgres.app_dsn, postgres.dsn) if postgres.was_made else ("", "")
    if not redis and _was_begun(settings.data_dir / "valkey"):
        valkey = Valkey(settings.data_dir / "valkey")
        redis = valkey.url if valkey.secret_file.exists() else ""
    return Urls(database, redis, owner)


def _was_begun(folder: Path) -> bool:
    """Whether a server was ever started here; to look for it in another folder would make that."""
    return (folder / "home").is_symlink() or (folder / f"{folder.name}.lock").exists()


@asynccontextmanager
async def engines(settings: Settings) -> AsyncIterator[Urls]:
    """Give the URLs, with what is not configured running embedded for as long as the block lasts."""
    postgres = Postgres(settings.data_dir / "postgres") if settings.database_url is None else None
    valkey = Valkey(settings.data_dir / "valkey") if settings.redis_url is None else None
    servers = [server for server in (postgres, valkey) if server is not None]
    try:
        await asyncio.gather(*(server.start() for server in servers))
        yield Urls(
            postgres.app_dsn if postgres is not None else settings.database_url or "",
            valkey.url if valkey is not None else settings.redis_url or "",
            postgres.dsn if postgres is not None else settings.migrate_database_url or "",
        )
    finally:
        for server in reversed(servers):
            await server.stop()

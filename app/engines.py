"""The servers behind the service: the operator's, or embedded ones started from their wheels."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from app.embedded.postgres import Postgres
from app.embedded.valkey import Valkey
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Urls:
    """Where PostgreSQL and Redis (or Valkey) are. Both hold passwords: not for logs."""

    database: str
    redis: str


@asynccontextmanager
async def engines(settings: Settings) -> AsyncIterator[Urls]:
    """Give the URLs, with what is not configured running embedded for as long as the block lasts."""
    postgres = Postgres(settings.data_dir / "postgres") if settings.database_url is None else None
    valkey = Valkey(settings.data_dir / "valkey") if settings.redis_url is None else None
    servers = [server for server in (postgres, valkey) if server is not None]
    try:
        await asyncio.gather(*(server.start() for server in servers))
        yield Urls(
            postgres.dsn if postgres is not None else settings.database_url or "",
            valkey.url if valkey is not None else settings.redis_url or "",
        )
    finally:
        for server in reversed(servers):
            await server.stop()

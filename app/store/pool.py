"""The connection pool, with every wait named, and the refusal to run on a server that may forget."""

from typing import TYPE_CHECKING, Any, Final, cast

import asyncpg

from app.store.hosts import Single, dial
from app.store.statements import statement

ACQUIRE_S: Final = 2.0  # design 1: while PostgreSQL is away a caller waits at most 2 s
STATEMENT_S: Final = 10.0
REGION_WIDE: Final = {"app.sectors": "*"}  # the desk and the loops; reading for a person is narrowed (`store.scoped`)
POOL_MAX: Final = 8  # one process: the desk has a connection of its own, these serve reads

if TYPE_CHECKING:  # asyncpg's classes take parameters in its stubs only
    from asyncpg.pool import PoolConnectionProxy

    Connection = Single | PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool


class NotDurable(RuntimeError):
    """PostgreSQL is set up so that an acknowledged call could be lost."""


async def open_pool(dsn: str, *, size: int = POOL_MAX) -> Pool:
    """Open the pool and check that this server keeps what it acknowledges. Raises NotDurable, OSError."""
    pool: Pool = await asyncpg.create_pool(
        dsn,
        min_size=1,
        max_size=size,
        command_timeout=STATEMENT_S,
        server_settings={"application_name": "auxilio", **REGION_WIDE},
        connect=cast("Any", dial),  # its stub names every option, which are handed on as they are
    )
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        await check_durability(connection)
    return pool


async def connect(dsn: str, *, who: str = "desk", within_s: float = STATEMENT_S, **settings: str) -> Single:
    """Open one connection of its own, for the desk or its lease; each statement ends within so long."""
    named = {"application_name": f"auxilio {who}", **REGION_WIDE, **settings}
    return await dial(dsn, command_timeout=within_s, server_settings=named)


async def check_durability(connection: Connection) -> None:
    """Raise NotDurable unless fsync, full_page_writes and synchronous_commit are on."""
    for row in await connection.fetch(statement("check_durability")):
        if row["setting"] == "off":
            raise NotDurable(f"PostgreSQL has {row['name']} = off; refused: a recorded call must survive")


async def fetch(pool: Pool, name: str, *args: Any) -> list[asyncpg.Record]:
    """Run one named statement on a pooled connection."""
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        rows: list[asyncpg.Record] = await connection.fetch(statement(name), *args)
        return rows


async def execute(pool: Pool, name: str, *args: Any) -> None:
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        await connection.execute(statement(name), *args)

"""Reading on somebody's behalf: the database itself withholds what belongs to other sectors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.store.pool import ACQUIRE_S, Connection, Pool
from app.store.statements import statement


@asynccontextmanager
async def seeing(pool: Pool, sectors: tuple[str, ...]) -> AsyncIterator[Connection]:
    """Give a connection, in one read-only transaction, that sees what these sectors may; none: the region."""
    async with pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction(readonly=True):
        await connection.execute(statement("read_for_sectors"), ",".join(sectors) or "*")
        yield connection

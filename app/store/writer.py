"""One desk's hold on a region's ledger: its connection, the head, and appends whose outcome is always known at last."""

import asyncio
import logging
import secrets
from dataclasses import replace
from typing import Final

import asyncpg

from app.store import ledger
from app.store.pool import connect

log = logging.getLogger(__name__)

RECONNECT_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)

# After any of these nobody knows whether the append was committed, or the server cannot write just now: ask again
# where the ledger stands. Asking costs little, so whatever is not a command's own fault stands here.
AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # asyncpg's own confusion when the server goes away in the middle of a statement
    asyncpg.OperatorInterventionError,  # shut down, crashed, starting, or the statement was cancelled
    asyncpg.InsufficientResourcesError,  # disk full, too many connections
    asyncpg.ReadOnlySQLTransactionError,  # a standby that has not been promoted yet
    OSError,
    TimeoutError,
)


class Writer:
    """Appends for one desk. `secret` names this desk in the lease row; `head` is where the ledger stands for it."""

    def __init__(self, dsn: str, region: str) -> None:
        self.region = region
        self.secret = secrets.token_hex(16)
        self._dsn = dsn

    async def take(self) -> ledger.Head:
        """Become the writer of the region. Raises OSError, PostgresError."""
        self.connection = await connect(self._dsn)
        self.head = await ledger.take_head(self.connection, self.region, self.secret)
        return self.head

    async def append(self, batch: ledger.Batch) -> bool:
        """Append: True when committed, False when certainly not. Raises PostgresError or Fenced."""
        try:
            await ledger.append(self.connection, self.region, self.head.epoch, batch)
        except AWAY as error:
            log.warning("the outcome of an append is unknown: %s", type(error).__name__)
            return await self._find_out(batch)
        self.head = replace(self.head, seq=batch.last, hash=batch.after)
        return True

    async def _find_out(self, batch: ledger.Batch) -> bool:
        """Connect again, fence what is in flight, and see whether the batch is in the ledger."""
        before = self.head
        await self.reconnect()
        if (self.head.seq, self.head.hash) == (batch.last, batch.after):
            return True
        if (self.head.seq, self.head.hash) != (before.seq, before.hash):
            raise ledger.Fenced(self.region)
        return False

    async def reconnect(self) -> None:
        """Connect and take the head again, as often as it needs. Raises Fenced."""
        tries = 0
        while True:
            self.close()
            try:
                self.connection = await connect(self._dsn)
                self.head = await ledger.keep_head(self.connection, self.region, self.secret)
            except AWAY as error:
                log.warning("PostgreSQL is away: %s", type(error).__name__)
                await asyncio.sleep(RECONNECT_S[min(tries, len(RECONNECT_S) - 1)])
                tries += 1
            else:
                return

    def close(self) -> None:
        """Drop the connection without a word; what is in flight is fenced by the next head."""
        self.connection.terminate()

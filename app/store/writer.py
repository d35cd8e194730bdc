"""One desk's hold on a region's ledger: its connection, the head, and appends whose outcome is always known at last."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from typing import Final

import asyncpg

from app.store import ledger
from app.store.hosts import Single
from app.store.pool import Connection, connect

log = logging.getLogger(__name__)

RECONNECT_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)
# A synchronous standby is waited for in COMMIT. When that wait is cancelled, by hand or by our own time-out, PostgreSQL
# answers COMMIT all the same, and only a warning says that the standby may not have it: a failover would lose it.
UNCERTAIN: Final = "WARNING"

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


class NotReplicated(ConnectionError):
    """PostgreSQL answered a commit with a warning: a failover may lose it."""


class Writer:
    """Appends for one desk. `secret` names this desk in the lease row; `head` is where the ledger stands for it."""

    def __init__(self, dsn: str, region: str, secret: str) -> None:
        self.region = region
        self.secret = secret
        self._dsn = dsn
        self._warned = False
        self._connection: Single | None = None
        self._head: ledger.Head | None = None

    @property
    def connection(self) -> Single:
        if self._connection is None:
            raise ConnectionError("the desk is not connected")
        return self._connection

    @property
    def head(self) -> ledger.Head:
        if self._head is None:
            raise ConnectionError("the desk was not taken")
        return self._head

    async def take(self, holder: str | None, renewed_at: datetime | None) -> bool:
        """Become the writer, if the lease is still as it was seen. Raises what stands for PostgreSQL being away."""
        await self._connect()
        head = await ledger.take_head(self.connection, self.region, self.secret, holder, renewed_at)
        self._demand_certainty()
        self._head = head
        return head is not None

    async def _connect(self) -> None:
        self.close()
        # The warning is what an acknowledgement rests on, so no setting of the server's may silence it.
        self._connection = await connect(self._dsn, client_min_messages="warning")
        self._connection.add_log_listener(self._hear)
        self._warned = False

    def _hear(self, _: Connection, message: asyncpg.PostgresLogMessage) -> None:
        if message.severity_en == UNCERTAIN:
            self._warned = True

    def _demand_certainty(self) -> None:
        """Raise NotReplicated when PostgreSQL warned about what was just committed."""
        warned, self._warned = self._warned, False
        if warned:
            raise NotReplicated("a commit was answered before the standby had it")

    async def append(self, batch: ledger.Batch) -> bool:
        """Append: True when committed, False when certainly not. Raises PostgresError or Fenced."""
        try:
            await ledger.append(self.connection, self.region, self.head.epoch, batch)
            self._demand_certainty()
        except AWAY as error:
            log.warning("the outcome of an append is unknown: %s", type(error).__name__)
            return await self._find_out(batch)
        self._head = replace(self.head, seq=batch.last, hash=batch.after)
        return True

    async def _find_out(self, batch: ledger.Batch) -> bool:
        """Connect again, fence what is in flight, and see whether the batch is in the ledger."""
        before = self.head
        after = replace(before, seq=batch.last, hash=batch.after)
        await self.reconnect(after)
        return self.head.seq == after.seq

    async def reconnect(self, perhaps: ledger.Head | None = None) -> None:
        """Connect and take the head again, as often as it needs; it stands where it stood, or `perhaps` further.

        Raises Fenced when it stands anywhere else: another desk wrote, or a failover lost what was recorded.
        """
        known = [(head.ledger_id, head.seq, head.hash) for head in (self.head, perhaps) if head is not None]
        tries = 0
        while True:
            try:
                await self._connect()
                head = await ledger.keep_head(self.connection, self.region, self.secret)
                self._demand_certainty()
            except AWAY as error:
                log.warning("PostgreSQL is away: %s", type(error).__name__)
                await asyncio.sleep(RECONNECT_S[min(tries, len(RECONNECT_S) - 1)])
                tries += 1
            else:
                if (head.ledger_id, head.seq, head.hash) not in known:
                    raise ledger.Fenced(self.region)
                self._head = head
                return

    def close(self) -> None:
        """Drop the connection without a word; what is in flight is fenced by the next head."""
        if self._connection is not None:
            self._connection.terminate()

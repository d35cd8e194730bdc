"""One process's session with a region's lease: looking at it, renewing it, giving it up."""

import asyncio
import logging
import secrets
from typing import Final

from app.lease.watch import RENEW_S, Look
from app.store.hosts import Single
from app.store.pool import connect
from app.store.statements import statement
from app.store.writer import AWAY

log = logging.getLogger(__name__)

ANSWER_S: Final = 1.0  # one small statement; a server that needs longer does not serve
AGAIN_S: Final = 0.1  # between tries to reach a server that is away


class Lease:
    """`secret` names this process's desk in the lease and in the head row, and lets gateways in at its link."""

    def __init__(self, dsn: str, region: str) -> None:
        self.region = region
        self.secret = secrets.token_hex(16)
        self._dsn = dsn
        self._connection: Single | None = None

    async def open(self) -> None:
        """Connect, and mark the session as this desk's. Raises OSError, PostgresError."""
        self.close()
        # A renewal need not outlive a crash of PostgreSQL: without it the lease only ends earlier.
        connection = await connect(self._dsn, who="lease", within_s=ANSWER_S, synchronous_commit="off")
        self._connection = connection
        await connection.execute(statement("hold_session"), self.secret)
        await connection.execute(statement("open_lease"), self.region)

    async def look(self) -> Look:
        """Return the lease as it stands. Raises what stands for PostgreSQL being away."""
        row = await self._session.fetchrow(statement("look_at_lease"), self.region)
        assert row is not None  # noqa: S101 - made when the session was opened
        return Look(row["holder"], row["renewed_at"], row["age_s"] or 0.0, row["is_connected"])

    async def keep(self) -> None:
        """Renew until another holds the desk, then return; while PostgreSQL is away, try on."""
        while True:
            try:
                is_ours = await self._session.fetchval(statement("renew_lease"), self.region, self.secret)
            except AWAY as error:
                log.warning("the lease cannot be renewed: %s", type(error).__name__)
                await self.come_back()
                continue
            if not is_ours:
                return
            await self._renewal_due()

    async def release(self) -> None:
        """Give the desk up, if it is still ours. When PostgreSQL is away the lease ends by itself."""
        try:
            await self._session.execute(statement("release_lease"), self.region, self.secret)
        except AWAY as error:
            log.warning("the lease could not be released, it will end by itself: %s", type(error).__name__)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    @property
    def _session(self) -> Single:
        if self._connection is None:
            raise ConnectionError("the lease's session is not open")
        return self._connection

    async def _renewal_due(self) -> None:
        """Wait for the next renewal; a session that breaks meanwhile is mended at once, before a candidate sees it."""
        connection, broken = self._session, asyncio.Event()

        def tell(_: object) -> None:
            broken.set()

        connection.add_termination_listener(tell)
        try:
            async with asyncio.timeout(RENEW_S):
                await broken.wait()
        except TimeoutError:
            return
        finally:
            connection.remove_termination_listener(tell)

    async def come_back(self) -> None:
        """Open the session again, for as long as it takes."""
        while True:
            try:
                await self.open()
            except AWAY:
                await asyncio.sleep(AGAIN_S)
            else:
                return

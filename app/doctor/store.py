"""PostgreSQL as the doctor asks it: every host by itself, reading only, no more once it was too slow."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, urlsplit

import asyncpg
from asyncpg.connect_utils import SessionAttribute

from app.doctor.finding import Away
from app.store.hosts import Single, hosts_of
from app.store.pool import REGION_WIDE
from app.store.statements import statement

T = TypeVar("T")
CONNECT_S: Final = 3.0  # each host, all at once
STATEMENT_S: Final = 2.0  # the slowest of the doctor's own takes some milliseconds
ANSWER_S: Final = 2.5  # a server that still says that it took too long is not away
LOST: Final = (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError)
# It changes nothing, whatever it is told, and leaves nothing running behind.
READING: Final = {
    **REGION_WIDE,
    "application_name": "auxilio doctor",
    "default_transaction_read_only": "on",
    "statement_timeout": f"{STATEMENT_S:.0f}s",
    "lock_timeout": "400ms",  # of a table that somebody keeps locked the others need not hear late
}


class Store:
    """One session, one statement at a time; after one that was not answered in time it counts as away."""

    def __init__(self, connection: Single) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()
        self._fault = ""

    async def fetch(self, name: str, *args: Any) -> list[asyncpg.Record]:
        """Run a named statement. Raises Away; PostgresError when it is refused."""
        async with self._turn:
            rows: list[asyncpg.Record] = await self._ask(lambda: self._connection.fetch(statement(name), *args))
            return rows

    async def row(self, name: str, *args: Any) -> asyncpg.Record | None:
        """Return the first row of a named statement."""
        return next(iter(await self.fetch(name, *args)), None)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Callable[..., Awaitable[list[asyncpg.Record]]]]:
        """Give a `fetch` whose statements all see the same moment."""
        async with self._turn:
            await self._ask(lambda: self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))

            async def fetch(name: str, *args: Any) -> list[asyncpg.Record]:
                return await self._ask(lambda: self._connection.fetch(statement(name), *args))

            try:
                yield fetch
            finally:
                if not self._fault:
                    await self._ask(lambda: self._connection.execute("ROLLBACK"))

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T:
        if self._fault:
            raise Away(self._fault)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await question()
        except asyncpg.LockNotAvailableError:
            raise Away("somebody keeps a table of it locked") from None
        except asyncpg.QueryCanceledError:
            raise Away(f"PostgreSQL needs longer than {STATEMENT_S:.0f} s for it") from None
        except asyncio.CancelledError:  # its check is out of time: what the session is in the middle of, nobody knows
            self._fault = "PostgreSQL was too slow for an earlier check"
            self._connection.terminate()
            raise
        except TimeoutError:
            self._fault = f"PostgreSQL did not answer a statement within {ANSWER_S:.1f} s"
        except LOST as error:
            self._fault = f"PostgreSQL went away ({type(error).__name__})"
        self._connection.terminate()
        raise Away(self._fault)

    def close(self) -> None:
        self._connection.terminate()


@dataclass(frozen=True, slots=True)
class Host:
    """One server of a DSN: where it is (no password), how it answered, and the session with it."""

    name: str
    store: Store | None = None
    fault: BaseException | None = None
    takes_writes: bool = False
    version: str = ""
    answered_s: float = 0.0
    server_ahead_s: float = 0.0  # its clock against this machine's

    @property
    def session(self) -> Store:
        """The session with it. Raises Away."""
        if self.store is None:
            raise Away("PostgreSQL is away")
        return self.store


async def reach(dsn: str, now: Callable[[], float]) -> tuple[Host, ...]:
    """Ask every host of a DSN at once, whatever it is: one that is away, a standby, the one that takes writes."""
    return tuple(await asyncio.gather(*(_reach(host, now) for host in hosts_of(dsn))))


async def _reach(dsn: str, now: Callable[[], float]) -> Host:
    name, connection = place_of(dsn), None
    try:
        async with asyncio.timeout(CONNECT_S):
            connection = await asyncpg.connect(dsn, server_settings=READING, target_session_attrs=SessionAttribute.any)
            began, sent_at = monotonic(), now()
            row = await connection.fetchrow(statement("look_at_server"))
            took_s = monotonic() - began
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        if connection is not None:
            connection.terminate()
        return Host(name, fault=error)
    assert row is not None  # noqa: S101 - a SELECT without FROM
    ahead_s = row["at"].timestamp() - (sent_at + took_s / 2)
    return Host(name, Store(connection), None, not row["is_standby"], row["version"], took_s, ahead_s)


def place_of(dsn: str) -> str:
    """Return where a DSN of one host leads, without user and password."""
    parts = urlsplit(dsn)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return "a host that cannot be read"
    host = host or parse_qs(parts.query).get("host", ["localhost"])[0]
    return host if host.startswith("/") else f"{host}:{port or 5432}"


def why(error: BaseException) -> str:
    """Say why a host could not be used; the error's own text could name accounts."""
    match error:
        case TimeoutError():
            return f"says nothing for {CONNECT_S:.0f} s: it hangs, or a network on the way swallows packets"
        case socket.gaierror():
            return "has a name that nobody knows"
        case ConnectionRefusedError() | FileNotFoundError():
            return "is not there: nothing listens"
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return "refuses the account or its password"
        case asyncpg.InvalidCatalogNameError():
            return "has no database of that name"
        case asyncpg.TooManyConnectionsError():
            return "takes no more connections"
        case asyncpg.CannotConnectNowError():
            return "is starting, stopping or recovering"
        case _:
            return f"cannot be used ({type(error).__name__})"

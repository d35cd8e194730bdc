"""The smallest HTTP/1.1 client that is right for our own servers: keep-alive, one request a connection at a time."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

IDLE_S: Final = 3.0  # the servers close an idle connection after 5 s; one that may be closing is not used
CONNECT_S: Final = 5.0

Answered = Callable[[int, bytes], None]  # status 0: the connection was lost before an answer


class Connection(asyncio.Protocol):
    """One keep-alive connection of a pool."""

    def __init__(self, pool: "HttpPool") -> None:
        self._pool = pool
        self._answered: Answered | None = None
        self._got = b""
        self.idle_since = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]  # uvloop's transports have no common base with asyncio's

    def connection_lost(self, _error: Exception | None) -> None:
        self.transport = None
        self._answer(0, b"")

    def send(self, request: bytes, answered: Answered) -> None:
        self._answered = answered
        assert self.transport is not None
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._got += data
        head_end = self._got.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._got[:head_end].lower()
        at = head.find(b"content-length:") + 15
        length = 0  # a 204 has none
        if at >= 15:
            length = int(head[at : head.find(b"\r\n", at) if head.find(b"\r\n", at) > 0 else None])
        if len(self._got) < head_end + 4 + length:
            return
        body = self._got[head_end + 4 : head_end + 4 + length]
        status = int(self._got[9:12])
        self._got = b""
        self._answer(status, body)
        self._pool.take_back(self)

    def _answer(self, status: int, body: bytes) -> None:
        answered, self._answered = self._answered, None
        if answered is not None:
            answered(status, body)


class HttpPool:
    """Sends requests on idle connections, opening more when none is idle; the newest idle one is used first."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._idle: list[Connection] = []
        self._opening: set[asyncio.Task[None]] = set()

    async def warm(self, connections: int) -> None:
        """Close what is idle and open this many anew."""
        for one in self._idle:
            if one.transport is not None:
                one.transport.close()
        self._idle = [await self._open() for _ in range(connections)]

    def send(self, request: bytes, answered: Answered) -> None:
        """Send; `answered` is called with status and body."""
        oldest = time.perf_counter() - IDLE_S
        while self._idle:
            one = self._idle.pop()
            if one.transport is not None and one.idle_since > oldest:
                one.send(request, answered)
                return
            if one.transport is not None:
                one.transport.close()
        task = asyncio.get_running_loop().create_task(self._open_and_send(request, answered))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    def take_back(self, connection: Connection) -> None:
        connection.idle_since = time.perf_counter()
        self._idle.append(connection)

    async def _open_and_send(self, request: bytes, answered: Answered) -> None:
        try:
            connection = await self._open()
        except OSError:
            answered(0, b"")
        else:
            connection.send(request, answered)

    async def _open(self) -> Connection:
        async with asyncio.timeout(CONNECT_S):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(self), self._host, self._port
            )
        connection.idle_since = time.perf_counter()
        return connection


def post(path: str, key: str, body: bytes, media: str = "application/json") -> bytes:
    """Return the bytes of a POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n"
        f"content-type: {media}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body

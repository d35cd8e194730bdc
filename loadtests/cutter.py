"""A proxy before PostgreSQL that cuts a connection at a chosen moment: before an append, or after its commit."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import parse_qs, unquote, urlsplit

CHUNK_BYTES: Final = 65_536
OVERLAP_BYTES: Final = 256  # a mark may be split between two reads

When = Literal["before", "after"]


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut the connection on which `mark` is sent: before it is sent on, or after the server has answered it."""

    mark: bytes
    when: When


@dataclass(slots=True)
class Cutter:
    """Forwards everything but what `plan` names; each cut is used once, in order. `made` counts them."""

    upstream: str
    port: int = 0
    plan: deque[Cut] = field(default_factory=deque)
    made: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one client's connection until either side, or a cut, ends it."""
        up_reader, up_writer = await asyncio.open_unix_connection(self.upstream)
        answered = asyncio.Event()
        muted = asyncio.Event()
        tasks = {
            asyncio.create_task(self._carry_up(reader, up_writer, muted, answered)),
            asyncio.create_task(_carry_down(up_reader, writer, muted, answered)),
        }
        self._tasks |= tasks
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tasks -= tasks
            for end in (writer, up_writer):
                end.transport.abort()

    async def _carry_up(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event, answered: asyncio.Event
    ) -> None:
        seen = b""
        while data := await reader.read(CHUNK_BYTES):
            seen = seen[-OVERLAP_BYTES:] + data
            cut = self._cut_in(seen)
            if cut is not None and cut.when == "before":
                return
            if cut is not None:
                muted.set()
            writer.write(data)
            await writer.drain()
            if cut is not None:
                await self._rest_of_it(reader, writer, answered)
                return

    async def _rest_of_it(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answered: asyncio.Event
    ) -> None:
        """Send on what remains of the statement until the server has answered it."""
        done = asyncio.create_task(answered.wait())
        while not done.done():
            more = asyncio.create_task(reader.read(CHUNK_BYTES))
            await asyncio.wait((done, more), return_when=asyncio.FIRST_COMPLETED)
            if more.done() and more.result():
                writer.write(more.result())
            elif more.done():
                await done
            else:
                more.cancel()

    def _cut_in(self, seen: bytes) -> Cut | None:
        if not self.plan or self.plan[0].mark not in seen:
            return None
        self.made += 1
        return self.plan.popleft()


async def _carry_down(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, muted: asyncio.Event, answered: asyncio.Event
) -> None:
    while data := await reader.read(CHUNK_BYTES):
        if muted.is_set():
            answered.set()
        else:
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def cutter(dsn: str) -> AsyncIterator[tuple[Cutter, str]]:
    """Give a proxy before this server (on a unix socket) and the DSN that goes through it."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    proxy = Cutter(f"{unquote(query['host'][0])}/.s.PGSQL.{query['port'][0]}")
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield (
            proxy,
            f"postgresql://{parts.username}:{parts.password}@127.0.0.1:{proxy.port}{parts.path}?sslmode=disable",
        )
    finally:
        server.close()
        for task in list(proxy._tasks):  # noqa: SLF001 - its own
            task.cancel()
        await asyncio.sleep(0)

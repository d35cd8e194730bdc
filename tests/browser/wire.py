"""The wire between a browser and the service, which can be cut: bytes stop, nothing is closed, as in a canyon."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK = 65_536


class Wire:
    """Forwards a loopback port. `cut` stops every byte in both directions; `mend` drops what hung and goes on."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._whole = asyncio.Event()
        self._whole.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        for writer in self._open:
            writer.transport.abort()
        self._whole.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._whole.wait()
            there = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            self._open.discard(writer)
            writer.transport.abort()
            return
        self._open.add(there[1])
        tasks = [asyncio.create_task(self._pump(a, b)) for a, b in ((reader, there[1]), (there[0], writer))]
        self._tasks.update(tasks)
        await asyncio.wait(tasks)
        for each, one in ((writer, tasks[0]), (there[1], tasks[1])):
            self._open.discard(each)
            self._tasks.discard(one)
            each.close()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(CHUNK):
                await self._whole.wait()
                sink.write(data)
                await sink.drain()
        except OSError:
            pass  # one side is gone; the other is told below
        finally:
            sink.close()


@asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    """Lay a wire to a port of this machine."""
    laid = Wire(port)
    server = await asyncio.start_server(laid.serve, "127.0.0.1", 0)
    laid.port = server.sockets[0].getsockname()[1]
    try:
        yield laid
    finally:
        server.close()
        laid.mend()
        await asyncio.sleep(0.05)

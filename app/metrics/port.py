"""A port of its own for whoever gathers metrics: on loopback, with nothing else behind it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.metrics.exposition import expose
from app.server import SideServer, listen
from app.services import Services

log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"  # numbers only, but nobody outside needs them; a gatherer elsewhere comes through a tunnel
STOP_S: Final = 3.0


@asynccontextmanager
async def served(port: int | None, produce: Callable[[], Awaitable[bytes]]) -> AsyncIterator[int | None]:
    """Serve what `produce` returns at /metrics while the block lasts, and give the port; None serves nothing.

    Raises OSError when the port is taken.
    """
    if port is None:
        yield None
        return

    async def show(_: Request) -> Response:
        return Response(await produce(), media_type=CONTENT_TYPE_PLAIN_0_0_4)

    door = listen(HOST, port)
    server = SideServer(Starlette(routes=[Route("/metrics", show)]))
    serving = asyncio.create_task(server.serve(sockets=[door]), name="metrics")
    found = int(door.getsockname()[1])
    log.info("metrics at http://%s:%d/metrics", HOST, found)
    try:
        yield found
    finally:
        server.should_exit = True
        await asyncio.wait((serving,), timeout=STOP_S)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


@asynccontextmanager
async def shown_at(port: int | None, services: Services) -> AsyncIterator[None]:
    """Serve one process's own numbers while the block lasts."""

    async def produce() -> bytes:
        return expose(services)

    async with served(port, produce):
        yield

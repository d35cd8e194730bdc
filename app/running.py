"""Running a process from the command line: engines, migrations, the server, and a stop in good order."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from app.engines import Urls, engines
from app.http import build_asgi
from app.main import Process, desk_process, gateway_process
from app.server import Server, listen
from app.settings import Settings
from app.store.migrate import migrate

log = logging.getLogger(__name__)
Build = Callable[[Settings, Urls], AbstractAsyncContextManager[Process]]


async def run_desk(settings: Settings, on_ready: Callable[[str], None]) -> int:
    """Serve with a desk until stopped; return the exit status."""
    async with engines(settings) as urls:
        applied = await migrate(urls.database)
        if applied:
            log.info("migrated: %s", ", ".join(applied))
        return await _serve(desk_process, settings, urls, on_ready)


async def run_gateway(settings: Settings, on_ready: Callable[[str], None]) -> int:
    """Serve without a desk until stopped; return the exit status."""
    async with engines(settings) as urls:
        return await _serve(gateway_process, settings, urls, on_ready)


async def _serve(build: Build, settings: Settings, urls: Urls, on_ready: Callable[[str], None]) -> int:
    sock = listen(settings.host, settings.port)
    async with build(settings, urls) as process:
        server = Server(build_asgi(process.services, allowed_hosts=settings.allowed_hosts))
        host, port = sock.getsockname()[:2]
        asyncio.get_running_loop().call_soon(on_ready, f"http://{host}:{port}")
        error = await server.run_until(sock, process.vital)
    if error is not None:
        log.error("stopped: %s: %s", type(error).__name__, error)
        return 3
    return 0

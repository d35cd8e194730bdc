"""Running a process from the command line: engines, migrations, the server, and a stop in good order."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from app.engines import Urls, engines
from app.http import build_asgi
from app.main import Process, desk_process, gateway_process
from app.server import Server, listen
from app.settings import Settings
from app.store.migrate import migrate
from app.store.pool import ACQUIRE_S, Pool
from app.store.roles import passes_every_wall
from app.tls.serving import secured

log = logging.getLogger(__name__)
Build = Callable[[Settings, Urls], AbstractAsyncContextManager[Process]]
OnReady = Callable[[str, str], None]  # the address, and what else the operator is told: with TLS, how phones get in


async def run_desk(settings: Settings, on_ready: OnReady) -> int:
    """Serve with a desk until stopped; return the exit status."""
    async with engines(settings) as urls:
        applied = await migrate(urls.owner)
        if applied:
            log.info("migrated: %s", ", ".join(applied))
        return await _serve(desk_process, settings, urls, on_ready)


async def run_gateway(settings: Settings, on_ready: OnReady) -> int:
    """Serve without a desk until stopped; return the exit status."""
    async with engines(settings) as urls:
        return await _serve(gateway_process, settings, urls, on_ready)


async def _tell_of_walls(pool: Pool) -> None:
    """Say it when the database would let this service change what was recorded."""
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        if await passes_every_wall(connection):
            log.warning("one database role for everything: the second wall is missing, see docs/access.md")


async def _serve(build: Build, settings: Settings, urls: Urls, on_ready: OnReady) -> int:
    sock = listen(settings.listen_host, settings.port)
    host, port = sock.getsockname()[:2]
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(build(settings, urls))
        await _tell_of_walls(process.services.pool)
        app = build_asgi(process.services, allowed_hosts=settings.allowed_hosts)
        tls = await stack.enter_async_context(secured(settings, port)) if settings.tls else None
        server = Server(app, tls.credentials if tls is not None else None)
        server.config.load()
        if tls is not None and server.config.ssl is not None:
            tls.renew(server.config.ssl)
        url, invitation = f"{'http' if tls is None else 'https'}://{host}:{port}", tls.invitation if tls else ""
        asyncio.get_running_loop().call_soon(on_ready, url, invitation)
        error = await server.run_until(sock, process.vital)
    if error is not None:
        log.error("stopped: %s: %s", type(error).__name__, error)
        return 3
    return 0

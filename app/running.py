"""Running a process from the command line: engines, migrations, the server, and a stop in good order."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

from app.access.people.first import first_link
from app.desks import build_health, first_to_end, refuse_shared_lines, start_desks
from app.engines import Urls, engines
from app.http import build_asgi
from app.main import Process, desk_process, gateway_process, start_task
from app.metrics.port import shown_at
from app.server import Server, listen
from app.settings import Settings
from app.store.migrate import migrate
from app.store.pool import ACQUIRE_S, Pool
from app.store.roles import passes_every_wall
from app.tls.serving import secured

log = logging.getLogger(__name__)
Build = Callable[[Settings, Urls], AbstractAsyncContextManager[Process]]
Beside = Callable[[Process], AbstractAsyncContextManager[object]]
OnReady = Callable[[str, str], None]  # the address, and what else the operator is told: with TLS, how phones get in
ENDED = 3  # what must not end has ended: the desk was taken by another process, or broke


async def run_desk(settings: Settings, on_ready: OnReady) -> int:
    """Serve with a desk, in this process, until stopped; return the exit status."""
    async with engines(settings) as urls:
        await bring_up_to_date(urls)
        return await _serve(desk_process, settings, urls, on_ready)


async def run_desk_only(regions: Sequence[Settings], on_ready: OnReady) -> int:
    """Hold, or stand by for, the desks of these regions until stopped; serve their health; return the exit status."""
    refuse_shared_lines(regions)
    async with engines(regions[0]) as urls:
        await bring_up_to_date(urls)
        sock = listen(regions[0].listen_host, regions[0].port)
        host, port = sock.getsockname()[:2]
        async with AsyncExitStack() as stack:
            desks = await start_desks(stack, regions, urls)
            vital = start_task(stack, first_to_end(desks.values()), "desks")
            server = Server(build_health(desks))
            asyncio.get_running_loop().call_soon(on_ready, f"http://{host}:{port}", "")
            return _status(await server.run_until(sock, vital))


async def run_gateway(settings: Settings, on_ready: OnReady) -> int:
    """Serve without a desk, in this process, until stopped; return the exit status."""
    async with engines(settings) as urls:
        return await _serve(gateway_process, settings, urls, on_ready)


async def bring_up_to_date(urls: Urls) -> None:
    """Apply what migrations are missing. Raises PostgresError, OSError."""
    applied = await migrate(urls.owner)
    if applied:
        log.info("migrated: %s", ", ".join(applied))


async def _tell_of_walls(pool: Pool) -> None:
    """Say it when the database would let this service change what was recorded."""
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        if await passes_every_wall(connection):
            log.warning("one database role for everything: the second wall is missing, see docs/access.md")


async def _serve(build: Build, settings: Settings, urls: Urls, on_ready: OnReady) -> int:
    def beside(process: Process) -> AbstractAsyncContextManager[object]:
        return shown_at(settings.metrics_port, process.services)

    door = listen(settings.listen_host, settings.port)
    is_desk = build is desk_process
    return await serve(build, settings, urls, on_ready, door=door, beside=beside, invites=is_desk)


async def serve(
    build: Build,
    settings: Settings,
    urls: Urls,
    on_ready: OnReady,
    *,
    door: socket.socket | None,
    beside: Beside,
    invites: bool,
) -> int:
    """Serve at the door, or without one only decide, until stopped; return the exit status.

    `invites`: whether this process tells the first administrator's link, of which one is enough.
    """
    async with AsyncExitStack() as stack:
        process = await stack.enter_async_context(build(settings, urls))
        await _tell_of_walls(process.services.pool)
        await stack.enter_async_context(beside(process))
        if door is None:
            asyncio.get_running_loop().call_soon(on_ready, "", "")
            error = await _hold(process.vital)
        else:
            error = await _open(process, settings, door, stack, on_ready, invites=invites)
    return _status(error)


def _status(error: BaseException | None) -> int:
    if error is None:
        return 0
    log.error("stopped: %s: %s", type(error).__name__, error)
    return ENDED


async def _open(
    process: Process,
    settings: Settings,
    door: socket.socket,
    stack: AsyncExitStack,
    on_ready: OnReady,
    *,
    invites: bool,
) -> BaseException | None:
    """Serve HTTP and websockets until stopped; return what ended it, if it was not a signal."""
    host, port = door.getsockname()[:2]
    app = build_asgi(process.services, allowed_hosts=settings.allowed_hosts)
    tls = await stack.enter_async_context(secured(settings, port)) if settings.tls else None
    credentials = tls.credentials if tls is not None else None
    server = Server(app, credentials, process.services.leave, linger_s=settings.linger_s)
    server.config.load()
    if tls is not None and server.config.ssl is not None:
        tls.renew(server.config.ssl)
    url, invitation = f"{'http' if tls is None else 'https'}://{host}:{port}", tls.invitation if tls else ""
    if invites:
        invitation = "\n".join(filter(None, (invitation, await first_link(process.services, url))))
    asyncio.get_running_loop().call_soon(on_ready, url, invitation)
    return await server.run_until(door, process.vital)


async def _hold(vital: "asyncio.Task[None]") -> BaseException | None:
    """Wait for SIGTERM or SIGINT, or for the end of the vital task, whose error is returned."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    vital.add_done_callback(lambda _: stopped.set())
    await stopped.wait()
    if vital.done() and not vital.cancelled():
        return vital.exception() or RuntimeError(f"task {vital.get_name()} ended")
    return None

"""`auxilio serve`: engines and the public socket in a parent that does nothing else, the service in children.

One accept queue for all gateways, held by the parent: what waits in it outlives any child, and a child that is stuck
takes nothing from it. With a socket of each one's own (SO_REUSEPORT) connections spread evenly, but those that the
kernel gave to a child that is stuck or gone wait or break (docs/operations.md has both measured).
"""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

from app.engines import engines
from app.metrics.family import of_wards
from app.metrics.port import served
from app.parent import notify
from app.parent.ward import Ward
from app.running import bring_up_to_date
from app.server import listen
from app.settings import Settings

log = logging.getLogger(__name__)

OnReady = Callable[[str, str], None]
ALIVE_S: Final = 1.0
GATEWAYS_MAX: Final = 64  # each holds a whole picture, some 150 MB


class Parent:
    """Owns the door, the engines and the wards. Made inside a running loop."""

    def __init__(self, settings: Settings, *, with_desk: bool, gateways: int) -> None:
        self._settings = settings
        self._door = listen(settings.listen_host, settings.port)
        # A child that is started again serves, and tells of, the same port.
        os.environ["AUXILIO_PORT"] = str(self._door.getsockname()[1])
        self._done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._rolling: asyncio.Task[None] | None = None
        behind = bool(gateways)
        desks = [self._ward("desk", door=None if behind else self._door, invites=not behind)] if with_desk else []
        self._gateways = [
            self._ward(f"gateway-{number}", door=self._door, invites=with_desk and number == gateways)
            for number in range(1, gateways + 1)
        ]
        self._desk = desks[0] if desks else None
        self._wards = [*desks, *self._gateways]

    def _ward(self, name: str, *, door: socket.socket | None, invites: bool) -> Ward:
        blocked_s = self._settings.blocked_s
        return Ward(name, door=door, blocked_s=blocked_s, invites=invites, on_worry=self._worry, on_end=self._finish)

    def _worry(self, text: str) -> None:
        """Ring at the desk, where it is a child of ours; elsewhere the log and the metrics say it."""
        if self._desk is not None:
            self._desk.tell(text)

    def _finish(self, status: int = 0) -> None:
        if not self._done.done():
            self._done.set_result(status)

    async def run(self, on_ready: OnReady) -> int:
        """Start all, watch until stopped or until one cannot be kept; return the exit status."""
        self._hear_signals()
        async with AsyncExitStack() as stack:
            stack.callback(self._door.close)
            stack.push_async_callback(self._stop)
            await asyncio.gather(*(ward.spawn() for ward in self._wards))  # they load while the servers start
            urls = await stack.enter_async_context(engines(self._settings))
            stack.push_async_callback(self._stop)  # before the engines stop: what is in hand is still recorded
            if self._desk is not None:
                await bring_up_to_date(urls)
                self._desk.begin(urls)
                await self._until_ready(self._desk)  # the first desk of a region makes what gateways read
            for ward in self._gateways:
                ward.begin(urls)
            await self._first(on_ready)
            if not self._done.done():
                await stack.enter_async_context(served(self._settings.metrics_port, lambda: of_wards(self._wards)))
                alive = asyncio.create_task(self._alive(), name="service manager")
                stack.callback(alive.cancel)
            status = await self._done
            notify.notify(notify.STOPPING)
            return status

    async def _until_ready(self, ward: Ward) -> None:
        await asyncio.wait((ward.ready, self._done), return_when=asyncio.FIRST_COMPLETED)

    async def _first(self, on_ready: OnReady) -> None:
        """Wait until each serves, and say so once; or until it is clear that one does not."""
        readies = asyncio.gather(*(ward.ready for ward in self._wards))
        await asyncio.wait((readies, self._done), return_when=asyncio.FIRST_COMPLETED)
        if readies.done():
            shown = readies.result()[-1]
            on_ready(shown.url, shown.more)
            notify.notify(notify.READY)
        else:
            readies.cancel()
            await asyncio.gather(readies, return_exceptions=True)

    async def _stop(self) -> None:
        """End the gateways, then the desk: what gateways have in hand is still decided."""
        if self._rolling is not None:
            self._rolling.cancel()
        await asyncio.gather(*(ward.stop() for ward in self._gateways))
        if self._desk is not None:
            await self._desk.stop()

    async def _alive(self) -> None:
        while True:
            notify.notify(notify.ALIVE)
            await asyncio.sleep(ALIVE_S)

    def _hear_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._finish)
        # A terminal that is closed means stop; a service manager's `reload` means: new children, one after the other.
        loop.add_signal_handler(signal.SIGHUP, self._finish if sys.stdin.isatty() else self._roll)

    def _roll(self) -> None:
        if self._rolling is None or self._rolling.done():
            self._rolling = asyncio.create_task(self._restart_each(), name="rolling restart")

    async def _restart_each(self) -> None:
        """Restart each that serves HTTP, the next only when the one before serves again."""
        for ward in self._gateways or self._wards:
            log.info("%s is restarted as asked", ward.name)
            await ward.restart()


async def run_parent(settings: Settings, on_ready: OnReady, *, with_desk: bool, gateways: int) -> int:
    """Run a desk (behind gateways, if any), or gateways alone, under watch until stopped; return the exit status."""
    return await Parent(settings, with_desk=with_desk, gateways=gateways).run(on_ready)

"""A watched process, started by the parent as `python -m app.parent.child FD`: takes its orders, serves, beats."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

import uvloop

from app.logs import configure_logs
from app.main import Process, desk_process, gateway_process, start_task
from app.metrics.exposition import expose
from app.parent.cord import Beat, Begin, Cord, Ready, Show, Shown, Tell
from app.requests import DeskUnavailable
from app.running import serve
from app.settings import Settings, load_settings
from dispatch.commands import RaiseSystemAlarm

log = logging.getLogger(__name__)

BEAT_S: Final = 0.25


async def live(cord: Cord, settings: Settings) -> int:
    """Serve as the parent says; return the exit status."""
    begin = await cord.hear()
    if not isinstance(begin, Begin):
        return 0  # the parent is gone before it had a use for us
    door = socket.socket(fileno=begin.door) if begin.door is not None else None
    if door is not None:
        door.setblocking(False)

    @asynccontextmanager
    async def tethered(process: Process) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            start_task(stack, _obey(cord, process), "orders")
            start_task(stack, _beat(cord), "beat")
            yield

    build = desk_process if begin.is_desk else gateway_process
    return await serve(
        build, settings, begin.urls, lambda url, more: cord.say(Ready(url, more)),
        door=door, beside=tethered, invites=begin.invites,
    )  # fmt: skip


async def _beat(cord: Cord) -> None:
    while True:
        cord.say(Beat())
        await asyncio.sleep(BEAT_S)


async def _obey(cord: Cord, process: Process) -> None:
    """Do what the parent asks; without a parent nobody would ever watch us, so its death ends us too."""
    while (order := await cord.hear()) is not None:
        match order:
            case Show():
                cord.say(Shown(expose(process.services).decode()))
            case Tell(text):
                try:
                    await process.services.ask(RaiseSystemAlarm(text), by="parent")
                except DeskUnavailable:
                    log.warning("nobody could be told: %s", text)
    signal.raise_signal(signal.SIGTERM)


def main() -> None:
    settings = load_settings()
    configure_logs(settings)

    async def work() -> int:
        cord = await Cord.hold(socket.socket(fileno=int(sys.argv[1])))
        try:
            return await live(cord, settings)
        finally:
            cord.close()

    sys.exit(uvloop.run(work()))


if __name__ == "__main__":
    main()

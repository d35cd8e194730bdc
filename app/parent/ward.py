"""One child under watch: started, restarted when it ends or its loop is blocked, stopped in good order.

A thread could not do this: while Python is stuck in one call of C, no other thread of that process runs either.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Final

import msgspec

from app.embedded import lifeline
from app.engines import Urls
from app.parent.cord import Beat, Begin, Cord, Message, Ready, Show, Shown, Tell

log = logging.getLogger(__name__)

DESK: Final = "desk"
OWNERS: Final = ("MIGRATE_DATABASE_URL", "MIGRATE_DATABASE_URL_FILE")  # no child migrates: none is lent these
LOOK_S: Final = 0.25
WORRY_S: Final = 2.0  # reliability G21: a loop blocked for longer is told of
STARVED_S: Final = 1.0  # our own round came that late: the machine was busy or asleep, and nobody could have beaten
RESTART_PAUSES_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)  # then the last; a distress call cannot wait longer
STEADY_AFTER_S: Final = 60.0  # a child that lived this long starts its pauses from the beginning
STOP_S: Final = 10.0  # reliability G20
SHOW_S: Final = 1.0
TO_TELL_MAX: Final = 50  # worries while the desk is away; the log has them all


class Ward:
    """A child and its watch: the desk, or a gateway by another name. `on_worry` is told what a person should know.

    `on_end` is told its status when it will not be started again: it ended before it ever served. A desk that was
    replaced is started again, and stands by.
    """

    def __init__(
        self,
        name: str,
        *,
        door: socket.socket | None,
        blocked_s: float,
        invites: bool,
        on_worry: Callable[[str], None],
        on_end: Callable[[int], None],
    ) -> None:
        self.name = name
        self.is_desk = name == DESK
        self.ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        self.restarts = 0
        self.blocked = 0
        self._door = door
        self._blocked_s = blocked_s
        self._invites = invites
        self._on_worry = on_worry
        self._on_end = on_end
        self._process: asyncio.subprocess.Process | None = None
        self._cord: Cord | None = None
        self._heard: float | None = None  # when it last beat; None until it serves
        self._shown: asyncio.Future[str] | None = None
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._serves = asyncio.Event()
        self._to_tell: deque[str] = deque(maxlen=TO_TELL_MAX)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    @property
    def silent_s(self) -> float | None:
        """Seconds since its event loop last turned, as far as the parent knows; None while it starts."""
        return None if self._heard is None else monotonic() - self._heard

    async def spawn(self) -> None:
        """Start its interpreter; it waits for `begin`, so that it can load while the servers start."""
        ours, theirs = socket.socketpair()
        passed = [theirs.fileno(), *([self._door.fileno()] if self._door is not None else [])]
        child = (sys.executable, "-m", "app.parent.child", str(theirs.fileno()), self.name)
        words = (lifeline.__file__, int(signal.SIGKILL), os.getpid(), -1, -1, *child)
        lent = {name: value for name, value in os.environ.items() if name not in OWNERS}
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", *map(str, words), pass_fds=passed, start_new_session=True, env=lent
            )
        finally:
            theirs.close()
        self._cord = await Cord.hold(ours)

    def begin(self, urls: Urls) -> None:
        """Let it serve, and keep it serving until `stop`."""
        self._tasks = [
            asyncio.create_task(self._keep(urls), name=f"keep {self.name}"),
            asyncio.create_task(self._watch(), name=f"watch {self.name}"),
        ]

    def tell(self, text: str) -> None:
        """Ring at the desk, which this child holds: now, or as soon as it serves again."""
        self._to_tell.append(text)
        if self._cord is not None and self._heard is not None:
            while self._to_tell:
                self._cord.say(Tell(self._to_tell.popleft()))

    async def show(self) -> str | None:
        """Return its metrics; None when it does not answer in time, which its silence then explains."""
        if self._cord is None or self._heard is None:
            return None
        if self._shown is None or self._shown.done():
            self._shown = asyncio.get_running_loop().create_future()
            self._cord.say(Show())
        try:
            async with asyncio.timeout(SHOW_S):
                return await asyncio.shield(self._shown)
        except TimeoutError:
            return None

    async def restart(self) -> None:
        """End it in good order and return when its successor serves."""
        self._serves.clear()
        await self._end()
        await self._serves.wait()

    async def stop(self) -> None:
        """End it in good order and for good."""
        self._stopping = True
        await self._end()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end(self) -> None:
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._heard = None  # who drains is not watched, but has its time
        self._send(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            log.error(  # noqa: TRY400 - a time-out of ours has no trace worth reading
                "%s did not end within %.0f s and is killed", self.name, STOP_S
            )
            self._send(signal.SIGKILL)
            await process.wait()

    def _send(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    async def _keep(self, urls: Urls) -> None:
        failures = 0
        while True:
            began = monotonic()
            status = await self._live(urls)
            if self._stopping:
                return
            if not self.ready.done():
                self._on_end(status)
                return
            failures = 0 if monotonic() - began > STEADY_AFTER_S else failures
            pause_s = RESTART_PAUSES_S[min(failures, len(RESTART_PAUSES_S) - 1)]
            failures += 1
            self.restarts += 1
            log.warning("%s ended with status %d; starting it again in %.1f s", self.name, status, pause_s)
            await asyncio.sleep(pause_s)
            await self.spawn()

    async def _live(self, urls: Urls) -> int:
        """Let the spawned child serve; return its status when it has ended."""
        process, cord = self._process, self._cord
        assert process is not None  # noqa: S101 - spawned before
        assert cord is not None  # noqa: S101
        door = self._door.fileno() if self._door is not None else None
        cord.say(Begin(self.name, self.is_desk, door, replace(urls, owner_database=""), self._invites))
        try:
            while (message := await cord.hear()) is not None:
                self._take(message)
        except (msgspec.MsgspecError, ValueError):
            log.exception("%s spoke nonsense and is killed", self.name)
            self._send(signal.SIGKILL)
        self._heard = None
        cord.close()
        return await process.wait()

    def _take(self, message: Message) -> None:
        match message:
            case Beat():
                if self._heard is not None:
                    self._heard = monotonic()
            case Ready():
                self._heard = monotonic()
                self._serves.set()
                if self._to_tell:
                    self.tell(self._to_tell.pop())
                if not self.ready.done():
                    self.ready.set_result(message)
            case Shown():
                if self._shown is not None and not self._shown.done():
                    self._shown.set_result(message.text)
            case _:
                raise ValueError("not a child's message")

    async def _watch(self) -> None:
        """Kill the child whose loop has not turned for too long; `_keep` starts the next."""
        looked, worried = monotonic(), False
        while True:
            await asyncio.sleep(LOOK_S)
            late_s, looked = monotonic() - looked - LOOK_S, monotonic()
            if late_s > STARVED_S and self._heard is not None:
                self._heard += late_s
            silent_s = self.silent_s
            if silent_s is None or silent_s < WORRY_S:
                worried = False
            elif not worried:
                worried = True
                log.warning("%s has not turned its loop for %.1f s", self.name, silent_s)
                if not self.is_desk:
                    self._on_worry(f"{self.name} has not answered for {silent_s:.0f} s")
            if silent_s is not None and silent_s >= self._blocked_s:
                self.blocked += 1
                self._heard = None
                log.error("%s has been blocked for %.1f s and is killed", self.name, silent_s)
                self._on_worry(f"{self.name} was blocked for {silent_s:.0f} s and was started again")
                self._send(signal.SIGKILL)

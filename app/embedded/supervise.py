"""Keep one server alive: find or start it, wait until it answers, start it again when it ends, stop it.

**One owner.** The first process to lock a home owns its server: it starts, heals and stops it. A later one, while the
owner lives, is a guest: it uses the running server and leaves it running; should the owner go, the guest takes over.

**Our own death** (kill -9, out of memory). The kernel then sends the server a signal to shut down in good order
(PR_SET_PDEATHSIG), so that nothing is left behind for ever. That alone would not be enough: it is sent by the thread
that spawned, it exists on Linux only, and the shutdown may last while the next start already runs. So a start also
adopts whatever server it finds at work on its data, waits for it to answer or to end, and starts one if it ended.

**No limit on a start.** A recovery takes what it takes, and killing it only begins it again: we wait while the process
lives and report every few seconds. Whether a server runs is learnt by using it, never from a pid file alone.
"""

import asyncio
import logging
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final, Self

from app.embedded.errors import EmbeddedError, NotYet, ServerEndedError
from app.embedded.home import home_for, make_home
from app.embedded.owner import Ownership
from app.embedded.process import POLL_S, Process, bound_log, is_at_work, last_words, spawn

_log = logging.getLogger(__name__)

REPORT_EVERY_S: Final = 5.0
POLL_SLOWLY_AFTER_S: Final = 2.0
POLL_SLOWLY_S: Final = 0.25  # PostgreSQL logs a line for every question while it recovers
WATCH_EVERY_S: Final = 0.1  # one waitpid; watching both servers takes half a percent of a core
RESTART_PAUSES_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)  # then the last; a distress call cannot wait longer
STEADY_AFTER_S: Final = 60.0  # a server that lived this long starts its pauses from the beginning
PASSING_PAUSE_S: Final = 0.5


class Server(ABC):
    """One supervised server. A subclass says how to prepare, run and question it."""

    name: ClassVar[str]
    at_our_death: ClassVar[signal.Signals]
    passing: ClassVar[str | None] = (
        None  # last words that ask for another try: what a killed server left behind is still going
    )
    stops: ClassVar[tuple[tuple[signal.Signals, float], ...]]  # signals in order, each with the seconds it is given

    def __init__(self, data_dir: Path, *, on_progress: Callable[[str], None] = _log.info) -> None:
        self.home = home_for(data_dir)
        self.log = self.home / f"{self.name}.log"
        self.secret_file = self.home / f"{self.name}.password"
        self._on_progress = on_progress
        self._ownership = Ownership(self.home / f"{self.name}.lock")
        self._process: Process | None = None
        self._log_since = 0
        self._keeper: asyncio.Task[None] | None = None

    @property
    @abstractmethod
    def mark(self) -> str:
        """An argument that only this server's process was started with."""

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """Where the server writes its pid, in the first line."""

    @abstractmethod
    async def prepare(self) -> Sequence[str | Path]:
        """Make everything ready and return the command; called by the owner only, with no server at work."""

    @abstractmethod
    async def ask(self) -> None:
        """Use the server once as a client does. Raise NotYet while it cannot answer."""

    @property
    def password(self) -> str:
        """The server's password; not for logs."""
        try:
            return self.secret_file.read_text("ascii")
        except FileNotFoundError as reason:
            if self._process is None:
                raise NotYet(f"{self.name} has not been prepared by its owner") from reason
            raise EmbeddedError(f"{self.secret_file} is missing; {self.name} runs, restore it") from reason

    @property
    def pid(self) -> int | None:
        """The running server's process; None for a guest."""
        return self._process.pid if self._process else None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Return when the server answers; from then on it is kept alive. Raise ServerEndedError with its last words."""
        make_home(self.home)
        try:
            await self._rise()
        except BaseException:
            if self._process is not None and not self._process.is_child:
                self._process = None  # what we found and could not use is not ours to stop
            await self._fall()
            raise
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.name}")

    async def stop(self) -> None:
        """Shut the server down in good order (a guest leaves it running). Safe to call twice."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        await self._fall()

    async def _rise(self) -> None:
        while True:
            self._process = None
            if self._ownership.take():
                self._process = self._running()
                if self._process is None:
                    await self._spawn()
            if await self._has_answered():
                return
            if self._process is not None and self._process.is_child:
                failure = ServerEndedError(
                    self.name, self._process.code, self.log, last_words(self.log, self._log_since)
                )
                if self.passing is None or self.passing not in str(failure):
                    raise failure
                self._on_progress(f"{failure}; waiting for that")
                await asyncio.sleep(PASSING_PAUSE_S)

    def _running(self) -> Process | None:
        try:
            pid = int(self.pid_file.read_bytes().split(b"\n")[0])
        except (FileNotFoundError, ValueError):
            return None
        if not is_at_work(pid, self.mark):
            return None
        _log.info("%s already runs as process %d and is adopted", self.name, pid)
        return Process(pid, self.mark)

    async def _spawn(self) -> None:
        command = await self.prepare()
        bound_log(self.log)
        self._log_since = self.log.stat().st_size if self.log.exists() else 0
        self._process = spawn(command, self.log, self.at_our_death)

    async def _has_answered(self) -> bool:
        """Wait for an answer; False when there is nobody left to give it."""
        began = time.monotonic()
        report_at_s = REPORT_EVERY_S
        while True:
            try:
                await self.ask()
            except NotYet as reason:
                if not self._is_served():
                    return False
                waited_s = time.monotonic() - began
                if waited_s >= report_at_s:
                    report_at_s = waited_s + REPORT_EVERY_S
                    self._on_progress(f"{self.name} is starting, {waited_s:.0f} s so far: {reason}")
                await asyncio.sleep(POLL_S if waited_s < POLL_SLOWLY_AFTER_S else POLL_SLOWLY_S)
            else:
                return True

    def _is_served(self) -> bool:
        """Whether a server, ours or another owner's, can be counted on. A guest finds out by trying to be the owner."""
        if self._process is not None:
            return self._process.is_running()
        return not self._ownership.take()

    async def _keep(self) -> None:
        failures = 0
        began = time.monotonic()
        while True:
            try:
                await self._watch()
                failures = 0 if time.monotonic() - began > STEADY_AFTER_S else failures
                pause_s = RESTART_PAUSES_S[min(failures, len(RESTART_PAUSES_S) - 1)]
                code = self._process.code if self._process else None
                _log.warning("%s ended with code %s; starting it again in %.1f s", self.name, code, pause_s)
                failures += 1
                await asyncio.sleep(pause_s)
                began = time.monotonic()
                await self._rise()
                _log.warning("%s answers again after %.2f s", self.name, time.monotonic() - began)
            except Exception:  # noqa: BLE001 - logged whole; a full disk or a bug must not end the watch
                _log.exception("%s is not back", self.name)
                await asyncio.sleep(WATCH_EVERY_S)

    async def _watch(self) -> None:
        """Return when the server has ended."""
        while self._is_served():
            if self._process is not None:  # a guest leaves the log to the owner
                bound_log(self.log)
            await asyncio.sleep(WATCH_EVERY_S)

    async def _fall(self) -> None:
        if self._process is not None:
            for number, within_s in self.stops:
                self._process.send(number)
                if await self._process.is_gone(within_s):
                    break
                _log.error("%s did not end within %.0f s of %s", self.name, within_s, number.name)
        self._process = None
        self._ownership.release()

"""One process of an embedded server: started by us, or found running and adopted."""

import asyncio
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.embedded import lifeline
from app.embedded.engine import account

_log = logging.getLogger(__name__)

POLL_S: Final = 0.015  # a warm start takes about 0.2 s; asking more often would slow it down on one core
LOG_BYTES_MAX: Final = 8_000_000  # twice this on disk: the log and the one before
LAST_WORDS_BYTES: Final = 2_000
# Nothing of ours reaches the servers: PGDATA, PGPORT or a broken LC_ALL would change what they do.
ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Process:
    """A process that can be asked whether it runs, sent a signal, and waited for."""

    def __init__(self, pid: int, mark: str, child: subprocess.Popen[bytes] | None = None) -> None:
        self.pid = pid
        self.code: int | None = None
        self._mark = mark
        self._child = child

    @property
    def is_child(self) -> bool:
        return self._child is not None

    def is_running(self) -> bool:
        if self._child is None:
            return is_at_work(self.pid, self._mark)
        self.code = self._child.poll()
        return self.code is None

    def send(self, number: signal.Signals) -> None:
        """Signal the process if it still runs; a pid is never trusted after its process ended."""
        if self.is_running():
            os.kill(self.pid, number)

    async def is_gone(self, within_s: float) -> bool:
        """Wait for the process to end, at most `within_s`."""
        until = time.monotonic() + within_s
        while self.is_running():
            if time.monotonic() >= until:
                return False
            await asyncio.sleep(POLL_S)
        return True


def spawn(command: Sequence[str | Path], log: Path, at_our_death: signal.Signals) -> Process:
    """Start a program as the servers' account, its output appended to `log`; it gets `at_our_death` if we die.

    A session of its own, so that Ctrl-C in a terminal reaches us alone and the servers outlive the requests in hand.
    """
    who = account()
    uid, gid = (-1, -1) if who is None else (who.uid, who.gid)
    words = [sys.executable, "-I", "-S", lifeline.__file__, int(at_our_death), os.getpid(), uid, gid, *command]
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    try:
        child = subprocess.Popen(  # noqa: S603 - fixed programs, no shell
            [str(word) for word in words],
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=opened,
            cwd="/",  # the account may not be able to enter ours
            env=ENVIRONMENT,
            start_new_session=True,
        )
    finally:
        os.close(opened)
    return Process(child.pid, str(command[0]), child)


def is_at_work(pid: int, mark: str) -> bool:
    """Whether `pid` lives and was started with `mark` among its arguments: a recycled pid or a zombie was not.

    Read from the command line, since /proc/PID/cwd and /proc/PID/exe of another account are closed to a container's
    root.
    Elsewhere than on Linux a living pid is believed.
    """
    try:
        if sys.platform != "linux":
            os.kill(pid, 0)
            return True
        return os.fsencode(mark) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):  # PermissionError: not an account of ours
        return False


def bound_log(log: Path) -> None:
    """Keep the log under its bound. Copied then emptied, since the server goes on writing to the same open file."""
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
        _log.info("%s reached %d bytes and was begun anew", log, LOG_BYTES_MAX)


def last_words(log: Path, since: int) -> str:
    """Read the end of what was written to `log` after byte `since`."""
    with log.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(min(since, end), end - LAST_WORDS_BYTES))
        return file.read().decode(errors="replace")

"""The demo's two processes: the service and its driver, each in a session of its own, neither outliving the demo."""

import asyncio
import os
import re
import signal
import sys
from pathlib import Path
from typing import Final

from app.embedded import lifeline

START_S: Final = 60.0
STOP_S: Final = 20.0
RESTARTS_MAX: Final = 20
SERVES: Final = re.compile(rb"serves (http://\S+):(\d+)")


class ServiceFailed(OSError):
    """The service did not start; holds its last words."""


def command(module: str, *words: str) -> list[str]:
    """Return a command that runs a module of ours and ends when this process does."""
    at_death = [lifeline.__file__, str(int(signal.SIGTERM)), str(os.getpid()), "-1", "-1"]
    return [sys.executable, "-I", "-S", *at_death, sys.executable, "-m", module, *words]


class ServiceChild:
    """`auxilio serve`, started again on the same port when it ends before it should."""

    def __init__(self, log: Path, port: int) -> None:
        self._log, self._port = log, port
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.restarts = 0
        self.url = ""

    async def start(self) -> str:
        """Return the URL once it serves. Raises ServiceFailed."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command("app.cli", "serve", "--port", str(self._port)),
                stdout=asyncio.subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        found = None
        try:
            async with asyncio.timeout(START_S):
                while found is None and (line := await self._process.stdout.readline()):
                    found = SERVES.search(line)
        except TimeoutError:
            self._process.kill()
        if found is None:
            words = self._log.read_text(errors="replace").strip().splitlines()[-3:]
            raise ServiceFailed(f"the service did not start (--port {self._port}): " + " / ".join(words))
        self._port = int(found[2])
        self.url = f"{found[1].decode()}:{self._port}"
        return self.url

    def keep(self) -> None:
        """Start it again whenever it ends, until `stop`."""
        self._watch = asyncio.create_task(self._keep(), name="keep the service")

    async def _keep(self) -> None:
        for _ in range(RESTARTS_MAX):
            if self._process is not None:
                await self._process.wait()
            self.restarts += 1
            await self.start()

    async def stop(self) -> None:
        """End it in good order, at last by force."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self._process is not None:
            await end(self._process, signal.SIGTERM, STOP_S)


async def start_driver() -> asyncio.subprocess.Process:
    """Start the driver; it loads while the service does, and waits for its plan."""
    return await asyncio.create_subprocess_exec(
        *command("app.demo.driver"), stdin=asyncio.subprocess.PIPE, start_new_session=True
    )


async def end(process: asyncio.subprocess.Process, number: signal.Signals, within_s: float) -> None:
    """Signal a process and wait for it; kill it when it does not go."""
    if process.returncode is None:
        process.send_signal(number)
        try:
            async with asyncio.timeout(within_s):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

"""A process's way to the desk: stands by while another holds it, takes it when it is free, gives it up in order."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from app.desk import Desk
from app.lease.lease import Lease
from app.lease.watch import LOOK_S, Watch
from app.services import Services, Standing
from app.store.writer import AWAY
from app.stream.reader import Reader

log = logging.getLogger(__name__)

AGAIN_S: Final = 0.1
HISTORY_S: Final = 1.0


class Replaced(RuntimeError):
    """Another process has taken the desk. What this one did not answer is sent again, to that one."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What a process does as a standby, for as long as the block lasts, and what it begins to do as the desk.

    `stand_by` gives a task that must not end; `hold` is told whether devices have yet to find their way here from
    another desk.
    """

    stand_by: Callable[[], AbstractAsyncContextManager[asyncio.Task[None]]]
    hold: Callable[[AsyncExitStack, Desk, bool], Coroutine[Any, Any, None]]


class Candidate:
    """Runs until the desk is lost, or given up by `close`; `settled` is set when it is known who holds the desk."""

    def __init__(self, lease: Lease, desk: Desk, services: Services, reader: Reader, roles: Roles) -> None:
        self._lease = lease
        self._desk = desk
        self._services = services
        self._reader = reader
        self._roles = roles
        self._watch = Watch()
        self._has_predecessor = False
        self._closing = asyncio.Event()
        self.settled = asyncio.Event()

    def close(self) -> None:
        """Give the desk up, or stop standing by; `run` ends by itself."""
        self._closing.set()

    async def run(self) -> None:
        """Take the desk as soon as it is free and hold it. Raises Replaced, and what stops the desk."""
        if not await self._take():
            log.info("another process holds the desk of %s: standing by", self._desk.region)
            self._stand(Standing.STANDBY)
            async with self._roles.stand_by() as following:
                while not await self._take():
                    if await self._is_closing_within(LOOK_S):
                        return
                    if following.done():
                        following.result()
                        raise RuntimeError("following the ledger has ended")
        await self._hold()

    async def _take(self) -> bool:
        """Take the desk if it is free now. One commit, and from then on nobody else writes."""
        try:
            look = await self._lease.look()
            is_ours = look.holder == self._desk.secret  # taken already, and not sure to outlive a failover
            if not is_ours and not self._watch.is_free(look, monotonic()):
                return False
            taken = await self._desk.take(look)
        except AWAY as error:
            log.warning("the desk of %s cannot be taken: %s", self._desk.region, type(error).__name__)
            self._watch.lose_sight()
            await self._lease.come_back()
            return False
        self._has_predecessor = self._has_predecessor or look.holder is not None or self.settled.is_set()
        return taken

    async def _hold(self) -> None:
        """Build the board, begin to decide, and renew the lease all the while."""
        renewing = asyncio.create_task(self._renew(), name="lease")
        holding = asyncio.create_task(self._decide(), name="desk")
        closing = asyncio.create_task(self._closing.wait(), name="closing")
        tasks = (holding, renewing, closing)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            await self._desk.hand_over()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._lease.release()

    async def _renew(self) -> None:
        await self._lease.keep()
        raise Replaced(f"another process has taken the desk of {self._desk.region}")

    async def _decide(self) -> None:
        await self._desk.start()
        await self._catch_up()
        async with AsyncExitStack() as stack:
            deciding = asyncio.create_task(self._desk.run(), name="deciding")
            try:
                await self._roles.hold(stack, self._desk, self._has_predecessor)
                self._stand(Standing.DESK)
                log.info("this process holds the desk of %s, epoch %d", self._desk.region, self._desk.epoch)
                await self._mind_history(deciding)
                deciding.result()
            finally:
                deciding.cancel()
                await asyncio.gather(deciding, return_exceptions=True)

    async def _mind_history(self, deciding: asyncio.Task[None]) -> None:
        """Look, while deciding goes on, whether the ledger still holds what was recorded. Raises HistoryGone.

        A desk to which nothing happens would not notice that a failover has lost its last events.
        """
        while not deciding.done():
            await asyncio.wait((deciding,), timeout=HISTORY_S)
            with suppress(*AWAY):
                await self._reader.check()

    async def _catch_up(self) -> None:
        """Bring the view to where the ledger ends: nobody else appends any more."""
        while True:
            try:
                await self._reader.catch_up()
            except AWAY as error:
                log.warning("the ledger cannot be read: %s", type(error).__name__)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _is_closing_within(self, wait_s: float) -> bool:
        try:
            async with asyncio.timeout(wait_s):
                await self._closing.wait()
        except TimeoutError:
            return False
        return True

    def _stand(self, standing: Standing) -> None:
        self._services.standing = standing
        self.settled.set()

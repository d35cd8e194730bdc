"""Reading the ledger into the view; when what the view stands on is no longer in it, the view begins anew."""

import asyncio
import logging
from typing import Final

from app.codec import Recorded, chain
from app.publishing import Publisher
from app.services import Services
from app.store.boards import read_board
from app.store.ledger import Head, read_events, read_head
from app.store.pool import ACQUIRE_S

log = logging.getLogger(__name__)

BATCH_EVENTS: Final = 500  # events folded between two turns of the event loop while catching up


class HistoryGone(RuntimeError):
    """The ledger does not contain what was folded here: a failover lost it, or it was restored from a backup."""


class Reader:
    """Brings the view to the ledger's head. Two callers at once wait for each other."""

    def __init__(self, services: Services, publisher: Publisher) -> None:
        self._services = services
        self._publisher = publisher
        self._reading = asyncio.Lock()

    async def catch_up(self) -> None:
        """Fold what the ledger has after the view's head. Raises what stands for PostgreSQL being away."""
        async with self._reading:
            try:
                await self._fold()
            except HistoryGone as gone:
                log.warning("%s; the view begins anew, and every client is sent to the snapshot", gone)
                await self._begin_anew()

    async def check(self) -> Head:
        """Return where the ledger stands. Raises HistoryGone, and what stands for PostgreSQL being away."""
        view = self._services.view
        known = view.ledger_id, view.seq, view.hash  # before asking: the view may move on meanwhile
        async with self._services.pool.acquire(timeout=ACQUIRE_S) as connection:
            head = await read_head(connection, self._services.settings.region)
        demand_history(head, *known)
        return head

    async def _fold(self) -> None:
        view, region = self._services.view, self._services.settings.region
        head = await self.check()
        if head.seq == view.seq:
            return
        events: list[Recorded] = []
        head_hash = view.hash
        async for recorded, after in read_events(self._services.pool, region, view.seq):
            if chain(head_hash, recorded.body) != after:
                raise HistoryGone(f"event {recorded.seq} does not follow what was folded")
            events.append(recorded)
            head_hash = after
            if len(events) == BATCH_EVENTS:
                self._publisher.tell(events, head_hash)
                events = []
                await asyncio.sleep(0)
        if events:
            self._publisher.tell(events, head_hash)

    async def _begin_anew(self) -> None:
        services = self._services
        async with services.pool.acquire(timeout=ACQUIRE_S) as connection:
            board, head = await read_board(connection, services.settings.region)
        for fix in services.positions.latest.values():
            board.place_unit(fix.unit_id, fix.point, fix.fixed_at)
        services.view.begin(board, head)
        services.hub.resync(services.view.cursor())


def demand_history(head: Head, ledger_id: object, seq: int, seq_hash: bytes) -> None:
    """Raise HistoryGone when a ledger with this head cannot contain an event `seq` with this hash."""
    if head.ledger_id != ledger_id:
        raise HistoryGone(f"the ledger is {head.ledger_id} now")
    if head.seq < seq:
        raise HistoryGone(f"the ledger ends at {head.seq}, and {seq} was folded")
    if head.seq == seq and head.hash != seq_hash:
        raise HistoryGone(f"event {seq} is another now")

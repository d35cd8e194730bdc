"""The spool: distress that could not be recorded in time, sealed and synced to local disk until it is."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from msgspec.structs import replace

from app.requests import DeskUnavailable, Request
from app.sealing import Sealer
from app.spool.held import Found, Held, find, held_of
from app.spool.report import CallKey, Line, Twin, sealed_bytes, twin_of, unsealed
from app.spool.segment import Segment
from app.spool.slot import Slot

log = logging.getLogger(__name__)

SEGMENT_BYTES_MAX: Final = 8 * 1024 * 1024  # the disk is given back in pieces of this size
REPORT_BYTES: Final = 256 * 1024  # the longest report, sealed twice: with less room than this the spool counts as full
DAMAGED: Final = ".damaged"
OTHER_CONTENT: Final = UUID("2f4ad2a6-63a8-4b0c-9f0e-1d3a0f1f7c55")


class SpoolFull(DeskUnavailable):
    """The report is kept nowhere: the spool holds as much as it may, or the disk refused it."""


class Spool:
    """`keep` returns when a report is on disk, `settle` lets it go; `on_held` and `on_settled` hear of each line."""

    def __init__(
        self,
        root: Path,
        sealer: Sealer,
        bytes_max: int,
        on_held: Callable[[Line], None],
        on_settled: Callable[[Line], None],
    ) -> None:
        """Claim a folder, and take in what lies in it and in those whose process is gone. Raises OSError."""
        self.held: dict[UUID, Held] = {}
        self.fault = ""  # why the last report could not be kept
        self.damaged = ""  # the file that holds what cannot be read
        self._root, self._sealer, self._bytes_max = root, sealer, bytes_max
        self._on_held, self._on_settled = on_held, on_settled
        self._own = Slot.claim(root)
        self._adopted: dict[Path, Slot] = {}
        self._segments: list[Segment] = []
        self._open: Segment | None = None
        self._by_twin: dict[Twin, UUID] = {}
        self._by_call: dict[CallKey, list[Held]] = {}
        self._keeping: dict[Twin, asyncio.Task[UUID]] = {}
        self._ids: set[UUID] = set()  # of what is held or about to be
        self._to_write: list[tuple[bytes, asyncio.Future[tuple[Segment, int]]]] = []
        self._writer: asyncio.Task[None] | None = None
        for found in find(self._own, sealer):
            self._take_in(found)

    @property
    def size(self) -> int:
        """Bytes on disk, with those on their way there."""
        return sum(segment.size for segment in self._segments) + sum(len(body) for body, _ in self._to_write)

    @property
    def is_full(self) -> bool:
        return self.size + REPORT_BYTES > self._bytes_max

    def of_call(self, key: CallKey) -> Iterable[Held]:
        """Return what is held of one call, oldest first: it has to be recorded before anything newer of it."""
        return tuple(self._by_call.get(key, ()))

    async def keep(self, request: Request) -> UUID:
        """Seal and sync a report; return the id it is held and recorded under. Raises SpoolFull.

        The same report again is held once: it gets the id of the first.
        """
        twin = twin_of(request)
        known = self._by_twin.get(twin)
        if known is not None:
            return known
        keeping = self._keeping.get(twin)
        if keeping is None:
            keeping = self._keeping[twin] = asyncio.create_task(self._keep(self._under_own_id(request), twin))
            keeping.add_done_callback(lambda _: self._keeping.pop(twin))
        return await asyncio.shield(keeping)

    def _under_own_id(self, request: Request) -> Request:
        """A sender's id used for two contents does not cost the second report: it gets an id that follows from both."""
        if request.id not in self._ids:
            return request
        return replace(request, id=other_id(request), digest=None)

    async def _keep(self, request: Request, twin: Twin) -> UUID:
        now = datetime.now(UTC)
        body = sealed_bytes(request, self._sealer, now)
        if self.size + len(body) > self._bytes_max:
            raise SpoolFull("the spool is full")
        self._ids.add(request.id)
        written: asyncio.Future[tuple[Segment, int]] = asyncio.get_running_loop().create_future()
        self._to_write.append((body, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="spool")
        try:
            segment, offset = await written
        except SpoolFull:
            self._ids.discard(request.id)
            raise
        held = held_of(request, segment, offset, len(body), now)
        held.twin = twin
        self._hold(held)
        return request.id

    async def _write(self) -> None:
        """Write what waits; everything that came during one sync shares the next."""
        while self._to_write:
            some, self._to_write = self._to_write, []
            try:
                segment, offsets = await asyncio.to_thread(self._append, [body for body, _ in some])
            except OSError as error:
                log.exception("the spool cannot be written")
                self.fault = f"cannot be written: {type(error).__name__}"
                for _, written in some:
                    written.set_exception(SpoolFull("the spool's disk refused it"))
            else:
                self.fault = ""
                segment.waiting += len(some)
                for (_, written), offset in zip(some, offsets, strict=True):
                    written.set_result((segment, offset))

    def _append(self, bodies: list[bytes]) -> tuple[Segment, list[int]]:
        if self._open is not None and self._open.size >= SEGMENT_BYTES_MAX:
            self._open.end()
        if self._open is None or self._open.is_spent:
            self._open = self._own.next_segment()
            self._segments.append(self._open)
        return self._open, self._open.append(bodies)

    def _hold(self, held: Held) -> None:
        self._ids.add(held.id)
        self.held[held.id] = held
        self._by_twin[held.twin] = held.id
        if held.call is not None:
            self._by_call.setdefault(held.call, []).append(held)
        self._on_held(held.line)

    def read(self, held: Held) -> Request:
        """Return a report that is held. Raises OSError, Unreadable."""
        return unsealed(held.segment.read(held.offset, held.size), self._sealer)

    def settle(self, report_id: UUID) -> None:
        """Let go of a report that is recorded. Its file goes with the last one in it."""
        held = self.held.pop(report_id, None)
        if held is None:
            return
        self._ids.discard(held.id)
        self._by_twin.pop(held.twin, None)
        if held.call is not None:
            left = [each for each in self._by_call.pop(held.call, ()) if each is not held]
            if left:
                self._by_call[held.call] = left
        held.segment.waiting -= 1
        self._on_settled(held.line)

    def give_back(self) -> None:
        """Remove the files in which nothing waits any more, and let go of adopted folders that are empty."""
        if self._writer is not None and not self._writer.done():
            return
        for segment in [each for each in self._segments if not each.waiting]:
            segment.remove()
            self._segments.remove(segment)
        used = {segment.path.parent for segment in self._segments}
        for folder in self._adopted.keys() - used:
            self._adopted.pop(folder).release()

    async def adopt(self) -> None:
        """Take over the reports of processes that are gone from this machine. Raises OSError."""
        for slot in Slot.orphans(self._root):
            self._adopted[slot.folder] = slot
            for found in await asyncio.to_thread(find, slot, self._sealer):
                self._take_in(found)

    def _take_in(self, found: Found) -> None:
        self._segments.append(found.segment)
        for held in found.held:
            if held.id not in self._ids:
                found.segment.waiting += 1
                self._hold(held)
        if found.is_damaged:
            self._set_aside(found.segment)

    def _set_aside(self, segment: Segment) -> None:
        """Keep a copy of a file that holds what cannot be read: somebody may still make something of it."""
        aside = segment.path.with_suffix(DAMAGED)
        if not aside.exists():
            aside.hardlink_to(segment.path)
        self.damaged = aside.name

    async def close(self) -> None:
        """Finish what is being written and let go of the folders; what is held is found by the next process."""
        if self._writer is not None:
            await asyncio.wait((self._writer,))
        self.give_back()
        for segment in self._segments:
            segment.end()
        for slot in (self._own, *self._adopted.values()):
            slot.release()


def other_id(request: Request) -> UUID:
    """Return the id of a report whose own was used for another content: the same each time it is asked for."""
    return uuid5(OTHER_CONTENT, f"{request.id}:{request.digest.hex() if request.digest else ''}")

"""A report that is on disk and not known to be recorded, and finding those that an earlier process left."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from app.requests import Request
from app.sealing import Sealer
from app.spool.report import CallKey, Line, Twin, Unreadable, call_key, line_of, twin_of, unsealed
from app.spool.segment import Segment, read_records
from app.spool.slot import Slot

log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class Held:
    """Where a report lies. `under_way`: the desk has it and has not answered; `not_before`: when to ask again."""

    line: Line
    twin: Twin
    call: CallKey | None
    segment: Segment
    offset: int
    size: int
    since: datetime
    under_way: bool = False
    not_before: float = 0.0

    @property
    def id(self) -> UUID:
        return self.line.id


def held_of(request: Request, segment: Segment, offset: int, size: int, since: datetime) -> Held:
    return Held(line_of(request), twin_of(request), call_key(request), segment, offset, size, since)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file of the spool holds. `is_damaged`: something in it cannot be read."""

    segment: Segment
    held: list[Held]
    is_damaged: bool


def find(slot: Slot, sealer: Sealer) -> list[Found]:
    """Read what lies in a folder, oldest first. Raises OSError."""
    every = []
    for segment in slot.segments():
        records, is_damaged = read_records(segment.path.read_bytes())
        since = datetime.fromtimestamp(segment.path.stat().st_mtime, UTC)
        held = []
        for record in records:
            try:
                request = unsealed(record.body, sealer)
            except Unreadable as error:
                log.warning("a spooled report cannot be read: %s", error)
                is_damaged = True
            else:
                held.append(held_of(request, segment, record.offset, len(record.body), since))
        every.append(Found(segment, held, is_damaged))
    return every

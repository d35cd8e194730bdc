"""A roll: rows by id as they stand in the database, a second old at most, at one query a page of them and second."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Final, Generic, TypeVar

Row = TypeVar("Row")
OLD_S: Final = 5.0  # nobody refreshes any more: ask for each by itself, and let the fault be seen
IDLE_S: Final = 10.0  # nobody asked for so long: not refreshed any more
PAGE: Final = 200  # rows read between two turns of the event loop: 2 ms; ten thousand at once held calls up by 180 ms
KNOWN_MAX: Final = 50_000
UNKNOWN_MAX: Final = 10_000  # guesses are remembered too, so that guessing costs no database


@dataclass(slots=True)
class Entry(Generic[Row]):
    """A row with when it was read and when somebody last wanted it, on the monotonic clock."""

    row: Row
    read: float
    asked: float


class Roll(Generic[Row]):
    """`load` returns those of the ids that are good now. An id that was asked for lately is answered without a wait."""

    def __init__(self, load: Callable[[Sequence[str]], Awaitable[Mapping[str, Row]]]) -> None:
        self._load = load
        self._known: OrderedDict[str, Entry[Row]] = OrderedDict()
        self._unknown: OrderedDict[str, float] = OrderedDict()

    async def find(self, row_id: str) -> Row | None:
        """Return the row, None when there is none that is good."""
        now = monotonic()
        entry = self._known.get(row_id)
        if entry is not None and now - entry.read < OLD_S:
            entry.asked = now
            return entry.row
        if self._unknown.get(row_id, -OLD_S) > now - OLD_S:
            return None
        row = (await self._load([row_id])).get(row_id)
        self._keep(row_id, row, now, now)
        return row

    async def refresh(self) -> None:
        """Read anew whoever was asked for lately, page by page; forget the others."""
        now = monotonic()
        for row_id in [i for i, entry in self._known.items() if now - entry.asked > IDLE_S]:
            del self._known[row_id]
        asked = {row_id: entry.asked for row_id, entry in self._known.items()}
        ids = list(asked)
        for first in range(0, len(ids), PAGE):
            page = ids[first : first + PAGE]
            rows = await self._load(page)
            for row_id in page:
                self._keep(row_id, rows.get(row_id), now, asked[row_id])

    def forget(self, row_id: str) -> None:
        """It was changed here: ask again at the next use."""
        self._known.pop(row_id, None)

    def _keep(self, row_id: str, row: Row | None, read: float, asked: float) -> None:
        if row is None:
            self._known.pop(row_id, None)
            self._unknown[row_id] = read
            self._unknown.move_to_end(row_id)
            if len(self._unknown) > UNKNOWN_MAX:
                self._unknown.popitem(last=False)
            return
        entry = self._known.get(row_id)
        self._known[row_id] = Entry(row, read, max(asked, entry.asked) if entry is not None else asked)
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

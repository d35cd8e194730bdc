"""Frames: one event with the rows that result from it, as bytes for each set of topics, encoded once."""

from dataclasses import dataclass, field

import orjson

from app.codec import Recorded
from app.scopes import Scope


@dataclass(frozen=True, slots=True)
class Shown:
    """A row in a frame: its bytes, whom it concerned and concerns, and whether it is on the live picture.

    `moved` tells that the row itself is new; else only its audience changed.
    """

    table: str
    row_id: int | str
    image: orjson.Fragment
    before: Scope  # empty when it was not live
    after: Scope
    live: bool
    moved: bool

    @property
    def audience(self) -> Scope:
        """Whoever has to be told: those who saw it, and those who see it now."""
        return self.before | self.after if self.live else self.before


@dataclass(slots=True)
class Frame:
    """One event for everybody. `bytes_for` gives a viewer's frame, None when nothing in it concerns the viewer."""

    seq: int
    recorded: Recorded
    rows: list[Shown]
    topics: Scope
    _cache: dict[Scope, bytes | None] = field(default_factory=dict)

    def bytes_for(self, topics: Scope) -> bytes | None:
        """Return the frame for a set of topics; viewers with the same set share the bytes."""
        if topics.isdisjoint(self.topics):
            return None  # not kept: five hundred agents asking for the past would fill every frame with nothing
        if topics not in self._cache:
            self._cache[topics] = self._encode(topics)
        return self._cache[topics]

    def _encode(self, topics: Scope) -> bytes | None:
        after: dict[str, list[orjson.Fragment]] = {}
        gone: list[tuple[str, int | str]] = []
        for row in self.rows:
            sees = not topics.isdisjoint(row.after)
            saw = not topics.isdisjoint(row.before)
            if sees and (row.moved or not saw) and (row.live or saw):
                after.setdefault(row.table, []).append(row.image)
            if saw and not (sees and row.live):
                gone.append((row.table, row.row_id))
        if not after and not gone:
            return None
        tail: dict[str, object] = {"after": after}
        if gone:
            tail["gone"] = gone
        return self.recorded.body[:-1] + b"," + orjson.dumps(tail)[1:]

"""Frames: one event with the rows that result from it, as bytes for each set of topics, encoded once."""

from dataclasses import dataclass, field
from typing import Final

import orjson

from app.codec import Recorded, encode_row, to_json
from app.scopes import Scope
from dispatch.entities import Row
from dispatch.events import (
    AlertReceived,
    CallReceived,
    CallUpdated,
    Event,
    IncidentRecalled,
    IncidentSplit,
    OfferMade,
)

NOT_FOR_UNITS: Final = (CallReceived, CallUpdated, AlertReceived, IncidentRecalled, IncidentSplit)
EVENT: Final = b',"event":'  # within a text of the line its quotes would stand behind backslashes


def for_units(event: Event, topics: Scope) -> dict[str, object] | None:
    """Return what a unit's device reads of an event that tells of callers or other units; None: all of it.

    Of an offer's picks it reads its own: how far it is and how long it takes.
    """
    match event:
        case _ if isinstance(event, NOT_FOR_UNITS):
            return {}
        case OfferMade():
            return {
                "assignment": orjson.Fragment(encode_row(event.assignment)),
                "picks": tuple(pick for pick in event.picks if f"unit:{pick.unit_id}" in topics),
                "passed_over": {},
                "why": event.why,
                "sealed": None,
            }
        case _:
            return None


@dataclass(slots=True)
class Shown:
    """A row in a frame: whom it concerned and concerns, and whether it is on the live picture.

    `moved` tells that the row itself is new; else only its audience changed. Encoded when first shown to somebody.
    """

    table: str
    row_id: int | str
    row: Row
    before: Scope  # empty when it was not live
    after: Scope
    live: bool
    moved: bool
    _image: orjson.Fragment | None = None

    @property
    def image(self) -> orjson.Fragment:
        """The row's bytes, made once."""
        if self._image is None:
            self._image = orjson.Fragment(encode_row(self.row))
        return self._image

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
        return self._line(topics) + b"," + orjson.dumps(tail)[1:]

    def _line(self, topics: Scope) -> bytes:
        """Return the event as these viewers may read it, without its closing brace."""
        body = self.recorded.body
        reduced = for_units(self.recorded.event, topics) if all(t.startswith("unit:") for t in topics) else None
        if reduced is None:
            return body[:-1]
        return body[: body.index(EVENT)] + EVENT + to_json(reduced)

"""Values to canonical JSON and back: events in the ledger, rows in the read tables."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
import orjson

from dispatch.board import Board
from dispatch.entities import TABLES, Row
from dispatch.events import KINDS, NAMES, VERSIONS, Event

OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_SORT_KEYS
ENCODER: Final = msgspec.json.Encoder()  # a third of orjson's price for dataclasses with slots, the same bytes
_ROW_TYPES: Final = {table: cls for cls, table in TABLES.items()}
_EVENTS: Final[dict[str, msgspec.json.Decoder[Any]]] = {name: msgspec.json.Decoder(cls) for name, cls in KINDS.items()}
_ROWS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    table: msgspec.json.Decoder(cls) for table, cls in _ROW_TYPES.items()
}


class Envelope(msgspec.Struct):
    """An event's line in the ledger, before its kind is known."""

    seq: int
    at: datetime
    kind: str
    v: int
    event: msgspec.Raw


_ENVELOPE: Final = msgspec.json.Decoder(Envelope)


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """One event as the ledger holds it: `body` is the canonical text its hash is over.

    `rows`: what its fold made, where it was decided in this process; None when it was read.
    """

    seq: int
    at: datetime
    event: Event
    body: bytes
    rows: tuple[Row, ...] | None = None

    @property
    def kind(self) -> str:
        return NAMES[type(self.event)]


def encode_event(seq: int, at: datetime, event: Event, command_id: UUID, by: str) -> bytes:
    """Return the canonical line: fixed field order, no white space, instants in UTC ending in Z."""
    kind = NAMES[type(event)]
    line = {
        "seq": seq,
        "at": at,
        "kind": kind,
        "v": VERSIONS[kind],
        "command": command_id,
        "by": by,
        "event": event,
    }
    return ENCODER.encode(line)


def decode_event(body: bytes) -> Recorded:
    """Read a ledger line. Older versions would be upcast here. Raises msgspec.ValidationError."""
    line = _ENVELOPE.decode(body)
    return Recorded(line.seq, line.at, _EVENTS[line.kind].decode(line.event), body)


def chain(before: bytes, body: bytes) -> bytes:
    """Return the next hash of the ledger's chain: SHA-256 over the hash before and the stored bytes."""
    return sha256(before + body).digest()


def encode_row(row: Row) -> bytes:
    return ENCODER.encode(row)


def decode_row(table: str, image: bytes | str) -> Row:
    row: Row = _ROWS[table].decode(image)
    return row


def incident_of(event: Event, board: Board) -> int | None:
    """Return the incident an event belongs to in timelines; None when it is about none."""
    direct: int | None = getattr(event, "incident_id", None)
    if direct is not None:
        return direct
    for name in ("incident", "call", "alert", "assignment", "alarm"):
        part: Any = getattr(event, name, None)
        if part is None:
            row_id = getattr(event, f"{name}_id", None)
            part = board.tables[f"{name}s"].get(row_id) if row_id is not None else None
        if part is not None:
            about: int | None = part.id if name == "incident" else part.incident_id
            return about
    return None


def to_json(value: Any, options: int = OPTIONS) -> bytes:
    return orjson.dumps(value, _encoded, options)


def _encoded(value: Any) -> orjson.Fragment:
    """Rows and events inside of something else: orjson does not know their classes."""
    if isinstance(value, msgspec.Struct):
        return orjson.Fragment(ENCODER.encode(value))
    raise TypeError(type(value).__name__)

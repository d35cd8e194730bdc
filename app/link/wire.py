"""The link's messages: MessagePack, each behind its length in four bytes."""

import asyncio
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from app.requests import Answer, Request
from app.sealing import SealedValue
from dispatch import commands as c

MESSAGE_BYTES_MAX: Final = 8 * 1024 * 1024  # a units import of tens of thousands of rows
_COMMANDS: Final[dict[str, msgspec.msgpack.Decoder[Any]]] = {
    cls.__name__: msgspec.msgpack.Decoder(cls)
    for cls in vars(c).values()
    if isinstance(cls, type) and cls.__module__ == c.__name__ and cls is not c.Recall
}


class Hello(msgspec.Struct, tag="hello"):
    """The first message of a gateway: the secret from the lease row. Who can read that row is trusted already."""

    secret: str


class Ask(msgspec.Struct, tag="ask"):
    id: UUID
    by: str
    name: str
    command: bytes
    sealed: tuple[SealedValue, ...]
    caller_hash: bytes | None
    digest: bytes | None
    origin: str = ""
    trace: str | None = None


class Told(msgspec.Struct, tag="told"):
    """An answer; None when the desk could not take the request."""

    id: UUID
    answer: Answer | None


class Moved(msgspec.Struct, tag="moved"):
    """A unit's newest position."""

    unit_id: str
    lat: float
    lon: float
    fixed_at: datetime
    accuracy_m: float | None = None
    source: str | None = None


class Presence(msgspec.Struct, tag="presence"):
    unit_id: str
    here: bool


class Beat(msgspec.Struct, tag="beat"):
    """The desk lives; its head is at `seq`, and of the systems outside that only it talks to these are ill."""

    seq: int
    ill: dict[str, str] = {}


Message = Hello | Ask | Told | Moved | Presence | Beat
_MESSAGES: Final = msgspec.msgpack.Decoder(Message)


def ask_of(request: Request) -> Ask:
    """Return a request as it travels."""
    return Ask(
        request.id,
        request.by,
        type(request.command).__name__,
        msgspec.msgpack.encode(request.command),
        request.sealed,
        request.caller_hash,
        request.digest,
        request.origin,
        request.trace,
    )


def request_of(ask: Ask) -> Request:
    """Return the request that travelled. Raises KeyError, msgspec.ValidationError."""
    command: c.Command = _COMMANDS[ask.name].decode(ask.command)
    return Request(command, ask.by, ask.id, ask.sealed, ask.caller_hash, ask.digest, ask.origin, ask.trace)


def pack(message: Message) -> bytes:
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(4) + body


async def unpack(reader: asyncio.StreamReader) -> Message:
    """Read the next message. Raises IncompleteReadError when the other side is gone, ValueError on nonsense."""
    size = int.from_bytes(await reader.readexactly(4))
    if size > MESSAGE_BYTES_MAX:
        raise ValueError(f"a message of {size} bytes")
    message: Message = _MESSAGES.decode(await reader.readexactly(size))
    return message

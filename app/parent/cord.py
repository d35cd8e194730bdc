"""The cord between the parent and one child: a socket pair, one JSON message a line. Its end is the other's death."""

import asyncio
import socket
from typing import Final

import msgspec

from app.engines import Urls

LINE_BYTES_MAX: Final = 4 * 1024 * 1024  # a child's metrics are some 60 KB


class Begin(msgspec.Struct, tag="begin"):
    """The first message to a child: what it is and where its servers are. Never in its arguments: it holds passwords.

    `door` is the number of the inherited listening socket; None for a desk that leaves HTTP to gateways.
    `invites`: it tells the link of the first administrator.
    """

    name: str
    is_desk: bool
    door: int | None
    urls: Urls
    invites: bool


class Show(msgspec.Struct, tag="show"):
    """Asks for the child's metrics."""


class Tell(msgspec.Struct, tag="tell"):
    """Asks the desk's process to ring: something the parent saw needs a person."""

    text: str


class Ready(msgspec.Struct, tag="ready"):
    """The child serves; `more` is what else an operator is told."""

    url: str
    more: str


class Beat(msgspec.Struct, tag="beat"):
    """The child's event loop turns."""


class Shown(msgspec.Struct, tag="shown"):
    """The child's metrics in Prometheus' text form."""

    text: str


Message = Begin | Show | Tell | Ready | Beat | Shown
_MESSAGES: Final = msgspec.json.Decoder(Message)


class Cord:
    """One end. Messages to a child that reads no more pile up to the socket's bound and no further: they are few."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def hold(cls, sock: socket.socket) -> "Cord":
        """Take one end of a socket pair."""
        return cls(*await asyncio.open_unix_connection(sock=sock, limit=LINE_BYTES_MAX))

    def say(self, message: Message) -> None:
        if not self._writer.is_closing():
            self._writer.write(msgspec.json.encode(message) + b"\n")

    async def hear(self) -> Message | None:
        """Return the next message; None when the other side is gone. Raises msgspec.MsgspecError, ValueError."""
        try:
            line = await self._reader.readline()
        except ConnectionError:
            return None
        return _MESSAGES.decode(line) if line.endswith(b"\n") else None

    def close(self) -> None:
        self._writer.close()

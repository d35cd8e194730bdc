"""A websocket by hand: a library's frame objects would cost the load client more than the server spends."""

import asyncio
import base64
import os
import struct
from typing import Any, Final

import orjson

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
NO_MASK: Final = bytes(4)  # a frame must be masked; by zeros it stays as it is


class HandSocket(asyncio.Protocol):
    """Shakes hands with a key, answers pings, says JSON. `opened` and `hear` are told what comes."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._got = b""
        self._open = False
        self.transport: asyncio.Transport | None = None

    def opened(self) -> None:
        """The handshake is done: the time to say hello."""

    def hear(self, data: bytes) -> None:
        """One text frame has come."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # uvloop's transports have no common base with asyncio's
        nonce = base64.b64encode(os.urandom(16)).decode()
        self._write(
            f"GET /v1/stream HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {self._key}\r\n\r\n".encode()
        )

    def connection_lost(self, _error: Exception | None) -> None:
        self.transport = None

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._open:
            head, found, rest = self._got.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:20]:
                raise ConnectionError(f"{head[:80]!r}")
            self._open, self._got = True, rest
            self.opened()
        got, at = self._got, 0
        while (frame := _frame_at(got, at)) is not None:
            opcode, begins, at = frame
            if opcode == TEXT:
                self.hear(got[begins:at])
            elif opcode == PING:
                self._send(PONG, got[begins:at])
        self._got = got[at:]

    def say(self, frame: dict[str, Any]) -> None:
        self._send(TEXT, orjson.dumps(frame))

    def _send(self, opcode: int, data: bytes) -> None:
        size = len(data)
        head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        self._write(head + NO_MASK + data)

    def _write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)


def _frame_at(got: bytes, at: int) -> tuple[int, int, int] | None:
    """Return the opcode, the beginning and the end of a whole frame's content; a server's frames are not masked."""
    if len(got) < at + 2:
        return None
    length, begins = got[at + 1] & 0x7F, at + 2
    if length >= 126:
        size = 2 if length == 126 else 8
        if len(got) < begins + size:
            return None
        length, begins = int.from_bytes(got[begins : begins + size], "big"), begins + size
    if len(got) < begins + length:
        return None
    return got[at] & 0x0F, begins, begins + length

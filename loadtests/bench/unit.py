"""One unit's websocket, by hand: a library's frame objects would cost the load client more than the server spends."""

import asyncio
import base64
import os
import struct
import time
from collections.abc import Callable
from typing import Any, Final

import orjson

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
NO_MASK: Final = bytes(4)  # a frame must be masked; by zeros it stays as it is
OFFER: Final = b'"kind":"offer.made"'
ANSWER: Final = b'"kind":"answer"'
HEAD_BYTES: Final = 160  # within these stands a frame's kind

Offered = Callable[[int, float], None]


class UnitSocket(asyncio.Protocol):
    """Accepts and clears whatever it is offered, at once, and tells when the offer came and each act was answered."""

    def __init__(self, unit_id: str, key: str, offered: Offered, acted: Callable[[bool], None]) -> None:
        self._unit_id = unit_id
        self._key = key
        self._offered = offered
        self._acted = acted
        self._got = b""
        self._open = False
        self._acts = 0
        self.transport: asyncio.Transport | None = None
        self.welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_duty: asyncio.Future[None] = asyncio.get_running_loop().create_future()

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
        for waiting in (self.welcome, self.on_duty):
            if not waiting.done():
                waiting.set_exception(ConnectionError(f"{self._unit_id}: the socket was closed"))
                waiting.exception()

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self._got += data
        if not self._open:
            head, found, rest = self._got.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:20]:
                raise ConnectionError(f"{self._unit_id}: {head[:80]!r}")
            self._open, self._got = True, rest
            self.say({"kind": "hello"})
        while (frame := self._take()) is not None:
            self._hear(*frame, now)

    def _take(self) -> tuple[int, bytes] | None:
        """Take one whole frame; a server's frames are not masked."""
        got = self._got
        if len(got) < 2:
            return None
        length, at = got[1] & 0x7F, 2
        if length == 126:
            if len(got) < 4:
                return None
            length, at = int.from_bytes(got[2:4], "big"), 4
        elif length == 127:
            if len(got) < 10:
                return None
            length, at = int.from_bytes(got[2:10], "big"), 10
        if len(got) < at + length:
            return None
        self._got = got[at + length :]
        return got[0] & 0x0F, got[at : at + length]

    def _hear(self, opcode: int, data: bytes, now: float) -> None:
        if opcode == PING:
            self._send(PONG, data)
        elif opcode == TEXT:
            head = data[:HEAD_BYTES]
            if OFFER in head:
                self._take_offer(orjson.loads(data)["event"]["assignment"], now)
            elif ANSWER in head:
                self._take_answer(orjson.loads(data))
            elif not self.welcome.done():
                self.welcome.set_result(None)

    def _take_offer(self, assignment: dict[str, Any], now: float) -> None:
        self._offered(assignment["incident_id"], now)
        number = assignment["id"]
        self._acts += 1
        self.say({"kind": "accept", "id": f"a{number}", "assignment_id": number})
        self.say({"kind": "status", "id": f"c{number}", "status": "cleared", "assignment_id": number})

    def _take_answer(self, answer: dict[str, Any]) -> None:
        if answer["id"] == "duty":
            if not self.on_duty.done():
                self.on_duty.set_result(None)
            return
        self._acted(answer["outcome"] == "done")

    def say(self, frame: dict[str, Any]) -> None:
        self._send(TEXT, orjson.dumps(frame))

    def _send(self, opcode: int, data: bytes) -> None:
        size = len(data)
        head = bytes((0x80 | opcode, 0x80 | size)) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0xFE, size)
        self._write(head + NO_MASK + data)

    def _write(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(data)

"""Frames on the wire: what waits for a client is framed by hand and written together.

The library takes 1.7 us to frame a text, this 0.15; and through the framework each frame was a write of its own.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from struct import Struct
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

FRAMES: Final = "auxilio.frames"  # under which name the stream finds `send_texts` in its scope's extensions
TEXT: Final = 0x81  # a whole text frame (RFC 6455, 5.2); what a server sends is not masked
PASS_AT_ONCE: Final = 4  # one takes about 0.7 ms until it is welcomed; a call needs some eight turns
STREAM_ASKED: Final = b"GET /v1/stream"
_SHORT, _LONG, _LONGER = Struct("!BB"), Struct("!BBH"), Struct("!BBQ")


def framed(texts: Iterable[bytes]) -> bytes:
    """Return texts, each UTF-8, as the frames of a server."""
    parts = []
    for text in texts:
        size = len(text)
        if size < 126:
            parts.append(_SHORT.pack(TEXT, size))
        elif size < 65_536:
            parts.append(_LONG.pack(TEXT, 126, size))
        else:
            parts.append(_LONGER.pack(TEXT, 127, size))
        parts.append(text)
    return b"".join(parts)


class Turnstile:
    """Lets sockets in and out, a few in each turn of the event loop: when thousands come or go, calls pass between.

    What waits here is bounded by the sockets that the process may have open.
    """

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()

    def queue(self, pass_through: Callable[[], None]) -> None:
        """Call `pass_through` in one of the next turns."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._turn)
        self._waiting.append(pass_through)

    def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(min(len(self._waiting), PASS_AT_ONCE)):
            loop.call_soon(self._waiting.popleft())  # each by itself: one that breaks holds nobody up
        if self._waiting:
            loop.call_soon(self._turn)


class DoorProtocol(HttpToolsProtocol):
    """uvicorn's HTTP, where whoever asks for the stream waits at the turnstile; everything else is read at once."""

    def __init__(self, turnstile: Turnstile, **given: Any) -> None:
        super().__init__(**given)
        self._turnstile = turnstile
        self._is_known = False  # whether it has been seen what this connection is for

    def data_received(self, data: bytes) -> None:
        if not self._is_known and data.startswith(STREAM_ASKED):
            self.transport.pause_reading()  # who waits is not read from: nothing gathers here
            self._turnstile.queue(partial(self._enter, data))
        else:
            super().data_received(data)
        self._is_known = True

    def _enter(self, said: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()
            super().data_received(said)


class FrameProtocol(WebSocketsSansIOProtocol):
    """uvicorn's websocket, which takes many frames at once, and leaves by the turnstile."""

    def __init__(self, turnstile: Turnstile, **given: Any) -> None:
        super().__init__(**given)
        self._turnstile = turnstile

    def connection_lost(self, exc: Exception | None) -> None:
        self._turnstile.queue(partial(super().connection_lost, exc))

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"][FRAMES] = self.send_texts  # type: ignore[assignment]  # uvicorn knows of no value of ours

    async def send_texts(self, texts: Iterable[bytes]) -> None:
        """Send each text as a frame once the client has room. Raises ClientDisconnected."""
        await self.writable.wait()
        if self.disconnected or self.close_sent or self.transport.is_closing():
            raise ClientDisconnected
        self.transport.write(framed(texts))

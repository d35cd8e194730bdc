"""Cutting a TAK server's stream into events: documents one after another, with or without a declaration. No I/O."""

from typing import Final

EVENT_BYTES_MAX: Final = 65_536
OPEN, CLOSE = b"<event", b"</event>"


class Splitter:
    """Feed it bytes, take whole events. What is too long to be one is thrown away up to the next that begins."""

    def __init__(self) -> None:
        self._buffer = b""
        self.dropped = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the events that are whole now."""
        self._buffer += data
        found: list[bytes] = []
        while (event := self._next()) is not None:
            found.append(event)
        if len(self._buffer) > EVENT_BYTES_MAX:
            self.dropped += 1
            begins = self._buffer.rfind(OPEN, 1)
            self._buffer = self._buffer[begins:] if begins > 0 else b""
            self._buffer = self._buffer if len(self._buffer) <= EVENT_BYTES_MAX else b""
        return found

    def _next(self) -> bytes | None:
        begins = self._buffer.find(OPEN)
        if begins < 0:
            self._buffer = self._buffer[-len(OPEN) :]  # the rest of an opening may still come
            return None
        tag_ends = self._buffer.find(b">", begins)
        if tag_ends < 0:
            self._buffer = self._buffer[begins:]
            return None
        if self._buffer[tag_ends - 1 : tag_ends] == b"/":
            ends = tag_ends + 1
        else:
            closes = self._buffer.find(CLOSE, tag_ends)
            if closes < 0:
                self._buffer = self._buffer[begins:]
                return None
            ends = closes + len(CLOSE)
        event, self._buffer = self._buffer[begins:ends], self._buffer[ends:]
        return event

"""A socket that only listens, and keeps which numbered frames it heard, over as many connections as it takes."""

import re
import time
from array import array
from collections.abc import Callable
from typing import Final

from loadtests.bench.websocket import HandSocket

SEQ: Final = re.compile(rb'\{"seq":([0-9]+),"at":"([^"]+)"')
CURSOR: Final = re.compile(rb'"cursor":"([^"]+)"')
HEAD_BYTES: Final = 120  # within these stand a frame's seq and instant
WELCOME: Final = b'"kind":"welcome"'
RESYNC: Final = b'"kind":"resync"'
Heard = Callable[[int, bytes, float], None]


class Ear:
    """One client: its key, the topics it wants, and what it has heard so far, whatever became of a socket."""

    def __init__(self, key: str, topics: tuple[str, ...] = (), heard: Heard | None = None) -> None:
        self.key = key
        self.topics = topics
        self.heard = heard
        self.seqs = array("Q")
        self.cursor: str | None = None
        self.resyncs = 0
        self.lost = 0  # sockets that ended without our doing
        self.socket: Listener | None = None
        self.on_welcome: Callable[[], None] | None = None
        self.on_lost: Callable[[], None] | None = None

    def hang_up(self) -> None:
        """Cut the wire, as a radio network does."""
        socket, self.socket = self.socket, None
        if socket is not None and socket.transport is not None:
            socket.transport.abort()


class Listener(HandSocket):
    """One connection of an ear: greets with the cursor, and writes down what it hears."""

    def __init__(self, ear: Ear) -> None:
        super().__init__(ear.key)
        self._ear = ear
        self._ledger = ""

    def opened(self) -> None:
        hello: dict[str, object] = {"kind": "hello", "since": self._ear.cursor}
        if self._ear.topics:
            hello["topics"] = self._ear.topics
        self.say(hello)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if self._ear.socket is self:
            self._ear.socket = None
            self._ear.lost += 1
            if self._ear.on_lost is not None:
                self._ear.on_lost()

    def hear(self, data: bytes) -> None:
        found = SEQ.match(data, 0, HEAD_BYTES)
        if found is not None:
            self._take(int(found[1]), found[2])
        elif WELCOME in data[:HEAD_BYTES] or RESYNC in data[:HEAD_BYTES]:
            self._begin(data)

    def _take(self, seq: int, at: bytes) -> None:
        ear = self._ear
        ear.seqs.append(seq)
        ear.cursor = f"{self._ledger}.{seq}"
        if ear.heard is not None:
            ear.heard(seq, at, time.time())

    def _begin(self, data: bytes) -> None:
        ear, cursor = self._ear, CURSOR.search(data)
        assert cursor is not None
        ear.resyncs += RESYNC in data[:HEAD_BYTES]
        told = cursor[1].decode()
        self._ledger = told.rpartition(".")[0]
        if ear.cursor is None:
            ear.cursor = told  # else the past is on its way, and the cursor moves with it
        if ear.on_welcome is not None:
            ear.on_welcome()

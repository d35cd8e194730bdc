"""One unit's websocket in the bench."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import orjson

from loadtests.bench.websocket import HandSocket

OFFER: Final = b'"kind":"offer.made"'
ANSWER: Final = b'"kind":"answer"'
HEAD_BYTES: Final = 160  # within these stands a frame's kind

Offered = Callable[[int, float], None]


class UnitSocket(HandSocket):
    """Accepts and clears whatever it is offered, at once, and tells when the offer came and each act was answered."""

    def __init__(self, unit_id: str, key: str, offered: Offered, acted: Callable[[bool], None]) -> None:
        super().__init__(key)
        self._unit_id = unit_id
        self._offered = offered
        self._acted = acted
        self._now = 0.0  # when the bytes came that are being read
        self.welcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.on_duty: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        for waiting in (self.welcome, self.on_duty):
            if not waiting.done():
                waiting.set_exception(ConnectionError(f"{self._unit_id}: the socket was closed"))
                waiting.exception()

    def opened(self) -> None:
        self.say({"kind": "hello"})

    def data_received(self, data: bytes) -> None:
        self._now = time.perf_counter()
        super().data_received(data)

    def hear(self, data: bytes) -> None:
        head = data[:HEAD_BYTES]
        if OFFER in head:
            self._take_offer(orjson.loads(data)["event"]["assignment"])
        elif ANSWER in head:
            self._take_answer(orjson.loads(data))
        elif not self.welcome.done():
            self.welcome.set_result(None)

    def _take_offer(self, assignment: dict[str, Any]) -> None:
        self._offered(assignment["incident_id"], self._now)
        number = assignment["id"]
        self.say({"kind": "accept", "id": f"a{number}", "assignment_id": number})
        self.say({"kind": "status", "id": f"c{number}", "status": "cleared", "assignment_id": number})

    def _take_answer(self, answer: dict[str, Any]) -> None:
        if answer["id"] == "duty":
            if not self.on_duty.done():
                self.on_duty.set_result(None)
            return
        self._acted(answer["outcome"] == "done")

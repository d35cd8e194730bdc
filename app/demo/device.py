"""A websocket client as the contract wants it: snapshot, cursor, re-sent questions, back after a lost connection."""

import asyncio
from collections.abc import Callable
from itertools import count
from typing import Any, Final
from uuid import uuid4

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from app.demo.api import Api, NoAnswer
from app.demo.shift import pause

Frame = dict[str, Any]
OPEN_S: Final = 10.0
ANSWER_S: Final = 5.0
TRIES: Final = 6  # of one question: half a minute, longer than a restart of the service takes
RETRY_S: Final = 0.5


class Device:
    """Keeps one connection. `hear` gets the snapshot (kind "snapshot") and every frame, in order."""

    def __init__(self, url: str, api: Api, key: str, hear: Callable[[Frame], None]) -> None:
        self._url = url.replace("http", "ws", 1) + "/v1/stream"
        self._api = api
        self._key = key
        self._hear = hear
        self._cursor: str | None = None
        self._socket: ClientConnection | None = None
        self._ready = asyncio.Event()
        self._ids = count(1)
        self._name = uuid4().hex[:8]
        self._asked: dict[str, asyncio.Future[Frame]] = {}

    async def run(self, end: asyncio.Event) -> None:
        """Stay connected until the end."""
        while not end.is_set():
            try:
                await self._converse()
            except (OSError, TimeoutError, WebSocketException, NoAnswer):
                await pause(RETRY_S, end)

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _converse(self) -> None:
        if self._cursor is None:
            reply = await self._api.ask("GET", "/v1/board", self._key)
            if not reply.is_done:
                raise NoAnswer(f"board: {reply.status}")
            self._cursor = reply.body["cursor"]
            self._hear({"kind": "snapshot", "after": reply.body["rows"]})
        headers = {"Authorization": f"Bearer {self._key}"}
        async with connect(
            self._url, additional_headers=headers, open_timeout=OPEN_S, compression=None, proxy=None
        ) as socket:
            await socket.send(orjson.dumps({"kind": "hello", "since": self._cursor}).decode())
            self._socket = socket
            try:
                async for text in socket:
                    if not self._take(orjson.loads(text)):
                        return
            finally:
                self._socket = None
                self._ready.clear()

    def _take(self, frame: Frame) -> bool:
        """Pass a frame on; False when the past is gone and the conversation has to begin anew."""
        kind = frame["kind"]
        if kind == "resync":
            self._cursor = None
            return False
        if kind == "welcome":
            self._ready.set()
        elif kind == "answer":
            waiting = self._asked.pop(frame["id"] or "", None)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)
        else:
            self._hear(frame)
            if "seq" in frame and kind != "pulse" and self._cursor is not None:
                self._cursor = f"{self._cursor.rpartition('.')[0]}.{frame['seq']}"
        return True

    async def tell(self, kind: str, **body: object) -> None:
        """Say something that needs no answer; while there is no connection it is not said."""
        if self._socket is None or not self._ready.is_set():
            return
        try:
            await self._socket.send(orjson.dumps({"kind": kind, **body}).decode())
        except WebSocketException:
            return  # the next one will be heard

    async def ask(self, kind: str, **body: object) -> Frame:
        """Say something and return its answer; re-sent under the same id until there is one. Raises NoAnswer."""
        own_id = f"{self._name}-{next(self._ids)}"
        for _ in range(TRIES):
            waiting: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
            self._asked[own_id] = waiting
            try:
                async with asyncio.timeout(ANSWER_S):
                    await self._ready.wait()
                    await self.tell(kind, id=own_id, **body)
                    answer = await waiting
                if answer["outcome"] != "unavailable":
                    return answer
            except TimeoutError:
                continue
            finally:
                self._asked.pop(own_id, None)
            await asyncio.sleep(RETRY_S)
        raise NoAnswer(kind)

"""The public HTTP as the demo's people use it: JSON over kept connections, one per thread."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import local
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import orjson

THREADS: Final = 8
ANSWER_S: Final = 10.0
TRIES: Final = 2  # the server closes an idle connection after 5 s; that is seen only when the next request fails


class NoAnswer(Exception):
    """The service could not be reached, or said nothing in time; what became of the request is not known."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any

    @property
    def is_done(self) -> bool:
        return 200 <= self.status < 300


class Api:
    """Asks the service. Each request carries an idempotency key, so that a second try does nothing twice."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="api")
        self._mine = local()

    async def ask(self, method: str, path: str, key: str, body: object = None) -> Reply:
        """Return the reply, whatever its status. Raises NoAnswer."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._ask, method, path, key, body)

    def _ask(self, method: str, path: str, key: str, body: object) -> Reply:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": uuid4().hex}
        data = None
        if body is not None:
            data, headers["Content-Type"] = orjson.dumps(body), "application/json"
        for left in reversed(range(TRIES)):
            connection = self._connection()
            try:
                connection.request(method, path, data, headers)
                response = connection.getresponse()
                return Reply(response.status, _json(response.read()))
            except (OSError, HTTPException) as error:
                connection.close()
                if not left:
                    raise NoAnswer(f"{method} {path}: {type(error).__name__}") from error
        raise NoAnswer(path)

    def _connection(self) -> HTTPConnection:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = HTTPConnection(self._host, timeout=ANSWER_S)
        connection: HTTPConnection = self._mine.connection
        return connection

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None

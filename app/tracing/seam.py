"""What the rest of the service knows of tracing: one part of `Services` that is None while tracing is off."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from starlette.types import ASGIApp

from app.requests import Answer, Request

Made = TypeVar("Made")
Submit = Callable[[Request], Awaitable[Answer]]


class Tracing(Protocol):
    """Tracing that is on. It waits for nothing, and what breaks in it breaks nothing that it watches."""

    def watch_requests(self, app: ASGIApp) -> ASGIApp:
        """Return the application with a span around each request that may change something."""
        ...

    def read(self, read: Callable[[bytes], Made], raw: bytes) -> Made:
        """Return what `read` makes of a report. Raises what it raises."""
        ...

    def ask(self, request: Request, submit: Submit) -> Awaitable[Answer]:
        """Submit a request, which carries its trace along. Raises what `submit` raises."""
        ...

    def expect(self, traces: Mapping[int, str]) -> None:
        """Learn to which traces the events belong that are published next, by seq."""
        ...

    def sent(self, texts: Iterable[bytes]) -> None:
        """Note that a socket has taken these texts."""
        ...

"""A span around each request that may change something: its method, its route and its status, never its address."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final

from opentelemetry.trace import Span, Status, StatusCode
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.door import REPORTS

READS: Final = ("GET", "HEAD", "OPTIONS")  # they never reach the desk, and a balancer asks for health each second


class Watched:
    """The application, watched. Plain ASGI, as the layers around it."""

    def __init__(self, app: ASGIApp, watch: Callable[[str], AbstractContextManager[Span]]) -> None:
        self._app = app
        self._watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in READS:
            await self._app(scope, receive, send)
            return
        with self._watch(scope["method"]) as span:

            async def noted(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(Status(StatusCode.ERROR))
                await send(message)

            try:
                await self._app(scope, receive, noted)
            finally:
                route = route_of(scope)
                if route:
                    span.update_name(f"{scope['method']} {route}")
                    span.set_attribute("http.route", route)


def route_of(scope: Scope) -> str:
    """Return the route's pattern; empty for an address that is none of ours, which may hold anything."""
    if scope["path"] in REPORTS:
        return str(scope["path"])
    return str(getattr(scope.get("route"), "path", ""))

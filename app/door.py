"""The short way in, for distress and for sockets: past the web framework, whose layers took 0.13 ms of a call.

The framework's own routes for the same paths publish the contract and lead to the same functions.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from app.access.guard import identify
from app.access.identity import Identity
from app.access.policy import Action
from app.problems import Problem, problem_of
from app.routes.eido import take_eido
from app.routes.reports import take_alert, take_call
from app.services import Services
from app.stream.socket import stream

log = logging.getLogger(__name__)

STREAM: Final = "/v1/stream"
Take = Callable[[Request, Services, Identity], Awaitable[Response]]
REPORTS: Final[dict[str, tuple[Action, Take]]] = {
    "/v1/calls": (Action.REPORT_CALL, take_call),
    "/v1/alerts": (Action.REPORT_ALERT, take_alert),
    "/v1/eido": (Action.REPORT_CALL, take_eido),
}


class Door:
    """Answers reports and serves the stream; everything else goes on to the framework."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app = app
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind, path = scope["type"], scope.get("path")
        if kind == "http" and path in REPORTS and scope["method"] == "POST":
            response = await self._report(path, Request(scope, receive))
            await response(scope, receive, send)
        elif kind == "websocket" and path == STREAM:
            await stream(WebSocket(scope, receive, send), self._services)
        else:
            await self._app(scope, receive, send)

    async def _report(self, path: str, request: Request) -> Response:
        action, take = REPORTS[path]
        try:
            identity = await identify(request, self._services, action)
            return await take(request, self._services, identity)
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                log.exception("a report broke its way in")
                problem = Problem(500, "internal", "a fault of ours")
            return problem.response()

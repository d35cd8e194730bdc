"""The ASGI application: routes, problems, limits, headers."""

import asyncio
from functools import cache
from secrets import token_hex
from typing import Any, Final

from fastapi import FastAPI, HTTPException, Response, WebSocket
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import problems
from app.contract import asyncapi
from app.contract.openapi import complete
from app.door import STREAM, Door
from app.gazetteer import Gazetteer
from app.interop.conveyance.socket import convey
from app.logs import request_id
from app.routes import (
    account,
    board,
    callbacks,
    cap,
    custody,
    demo,
    devices,
    eido,
    handling,
    hazards,
    health,
    incidents,
    keys,
    maps,
    networks,
    people,
    positions,
    reports,
    sharing,
    sign_in,
    towers,
    units,
    web,
    webhooks,
    welcome,
)  # fmt: skip
from app.screens import Screens
from app.services import Services
from app.stream.socket import stream

HEALTH: Final = ("/health/live", "/health/ready")
BODY_BYTES_MAX: Final = 65_536  # design 4.2
# Public documents of public bodies, from keys of ours: a state's weather alerts, the shapes of its zones.
LARGER_BODIES: Final = {"/v1/hazards/nws": 1_048_576, "/v1/hazards/zones": 4_194_304}
BODY_S: Final = 20.0  # 64 KB over a satellite link of 26 kbit/s
ROUTERS: Final = (
    reports.router, incidents.router, eido.router, callbacks.router, handling.router, sharing.router, units.router,
    board.router, maps.router, towers.router, networks.router, positions.router, cap.router, hazards.router,
    webhooks.router, custody.router, health.router, sign_in.router, welcome.router, account.router, people.router,
    devices.router, keys.router, demo.router, web.router,
)  # fmt: skip
HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
# The framework's own would tell a collector whole addresses, on a word of the environment: ours is app/tracing.
NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
CACHE: Final = b"cache-control"
NOT_KEPT: Final = (CACHE, b"no-store")  # what an answer of data says that says nothing itself


class Headers:
    """Adds the security headers, and the id that its log lines carry, to every answer.

    Plain ASGI, because the usual wrapper starts a task a request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Our own: a sender's could be a number, or long, and would stand in the log.
        own_id = token_hex(8)
        request_id.set(own_id)  # each request and socket is a task of its own, with its own context
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *HEADERS, (b"x-request-id", own_id.encode())]
                if not any(name == CACHE for name, _ in headers):
                    headers.append(NOT_KEPT)
                message["headers"] = headers
            await send(message)

        await self._app(scope, receive, with_headers)


class Bodies:
    """Answers 413 to a body over 64 KB, and 408 to one that has not come whole in time, so that none pins anything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        most = LARGER_BODIES.get(scope["path"], BODY_BYTES_MAX)
        if _announced(scope) > most:
            await problems.Problem(413, "http", f"over {most // 1024} KB", field="body").response()(
                scope, receive, send
            )
            return
        ends = asyncio.get_running_loop().time() + BODY_S
        taken, whole = 0, False

        async def bounded() -> Message:
            nonlocal taken, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(ends):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            taken += len(message.get("body", b""))
            if taken > most:
                raise HTTPException(413)  # the rest is read and thrown away, else the sender would not hear this
            whole = not message.get("more_body", False)
            return message

        await self._app(scope, bounded, send)


def _announced(scope: Scope) -> int:
    """Return the body's length as its header says, 0 when it does not."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value)  # the parser has seen that these are digits
    return 0


def build_http(services: Services | None) -> FastAPI:
    """Return the application; without services it only knows its contract."""
    app = FastAPI(
        title="Auxilio",
        version="1",
        description="911 distress dispatch: calls and alerts in, the nearest unit on its way, an outcome for each.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        telemetry=NO_TELEMETRY,
    )
    app.state.services = services
    app.state.screens = Screens()
    app.state.gazetteer = Gazetteer()
    for router in ROUTERS:
        app.include_router(router)

    @app.websocket(STREAM)
    async def _stream(socket: WebSocket) -> None:
        await stream(socket, app.state.services)

    @app.websocket("/v1/conveyance")
    async def _convey(socket: WebSocket) -> None:
        await convey(socket, app.state.services)

    @app.get("/v1/asyncapi.json", include_in_schema=False)
    async def _asyncapi() -> Response:
        return Response(asyncapi.encoded(), media_type="application/json")

    problems.install(app)
    _publish(app)
    return app


def build_asgi(services: Services, *, allowed_hosts: tuple[str, ...] = ("*",)) -> ASGIApp:
    """Return what the server serves: the application behind its door, with limits and headers for everything."""
    app: ASGIApp = Bodies(Door(build_http(services), services))
    app = Headers(app if services.tracing is None else services.tracing.watch_requests(app))
    return app if allowed_hosts == ("*",) else named(app, allowed_hosts)


def named(app: ASGIApp, names: tuple[str, ...]) -> ASGIApp:
    """Refuse whoever asks for another name, but tell anybody of our health: a balancer asks by address, or by none."""
    strict = TrustedHostMiddleware(app, allowed_hosts=list(names))

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await (app if scope.get("path") in HEALTH else strict)(scope, receive, send)

    return serve


def _publish(app: FastAPI) -> None:
    """Serve FastAPI's own document with what it cannot know added."""
    routes = [r for router in ROUTERS for r in router.routes if isinstance(r, APIRoute) and r.include_in_schema]
    document = cache(lambda plain=app.openapi: complete(plain(), routes))
    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way


def openapi() -> dict[str, Any]:
    """Return the published contract of the HTTP side."""
    document: dict[str, Any] = build_http(None).openapi()
    return document

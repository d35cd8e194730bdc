"""The service's own server with nothing behind it: says what it was sent. For attacks on the server, and its front."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from fastapi import HTTPException
from starlette.types import Receive, Scope, Send

from app.http import Bodies, Headers
from app.server import Server, listen

NOWHERE: Final = "/nowhere"  # answers 404, as a service does to who looks for what is not there


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with what came: over HTTP the headers and the body's length, over a websocket the same message."""
    if scope["type"] == "websocket":
        await _converse(receive, send)
    elif scope["type"] == "http":
        status, length, more = (404 if scope["path"] == NOWHERE else 200), 0, True
        ends: Mapping[str, str] = {}
        try:
            while more:
                message = await receive()
                length, more = length + len(message.get("body", b"")), message.get("more_body", False)
        except HTTPException as refused:  # the limits of `Bodies`, as the service's framework would answer them
            status, ends = refused.status_code, refused.headers or {}
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        said = json.dumps({"headers": headers, "length": length}).encode()
        kind = [(b"content-type", b"application/json"), *((n.encode(), v.encode()) for n, v in ends.items())]
        await send({"type": "http.response.start", "status": status, "headers": kind})
        await send({"type": "http.response.body", "body": said})


async def _converse(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message.get("text"), "bytes": message.get("bytes")})


@asynccontextmanager
async def echoing(port: int = 0) -> AsyncIterator[int]:
    """Serve on a port of loopback, which is given, with the limits and the socket options of the service."""
    sock = listen("127.0.0.1", port)
    server = Server(Headers(Bodies(echo)))
    forever = asyncio.get_running_loop().create_future()

    async def never() -> None:
        await forever

    vital = asyncio.create_task(never(), name="vital")
    serving = asyncio.create_task(server.run_until(sock, vital), name="echo")
    try:
        yield int(sock.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
        vital.cancel()

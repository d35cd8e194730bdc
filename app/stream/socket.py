"""The websocket: moves bytes between the session, the hub and the desk; the rules are in `session` and `hub`."""

import asyncio
import logging
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

from fastapi import WebSocket, WebSocketDisconnect

from app.access.identity import Identity, Role
from app.access.tickets import SUBPROTOCOL
from app.codec import to_json
from app.services import Services
from app.stream.acts import Acts
from app.stream.hub import OUTBOX_FRAMES_MAX, Client
from app.stream.session import BadFrame, FieldFrame, Hello, Session

log = logging.getLogger(__name__)

HELLO_S: Final = 5.0  # reliability section 8: who says nothing is not kept
CLOSE_S: Final = 2.0
PAST_FRAMES_MAX: Final = (
    OUTBOX_FRAMES_MAX // 2
)  # a longer past is quicker fetched as a snapshot, and would fill the box
BAD_FRAME, NOT_KNOWN, TOO_SLOW, BAD_ORIGIN = 4400, 4401, 4408, 4403


async def stream(socket: WebSocket, services: Services) -> None:
    """Serve one client until it leaves, breaks the contract or falls too far behind."""
    if not origin_is_ours(socket, services.settings.origins):
        await socket.close(BAD_ORIGIN)
        return
    identity, subprotocol = await identify(socket, services)
    if identity is None or identity.role not in (Role.DISPATCHER, Role.AGENT):
        await socket.close(NOT_KNOWN)
        return
    await socket.accept(subprotocol)
    try:
        await _converse(socket, services, identity)
    except WebSocketDisconnect:
        pass  # the client left, which is its right
    except BadFrame as error:
        await close(socket, BAD_FRAME, str(error))
    except TimeoutError:
        await close(socket, BAD_FRAME, "no hello")


async def _converse(socket: WebSocket, services: Services, identity: Identity) -> None:
    session = Session(identity)
    async with asyncio.timeout(HELLO_S):
        hello = session.feed(await receive(socket))
    assert isinstance(hello, Hello)  # noqa: S101 - a session's first frame is hello or BadFrame
    client = Client(hello.topics, identity.role, identity.unit_id if identity.role is Role.AGENT else None)
    client.task = asyncio.current_task()
    greet(client, hello, services)
    if services.greet is not None:
        services.greet(client)
    services.presence(client, True)
    reader = asyncio.create_task(_read(socket, services, session, client, identity), name="reader")
    writer = asyncio.create_task(_write(socket, client), name="writer")
    try:
        done, _ = await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        if writer in done and client.cut:
            await close(socket, TOO_SLOW, "too far behind, come back with your cursor")
        for task in done:
            task.result()
    except asyncio.CancelledError:
        if not client.is_stuck(monotonic()):
            raise  # the service stops; else this ends one handler, whose reader does not even take the close
    finally:
        services.hub.leave(client)
        services.presence(client, False)
        for task in (reader, writer):
            task.cancel()
        await asyncio.gather(reader, writer, return_exceptions=True)


def greet(client: Client, hello: Hello, services: Services) -> None:
    """Join first, then queue the past up to the seam; no await stands between, so nothing is missed or doubled."""
    services.hub.join(client)
    past = services.view.since(hello.since) if hello.since is not None else []
    mine = [frame for frame in past or () if not hello.topics.isdisjoint(frame.topics)]
    if past is None or len(mine) > PAST_FRAMES_MAX:
        topics = ",".join(sorted(hello.topics))
        resync = {"kind": "resync", "url": f"/v1/board?topics={topics}", "cursor": services.view.cursor()}
        client.say(to_json(resync))
        return
    welcome = {"kind": "welcome", "cursor": services.view.cursor(), "topics": sorted(hello.topics)}
    client.say(to_json(welcome))
    for frame in mine:
        data = frame.bytes_for(hello.topics)
        if data is not None:
            client.say(data)


async def _read(socket: WebSocket, services: Services, session: Session, client: Client, identity: Identity) -> None:
    acts = Acts(services, client, identity)
    try:
        while True:
            frame = session.feed(await receive(socket))
            if isinstance(frame, FieldFrame):
                await acts.take(frame)
    finally:
        acts.drop()


async def _write(socket: WebSocket, client: Client) -> None:
    while not client.cut:
        data = client.take()
        if data is None:
            client.wake.clear()
            await client.wake.wait()
        else:
            await socket.send({"type": "websocket.send", "text": data.decode()})


async def receive(socket: WebSocket) -> str | bytes:
    """Return the next message. Raises WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    text: str | None = message.get("text")
    data: str | bytes = text if text is not None else message["bytes"]
    return data


async def close(socket: WebSocket, code: int, reason: str) -> None:
    """Close with a reason, without waiting long for somebody who does not even take that."""
    try:
        async with asyncio.timeout(CLOSE_S):
            await socket.close(code, reason[:120])
    except (TimeoutError, RuntimeError) as error:
        log.info("a socket could not be closed in good order: %s", type(error).__name__)


async def identify(socket: WebSocket, services: Services) -> tuple[Identity | None, str | None]:
    """Return who opens the socket: by header, or by a single-use ticket in the subprotocol; never by the address."""
    header = socket.headers.get("authorization", "")
    offered = [p.strip() for p in socket.headers.get("sec-websocket-protocol", "").split(",") if p.strip()]
    subprotocol = SUBPROTOCOL if SUBPROTOCOL in offered else None
    if header[:7].lower() == "bearer ":
        return await services.keys.identify(header[7:].strip()), subprotocol
    for protocol in offered:
        if protocol.startswith("ticket."):
            return services.tickets.redeem(protocol.removeprefix("ticket.")), subprotocol
    return None, None


def origin_is_ours(socket: WebSocket, allowed: tuple[str, ...]) -> bool:
    """Whether the page that opens the socket is one of ours; devices send no Origin."""
    origin = socket.headers.get("origin")
    if origin is None:
        return True
    return origin in allowed or urlsplit(origin).netloc == socket.headers.get("host", "")

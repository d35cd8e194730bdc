"""The websocket: moves bytes between the session, the hub and the desk; the rules are in `session` and `hub`."""

import asyncio
import logging
from time import monotonic
from typing import Final

from fastapi import WebSocket, WebSocketDisconnect
from uvicorn.protocols.utils import ClientDisconnected

from app.access.guard import known
from app.access.identity import Identity, Role
from app.access.people.cookie import cookie_of
from app.access.people.entrance import enter_socket
from app.access.policy import Action, may
from app.access.tickets import SUBPROTOCOL
from app.access.visitors import NOT_KNOWN, NOT_YOURS, Visitor
from app.codec import to_json
from app.problems import STORE_AWAY, Problem
from app.services import Services
from app.stream.acts import Acts
from app.stream.hub import OUTBOX_FRAMES_MAX, Client, resync
from app.stream.session import BadFrame, FieldFrame, Hello, Renewal, Session
from app.stream.wire import FRAMES
from app.tracing.seam import Tracing

log = logging.getLogger(__name__)

HELLO_S: Final = 5.0  # reliability section 8: who says nothing is not kept
CLOSE_S: Final = 2.0
PAST_FRAMES_MAX: Final = (
    OUTBOX_FRAMES_MAX // 2
)  # a longer past is quicker fetched as a snapshot, and would fill the box
BAD_FRAME, TOO_SLOW, TRY_AGAIN = 4400, 4408, 1013


async def stream(socket: WebSocket, services: Services) -> None:
    """Serve one client until it leaves, breaks the contract or falls too far behind."""
    identity = await admit(socket, services, Action.WATCH)
    if identity is None:
        return
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered(socket) else None)
    try:
        await _converse(socket, services, identity)
    except (WebSocketDisconnect, ClientDisconnected):
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
    visitor = Visitor(identity, Action.WATCH, lambda now: _change(now, session, client, services), client.end)
    with services.visitors.admitted(visitor):
        await _serve(socket, services, session, client, visitor, hello)


async def _serve(
    socket: WebSocket, services: Services, session: Session, client: Client, visitor: Visitor, hello: Hello
) -> None:
    client.task = asyncio.current_task()
    greet(client, hello, services)
    if services.greet is not None:
        services.greet(client)
    services.presence(client, True)
    reader = asyncio.create_task(_read(socket, session, Acts(services, client, visitor)), name="reader")
    writer = asyncio.create_task(_write(socket, client, services.tracing), name="writer")
    try:
        done, _ = await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        if writer in done and client.cut:
            slow = (TOO_SLOW, "too far behind, come back with your cursor")
            await close(socket, *(client.farewell or slow))
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


def _change(identity: Identity, session: Session, client: Client, services: Services) -> None:
    """Go on under an identity that has changed; where other topics follow from it, with a picture made anew."""
    session.identity = identity
    topics = session.topics()
    if not topics:
        client.end(NOT_YOURS, "none of your topics is yours any more")
    elif topics != client.topics:
        client.forget()  # of topics that are no longer this client's; the snapshot has whatever still is
        services.hub.move(client, topics)
        client.say(resync(topics, services.view.cursor()))


def greet(client: Client, hello: Hello, services: Services) -> None:
    """Join first, then queue the past up to the seam; no await stands between, so nothing is missed or doubled."""
    services.hub.join(client)
    past = services.view.since(hello.since) if hello.since is not None else []
    mine = [frame for frame in past or () if not hello.topics.isdisjoint(frame.topics)]
    if past is None or len(mine) > PAST_FRAMES_MAX:
        client.say(resync(hello.topics, services.view.cursor()))
        return
    welcome = {"kind": "welcome", "cursor": services.view.cursor(), "topics": sorted(hello.topics)}
    client.say(to_json(welcome))
    for frame in mine:
        data = frame.bytes_for(hello.topics)
        if data is not None:
            client.say(data)


async def _read(socket: WebSocket, session: Session, acts: Acts) -> None:
    try:
        while True:
            frame = session.feed(await receive(socket))
            if isinstance(frame, FieldFrame):
                await acts.take(frame)
            elif isinstance(frame, Renewal):
                await acts.renew(frame)
    finally:
        acts.drop()


async def _write(socket: WebSocket, client: Client, tracing: Tracing | None) -> None:
    send_texts = socket.scope["extensions"][FRAMES]
    while not client.cut:
        texts = client.take()
        if texts:
            await send_texts(texts)
            if tracing is not None:
                tracing.sent(texts)
        else:
            client.wake.clear()
            await client.wake.wait()


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


async def admit(socket: WebSocket, services: Services, action: Action) -> Identity | None:
    """Return who opens the socket, if it is from a page of ours and they may; else close it before it is open.

    By header, by a single-use ticket in the subprotocol, or by a session of our page; never by the address.
    """
    if not services.origins.admit(socket.headers.get("origin"), socket.headers.get("host", "")):
        log.warning(
            "a page of another origin tried a socket; if it is ours, AUXILIO_ORIGINS or AUXILIO_PUBLIC_URL say so"
        )
        await socket.close(NOT_YOURS)
        return None
    try:
        identity = await known(socket, services, _no_body)
        for protocol in offered(socket):
            if identity is None and protocol.startswith("ticket."):
                identity = await services.tickets.redeem(protocol.removeprefix("ticket."))
        cookie = cookie_of(socket) if identity is None else None
        if cookie is not None:
            identity = await enter_socket(socket, services, cookie)
    except Problem:
        identity = None
    except STORE_AWAY as error:
        log.warning("a socket could not be let in: %s", type(error).__name__)
        await socket.close(TRY_AGAIN)
        return None
    if identity is None or not may(identity, action):
        await socket.close(NOT_KNOWN)
        return None
    return identity


async def _no_body() -> bytes:
    return b""


def offered(socket: WebSocket) -> list[str]:
    """Return the subprotocols a client offers."""
    return [p.strip() for p in socket.headers.get("sec-websocket-protocol", "").split(",") if p.strip()]

"""The websocket of EIDO conveyance: moves bytes between the session, the view's frames and the client."""

import asyncio
import logging
from typing import Final
from uuid import uuid4

from fastapi import WebSocket, WebSocketDisconnect

from app.access.identity import Identity
from app.access.policy import Action
from app.access.visitors import COME_BACK, NOT_KNOWN, Visitor
from app.frames import Frame
from app.interop.conveyance.messages import SUBPROTOCOL
from app.interop.conveyance.pictures import ViewPictures
from app.interop.conveyance.session import Conveyance
from app.services import Services
from app.stream.socket import BAD_FRAME, TOO_SLOW, admit, close, offered, receive
from dispatch.entities import Alert, Assignment, Call

log = logging.getLogger(__name__)

SUBSCRIBE_S: Final = 30.0  # who opens a socket and asks for nothing is not kept
SEND_S: Final = 10.0  # a client that takes nothing for so long is cut off; nothing is lost, it subscribes again
NORMAL, INTERNAL = 1000, 1011


def incidents_in(frame: Frame) -> set[int]:
    """Return the incidents a frame changes something of."""
    found: set[int] = set()
    for row in frame.rows:
        if row.table == "incidents":
            found.add(int(row.row_id))
        elif isinstance(row.row, Call | Alert | Assignment):
            found.add(row.row.incident_id)
    return found


async def convey(socket: WebSocket, services: Services) -> None:
    """Serve one partner until its last subscription ends, it leaves, or it stops taking what it asked for."""
    if SUBPROTOCOL not in offered(socket):
        await socket.close(NOT_KNOWN)
        return
    identity = await admit(socket, services, Action.FOLLOW)
    if identity is None:
        return
    await socket.accept(SUBPROTOCOL)
    shell = Shell(socket, Conveyance(ViewPictures(services, identity), lambda: str(uuid4())))
    visitor = Visitor(identity, Action.FOLLOW, shell.change, shell.end)
    stop = services.hub.watch(shell.see)
    try:
        with services.visitors.admitted(visitor):
            await shell.run()
    except WebSocketDisconnect:
        pass  # its subscriptions end with it (STA-024 2.1.1)
    finally:
        stop()


class Shell:
    """One socket's two tasks: reading, and sending whatever the session has to say when it is due."""

    def __init__(self, socket: WebSocket, session: Conveyance) -> None:
        self._socket = socket
        self._session = session
        self._wake = asyncio.Event()
        self._failed = False
        self._farewell: tuple[int, str] | None = None
        self._now = asyncio.get_running_loop().time

    def see(self, frame: Frame) -> None:
        """Take a frame of the view; the session keeps at most each incident's name.

        Whoever publishes must not suffer from a fault here, and a partner must not go on seeing an old picture.
        """
        try:
            for incident_id in incidents_in(frame):
                self._session.changed(incident_id)
        except Exception:
            log.exception("a partner's session broke; it is closed")
            self._failed = True
        self._wake.set()

    def change(self, _: Identity) -> None:
        """Let a partner that may see other incidents now subscribe anew."""
        self.end(COME_BACK, "what you may follow has changed, subscribe again")

    def end(self, code: int, reason: str) -> None:
        """Close the socket; what is not sent yet is not sent any more."""
        self._farewell = (code, reason)
        self._wake.set()

    async def run(self) -> None:
        reader = asyncio.create_task(self._read(), name="conveyance reader")
        writer = asyncio.create_task(self._write(), name="conveyance writer")
        try:
            done, _ = await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (reader, writer):
                task.cancel()
            await asyncio.gather(reader, writer, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            self._session.hear(await receive(self._socket), self._now())
            self._wake.set()

    async def _write(self) -> None:
        """Send what is due until it is over; then close, for the client to see that it is."""
        idle_until = self._now() + SUBSCRIBE_S
        while True:
            self._wake.clear()
            if self._farewell is not None:
                await close(self._socket, *self._farewell)
                return
            if self._failed:
                await close(self._socket, INTERNAL, "a fault of ours, subscribe again")
                return
            self._session.tick(self._now())
            if not await self._drain():
                await close(self._socket, TOO_SLOW, "too slow, subscribe again")
                return
            if self._session.is_over:
                code = BAD_FRAME if self._session.is_broken else NORMAL
                await close(self._socket, code, "the last subscription has ended")
                return
            due = self._session.due()
            if due is None and self._now() >= idle_until:
                await close(self._socket, BAD_FRAME, "no subscription")
                return
            until = idle_until if due is None else due
            try:
                async with asyncio.timeout_at(until):
                    await self._wake.wait()
            except TimeoutError:
                continue  # something is due

    async def _drain(self) -> bool:
        """Send all that is there; False when the client does not take it."""
        while self._session.out and self._farewell is None:
            try:
                async with asyncio.timeout(SEND_S):
                    await self._socket.send_text(self._session.out.popleft().decode())
            except TimeoutError:
                log.info("a partner's socket took nothing for %.0f s", SEND_S)
                return False
        return True

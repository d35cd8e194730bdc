"""A gateway's end of the link: finds the desk by the lease row, re-sends what was not answered to the next desk."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic
from typing import Final
from uuid import UUID

import msgspec

from app.desk import Desk
from app.link.wire import Ask, Beat, Hello, Moved, Presence, Told, ask_of, pack, request_of, unpack
from app.positions import Fix
from app.requests import Answer, Backlog, DeskUnavailable, Request
from app.store.pool import Pool, fetch
from app.store.writer import AWAY
from app.turn import answer_again

log = logging.getLogger(__name__)

ANSWER_S: Final = 5.0  # a gateway's caller waits this long for a desk, then is told to send it again
OPEN_MAX: Final = 50_000  # requests without an answer; beyond it new ones are refused
RETRY_S: Final = 0.2
LOOK_S: Final = 0.5  # two beats missed: perhaps another holds the desk by now
SILENT_S: Final = 3.0  # twelve beats missed: this desk is gone, look for the next


class LinkClient:
    """Submits requests over the link; each is kept until its answer comes, and re-sent with the same id.

    `ill` are the systems outside that only the desk's process talks to and finds not well, as it said last.
    """

    def __init__(self, pool: Pool, region: str, on_beat: Callable[[int], None]) -> None:
        self._pool = pool
        self._region = region
        self._on_beat = on_beat
        self.ill: dict[str, str] = {}
        self._open: dict[UUID, tuple[Ask, asyncio.Future[Answer], float]] = {}
        self._here: set[str] = set()
        self._writer: asyncio.StreamWriter | None = None
        self._heard = 0.0
        self._passing: set[asyncio.Task[None]] = set()
        self._sees_store = True

    def is_between_desks(self) -> bool:
        """Whether PostgreSQL answers and only the desk is missing: the next one is seconds away."""
        return self._writer is None and self._sees_store

    async def submit(self, request: Request) -> Answer:
        """Return the desk's answer. Raises DeskUnavailable when none came in time."""
        if len(self._open) >= OPEN_MAX:
            raise DeskUnavailable("too many requests wait for the desk")
        known = self._open.get(request.id)
        if known is not None:  # sent twice at the same moment: one asks the desk, both are answered
            return answer_again(known[0].digest, await self._wait(known[1]), request)
        ask, answer = ask_of(request), asyncio.get_running_loop().create_future()
        self._open[request.id] = (ask, answer, monotonic())
        self._send(pack(ask))
        try:
            return await self._wait(answer)
        finally:
            self._open.pop(request.id, None)

    async def _wait(self, answer: "asyncio.Future[Answer]") -> Answer:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(answer)
        except TimeoutError:
            raise DeskUnavailable("no desk answered in time") from None

    def waiting(self) -> Backlog:
        since = next((since for *_, since in self._open.values()), None)  # kept in the order they came
        return Backlog({"link": float(len(self._open))}, 0.0 if since is None else monotonic() - since)

    def move(self, fix: Fix) -> None:
        self._send(pack(Moved(fix.unit_id, fix.point.lat, fix.point.lon, fix.fixed_at, fix.accuracy_m, fix.source)))

    def presence(self, unit_id: str, here: bool) -> None:
        (self._here.add if here else self._here.discard)(unit_id)
        self._send(pack(Presence(unit_id, here)))

    def hand_to(self, desk: Desk) -> None:
        """The desk is in this process now: it answers what is open here, under the same ids."""
        for ask, answer, _ in list(self._open.values()):
            task = asyncio.create_task(self._pass_on(ask, answer, desk))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass_on(self, ask: Ask, answer: "asyncio.Future[Answer]", desk: Desk) -> None:
        try:
            given = await desk.submit(request_of(ask))
        except DeskUnavailable:
            return  # its caller is told when its time is up, and sends it again
        if not answer.done():
            answer.set_result(given)

    async def run(self) -> None:
        """Stay connected to whoever holds the desk."""
        while True:
            try:
                await self._connect_and_read()
            except (*AWAY, asyncio.IncompleteReadError, ValueError, msgspec.MsgspecError) as error:
                log.warning("the link to the desk broke: %s", type(error).__name__)
            finally:
                self._drop()
            await asyncio.sleep(RETRY_S)

    async def _connect_and_read(self) -> None:
        self._sees_store = False
        address, secret = await self._find_desk()
        self._sees_store = True
        if not address:
            return
        host, _, port = address.rpartition(":")
        async with asyncio.timeout(SILENT_S):
            reader, self._writer = await asyncio.open_connection(host, int(port))
        self._send(pack(Hello(secret)))
        for unit_id in self._here:
            self._send(pack(Presence(unit_id, True)))
        for ask, *_ in list(self._open.values()):
            self._send(pack(ask))
        watching = asyncio.create_task(self._watch_desk(secret))
        try:
            await self._read(reader)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    async def _find_desk(self) -> tuple[str, str]:
        """Return where the desk is, empty while it is nowhere, and its secret."""
        rows = await fetch(self._pool, "read_head", self._region)
        return (rows[0]["desk_address"] or "", rows[0]["desk_secret"] or "") if rows else ("", "")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            message = await unpack(reader)
            self._heard = monotonic()
            match message:
                case Beat():
                    self.ill = message.ill
                    self._on_beat(message.seq)
                case Told():
                    self._told(message)
                case _:
                    raise ValueError("not a desk's message")

    async def _watch_desk(self, secret: str) -> None:
        """Drop a connection on which nothing comes: soon when another holds the desk, in a while in any case."""
        self._heard = monotonic()
        while monotonic() - self._heard < SILENT_S:
            await asyncio.sleep(LOOK_S)
            if monotonic() - self._heard > LOOK_S and await self._is_replaced(secret):
                break
        log.warning("nothing is heard from the desk")
        if self._writer is not None:
            self._writer.transport.abort()

    async def _is_replaced(self, secret: str) -> bool:
        try:
            return (await self._find_desk())[1] != secret
        except AWAY:
            return False

    def _told(self, told: Told) -> None:
        found = self._open.get(told.id)
        # A desk that could not take it is about to go; the request stays open for the next one.
        if found is not None and told.answer is not None and not found[1].done():
            found[1].set_result(told.answer)

    def _send(self, data: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(data)

    def _drop(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

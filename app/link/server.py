"""The desk's end of the link."""

import asyncio
import hmac
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from app.desk import Desk
from app.link.wire import Ask, Beat, Hello, Message, Moved, Presence, Told, pack, request_of, unpack
from app.logs import request_id, trace_id
from app.positions import Fix, Positions
from app.requests import Answer, DeskUnavailable, trace_id_of
from app.view import View
from geo.point import Point

log = logging.getLogger(__name__)

HELLO_S: Final = 5.0
OUT_BYTES_MAX: Final = 16 * 1024 * 1024  # a gateway that reads no answers for that long is cut off


class LinkServer:
    """Takes gateways' requests to the desk, keeps who is connected where, and beats."""

    def __init__(self, desk: Desk, view: View, positions: Positions, ill: Callable[[], dict[str, str]] = dict) -> None:
        self._desk = desk
        self._view = view
        self._positions = positions
        self._ill = ill
        self._peers: dict[asyncio.StreamWriter, set[str]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._serve, host, port)

    def hears(self, unit_id: str) -> bool:
        """Whether a device of the unit is connected to any gateway."""
        return any(unit_id in here for here in self._peers.values())

    def beat(self) -> None:
        """Tell every gateway that the desk lives."""
        data = pack(Beat(self._view.seq, self._ill()))
        for writer in list(self._peers):
            self._send(writer, data)

    async def close(self) -> None:
        for writer in list(self._peers):
            writer.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HELLO_S):
                hello = await unpack(reader)
            if not isinstance(hello, Hello) or not hmac.compare_digest(hello.secret, self._desk.secret):
                return
            self._peers[writer] = set()
            while True:
                self._take(await unpack(reader), writer)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            log.info("a gateway left")
        except (ValueError, KeyError, msgspec.MsgspecError) as error:
            log.warning("a gateway spoke nonsense: %s", type(error).__name__)
        finally:
            self._peers.pop(writer, None)
            writer.close()

    def _take(self, message: Message, writer: asyncio.StreamWriter) -> None:
        match message:
            case Ask():
                task = asyncio.create_task(self._answer(message, writer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case Moved():
                point = Point(message.lat, message.lon)
                fix = Fix(message.unit_id, point, message.fixed_at, message.accuracy_m, message.source)
                self._positions.take(fix, is_own=False)
                self._desk.board.place_unit(fix.unit_id, fix.point, fix.fixed_at)
            case Presence():
                here = self._peers[writer]
                (here.add if message.here else here.discard)(message.unit_id)
            case _:
                raise ValueError("not a gateway's message")

    async def _answer(self, ask: Ask, writer: asyncio.StreamWriter) -> None:
        request_id.set(ask.origin)  # this task's own: its lines name the request at the gateway
        trace_id.set(trace_id_of(ask.trace))
        answer: Answer | None
        try:
            answer = await self._desk.submit(request_of(ask))
        except DeskUnavailable:
            answer = None
        self._send(writer, pack(Told(ask.id, answer)))

    def _send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        if writer.transport.get_write_buffer_size() > OUT_BYTES_MAX:
            writer.transport.abort()
        elif not writer.is_closing():
            writer.write(data)

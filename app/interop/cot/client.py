"""The connection to a TAK server over TCP or TLS: says what the teller says, takes what teams say of themselves."""

import asyncio
import logging
import ssl
from contextlib import suppress
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from app.field import FUTURE_MAX, PAST_MAX
from app.interop.cot import write
from app.interop.cot.read import CotEvent, read_event
from app.interop.cot.splitter import Splitter
from app.interop.cot.teller import Teller
from app.interop.reading import Unusable
from app.positions import Fix
from app.requests import DeskUnavailable, Spooled
from app.services import Services
from app.settings import Settings
from dispatch.commands import RaiseMayday
from dispatch.entities import Incident
from dispatch.status import AlarmKind

log = logging.getLogger(__name__)

CONNECT_S: Final = 10.0
SEND_S: Final = 10.0  # a server that takes nothing for so long is left, and called again
LOOK_S: Final = 1.0
PING_S: Final = 30.0
READ_BYTES: Final = 65_536
BACK_OFF_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
PORTS: Final = {"tcp": 8087, "tls": 8089}
SOURCE: Final = "tak"


class TakClient:
    """One client of one server, in the process that holds the desk, so that everything is said once."""

    def __init__(self, services: Services, url: str) -> None:
        self._services = services
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "localhost", parts.port or PORTS[parts.scheme]
        self._tls = tls_context(services.settings) if parts.scheme == "tls" else None
        self._teller = Teller(services.settings.region)
        self._units = dict(pair.split("=", 1) for pair in services.settings.cot_units)
        self._own = write.marker_uid(services.settings.region, 0).rpartition(".")[0].rpartition(".")[0] + "."

    async def run(self) -> None:
        """Stay connected; the health page says how it stands."""
        failures = 0
        while True:
            try:
                await self._converse()
            except Exception as error:
                why = error.exceptions[0] if isinstance(error, ExceptionGroup) else error
                if isinstance(why, OSError | TimeoutError | EOFError | DeskUnavailable):
                    log.warning("the TAK server was lost: %s", type(why).__name__)
                else:
                    log.exception("the conversation with the TAK server broke; it begins anew")
            failures = 0 if self._services.dependencies.get("tak") == "ok" else failures + 1
            self._services.dependencies["tak"] = "away"
            await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S) - 1)])

    async def _converse(self) -> None:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(self._host, self._port, ssl=self._tls)
        try:
            self._teller.forget_times()
            self._services.dependencies["tak"] = "ok"
            async with asyncio.TaskGroup() as both:
                both.create_task(self._tell(writer))
                both.create_task(self._hear(reader))
        finally:
            writer.close()
            with suppress(OSError, TimeoutError, ssl.SSLError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()

    async def _tell(self, writer: asyncio.StreamWriter) -> None:
        """Say once a second what is new or due."""
        loop, ping_due = asyncio.get_running_loop(), 0.0
        while True:
            now = self._services.clock.now()
            said: list[bytes] = []
            if loop.time() >= ping_due:
                ping_due = loop.time() + PING_S
                said.append(write.ping(self._services.settings.region, now))
            incidents = (row for row in self._services.view.board.incidents.values() if isinstance(row, Incident))
            said += self._teller.tell(incidents, now)
            for event in said:
                writer.write(event + b"\n")
                async with asyncio.timeout(SEND_S):
                    await writer.drain()
            await asyncio.sleep(LOOK_S)

    async def _hear(self, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        while data := await reader.read(READ_BYTES):
            for raw in splitter.feed(data):
                try:
                    event = read_event(raw)
                except Unusable as error:
                    log.info("a CoT event could not be used: %s", error)
                    continue
                await self._take(event)
        raise EOFError

    async def _take(self, event: CotEvent) -> None:
        """Take a known team's position or alarm; everybody else's are none of our business."""
        if event.uid.startswith(self._own):
            return
        unit_id = self._unit_of(event)
        now = self._services.clock.now()
        at = _time(event.at, now)
        if unit_id is None or at is None:
            return
        if event.is_alarm:
            await self._alarm(event, unit_id, at)
        elif event.is_position and event.point is not None:
            self._services.positions.take(Fix(unit_id, event.point, at, event.accuracy_m, SOURCE))

    async def _alarm(self, event: CotEvent, unit_id: str, at: datetime) -> None:
        """A team calls for help: once, while nobody has answered; what it takes back a person still clears."""
        ringing = self._services.view.board.open_alarm(AlarmKind.MAYDAY, unit=unit_id)
        if not event.is_exercise and not event.is_cancel and ringing is None:
            with suppress(Spooled):  # on disk, and shown to every dispatcher
                await self._services.ask(RaiseMayday(unit_id, at), by="tak")

    def _unit_of(self, event: CotEvent) -> str | None:
        """Return whose event it is: as set by an operator, else the unit of exactly this callsign."""
        named = self._units.get(event.about, event.callsign if not event.is_alarm else event.about)
        return named if named in self._services.view.board.units else None


def _time(said: datetime | None, now: datetime) -> datetime | None:
    """Return when it was; None when that is too long ago to say anything of today."""
    if said is None or said > now + FUTURE_MAX:
        return now
    return min(said, now) if said >= now - PAST_MAX else None


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Return how the server is trusted and how we are known to it: TAK servers are their own authority."""
    context = ssl.create_default_context(cafile=str(settings.cot_ca_file) if settings.cot_ca_file else None)
    if settings.cot_ca_file:
        context.check_hostname = False  # TAK's certificates bear a name nobody resolves; its own authority signs them
    if settings.cot_cert_file:
        context.load_cert_chain(settings.cot_cert_file, settings.cot_key_file)
    return context

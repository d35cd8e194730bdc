"""What each intake costs beside the plain one: `python -m loadtests.intakes` prints the table of docs/interop.md.

One service as shipped, all formats in turns, so that a slow minute is everybody's; every message is new.
"""

import argparse
import asyncio
import json
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

from app.access.identity import Role
from app.access.keys import Terms, add_key
from app.demo.border import Border
from app.interop.lorawan.protobuf import classes
from app.routes.eido_examples import EIDO_EXAMPLE, PIDF_EXAMPLE
from app.routes.hazard_examples import CAP_EXAMPLE
from app.store.pool import open_pool
from geo.sign import Sign, SignKind
from loadtests.bench.http import HttpPool, post
from loadtests.rig import REGION, Engines, KeyRing, Service, engines, load_border, make_keys
from loadtests.transfer import transfer

ROUNDS: Final = 8
EACH: Final = 60  # messages of a format in a round
SENDERS: Final = 8
SHARE: Final = 0.5  # issue: at least half of the plain JSON one
ANSWER_S: Final = 30.0
PRESS: Final = "AU0BHgEAAAAAAAA="  # a Netvox R312A whose button was pressed
COT: Final = "CoT, TCP"
UPLINKS: Final = "/v1/networks/chirpstack?event=up"
HEAD: Final = "| intake | bytes | messages/s | of the plain | server CPU, ms | of the plain |"
XML, FORM, BYTES = "application/xml", "application/x-www-form-urlencoded", "application/octet-stream"
HEARD_S: Final = 0.002  # how often it is looked whether the last CoT event has been taken
Body = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Intake:
    """A format: where it is sent and with what key, the message of a number, and the plain one it is held against."""

    name: str
    path: str
    key: str
    body: Body
    plain: str
    media: str = "application/json"


@dataclass(slots=True)
class Cost:
    """What a format's rounds took: messages a second, and the server's own CPU for one, in ms."""

    rates: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return median(self.rates)

    @property
    def cpu(self) -> float:
        return median(self.cpu_ms)


class TakServer:
    """A TAK server as far as this needs one: whoever connects is told events."""

    def __init__(self) -> None:
        self.port = 0
        self._writer: asyncio.Future[asyncio.StreamWriter] = asyncio.get_running_loop().create_future()

    async def welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._writer.done():
            self._writer.set_result(writer)
        while await reader.read(65_536):
            pass
        writer.close()
        await writer.wait_closed()

    async def tell(self, events: bytes) -> None:
        writer = await self._writer
        writer.write(events)
        await writer.drain()

    @classmethod
    @asynccontextmanager
    async def listening(cls) -> AsyncIterator["TakServer"]:
        made = cls()
        server = await asyncio.start_server(made.welcome, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            server.close()


@dataclass(slots=True)
class Stage:
    """The running service, who may speak to it, and what there is to speak of."""

    service: Service
    border: Border
    keys: KeyRing
    tracker: str
    tak: TakServer

    @property
    def unit(self) -> str:
        return next(iter(self.keys.agents))

    @property
    def placards(self) -> list[Sign]:
        return [sign for sign in self.border.signs if sign.kind is not SignKind.RESCUE_TOWER]

    @property
    def towers(self) -> list[Sign]:
        return [sign for sign in self.border.signs if sign.kind is SignKind.RESCUE_TOWER]


@asynccontextmanager
async def staged(rig: Engines) -> AsyncIterator[Stage]:
    """Start a service with a border, keys and a TAK server to call."""
    database, folder = await rig.new_database(), rig.folder / "intakes"
    border = await load_border(database, rig.valkey.url, folder)
    keys = await make_keys(database, [border.units[0].unit_id])
    pool = await open_pool(database, size=1)
    try:
        _, tracker = await add_key(pool, REGION, Terms(Role.TRACKER, "a phone", unit_id=border.units[0].unit_id))
    finally:
        await pool.close()
    async with TakServer.listening() as tak:
        service = Service(database, rig.valkey.url, folder, env={"AUXILIO_COT_URL": f"tcp://127.0.0.1:{tak.port}"})
        await service.start()
        try:
            yield Stage(service, border, keys, tracker, tak)
        finally:
            await service.stop()


def intakes(stage: Stage) -> list[Intake]:
    """Return every format there is a door for, and the plain reports."""
    psap, tower = stage.keys.psap, stage.keys.tower
    agent = stage.keys.agents[stage.unit]
    call, alert, position = "call", "alert", "position"
    at = _positions(stage.unit)
    return [
        Intake(call, "/v1/calls", psap, lambda n: _call(stage, n), call),
        Intake("EIDO", "/v1/eido", psap, lambda n: _eido(stage, n), call),
        Intake("EIDO, 9 KB", "/v1/eido", psap, lambda n: transfer(n, _placard(stage, n)), call),
        Intake("PIDF-LO", "/v1/pidf-lo?call_id={n}", psap, lambda _: PIDF_EXAMPLE.encode(), call, XML),
        Intake(alert, "/v1/alerts", tower, lambda n: _alert(stage, n), call),
        Intake("ChirpStack, JSON", "/v1/networks/chirpstack?event=up", tower, lambda n: _chirpstack(stage, n), call),
        Intake(
            "ChirpStack, Protobuf",
            "/v1/networks/chirpstack?event=up",
            tower,
            lambda n: _protobuf(stage, n),
            call,
            BYTES,
        ),
        Intake("The Things Stack", "/v1/networks/tts", tower, lambda n: _tts(stage, n), call),
        Intake("RockBLOCK", "/v1/networks/rockblock", tower, _rockblock, call, FORM),
        Intake("Cloudloop", "/v1/networks/rockblock", tower, _cloudloop, call),
        Intake("inReach", "/v1/networks/inreach", tower, _inreach, call),
        Intake("CAP", "/v1/cap", tower, lambda n: _cap(stage, n), call, XML),
        Intake("EDXL-DE", "/v1/cap", tower, lambda n: _edxl(_cap(stage, n)), call, XML),
        Intake(position, f"/v1/units/{stage.unit}/position", agent, at[position], position),
        Intake("OsmAnd, form", "/v1/positions/osmand", stage.tracker, at["form"], position, FORM),
        Intake("OsmAnd, JSON", "/v1/positions/osmand", stage.tracker, at["json"], position),
        Intake("OwnTracks", "/v1/positions/owntracks", stage.tracker, at["owntracks"], position),
        Intake(COT, "", "", at["cot"], position),
    ]


def _placard(stage: Stage, number: int) -> str:
    return stage.placards[number % len(stage.placards)].sign_id


def _tower(stage: Stage, number: int) -> str:
    return stage.towers[number % len(stage.towers)].sign_id


def _call(stage: Stage, number: int) -> bytes:
    said = {"call_id": f"plain-{number}", "said": _placard(stage, number), "callback_number": f"+1520555{number:04}"}
    return json.dumps(said).encode()


def _eido(stage: Stage, number: int) -> bytes:
    place = EIDO_EXAMPLE["locationComponent"][0] | {"localIdentifier": [_placard(stage, number)]}
    return json.dumps(EIDO_EXAMPLE | {"$id": f"urn:small:{number}", "locationComponent": [place]}).encode()


def _alert(stage: Stage, number: int) -> bytes:
    return json.dumps({"type": "activation", "tower_id": _tower(stage, number), "alert_id": str(number)}).encode()


def _chirpstack(stage: Stage, number: int) -> bytes:
    info = {"devEui": f"{number:016x}", "deviceProfileName": "R312A", "tags": {"tower_id": _tower(stage, number)}}
    heard = [{"gatewayId": "0016c001f153a14c", "rssi": -104, "snr": 4.5}]
    said = {"deduplicationId": str(number), "deviceInfo": info, "fPort": 6, "data": PRESS, "rxInfo": heard}
    return json.dumps(said).encode()


def _protobuf(stage: Stage, number: int) -> bytes:
    message: Any = classes()["up"](deduplication_id=f"p{number}", f_port=6, data=b64decode(PRESS))
    message.device_info.dev_eui, message.device_info.device_profile_name = f"{number:016x}", "R312A"
    message.device_info.tags.add(key="tower_id", value=_tower(stage, number))
    message.rx_info.add(rssi=-104, snr=4.5)
    return bytes(message.SerializeToString())


def _tts(stage: Stage, number: int) -> bytes:
    uplink = {
        "session_key_id": "AXA50tHUGUucuzS/bCGMNw==", "f_cnt": number, "f_port": 6, "frm_payload": PRESS,
        "version_ids": {"model_id": "r312a"}, "rx_metadata": [{"rssi": -104, "snr": 4.5}],
    }  # fmt: skip
    return json.dumps({"end_device_ids": {"device_id": _tower(stage, number)}, "uplink_message": uplink}).encode()


def _rockblock(number: int) -> bytes:
    return f"imei=300234{number:09}&momsn={number}&transmit_time=26-11-22+14%3A03%3A07&data=534f53".encode()


def _cloudloop(number: int) -> bytes:
    identity = {"hardware": {"imei": f"300235{number:09}"}}
    return json.dumps({"id": str(number), "identity": identity, "message": b64encode(b"SOS").decode()}).encode()


def _inreach(number: int) -> bytes:
    point = {"latitude": 31.7321, "longitude": -111.2103, "gpsFix": 2}
    at = int(datetime.now(UTC).timestamp() * 1000)
    event = {"imei": f"300434{number:09}", "messageCode": 4, "timeStamp": at, "point": point}
    return json.dumps({"Version": "2.0", "Events": [event]}).encode()


def _cap(stage: Stage, number: int) -> bytes:
    text = CAP_EXAMPLE.replace("<identifier>T-1<", f"<identifier>cap-{number}<")
    return text.replace("TUCR-07", _tower(stage, number)).encode()


def _edxl(cap: bytes) -> bytes:
    head = (
        b'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionID>d</distributionID>'
        b"<senderID>s@example.org</senderID><dateTimeSent>2026-11-22T14:03:07-00:00</dateTimeSent>"
        b"<distributionStatus>Actual</distributionStatus><distributionType>Report</distributionType>"
        b"<combinedConfidentiality>U</combinedConfidentiality><contentObject><xmlContent><embeddedXMLContent>"
    )
    inner = cap.replace(b"<identifier>", b"<identifier>de-")
    return head + inner + b"</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>"


def _positions(unit: str) -> dict[str, Body]:
    """Return the positions of one unit: each a second newer than the one before, whoever tells it."""
    began = datetime.now(UTC) - timedelta(days=2)

    def at(number: int) -> datetime:
        return began + timedelta(seconds=number)

    def plain(number: int) -> bytes:
        return json.dumps({"lat": 31.9, "lon": -111.1, "fixed_at": at(number).isoformat()}).encode()

    def form(number: int) -> bytes:
        return f"id=phone&lat=31.9&lon=-111.1&accuracy=8&timestamp={at(number).timestamp():.0f}".encode()

    def osmand(number: int) -> bytes:
        coords = {"latitude": 31.9, "longitude": -111.1, "accuracy": 8}
        location = {"timestamp": at(number).isoformat(), "coords": coords, "battery": {"level": 0.79}}
        return json.dumps({"device_id": "phone", "location": location}).encode()

    def owntracks(number: int) -> bytes:
        said = {"_type": "location", "lat": 31.9, "lon": -111.1, "tst": int(at(number).timestamp()), "acc": 8}
        return json.dumps(said).encode()

    def cot(number: int) -> bytes:
        when = at(number).isoformat()
        return (
            f'<event version="2.0" uid="{unit}" type="a-f-G-U-C" how="m-g" time="{when}" start="{when}" stale="{when}">'
            f'<point lat="{31 + number % 1_000 / 1e4:.4f}" lon="-111.1" hae="1200" ce="8" le="9999999"/><detail>'
            f'<contact callsign="{unit}"/><__group name="Cyan" role="Team Member"/><track speed="1" course="90"/>'
            "</detail></event>"
        ).encode()

    return {"position": plain, "form": form, "json": osmand, "owntracks": owntracks, "cot": cot}


def cpu_s(pid: int) -> float:
    """Return what a process's threads have run, finer than the ticks of its times: a CoT event takes less than one."""
    return sum(int(path.read_text().split()[0]) for path in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


class Bench:
    """Sends rounds and keeps what they cost."""

    def __init__(self, stage: Stage) -> None:
        process = stage.service.process
        assert process is not None
        self._stage = stage
        self._server = process.pid
        self._pool = HttpPool("127.0.0.1", stage.service.port)
        self.costs: dict[str, Cost] = {}
        self._number = 0

    async def run(self, formats: list[Intake], rounds: int, each: int) -> None:
        """Send every format so often in turns; the first turn is for warming up, and not counted."""
        await self._pool.warm(SENDERS)
        for turn in range(rounds + 1):
            for intake in formats[turn % len(formats) :] + formats[: turn % len(formats)]:
                numbers = range(self._number, self._number + each)
                self._number += each
                before, began = cpu_s(self._server), perf_counter()
                await (self._tell(intake, numbers) if intake.name == COT else self._post(intake, numbers))
                took, cpu = perf_counter() - began, cpu_s(self._server) - before
                if turn:
                    cost = self.costs.setdefault(intake.name, Cost())
                    cost.rates.append(each / took)
                    cost.cpu_ms.append(1e3 * cpu / each)

    async def _post(self, intake: Intake, numbers: Sequence[int]) -> None:
        """Post all of them, a few at a time; each must be taken."""
        left = iter([(n, intake.body(n)) for n in numbers])

        async def send() -> None:
            for number, body in left:
                status, answer = await self._ask(post(intake.path.format(n=number), intake.key, body, intake.media))
                if not 200 <= status < 300:
                    raise RuntimeError(f"{intake.name}: {status} {answer[:200]!r}")

        async with asyncio.timeout(ANSWER_S):
            await asyncio.gather(*(send() for _ in range(SENDERS)))

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        self._pool.send(request, lambda status, body: answered.set_result((status, body)))
        return await answered

    async def _tell(self, intake: Intake, numbers: Sequence[int]) -> None:
        """Let the TAK server tell them in one go, and wait until the unit stands where the last one said."""
        last = f'"lat":{31 + numbers[-1] % 1_000 / 1e4:.4f}'.rstrip("0").encode()
        get = (
            f"GET /v1/units/{self._stage.unit} HTTP/1.1\r\nhost: bench\r\n"
            f"authorization: Bearer {self._stage.keys.dispatcher}\r\n\r\n"
        ).encode()
        await self._stage.tak.tell(b"\n".join(intake.body(n) for n in numbers))
        async with asyncio.timeout(ANSWER_S):
            while last not in (await self._ask(get))[1]:
                await asyncio.sleep(HEARD_S)


def table(formats: Sequence[Intake], costs: dict[str, Cost]) -> list[str]:
    """Return the table's lines: the ratio is of rates and of CPU, 1 is the plain one."""
    lines = [
        "| intake | bytes | messages/s | of the plain | server CPU, ms | of the plain |",
        "|---|---|---|---|---|---|",
    ]
    for intake in formats:
        cost, plain = costs[intake.name], costs[intake.plain]
        lines.append(
            f"| {intake.name} | {len(intake.body(0)):,} | {cost.rate:.0f} | {cost.rate / plain.rate:.2f} |"
            f" {cost.cpu:.2f} | {plain.cpu / cost.cpu:.2f} |"
        )
    return lines


async def measure(rounds: int, each: int) -> int:
    """Measure and print; return how many formats are under their share by both measures."""
    async with engines() as rig, staged(rig) as stage:
        formats = intakes(stage)
        bench = Bench(stage)
        await bench.run(formats, rounds, each)
    print("\n".join(table(formats, bench.costs)))
    slow = [one.name for one in formats if bench.costs[one.plain].cpu / bench.costs[one.name].cpu < SHARE]
    print(f"under {SHARE} of the plain one: {', '.join(slow) or 'none'}")
    return len(slow)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--each", type=int, default=EACH, help="messages of a format in a round")
    asked = parser.parse_args()
    raise SystemExit(1 if asyncio.run(measure(asked.rounds, asked.each)) else 0)

"""Frames of every kind as the real server sends them, kept for the screens' own tests: `python -m tests.recording`.

A desk on PostgreSQL, its view, its hub and websockets, all real; only the clock is wound on, so that what takes days
happens at once. Seeded cities talk to the desk until they have said everything there is to say.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import httpx
import websockets
from msgspec.structs import replace

import app.main
from app.clock import Clock
from app.engines import Urls
from app.http import build_asgi
from app.server import Server, listen
from app.services import Services
from app.settings import Settings
from dispatch import commands as c
from dispatch.events import KINDS
from dispatch.status import AssignmentStatus, Kind, Mode, Outcome, Primary
from geo.place import PlaceState
from loadtests.chatter import Chatter
from loadtests.city import SECTORS, City
from loadtests.rig import REGION, Engines, engines, make_keys

FILE: Final = Path(__file__).parents[1] / "app" / "web" / "src" / "shared" / "recorded" / "frames.json"
SEEDS: Final = range(3)
STEPS: Final = 70
SNAPSHOT_EVERY: Final = 35
ARCHIVED: Final = timedelta(days=3)
HEAR_S: Final = 10.0
SURE: Final = PlaceState.CONFIRMED
# These move no row, so nobody is sent a frame of them.
UNSEEN: Final = {"desk.took_over", "registry.imported", "incident.recalled"}
NOT_SAID: Final = (c.TakeOver,)  # a desk takes over by itself, once


class WoundClock(Clock):
    """Goes as the city says."""

    def __init__(self, city: City) -> None:
        super().__init__(city.now)
        self._city = city

    def now(self) -> datetime:
        return max(super().now(), self._city.now)

    def correct(self, at: datetime) -> None:
        """PostgreSQL's time is not the city's."""


@dataclass(slots=True)
class Recorder:
    """One client of the stream: the picture it began with, every frame since, and pictures to compare with."""

    topics: list[str]
    start: dict[str, Any] = field(default_factory=dict)
    frames: list[dict[str, Any]] = field(default_factory=list)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    _socket: websockets.ClientConnection | None = None
    _http: httpx.AsyncClient | None = None

    async def begin(self, socket: websockets.ClientConnection, http: httpx.AsyncClient) -> None:
        """Take a picture and listen from there."""
        self._socket, self._http = socket, http
        self.start = await self.board()
        await socket.send(json.dumps({"kind": "hello", "since": self.start["cursor"], "topics": self.topics}))

    async def board(self) -> dict[str, Any]:
        assert self._http is not None
        answer = await self._http.get("/v1/board", params={"topics": ",".join(self.topics)})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def look(self) -> None:
        """Take a snapshot, and every frame up to it: a pulse says that there are no more."""
        assert self._socket is not None
        board = await self.board()
        async with asyncio.timeout(HEAR_S):
            while True:
                frame: dict[str, Any] = json.loads(await self._socket.recv())
                if "event" in frame:
                    self.frames.append(frame)
                if frame["kind"] != "answer" and frame.get("seq", 0) >= board["seq"]:
                    break
        self.snapshots.append({"after_seq": board["seq"], "rows": board["rows"]})

    def kept(self) -> dict[str, Any]:
        return {"topics": self.topics, "start": self.start, "frames": self.frames, "snapshots": self.snapshots}


@asynccontextmanager
async def a_desk(rig: Engines, database: str, city: City) -> AsyncIterator[tuple[Services, str]]:
    """Run a whole process in this one; yield it and its URL."""
    settings = Settings(data_dir=rig.folder / f"record-{city.seed}", region=REGION, link_port=0)
    with patch.object(app.main, "Clock", lambda: WoundClock(city)):
        async with app.main.desk_process(settings, Urls(database, rig.valkey.url)) as process:
            sock = listen("127.0.0.1", 0)
            server = Server(build_asgi(process.services))
            serving = asyncio.create_task(server.run_until(sock, process.vital))
            yield process.services, f"http://127.0.0.1:{sock.getsockname()[1]}"
            server.should_exit = True
            await serving


@asynccontextmanager
async def listening(recorders: list[Recorder], url: str, key: str) -> AsyncIterator[None]:
    """Connect every recorder."""
    headers = {"Authorization": f"Bearer {key}"}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=headers))
        for recorder in recorders:
            ws = url.replace("http", "ws", 1) + "/v1/stream"
            socket = websockets.connect(ws, additional_headers=headers, max_size=2**26)
            await recorder.begin(await stack.enter_async_context(socket), http)
        yield


async def record(rig: Engines, seed: int) -> list[dict[str, Any]]:
    """Let a city of this seed talk; return what a console, a sector and a unit heard, and a console days later."""
    city, database = City(seed), await rig.new_database()
    key = (await make_keys(database)).dispatcher
    unit = city.units[0]
    topics = ("board", f"sector:{unit.sector}", f"unit:{unit.id}")
    recorders = [Recorder([topic]) for topic in topics]
    async with a_desk(rig, database, city) as (services, url), listening(recorders, url, key):
        await talk(services, city, recorders)
        closed = [incident.id for incident in services.view.board.incidents.values() if not incident.is_open]
    city.now += ARCHIVED
    later = Recorder(["board"])  # a desk that starts again keeps no past: a new picture
    async with a_desk(rig, database, city) as (services, url), listening([later], url, key):
        for incident_id in closed[:2]:
            await services.ask(c.AddNote(incident_id, "sealed", "d1"), "city")
            await services.ask(c.Reopen(incident_id, "d1"), "city")
        await later.look()
    return [recorder.kept() for recorder in (*recorders, later)]


async def talk(services: Services, city: City, recorders: list[Recorder]) -> None:
    """Say what cities say, then what they seldom do."""
    chatter = Chatter(city, services.view.board)

    async def say(command: c.Command) -> None:
        if not isinstance(command, NOT_SAID):
            await services.ask(command, "city")

    for command in city.opening():
        await say(command)
    for step in range(STEPS):
        city.pass_time()
        await say(chatter.next())
        if step % SNAPSHOT_EVERY == SNAPSHOT_EVERY - 1:
            for recorder in recorders:
                await recorder.look()
    for command in seldom(chatter):
        await say(command)
    for recorder in recorders:
        await recorder.look()


def seldom(chatter: Chatter) -> Iterator[c.Command]:
    """Yield what chance leaves out now and then: each is said to the board as it then stands."""
    city, board = chatter.city, chatter.board
    press = replace(chatter.alert(), kind=Kind.REAL, occurred_at=city.now, place=city.towers[0].place(SURE, "tower"))
    yield replace(press, source_id="first")
    yield replace(press, source_id="second")
    call = replace(chatter.call(), caller="somebody", kind=Kind.REAL, unreadable=False)
    for number in range(2):
        yield replace(call, psap_call_id=f"split-{number}", digest=f"split-{number}")
    yield replace(call, psap_call_id="split-0", digest="with news")
    rich = max(chatter.open(), key=lambda incident: len(incident.calls))
    yield c.SplitIncident(rich.id, rich.calls[:1], (), "d1")
    yield c.RecordOutcome(rich.id, Outcome.FOUND_WELL, "d1", True, None, None, True, None)
    yield c.Reopen(rich.id, "d1")
    yield c.SetMode(SECTORS[0], Mode.RECOMMEND, "d1")
    yield c.HandOff(rich.id, "county", "d1")
    neighbour = next(name for name in SECTORS if name != board.incidents[rich.id].sector)
    for answer in (c.DeclineShare, c.AgreeShare):
        yield c.OfferShare(rich.id, neighbour, "d1")
        yield answer(rich.id, neighbour, "d2")
    yield c.MergeIncidents(chatter.open()[-1].id, chatter.open()[0].id, "d1")
    one, other = (incident.id for incident in chatter.open()[:2])
    yield c.LinkIncidents(one, other, "related", "d1")
    yield c.UnlinkIncidents(one, other, "d1")
    yield c.RaiseMayday(city.units[0].id, city.now)
    yield c.ClearAlarm(board.last_ids["alarms"], "d1")
    yield from taken_away(chatter)
    for row in [a for a in board.assignments.values() if a.is_active and a.status is not AssignmentStatus.OFFERED]:
        yield c.AcceptPlace(row.incident_id, city.signs[0].place(SURE, "stated"), "d1", None)
        yield c.AcceptOffer(row.unit_id, row.id, city.now, board.assignments[row.id].must_hear_seq)
    for row in [a for a in board.assignments.values() if a.is_active and a.overdue_at is not None][:1]:
        assert row.overdue_at is not None
        city.now = row.overdue_at
        yield c.TimeIsUp("assignments", row.id, "overdue_at", row.overdue_at)
    for incident in chatter.open()[:2]:
        yield c.RecordOutcome(incident.id, Outcome.FOUND_WELL, "d1", True, None, None, True, None)


def taken_away(chatter: Chatter) -> Iterator[c.Command]:
    """Yield how a unit that is on its way is taken away for another incident."""
    sure, board = chatter.city.signs[0].place(SURE, "stated"), chatter.board
    for unit in [unit for unit in board.units.values() if unit.primary is Primary.CONDITIONALLY_AVAILABLE][:1]:
        held = board.assignments[unit.assignment_id or 0].incident_id
        target = next(incident.id for incident in chatter.open() if incident.id != held)
        yield c.AcceptPlace(target, sure, "d1", None)
        yield c.Assign(target, unit.id, "d1", preempt=True)


async def main() -> None:
    """Record all seeds and write the file, if nothing is missing."""
    async with engines() as rig:
        recordings = [one for seed in SEEDS for one in await record(rig, seed)]
    missing = set(KINDS) - UNSEEN - {frame["kind"] for one in recordings for frame in one["frames"]}
    print(f"{sum(len(one['frames']) for one in recordings)} frames, missing: {sorted(missing)}")  # noqa: T201
    if missing:
        raise SystemExit(1)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(recordings, separators=(",", ":"), ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())

"""The busiest hour of San Francisco Fire's log, eight hundred times as fast, over HTTP and websockets, on real servers.

The signs of a border region may not stand in San Francisco, so each call's sign is unknown and a dispatcher says where
it is, as with any unverified place. The crew is a fifth of the log's, so that lines form.
"""

import asyncio
import os
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Final

import httpx
import pytest
import websockets

from app.administration import import_units
from app.engines import Urls
from app.settings import Settings
from app.store.ledger import read_events
from app.store.pool import open_pool
from app.verify import verify
from dispatch.board import Board
from dispatch.events import AssignmentMoved, OfferMade
from loadtests.rig import REGION, Engines, KeyRing, Service, client, make_keys
from loadtests.sf_fire import Action, busy_hour, read_log
from tests.integration.watcher import Agent, Watcher, until
from tests.simulation.history import History

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = Path(os.environ.get("AUXILIO_SHARED", ROOT.parent / "shared"))
DATA: Final = SHARED / "data" / "sf_fire" / "sf_2020-04.csv"
SPEED: Final = 800.0
CREW: Final = 30
LONGEST_S: Final = 100.0
SECTORS: Final = """
[[sector]]
id = "SFF"
name = "San Francisco"
id_formats = [{ prefix = "SFF", digits = 3 }]
"""

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no San Francisco log at {DATA}")


@dataclass(slots=True)
class Hour:
    """The hour as it is played: which call each incident is."""

    service: Service
    keys: KeyRing
    console: Watcher
    called: dict[int, Action] = field(default_factory=dict)
    begun: float = field(default_factory=monotonic)

    async def until(self, at_s: float) -> None:
        await asyncio.sleep(max(self.begun + at_s / SPEED - monotonic(), 0.0))

    async def call(self, action: Action, psap: httpx.AsyncClient, desk: httpx.AsyncClient) -> None:
        """Post the call at its time, say where it is, and send as many more units as the log did."""
        await self.until(action.at_s)
        posted = await psap.request(action.method, action.path, json=action.body)
        assert posted.status_code == 201, posted.text
        incident: int = posted.json()["incident_id"]
        self.called[incident] = action
        place = {"lat": action.point.lat, "lon": action.point.lon}
        assert (await desk.post(f"/v1/incidents/{incident}/place", json=place)).status_code == 200
        for _ in action.agenda[1:]:
            await until(lambda: self.status(incident) != "Active", "somebody accepted", LONGEST_S)
            picks = (await desk.get(f"/v1/incidents/{incident}/recommend")).json()[0]["picks"]
            if not picks or self.status(incident) is None:
                return
            await desk.post(f"/v1/incidents/{incident}/assign", json={"unit_id": picks[0]["unit_id"]})

    def status(self, incident: int) -> Any:
        row = self.console.table("incidents").get(incident)
        return row["status"] if row else None

    async def close(self, desk: httpx.AsyncClient) -> None:
        """Close what all units have cleared, until everything has an outcome."""
        ends = monotonic() + LONGEST_S
        while monotonic() < ends:
            for row in self.console.table("incidents").values():
                if row["held"] == "units_cleared_without_outcome":
                    outcome = {"outcome": "found_well", "version": row["version"]}
                    await desk.post(f"/v1/incidents/{row['id']}/outcome", json=outcome)
            await asyncio.sleep(0.1)


class Crew(Agent):
    """A unit that does what the log says the first, second, ... unit of this call did."""

    hour: Hour

    async def _serve(self, assignment_id: int) -> None:
        incident = self.table("assignments")[assignment_id]["incident_id"]
        number = self.table("incidents")[incident]["assignments"].index(assignment_id)
        agenda = self.hour.called[incident].agenda
        with suppress(websockets.ConnectionClosed):
            await self.say(kind="accept", id=f"a{assignment_id}", assignment_id=assignment_id)
            begun = monotonic()
            for at_s, status in agenda[number % len(agenda)]:
                await asyncio.sleep(max(begun + at_s / SPEED - monotonic(), 0.0))
                await self.say(kind="status", id=f"{status}{assignment_id}", status=status, assignment_id=assignment_id)


async def test_the_busiest_hour_is_served_in_order_over_http_and_websockets(rig: Engines) -> None:
    database, folder = await rig.new_database(), rig.folder / "sf_hour"
    folder.mkdir()
    sectors = folder / "sectors.toml"
    sectors.write_text(SECTORS)
    log, actions = read_log(DATA), busy_hour(DATA)
    crew = {f"SF{unit.id}": unit for unit in log.units[:CREW]}
    lines = [f"{name},{u.kind},{u.battalion},SFF,,{u.home.lat},{u.home.lon}" for name, u in crew.items()]
    text = "\n".join(("unit_id,kind,station,sector,capabilities,lat,lon", *lines))
    settings = Settings(data_dir=folder, region=REGION, sectors_file=sectors)
    await import_units(settings, Urls(database, rig.valkey.url), text)
    keys = await make_keys(database, list(crew))
    service = Service(database, rig.valkey.url, folder, env={"AUXILIO_SECTORS_FILE": str(sectors)})
    await service.start()
    try:
        await play(service, keys, actions, list(crew))
    finally:
        assert await service.stop() == 0
    report = await verify(database, REGION)
    assert report.is_sound, report.faults
    assert await judged(database, {name: (unit.home, None) for name, unit in crew.items()}) > len(actions)


async def play(service: Service, keys: KeyRing, actions: list[Action], unit_ids: list[str]) -> None:
    async with AsyncExitStack() as stack:
        console = await stack.enter_async_context(Watcher(service, keys.dispatcher, since="unknown"))
        psap = await stack.enter_async_context(client(service, keys.psap))
        desk = await stack.enter_async_context(client(service, keys.dispatcher))
        hour = Hour(service, keys, console)
        for unit_id in unit_ids:
            unit = Crew(service, keys.agents[unit_id], unit_id)
            unit.hour = hour
            await stack.enter_async_context(unit)
            await unit.on_duty()
        hour.begun = monotonic()
        closing = asyncio.create_task(hour.close(desk))
        await asyncio.gather(*(hour.call(action, psap, desk) for action in actions))
        await until(lambda: not console.table("incidents"), "every call has its outcome", LONGEST_S)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        assert len(hour.called) == len(actions)
        ended = {frame["event"]["incident_id"] for frame in console.told("incident.outcome_recorded")}
        assert ended == set(hour.called)
        served = Counter(frame["event"]["assignment"]["incident_id"] for frame in console.told("offer.made"))
        assert set(served) == set(hour.called)
        await console.check()


async def judged(database: str, positions: dict[str, Any]) -> int:
    """Hold every recorded event against the plain oracle: the nearest unit, nobody passed over; return the moves."""
    pool = await open_pool(database, size=2)
    history, moves, offers = History(Board(), positions), 0, 0
    try:
        async for recorded, _ in read_events(pool, REGION, 0):
            history.take(recorded.event, recorded.at)
            moves += isinstance(recorded.event, AssignmentMoved)
            offers += isinstance(recorded.event, OfferMade)
    finally:
        await pool.close()
    history.check_order()
    assert offers
    return moves

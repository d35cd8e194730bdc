"""One agent in the field: hears offers on a websocket, takes them after a human while, drives, finds, clears."""

import asyncio
from random import Random
from typing import Any, Final

from app.demo.api import Api, NoAnswer
from app.demo.border import Unit
from app.demo.device import Device, Frame
from app.demo.road import Road
from app.demo.shift import Shift, pause
from app.demo.tally import Stopwatch, Tally
from geo.point import Point

Row = dict[str, Any]
ACTIVE: Final = ("offered", "acknowledged", "en_route", "on_scene", "subject_contact", "transporting", "at_destination")
IDLE_FIX_S: Final = 20.0  # a fix older than 60 s is stale
MOVING_FIX_S: Final = 1.0
SIGN_OFF_S: Final = 3.0
# How a person answers an offer. The silent one does not touch the phone, the deaf one's device hears nothing either.
MOODS: Final = {"accepts": 0.84, "declines": 0.09, "silent": 0.04, "deaf": 0.03}
ACCEPT_S: Final = (0.6, 3.0)
ROLL_OUT_S: Final = (0.4, 1.2)
SEARCH_S: Final = (0.6, 2.0)
CARE_S: Final = (0.8, 2.5)
TRANSPORT_SHARE: Final = 0.25


class Agent:
    """A unit's device and the person who carries it."""

    def __init__(
        self, unit: Unit, url: str, api: Api, key: str, shift: Shift, tally: Tally, stopwatch: Stopwatch, rng: Random
    ) -> None:
        self.unit = unit
        self.on_duty = asyncio.Event()
        self._road = Road(unit.kind, unit.point)
        self._device = Device(url, api, key, self._hear)
        self._shift = shift
        self._tally = tally
        self._stopwatch = stopwatch
        self._rng = rng
        self._places: dict[int, Point] = {}
        self._trips: dict[int, asyncio.Task[None]] = {}
        self._deaf_to: set[int] = set()
        self._heard: set[int] = set()
        self._asides: set[asyncio.Task[Any]] = set()

    async def run(self) -> None:
        """Work until the end of the shift."""
        listening = asyncio.create_task(self._device.run(self._shift.end), name=f"{self.unit.unit_id} listens")
        moving = asyncio.create_task(self._tell_where(), name=f"{self.unit.unit_id} moves")
        try:
            await self._device.ask("duty", on_duty=True)
            self.on_duty.set()
            await self._shift.end.wait()
        except NoAnswer:
            self._tally.wonder("duty unanswered")
            await self._shift.end.wait()
        tasks = (moving, *self._trips.values(), *self._asides)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            async with asyncio.timeout(SIGN_OFF_S):
                await self._device.ask("duty", on_duty=False)
        except (TimeoutError, NoAnswer):
            self._tally.wonder("sign-off unanswered")
        await self._device.close()
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    def _hear(self, frame: Frame) -> None:
        after = frame.get("after", {})
        for incident in after.get("incidents", ()):
            if incident["place"] is not None:
                self._places[incident["id"]] = Point(**incident["place"]["point"])
        for row in after.get("assignments", ()):
            if row["unit_id"] == self.unit.unit_id:
                self._learn(row, is_fresh=frame["kind"] == "offer.made")

    def _learn(self, row: Row, *, is_fresh: bool) -> None:
        if is_fresh and row["status"] == "offered" and row["id"] not in self._trips:
            self._stopwatch.heard(row["incident_id"])
        if row["status"] in ACTIVE and row["id"] not in self._trips:
            mood = "accepts"
            if row["status"] == "offered":
                (mood,) = self._rng.choices(tuple(MOODS), tuple(MOODS.values()))
            if mood == "deaf":
                self._deaf_to.add(row["id"])
            self._trips[row["id"]] = asyncio.create_task(self._serve(row, mood), name=f"assignment {row['id']}")
        elif row["status"] not in ACTIVE and row["id"] in self._trips:
            if row["status"] != "cleared":
                self._trips[row["id"]].cancel()
            self._places.pop(row["incident_id"], None)
        if row["hear_by"] is not None and row["id"] not in self._deaf_to and row["must_hear_seq"] not in self._heard:
            self._heard.add(row["must_hear_seq"])
            self._aside(self._device.tell("received", seq=row["must_hear_seq"]))
            if row["must_hear"] == "place_changed" and row["status"] != "offered":
                self._aside(self._ask("accept", assignment_id=row["id"], seq=row["must_hear_seq"]))

    def _aside(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._asides.add(task)
        task.add_done_callback(self._asides.discard)

    async def _ask(self, kind: str, **body: object) -> bool:
        """Ask and tell whether it was done; a refusal is an answer, too."""
        try:
            answer = await self._device.ask(kind, **body)
        except NoAnswer:
            self._tally.wonder(f"{kind} unanswered")
            return False
        if answer["outcome"] != "done" and answer.get("code") != "stale":
            self._tally.wonder(f"{kind} {answer['outcome']} {answer.get('code', '')}".strip())
        return bool(answer["outcome"] == "done")

    async def _serve(self, row: Row, mood: str) -> None:
        """Live one assignment from where it stands; an offer that is not for this person ends here."""
        if row["status"] == "offered":
            if mood in ("silent", "deaf"):
                return
            await self._wait(ACCEPT_S)
            if mood == "declines":
                await self._ask("decline", assignment_id=row["id"], reason="other")
                return
            if not await self._ask("accept", assignment_id=row["id"]):
                return
        steps = ["en_route", "on_scene", "subject_contact"]
        if self._rng.random() < TRANSPORT_SHARE and not self._shift.is_closing:
            steps += ["transporting", "at_destination"]
        passed = ACTIVE.index(row["status"])
        for step in (*steps, "cleared"):
            if step != "cleared" and ACTIVE.index(step) <= passed:
                continue
            await self._do(step, row["incident_id"])
            if not await self._ask("status", status=step, assignment_id=row["id"]):
                return
        self._road.head_for(self.unit.point)

    async def _do(self, step: str, incident_id: int) -> None:
        """Take the time a step takes; the way is driven, and may be turned while it is."""
        match step:
            case "en_route":
                await self._wait(ROLL_OUT_S)
            case "on_scene":
                place = self._places.get(incident_id)
                while place is not None and self._road.head_for(place):
                    await asyncio.sleep(min(MOVING_FIX_S, self._road.left_s))
                    place = self._places.get(incident_id)
            case "at_destination":
                self._road.head_for(self.unit.point)
                await asyncio.sleep(self._road.left_s)
            case "subject_contact":
                await self._wait(SEARCH_S)
            case _:
                await self._wait(CARE_S)

    async def _wait(self, bounds: tuple[float, float]) -> None:
        await asyncio.sleep(self._rng.uniform(*bounds))

    async def _tell_where(self) -> None:
        """Send a fix every second while moving, else now and then."""
        await asyncio.sleep(self._rng.uniform(0.2, 2.0))
        while not self._shift.end.is_set():
            at = self._road.at()
            await self._device.tell("position", lat=at.lat, lon=at.lon, accuracy_m=round(self._rng.uniform(4, 25), 1))
            await pause(
                MOVING_FIX_S if self._road.is_moving else IDLE_FIX_S * self._rng.uniform(0.8, 1.2), self._shift.end
            )

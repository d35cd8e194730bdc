"""The dispatcher: acknowledges alarms, asks callers again, passes offers on that nobody answers, records outcomes.

What is yours is left to you for a while: the what you post or type on the console, the offers to your unit.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

from app.demo.api import Api, NoAnswer
from app.demo.cast import PLAYED, PRESS, Cast
from app.demo.device import Device, Frame
from app.demo.picture import Picture, Row
from app.demo.shift import Shift, pause
from app.demo.tally import Tally
from geo.sign import Sign

LOOK_S: Final = 0.25
HANDS_MAX: Final = 12  # dispatchers at their desks: so many things are done at the same time
READ_S: Final = (0.5, 2.0)
ASK_S: Final = (1.5, 4.0)  # ringing the caller back and asking for the number once more
CLOSING_SHARE: Final = 0.3  # of the usual time, once no more calls come: nobody watches the last rows for long
SILENT_S: Final = 10.0  # an offer this old without a person's answer is given to the next unit, long before its 60 s
SILENT_CLOSING_S: Final = 5.0
YOURS_S: Final = 120.0  # so long what is yours waits for you
CANCEL_SHARE: Final = 0.03
OUTCOMES: Final = {"found_well": 0.80, "found_injured": 0.13, "not_found": 0.04, "found_deceased": 0.03}


class Console:
    """One dispatcher's console with many hands. What it knows is its picture; what it does goes over HTTP."""

    def __init__(
        self,
        url: str,
        api: Api,
        cast: Cast,
        ask_caller: Callable[[int], Sign | None],
        shift: Shift,
        tally: Tally,
        rng: Random,
    ) -> None:
        self.picture = Picture()
        self._device = Device(url, api, cast.dispatcher, self._hear)
        self._api, self._key, self._ask_caller, self._your_unit = api, cast.dispatcher, ask_caller, cast.your_unit
        self._shift, self._tally, self._rng = shift, tally, rng
        self._hands: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._looked_at: set[int] = (
            set()
        )  # assigned incidents about which it was decided whether the caller takes it back

    async def run(self) -> None:
        """Work until the end of the shift."""
        listening = asyncio.create_task(self._device.run(self._shift.end), name="console listens")
        while not await pause(LOOK_S, self._shift.end):
            self._look()
        for task in self._hands.values():
            task.cancel()
        await self._device.close()
        listening.cancel()
        await asyncio.gather(listening, *self._hands.values(), return_exceptions=True)

    def _hear(self, frame: Frame) -> None:
        if "event" in frame:
            self._tally.see(frame["kind"])
        self.picture.hear(frame)

    def _look(self) -> None:
        now = datetime.now(UTC)
        for incident in self.picture.incidents():
            if self._is_yours(incident, incident["since"] or incident["received_at"], now):
                continue
            if incident["where"] == "with_dispatcher":
                self._take_up("incident", incident["id"], self._decide)
            elif incident["where"] == "assigned" and incident["id"] not in self._looked_at:
                self._looked_at.add(incident["id"])
                if self._rng.random() < CANCEL_SHARE:
                    self._take_up("incident", incident["id"], self._take_back)
        patience_s = SILENT_CLOSING_S if self._shift.is_closing else SILENT_S
        for assignment in self.picture.rows["assignments"].values():
            offered_at = datetime.fromisoformat(assignment["offered_at"])
            is_yours = assignment["unit_id"] == self._your_unit and not self._shift.is_closing
            if assignment["status"] == "offered" and not is_yours and (now - offered_at).total_seconds() > patience_s:
                self._take_up("assignment", assignment["id"], self._pass_on)
        for alarm in self.picture.rows["alarms"].values():
            if alarm["acknowledged_at"] is not None or alarm["cleared_at"] is not None:
                continue
            about = self.picture.rows["incidents"].get(alarm["incident_id"])
            if about is None or not self._is_yours(about, alarm["raised_at"], now):
                self._take_up("alarm", alarm["id"], self._acknowledge)

    def _is_yours(self, incident: Row, since: str, now: datetime) -> bool:
        """Whether you reported it and may still want to work on it yourself."""
        if self._shift.is_closing or (now - datetime.fromisoformat(since)).total_seconds() > YOURS_S:
            return False
        calls = [self.picture.rows["calls"].get(call_id) for call_id in incident["calls"]]
        alerts = [self.picture.rows["alerts"].get(alert_id) for alert_id in incident["alerts"]]
        return any(call is not None and not call["psap"].startswith(PLAYED) for call in calls) or any(
            alert is not None and not all(PRESS in press for press in alert["source_ids"]) for alert in alerts
        )

    def _take_up(self, what: str, row_id: int, work: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        """Begin a piece of work, unless it is in hand already or every hand is full."""
        key = (what, row_id)
        if key in self._hands or len(self._hands) >= HANDS_MAX:
            return
        task = asyncio.create_task(work(row_id), name=f"{what} {row_id}")
        self._hands[key] = task
        task.add_done_callback(lambda _: self._hands.pop(key, None))

    async def _wait(self, bounds: tuple[float, float]) -> None:
        await asyncio.sleep(self._rng.uniform(*bounds) * (CLOSING_SHARE if self._shift.is_closing else 1.0))

    async def _say(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask for something; None when it was refused, which a stale picture may well be, or not answered."""
        try:
            reply = await self._api.ask(method, path, self._key, body)
        except NoAnswer:
            self._tally.wonder("console no answer")
            await asyncio.sleep(LOOK_S)
            return None
        if reply.is_done:
            return reply.body
        if reply.status not in (404, 409):  # gone, or changed since it was seen: look again
            self._tally.wonder(f"{method} {path.rpartition('/')[2]} {reply.status}")
        await asyncio.sleep(LOOK_S)
        return None

    async def _acknowledge(self, alarm_id: int) -> None:
        await self._wait(READ_S)
        if alarm_id in self.picture.rows["alarms"]:
            await self._say("POST", f"/v1/alarms/{alarm_id}/acknowledge")

    async def _decide(self, incident_id: int) -> None:
        """Do what an incident waits for, resting on its version as seen."""
        await self._wait(ASK_S if self._held(incident_id).startswith("place") else READ_S)
        incident = self.picture.rows["incidents"].get(incident_id)
        if incident is None or incident["where"] != "with_dispatcher":
            return
        path, version = f"/v1/incidents/{incident_id}", {"version": incident["version"]}
        match incident["held"]:
            case "place_unverified" | "place_conflicting":
                await self._say("POST", f"{path}/place", self._asked_place(incident) | version)
            case "units_cleared_without_outcome":
                (outcome,) = self._rng.choices(tuple(OUTCOMES), tuple(OUTCOMES.values()))
                await self._say("POST", f"{path}/outcome", {"outcome": outcome} | version)
            case "possible_duplicate":
                await self._merge_or_release(incident)
            case "test_or_exercise":
                await self._say("POST", f"{path}/cancel", {"outcome": "test"} | version)
            case _:
                await self._say("POST", f"{path}/release", version)

    def _held(self, incident_id: int) -> str:
        incident = self.picture.rows["incidents"].get(incident_id)
        return str(incident["held"]) if incident is not None else ""

    def _asked_place(self, incident: Row) -> dict[str, Any]:
        """Return what the caller says when asked again; without a caller on the line, the likeliest candidate."""
        sign = self._ask_caller(incident["id"])
        if sign is not None:
            return {"sign_id": sign.sign_id}
        for candidate in incident["candidates"]:
            return {"sign_id": candidate["sign_id"]}
        home = next(iter(self.picture.rows["units"].values()))["home"]
        return {"lat": home["lat"], "lon": home["lon"]}

    async def _merge_or_release(self, incident: Row) -> None:
        """A second person about the same sign: the same party if the first one is still being helped, mostly."""
        others = [link["incident_id"] for link in incident["links"] if link["relation"] == "possible_duplicate"]
        open_ones = [other for other in others if other in self.picture.rows["incidents"] and other < incident["id"]]
        path, version = f"/v1/incidents/{incident['id']}", {"version": incident["version"]}
        if open_ones and self._rng.random() < 0.7:
            await self._say("POST", f"{path}/merge", {"into_id": open_ones[0]} | version)
        else:
            await self._say("POST", f"{path}/release", version)

    async def _take_back(self, incident_id: int) -> None:
        """The caller rings: found the way out alone. The unit is called off and must hear it."""
        await self._wait(ASK_S)
        incident = self.picture.rows["incidents"].get(incident_id)
        if incident is None or incident["where"] != "assigned":
            return
        body = {"outcome": "self_recovered", "release_units": True, "version": incident["version"]}
        await self._say("POST", f"/v1/incidents/{incident_id}/cancel", body)

    async def _pass_on(self, assignment_id: int) -> None:
        """Give an unanswered offer to the best of the other units."""
        assignment = self.picture.rows["assignments"].get(assignment_id)
        if assignment is None or assignment["status"] != "offered":
            return
        path = f"/v1/incidents/{assignment['incident_id']}"
        found = await self._say("GET", f"{path}/recommend")
        picks = [p["unit_id"] for place in found or () for p in place["picks"] if p["unit_id"] != assignment["unit_id"]]
        if not picks:
            return
        body = {"assignment_id": assignment_id, "unit_id": picks[0], "reason": "no answer"}
        if await self._say("POST", f"{path}/reassign", body) is not None:
            self._tally.withdrawn += 1

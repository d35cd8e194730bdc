"""The people of a storm: PSAPs, devices and a dispatcher who keep what they were promised and never give up on a fact.

All of them do as real clients must: what got no answer is sent again, under the same id.
"""

import asyncio
import json
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx
import websockets

from geo.sign import LifeCycle, Sign
from loadtests.journal import CallAcked, FieldAcked, Journal, OutcomeAcked
from loadtests.rig import Service

PSAP: Final = "psap-1"  # as loadtests.rig names its key
TRY_AGAIN_S: Final = 0.05
ANSWER_S: Final = 5.0  # a client that waits longer than this sends again
TRIES_MAX: Final = 1_000
DECLINES: Final = 0.05  # one offer in twenty
REPEATS: Final = 0.1  # one call in ten is sent again although it was answered
JOURNEY: Final = ("accept", "en_route", "on_scene", "cleared")
AWAY: Final = (httpx.TransportError, OSError, TimeoutError, websockets.WebSocketException)
RELEASED: Final = frozenset({"possible_duplicate", "nobody_left"})


@dataclass(slots=True)
class Crowd:
    """Everybody who talks to one service. `stopping` ends new calls and then every loop; `prefix` begins call ids."""

    service: Service
    journal: Journal
    signs: tuple[Sign, ...]
    rng: Random
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    recovered: asyncio.Event = field(default_factory=asyncio.Event)
    statuses: dict[int, int] = field(default_factory=dict)
    prefix: str = "storm"
    _number: int = 0

    def next_call(self) -> dict[str, Any]:
        """Return a fresh call about a random sign of the border; its number tells callers apart."""
        self._number += 1
        usable = (LifeCycle.INSTALLED, LifeCycle.INSPECTED)
        sign = next(s for s in iter(lambda: self.rng.choice(self.signs), None) if s.life in usable)
        return {
            "call_id": f"{self.prefix}-{self._number}",
            "said": sign.sign_id,
            "callback_number": f"520{self._number:07d}",
            "party": {"adults": self.rng.randint(1, 5)},
        }

    async def call(self, key: str, pause_s: float) -> None:
        """Post calls until told to stop; each is sent again until it is answered 2xx."""
        async with self._client(key) as http:
            while not self.stopping.is_set():
                body = self.next_call()
                self.journal.posted += 1
                for _ in range(2 if self.rng.random() < REPEATS else 1):
                    answer = await self._insist(http, "/v1/calls", body)
                    self.journal.keep(CallAcked(PSAP, body["call_id"], answer["incident_id"]))
                self.recovered.set()
                await asyncio.sleep(self.rng.uniform(0.5, 1.5) * pause_s)

    async def close_incidents(self, key: str, pause_s: float) -> None:
        """Give every incident that waits for an outcome its own; let go on what may go on."""
        async with self._client(key) as http:
            while not self.stopping.is_set():
                with suppress(*AWAY):
                    shown = await http.get("/v1/incidents", params={"where": "with_dispatcher"})
                    rows = shown.json() if shown.status_code == 200 else []
                    for row in rows[:20]:
                        await self._settle(http, row)
                await asyncio.sleep(pause_s)

    async def _settle(self, http: httpx.AsyncClient, row: dict[str, Any]) -> None:
        url = f"/v1/incidents/{row['id']}"
        if row["held"] == "units_cleared_without_outcome":
            headers = {"Idempotency-Key": f"outcome-{row['id']}-{row['version']}"}
            body = {"outcome": "found_well", "version": row["version"]}
            answer = await http.post(f"{url}/outcome", json=body, headers=headers)
            if answer.status_code == 200:
                self.journal.keep(OutcomeAcked(row["id"], "found_well"))
        elif row["held"] in RELEASED:
            await http.post(f"{url}/release", json={"version": row["version"]})

    async def _insist(self, http: httpx.AsyncClient, url: str, body: dict[str, Any]) -> dict[str, Any]:
        for _ in range(TRIES_MAX):
            try:
                answer = await http.post(url, json=body)
            except AWAY:
                await asyncio.sleep(TRY_AGAIN_S)
                continue
            self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
            if answer.is_success:
                shown: dict[str, Any] = answer.json()
                return shown
            await asyncio.sleep(TRY_AGAIN_S)
        raise RuntimeError(f"{body['call_id']} was never answered")

    def _client(self, key: str) -> httpx.AsyncClient:
        limits = httpx.Limits(max_keepalive_connections=4)
        headers = {"Authorization": f"Bearer {key}"}
        return httpx.AsyncClient(base_url=self.service.url, headers=headers, timeout=ANSWER_S, limits=limits)


class Device:
    """One unit's phone: takes its offers, drives, clears; an outbox keeps what was not answered."""

    def __init__(self, crowd: Crowd, unit_id: str, key: str, rng: Random) -> None:
        self._crowd = crowd
        self._unit_id = unit_id
        self._headers = {"Authorization": f"Bearer {key}"}
        self._rng = rng
        self._outbox: deque[dict[str, Any]] = deque()
        self._known: set[int] = set()

    async def run(self) -> None:
        """Be on duty until the storm is over, through every loss of the connection."""
        crowd = self._crowd
        while not crowd.stopping.is_set():
            with suppress(*AWAY):
                async with websockets.connect(
                    crowd.service.ws_url, additional_headers=self._headers, open_timeout=ANSWER_S, close_timeout=0.2
                ) as socket:
                    await self._serve(socket)
            await asyncio.sleep(self._rng.uniform(1, 3) * TRY_AGAIN_S)

    async def _serve(self, socket: websockets.ClientConnection) -> None:
        await socket.send(json.dumps({"kind": "hello"}))
        await socket.send(json.dumps({"kind": "duty", "id": None, "on_duty": True}))
        await self._catch_up()
        await self._send(socket)
        while not self._crowd.stopping.is_set():
            frame = json.loads(await asyncio.wait_for(socket.recv(), 60))
            if frame["kind"] == "offer.made":
                await socket.send(json.dumps({"kind": "received", "id": None, "seq": frame["seq"]}))
                if self._take(frame["event"]["assignment"]):
                    await self._send(socket)
            elif frame["kind"] == "answer" and self._answered(frame):
                await self._send(socket)

    async def _catch_up(self) -> None:
        """Offers made while we were away are on the board."""
        async with httpx.AsyncClient(base_url=self._crowd.service.url, headers=self._headers, timeout=ANSWER_S) as http:
            shown = await http.get("/v1/board")
        for row in shown.json()["rows"]["assignments"] if shown.status_code == 200 else []:
            if row["unit_id"] == self._unit_id and row["status"] == "offered":
                self._take(row)

    def _take(self, assignment: dict[str, Any]) -> bool:
        """Plan the journey of an offer; False when it is not ours, or known."""
        number = assignment["id"]
        if assignment["unit_id"] != self._unit_id or number in self._known:
            return False
        self._known.add(number)
        if self._rng.random() < DECLINES:
            self._outbox.append({"kind": "decline", "id": f"{number}-decline", "assignment_id": number})
            return len(self._outbox) == 1
        for step in JOURNEY:
            body = {"kind": "accept"} if step == "accept" else {"kind": "status", "status": step}
            self._outbox.append({**body, "id": f"{number}-{step}", "assignment_id": number})
        return len(self._outbox) == len(JOURNEY)

    def _answered(self, frame: dict[str, Any]) -> bool:
        """Take what was answered out of the outbox and keep the promise; whether there is more to say."""
        if not self._outbox or frame["id"] != self._outbox[0]["id"]:
            return False
        if frame["outcome"] == "unavailable":
            return True
        said = self._outbox.popleft()
        number = said["assignment_id"]
        if frame["outcome"] == "done" and said["kind"] != "decline":
            status = said.get("status", "accepted")
            self._crowd.journal.keep(FieldAcked(self._unit_id, number, status))
        elif frame["outcome"] == "refused":  # taken from us meanwhile: there is no journey
            self._outbox = deque(one for one in self._outbox if one["assignment_id"] != number)
        return bool(self._outbox)

    async def _send(self, socket: websockets.ClientConnection) -> None:
        if self._outbox:
            await socket.send(json.dumps(self._outbox[0]))

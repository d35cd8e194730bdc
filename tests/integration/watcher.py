"""Clients of the stream as the contract describes them: they replace rows, delete what is gone, and hold no rules."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final, Self

import httpx
import websockets

from loadtests.rig import Service, client

WAIT_S: Final = 10.0
PULSE_S: Final = 17.0  # an agent's pulse comes every 15 s
POLL_S: Final = 0.02
TRIES_MAX: Final = 40
Key = tuple[str, int | str]


async def until(claim: Callable[[], object], what: str, wait_s: float = WAIT_S) -> None:
    """Wait until something holds. Raises AssertionError saying what never did."""
    ends = monotonic() + wait_s
    while not claim():
        assert monotonic() < ends, f"not within {wait_s} s: {what}"
        await asyncio.sleep(POLL_S)


class Watcher:
    """One connected client. `rows` is its picture, `seqs` what came on this socket, `seq` how far its picture goes."""

    def __init__(self, service: Service, key: str, topics: tuple[str, ...] = (), since: str | None = None) -> None:
        self.service, self.key, self.topics, self.since = service, key, topics, since
        self.rows: dict[Key, Any] = {}
        self.seq, self.ledger_id = 0, ""
        self.seqs: list[int] = []
        self.frames: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []  # whatever has no seq: welcome, resync, pulse, answer, positions
        self.socket: websockets.ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self.on_frame: Callable[[dict[str, Any]], Awaitable[None]] | None = None

    @property
    def cursor(self) -> str:
        return f"{self.ledger_id}.{self.seq}"

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.leave()

    async def connect(self) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        self.socket = await websockets.connect(
            self.service.ws_url, additional_headers=headers, max_size=2**24, ping_interval=None, close_timeout=2
        )
        self.seqs = []
        greeted = len(self.said)
        hello: dict[str, Any] = {"kind": "hello", "topics": list(self.topics)}
        if self.since is not None:
            hello["since"] = self.since
        await self.say(**hello)
        self._reader = asyncio.create_task(self._read())
        await until(lambda: self.heard("welcome", "resync", after=greeted), "a welcome")

    async def come_back(self) -> None:
        """Connect again with the cursor, as a device does after a tunnel."""
        await self.leave()
        self.since = self.cursor
        await self.connect()

    async def leave(self) -> None:
        if self.socket is not None:
            await self.socket.close()
        if self._reader is not None:
            with suppress(asyncio.CancelledError):
                await asyncio.wait_for(self._reader, WAIT_S)

    async def say(self, **body: Any) -> None:
        assert self.socket is not None
        await self.socket.send(json.dumps(body))

    async def ask(self, **body: Any) -> dict[str, Any]:
        """Say something and return its answer."""
        known = len(self.said)
        await self.say(**body)

        def answers() -> list[dict[str, Any]]:
            return [one for one in self.heard("answer", after=known) if one["id"] == body["id"]]

        await until(answers, f"an answer to {body}")
        return answers()[0]

    def heard(self, *kinds: str, after: int = 0) -> list[dict[str, Any]]:
        """Return what came without a seq, by kind."""
        return [one for one in self.said[after:] if one["kind"] in kinds]

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Return the frames of a kind."""
        return [one for one in self.frames if one["kind"] == kind]

    def table(self, name: str) -> dict[int | str, Any]:
        return {row_id: row for (table, row_id), row in self.rows.items() if table == name}

    async def _read(self) -> None:
        assert self.socket is not None
        with suppress(websockets.ConnectionClosed):
            async for text in self.socket:
                await self._take(json.loads(text))

    async def _take(self, body: dict[str, Any]) -> None:
        if "event" not in body:
            if body["kind"] == "welcome":
                self.ledger_id = body["cursor"].rpartition(".")[0]
            elif body["kind"] == "resync":
                await self._fetch(body["url"])
            self.said.append(body)
            return
        self.seqs.append(body["seq"])
        self.frames.append(body)
        if body["seq"] <= self.seq:
            return  # the snapshot has it already
        self.seq = body["seq"]
        for table, rows in body["after"].items():
            self.rows.update({(table, row["id"]): row for row in rows})
        for table, row_id in body.get("gone", ()):
            del self.rows[table, row_id]
        if self.on_frame is not None:
            await self.on_frame(body)

    async def _fetch(self, url: str) -> None:
        async with client(self.service, self.key) as http:
            body = (await http.get(url)).json()
        self.ledger_id, self.seq = body["cursor"].rpartition(".")[0], body["seq"]
        self.rows = rows_of(body)
        self.seqs = []  # the history may be another one, with its own numbers

    async def check(self) -> int:
        """Hold that this picture is the snapshot's at the same cursor; return how many rows that was."""
        assert self.seqs == sorted(set(self.seqs)), "a gap went back, or something came twice"
        async with client(self.service, self.key) as http:
            for _ in range(TRIES_MAX):
                seq = self.seq
                body = await snapshot(http, self.topics)
                await until(partial(self.is_at, body["seq"]), "the last frames", PULSE_S)
                if self.seq <= body["seq"] or self.seq == seq:
                    break
        assert self.rows == rows_of(body), differences(self.rows, rows_of(body))
        return len(self.rows)

    def is_at(self, seq: int) -> bool:
        """Whether everything up to a seq has come: a later frame or pulse says so."""
        pulses = self.heard("pulse")
        return self.seq >= seq or bool(pulses and pulses[-1]["seq"] >= seq)


async def snapshot(http: httpx.AsyncClient, topics: tuple[str, ...] = ()) -> dict[str, Any]:
    answer = await http.get("/v1/board", params={"topics": ",".join(topics)} if topics else {})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def rows_of(body: dict[str, Any]) -> dict[Key, Any]:
    return {(table, row["id"]): row for table, rows in body["rows"].items() for row in rows}


def differences(mine: dict[Key, Any], theirs: dict[Key, Any]) -> str:
    """Say in short how two pictures differ."""
    missing, extra = sorted(map(str, theirs.keys() - mine)), sorted(map(str, mine.keys() - theirs))
    changed = [key for key in mine.keys() & theirs.keys() if mine[key] != theirs[key]]
    return f"missing {missing[:5]} extra {extra[:5]} changed {changed[:5]}"


class Agent(Watcher):
    """A unit's device that does its work by itself: hears, accepts, drives, clears."""

    def __init__(self, service: Service, key: str, unit_id: str, *, pace_s: float | None = 0.0) -> None:
        super().__init__(service, key)
        self.unit_id, self.pace_s = unit_id, pace_s
        self.on_frame = self._on_frame
        self._work: set[asyncio.Task[None]] = set()
        self.received: list[int] = []

    async def on_duty(self) -> None:
        assert (await self.ask(kind="duty", id=f"on-{monotonic()}", on_duty=True))["outcome"] == "done"

    async def _on_frame(self, body: dict[str, Any]) -> None:
        for row in body["after"].get("assignments", ()):
            if row["must_hear_seq"] == body["seq"] and self.pace_s is not None:
                self.received.append(body["seq"])
                await self.say(kind="received", seq=body["seq"])
                if row["status"] == "offered" and row["must_hear"] == "offer":
                    task = asyncio.create_task(self._serve(row["id"]))
                    self._work.add(task)
                    task.add_done_callback(self._work.discard)

    async def _serve(self, assignment_id: int) -> None:
        with suppress(websockets.ConnectionClosed):
            await self.say(kind="accept", id=f"a{assignment_id}", assignment_id=assignment_id)
            for status in ("en_route", "on_scene", "cleared"):
                await asyncio.sleep(self.pace_s or 0.0)
                await self.say(kind="status", id=f"{status}{assignment_id}", status=status, assignment_id=assignment_id)

    async def leave(self) -> None:
        for task in list(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await super().leave()

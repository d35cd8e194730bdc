"""What the contract tests share: a service with a border, keys for everybody, devices that keep what they hear."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import websockets

from app.access.identity import Role
from app.access.keys import Terms, add_key
from app.store.pool import open_pool
from app.verify import verify
from loadtests.border import Border
from loadtests.rig import REGION, Engines, KeyRing, Service, client, load_border, make_keys

HEAR_S = 30.0
UNITS = 4


@dataclass(slots=True)
class World:
    """A running service, its border and keys, and the database behind it."""

    service: Service
    border: Border
    keys: KeyRing
    database: str
    redis: str

    def http(self, role: str) -> httpx.AsyncClient:
        """Return a client with a role's key, or with a unit's."""
        key = self.keys.agents[role] if role in self.keys.agents else str(getattr(self.keys, role))
        return client(self.service, key)

    async def query(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *args)
            return rows
        finally:
            await connection.close()

    async def new_key(self, role: Role, name: str, **more: Any) -> tuple[str, str]:
        """Make a key as the command line does; return its id and its text."""
        pool = await open_pool(self.database, size=1)
        try:
            return await add_key(pool, REGION, Terms(role, name, **more))
        finally:
            await pool.close()

    async def seq(self) -> int:
        """Return where the ledger stands."""
        return int((await self.query("SELECT seq FROM ledger_head WHERE region = $1", REGION))[0]["seq"])

    @property
    def unit_ids(self) -> list[str]:
        return list(self.keys.agents)

    @property
    def sector(self) -> str:
        """The sector of the units that have keys."""
        return next(u.sector for u in self.border.units if u.unit_id == self.unit_ids[0])

    def sign(self, number: int = 0) -> str:
        """Return the id of a placard in the sector of the units that have keys."""
        return [s.sign_id for s in self.border.signs if s.sector == self.sector and "R-" not in s.sign_id][number]

    @asynccontextmanager
    async def listening(self, role: str, **hello: Any) -> AsyncIterator["Listener"]:
        """Open the stream with a role's key and be welcomed."""
        key = self.keys.agents[role] if role in self.keys.agents else str(getattr(self.keys, role))
        headers = {"Authorization": f"Bearer {key}"}
        async with websockets.connect(self.service.ws_url, additional_headers=headers, max_size=2**24) as socket:
            listener = Listener(socket)
            await listener.say(kind="hello", **hello)
            await listener.until(lambda frame: frame["kind"] in ("welcome", "resync"))
            yield listener


@dataclass(slots=True)
class Listener:
    """A websocket that keeps every frame it hears."""

    socket: websockets.ClientConnection
    frames: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, **body: Any) -> None:
        await self.socket.send(json.dumps(body))

    async def until(self, wanted: Any) -> dict[str, Any]:
        """Return the first frame from here on that is wanted: a predicate, or a kind."""
        async with asyncio.timeout(HEAR_S):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                self.frames.append(frame)
                if frame["kind"] == wanted if isinstance(wanted, str) else wanted(frame):
                    return frame

    async def ask(self, **body: Any) -> dict[str, Any]:
        """Say something with an id and return its answer."""
        await self.say(**body)
        return await self.until(lambda frame: frame["kind"] == "answer" and frame["id"] == body["id"])

    async def drain(self, seq: int) -> None:
        """Listen until everything up to this seq has been heard, by a frame or by a pulse."""
        await self.until(lambda frame: frame.get("seq", 0) >= seq and frame["kind"] != "answer")


@asynccontextmanager
async def a_world(rig: Engines, name: str, units: int = UNITS, **env: str) -> AsyncIterator[World]:
    """Start a service of one's own on the shared engines; it must stop in good order, with a sound ledger."""
    database = await rig.new_database()
    folder = rig.folder / name
    border = await load_border(database, rig.valkey.url, folder)
    keys = await make_keys(database, units_of_one_sector(border, units))
    service = Service(database, rig.valkey.url, folder, env=env)
    await service.start()
    try:
        yield World(service, border, keys, database, rig.valkey.url)
    finally:
        status = await service.stop()
    assert status == 0
    report = await verify(database, REGION)
    assert report.is_sound, report.faults


def units_of_one_sector(border: Border, count: int) -> list[str]:
    sector = border.units[0].sector
    return [u.unit_id for u in border.units if u.sector == sector][:count]

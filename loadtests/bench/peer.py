"""The peer: what a competent developer would write with FastAPI, PostGIS `<->`, SKIP LOCKED and LISTEN/NOTIFY."""

import asyncio
import os
from typing import Annotated, Any, Final

import asyncpg
import orjson
import uvloop
from fastapi import FastAPI, Header, HTTPException, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field

from app.server import Server, listen

POOL: Final = 20
WAIT_S: Final = 10.0
ADD_INCIDENT: Final = """
INSERT INTO incidents (call_id, placard_id, geog, body)
SELECT $1, id, geog, $3 FROM placards WHERE id = $2 RETURNING id, geog::text
"""
# Locking straight out of the KNN scan fails ("attempted to lock invisible tuple", PostgreSQL 15 with PostGIS 3.3: the
# scan re-orders its rows), so the sixteen nearest are found first and the first of them that is not locked is taken.
NEAREST: Final = """
WITH near AS MATERIALIZED (
    SELECT id, geog <-> $1::geography AS away FROM units WHERE status = 'available'
     ORDER BY geog <-> $1::geography LIMIT 16)
SELECT units.id FROM units JOIN near USING (id)
 WHERE units.status = 'available' ORDER BY near.away LIMIT 1 FOR UPDATE OF units SKIP LOCKED
"""
TAKE: Final = """
WITH unit AS (UPDATE units SET status = 'offered' WHERE id = $1),
     incident AS (UPDATE incidents SET status = 'offered' WHERE id = $2)
INSERT INTO assignments (incident_id, unit_id) VALUES ($2, $1) RETURNING id
"""
NOTIFY: Final = "SELECT pg_notify('offers', $1)"
ACCEPT: Final = """
UPDATE assignments SET status = 'accepted', accepted_at = now() WHERE id = $1 AND unit_id = $2 AND status = 'offered'
"""
CLEAR: Final = """
WITH done AS (UPDATE assignments SET status = 'cleared', cleared_at = now() WHERE id = $1 AND unit_id = $2
              RETURNING incident_id),
     unit AS (UPDATE units SET status = 'available' WHERE id = $2)
UPDATE incidents SET status = 'closed' FROM done WHERE id = done.incident_id
"""
OLDEST: Final = """
SELECT id, geog::text FROM incidents WHERE status = 'waiting' ORDER BY received_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
"""
DUTY: Final = "UPDATE units SET status = 'available' WHERE id = $1 AND status = 'off_duty'"


class Party(BaseModel):
    adults: int | None = None
    children: int | None = None


class CallBody(BaseModel):
    call_id: Annotated[str, Field(max_length=64)]
    said: Annotated[str, Field(max_length=64)]
    read_back: bool = False
    callback_number: str | None = None
    language: str | None = None
    party: Party = Party()
    narrative: str | None = None


class Peer:
    """Units by their socket, a pool, and one connection that listens."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool
        self.sockets: dict[str, WebSocket] = {}
        self._offers: asyncio.Queue[str] = asyncio.Queue()

    async def listen(self, dsn: str) -> None:
        connection = await asyncpg.connect(dsn)
        await connection.add_listener("offers", lambda *said: self._offers.put_nowait(str(said[3])))
        while True:
            offer = orjson.loads(await self._offers.get())
            socket = self.sockets.get(offer["event"]["assignment"]["unit_id"])
            if socket is not None:
                await socket.send_text(orjson.dumps(offer).decode())

    async def report(self, body: CallBody) -> int:
        """Record a call and offer it, in one transaction."""
        async with self.pool.acquire(timeout=WAIT_S) as connection, connection.transaction():
            row = await connection.fetchrow(ADD_INCIDENT, body.call_id, body.said, body.model_dump_json())
            if row is None:
                raise HTTPException(422, "unknown placard")
            await offer(connection, row["id"], row["geog"])
            return int(row["id"])

    async def act(self, unit_id: str, said: dict[str, Any]) -> None:
        """Record what a unit says; a cleared unit makes room for who waits longest."""
        async with self.pool.acquire(timeout=WAIT_S) as connection, connection.transaction():
            if said["kind"] == "accept":
                await connection.execute(ACCEPT, said["assignment_id"], unit_id)
            elif said["kind"] == "status":
                await connection.execute(CLEAR, said["assignment_id"], unit_id)
                waiting = await connection.fetchrow(OLDEST)
                if waiting is not None:
                    await offer(connection, waiting["id"], waiting["geog"])
            elif said["kind"] == "duty":
                await connection.execute(DUTY, unit_id)


async def offer(connection: Any, incident_id: int, geog: str) -> None:
    """Offer an incident to the nearest free unit, if there is one."""
    unit_id = await connection.fetchval(NEAREST, geog)
    if unit_id is None:
        return
    number = await connection.fetchval(TAKE, unit_id, incident_id)
    assignment = {"id": number, "incident_id": incident_id, "unit_id": unit_id}
    await connection.execute(NOTIFY, orjson.dumps({"kind": "offer.made", "event": {"assignment": assignment}}).decode())


def build(peer: Peer) -> FastAPI:
    """Return the application."""
    app = FastAPI()

    @app.post("/v1/calls", status_code=201)
    async def report_call(body: CallBody, authorization: Annotated[str, Header()]) -> dict[str, int]:
        if authorization != "Bearer psap":
            raise HTTPException(401)
        return {"incident_id": await peer.report(body)}

    @app.websocket("/v1/stream")
    async def stream(socket: WebSocket) -> None:
        unit_id = socket.headers["authorization"].removeprefix("Bearer ")
        await socket.accept()
        peer.sockets[unit_id] = socket
        try:
            while True:
                said = await socket.receive_json()
                if said["kind"] == "hello":
                    await socket.send_text('{"kind":"welcome"}')
                elif said["kind"] != "position":
                    await peer.act(unit_id, said)
                    await socket.send_json({"kind": "answer", "id": said["id"], "outcome": "done"})
        except WebSocketDisconnect:
            peer.sockets.pop(unit_id, None)

    return app


async def main() -> None:
    """Serve on a free port, which is printed."""
    dsn = os.environ["DATABASE_URL"]
    async with asyncpg.create_pool(dsn, min_size=POOL, max_size=POOL) as pool:
        peer = Peer(pool)
        listener = asyncio.create_task(peer.listen(dsn), name="listener")
        sock = listen("127.0.0.1", 0)
        print(f"peer serves http://127.0.0.1:{sock.getsockname()[1]}", flush=True)
        await Server(build(peer)).run_until(sock, listener)


if __name__ == "__main__":
    uvloop.run(main())

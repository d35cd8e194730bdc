"""The floor: the least any such system does. One durable INSERT per act, one frame per offer, no decision."""

import asyncio
import itertools
import os
from collections.abc import MutableMapping
from typing import Any, Final

import asyncpg
import orjson
import uvloop

from app.server import Server, listen

SCHEMA: Final = "CREATE TABLE acts (id bigserial PRIMARY KEY, kind text NOT NULL, body text NOT NULL)"
INSERT: Final = "INSERT INTO acts (kind, body) VALUES ($1, $2)"
POOL: Final = 10  # asyncpg's default
WAIT_S: Final = 10.0
JSON: Final = ((b"content-type", b"application/json"),)

Message = MutableMapping[str, Any]


class Floor:
    """A bare ASGI application: units by their connection, calls to the next of them in turn."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool
        self._sends: dict[str, Any] = {}
        self._turn: Any = iter(())
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self._call(receive, send)
        elif scope["type"] == "websocket":
            await self._unit(dict(scope["headers"])[b"authorization"].decode(), receive, send)

    async def _call(self, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        await self._record("call", body.decode())
        number = next(self._numbers)
        offer = {"kind": "offer.made", "event": {"assignment": {"id": number, "incident_id": number}}}
        await next(self._turn)({"type": "websocket.send", "text": orjson.dumps(offer).decode()})
        reply = orjson.dumps({"incident_id": number})
        headers = [*JSON, (b"content-length", str(len(reply)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": reply})

    async def _unit(self, unit_id: str, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            said = orjson.loads(message["text"])
            if said["kind"] == "hello":
                await send({"type": "websocket.send", "text": '{"kind":"welcome"}'})
            elif said["kind"] == "duty":
                self._sends[unit_id] = send
                self._turn = itertools.cycle(tuple(self._sends.values()))
                await send({"type": "websocket.send", "text": '{"kind":"answer","id":"duty"}'})
            elif said["kind"] in ("accept", "status"):
                await self._record(said["kind"], message["text"])

    async def _record(self, kind: str, body: str) -> None:
        async with self._pool.acquire(timeout=WAIT_S) as connection:
            await connection.execute(INSERT, kind, body)


async def main() -> None:
    """Serve on a free port, which is printed."""
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=POOL, max_size=POOL) as pool:
        await pool.execute(SCHEMA)
        sock = listen("127.0.0.1", 0)
        print(f"floor serves http://127.0.0.1:{sock.getsockname()[1]}", flush=True)
        await Server(Floor(pool)).run_until(sock, asyncio.create_task(asyncio.sleep(3600)))


if __name__ == "__main__":
    uvloop.run(main())

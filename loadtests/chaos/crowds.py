"""Faults that are crowds: sockets all closed at once, readers that never read, half-open requests, too many calls."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Final

import psutil
import websockets

from loadtests.chaos.scene import PAUSE_S, PSAPS, Scene
from loadtests.crowd import Crowd
from loadtests.rig import Service

SOCKETS: Final = 1_000
AT_A_TIME: Final = 50
BACK_S: Final = 30.0
STUCK: Final = 60  # many, so that what the storm itself holds weighs little
DROPPED_S: Final = 17.0  # a stuck reader is gone after 15 s, looked for twice a second
HELD_BYTES_MAX: Final = 512 * 1024  # per stuck reader, RELIABILITY G12
HALF_OPEN: Final = 400
BURST_S: Final = 10.0
BURST: Final = 10


@asynccontextmanager
async def reconnect_storm(scene: Scene) -> AsyncIterator[None]:
    """A thousand consoles lose their sockets in the same moment and come back with their cursors; none is refused."""
    gateway, key = scene.trio.gateway, scene.trio.keys.dispatcher
    gate = asyncio.Semaphore(AT_A_TIME)
    cursors = await asyncio.gather(*(_visit(gateway, key, gate, None) for _ in range(SOCKETS)))
    began = monotonic()
    back = await asyncio.gather(*(_visit(gateway, key, gate, cursor) for cursor, _ in cursors))
    yield
    for _, connection in (*cursors, *back):
        connection.transport.abort()
    assert monotonic() - began < BACK_S, f"{SOCKETS} sockets took {monotonic() - began:.0f} s to come back"


async def _visit(
    service: Service, key: str, gate: asyncio.Semaphore, cursor: str | None
) -> tuple[str, websockets.ClientConnection]:
    """Connect, say hello and return the cursor given and the connection; a first visit ends in a cut wire."""
    async with gate, asyncio.timeout(BACK_S):
        headers = {"Authorization": f"Bearer {key}"}
        connection = await websockets.connect(
            service.ws_url, additional_headers=headers, open_timeout=BACK_S, ping_interval=None, max_queue=4
        )
        await connection.send(json.dumps({"kind": "hello", "since": cursor}))
        said = json.loads(await connection.recv())
        assert said["kind"] in ("welcome", "resync"), said
        if cursor is None:
            connection.transport.abort()
        return str(said["cursor"]), connection


@asynccontextmanager
async def stuck_readers(scene: Scene) -> AsyncIterator[None]:
    """Clients that said hello and never read again: dropped in time, and little is held for them until then."""
    gateway = scene.trio.gateway
    assert gateway.process is not None
    process = psutil.Process(gateway.process.pid)
    before = process.memory_info().rss
    stuck = [await _deaf(gateway.port, scene.trio.keys.dispatcher) for _ in range(STUCK)]
    ports = {reader.getsockname()[1] for reader in stuck}
    yield
    await asyncio.sleep(DROPPED_S)
    held = (process.memory_info().rss - before) / STUCK
    left = [one for one in process.net_connections("tcp") if one.raddr and one.raddr.port in ports]
    for reader in stuck:
        reader.close()
    print(
        f"  {held / 1024:.0f} KB more than before for each of {STUCK} stuck readers, the storm's own among it",
        flush=True,
    )
    assert not left, f"{len(left)} of {STUCK} stuck readers are still there"
    assert held < HELD_BYTES_MAX, f"{held / 1024:.0f} KB held for each stuck reader"


async def _deaf(port: int, key: str) -> socket.socket:
    """Open a websocket by hand, with the smallest receive buffer there is, and say hello."""
    loop, ear = asyncio.get_running_loop(), socket.socket()
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    ear.setblocking(False)
    await loop.sock_connect(ear, ("127.0.0.1", port))
    asked = (
        f"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        f"Authorization: Bearer {key}\r\n\r\n"
    )
    await loop.sock_sendall(ear, asked.encode())
    assert (await loop.sock_recv(ear, 1_024)).startswith(b"HTTP/1.1 101")
    hello = json.dumps({"kind": "hello"}).encode()
    await loop.sock_sendall(ear, bytes([0x81, 0x80 | len(hello), 0, 0, 0, 0]) + hello)
    return ear


@asynccontextmanager
async def half_open(scene: Scene) -> AsyncIterator[None]:
    """Requests that never end their headers, and bodies that never come, straight at a gateway without a front."""
    port, half = scene.trio.gateway.port, []
    start = b"POST /v1/calls HTTP/1.1\r\nHost: x\r\n"
    heads = (start + b"X-Slow: ", start + b"Content-Length: 99\r\n\r\n{")
    for number in range(HALF_OPEN):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(heads[number % 2])
        half.append(writer)
    yield
    for writer in half:
        writer.transport.abort()


@asynccontextmanager
async def burst(scene: Scene) -> AsyncIterator[None]:
    """Ten times as many PSAPs for a while. Not one call may be refused."""
    crowd = Crowd(
        scene.trio.gateway, scene.journal, scene.trio.signs, scene.rng, prefix=f"burst-{scene.rng.getrandbits(32):x}"
    )
    tasks = [asyncio.create_task(crowd.call(scene.trio.keys.psap, PAUSE_S)) for _ in range(BURST * PSAPS)]
    await asyncio.sleep(BURST_S)
    yield
    crowd.stopping.set()
    await asyncio.gather(*tasks)
    assert set(crowd.statuses) <= {200, 201}, crowd.statuses

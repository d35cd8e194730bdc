"""How clients and servers leave: a reader that never reads, a stop in good order, a crash, and the way back."""

import asyncio
import os
import socket
from base64 import b64encode
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from time import monotonic
from typing import Final

import psutil
import websockets

from loadtests.rig import Engines
from tests.integration.stage import Stage, stage, storm
from tests.integration.watcher import WAIT_S, until

DEAF: Final = 20
DROPPED_S: Final = 17.0  # reliability G12: a stuck reader is gone after 15 s, looked for twice a second
HELD_BYTES_MAX: Final = 1024 * 1024  # per stuck reader while it is waited for
STORM_S: Final = 6.0


async def deaf_socket(world: Stage) -> socket.socket:
    """Return a websocket that said hello and never reads again."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
    sock.setblocking(False)
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(WAIT_S):
        await loop.sock_connect(sock, ("127.0.0.1", world.service.port))
        lines = (
            "GET /v1/stream HTTP/1.1", f"Host: 127.0.0.1:{world.service.port}", "Upgrade: websocket",
            "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}",
            f"Authorization: Bearer {world.keys.dispatcher}", "", "",
        )  # fmt: skip
        await loop.sock_sendall(sock, "\r\n".join(lines).encode())
        assert b"101" in await loop.sock_recv(sock, 200)
        hello = b'{"kind":"hello"}'
        await loop.sock_sendall(sock, bytes((0x81, 0x80 | len(hello), 0, 0, 0, 0)) + hello)
    return sock


def connected(server: psutil.Process, ports: set[int]) -> int:
    return sum(1 for one in server.net_connections("tcp") if one.raddr and one.raddr.port in ports)


async def growth(server: psutil.Process, work: Coroutine[None, None, int]) -> int:
    """Return by how many bytes the server grew while something was done to it."""
    before = most = server.memory_info().rss
    task = asyncio.create_task(work)
    while not task.done():
        most = max(most, server.memory_info().rss)
        await asyncio.sleep(0.1)
    assert await task > 50
    return most - before


async def test_a_reader_that_never_reads_is_dropped_and_holds_little(rig: Engines) -> None:
    async with stage(rig, "deaf", agents=8) as world, AsyncExitStack() as stack:
        assert world.service.process is not None
        server = psutil.Process(world.service.process.pid)
        agents = [await stack.enter_async_context(world.agent(n)) for n in range(8)]
        for agent in agents:
            await agent.on_duty()
        console = await stack.enter_async_context(world.console())
        usual = await growth(server, storm(world, STORM_S))
        deaf = [await deaf_socket(world) for _ in range(DEAF)]
        ports = {sock.getsockname()[1] for sock in deaf}
        for sock in deaf:
            stack.callback(sock.close)
        grown = await growth(server, storm(world, STORM_S, seed=2))
        assert (grown - usual) / DEAF < HELD_BYTES_MAX, (grown, usual)
        await until(lambda: not connected(server, ports), "the deaf are dropped", DROPPED_S)
        assert await console.check() > 0


async def test_sigterm_closes_every_socket_with_1012_and_ends_in_time(rig: Engines) -> None:
    async with stage(rig, "sigterm", agents=4) as world, AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(world.agent(n)) for n in range(4)]
        consoles = [await stack.enter_async_context(world.console()) for _ in range(20)]
        silent = await websockets.connect(
            world.service.ws_url, additional_headers={"Authorization": f"Bearer {world.keys.dispatcher}"}
        )
        sockets = [one.socket for one in (*agents, *consoles)] + [silent]
        began = monotonic()
        stopping = asyncio.create_task(world.service.stop())
        for one in sockets:
            assert one is not None
            async with asyncio.timeout(5.0):
                await one.wait_closed()
            assert one.close_code == 1012
        assert monotonic() - began < 5.0
        assert await stopping == 0
        assert monotonic() - began < 10.0
        await world.service.start()
        for client in (*agents, *consoles):
            await client.come_back()
            await client.check()


async def test_an_id_sent_again_after_a_crash_gets_the_first_answer(rig: Engines) -> None:
    async with stage(rig, "crash", agents=2) as world:
        await world.only(0)
        async with world.agent(0, pace_s=None) as agent, world.psap() as http, world.console() as console:
            await world.post_call(http, **world.call(world.sector_of[agent.unit_id]))
            await until(lambda: agent.told("offer.made"), "the offer")
            accept = {"kind": "accept", "id": "acc-1", "assignment_id": max(agent.table("assignments"))}
            first = await agent.ask(**accept)
            await agent.say(kind="status", id="enr", status="en_route")  # its answer is lost in the crash, or not
            await world.service.kill()
            await world.service.start()
            await agent.come_back()
            assert await agent.ask(**accept) == first
            moved = await agent.ask(kind="status", id="enr", status="en_route")
            assert moved["outcome"] == "done"
            assert await agent.ask(kind="status", id="enr", status="en_route") == moved
            await console.come_back()
            await console.check()
            row = console.table("assignments")[accept["assignment_id"]]
            assert row["status"] == "en_route"
            async with world.dispatcher() as desk:
                lines = (await desk.get(f"/v1/incidents/{row['incident_id']}")).json()["timeline"]
            kinds = [line["kind"] for line in lines]
            assert (kinds.count("offer.accepted"), kinds.count("assignment.moved")) == (1, 1), kinds


async def test_a_crash_under_a_storm_leaves_no_client_with_a_wrong_picture(rig: Engines) -> None:
    async with stage(rig, "crash_storm", agents=6) as world, AsyncExitStack() as stack:
        agents = [await stack.enter_async_context(world.agent(n)) for n in range(6)]
        for agent in agents:
            await agent.on_duty()
        consoles = [await stack.enter_async_context(world.console()) for _ in range(4)]

        async def die() -> None:
            await asyncio.sleep(1.5)
            await world.service.kill()

        dying = asyncio.create_task(die())
        with suppress(Exception):  # the senders' connections break, which is the point
            await storm(world, 3.0)
        await dying
        await world.service.start()
        for client in (*agents, *consoles):
            await client.come_back()
        await storm(world, 1.0, seed=2)
        for client in (*agents, *consoles):
            await client.check()
        assert consoles[0].table("incidents")

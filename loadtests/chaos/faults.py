"""The faults: each breaks one thing when its block is entered, and mends it when the block is left."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from loadtests.chaos.crowds import burst, half_open, reconnect_storm, stuck_readers
from loadtests.chaos.scene import POLL_S, Scene
from loadtests.chaos.tools import SENDS, dropped, family, injected
from loadtests.debian import NotToBeHad
from loadtests.rig import Service

GONE_S: Final = 30.0
CALLS_MAX: Final = 400  # a desk at work makes some hundred of these system calls a second
SLOW_US: Final = 100_000
SKEW_S: Final = 600

Strike = Callable[[Scene], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Fault:
    """`lasts_s`: how long it stays broken before answers are expected; 0 when calls must go on at once, unmended.

    `stays_s`: how long it stays broken after a first answer; a second must come then. `apart`: struck where everything
    has a host of its own. `ends_scene`: nothing can be struck in that scene afterwards.
    """

    name: str
    strike: Strike
    lasts_s: float = 0.0
    stays_s: float = 0.0
    apart: bool = False
    ends_scene: bool = False


async def ended(service: Service) -> int:
    assert service.process is not None
    return await asyncio.wait_for(service.process.wait(), GONE_S)


def send(service: Service, number: signal.Signals) -> None:
    assert service.process is not None
    os.kill(service.process.pid, number)


@asynccontextmanager
async def desk_killed(scene: Scene) -> AsyncIterator[None]:
    holder = await scene.trio.at("desk")
    await holder.kill()
    yield
    await holder.start()


@asynccontextmanager
async def desk_told_to_stop(scene: Scene) -> AsyncIterator[None]:
    holder = await scene.trio.at("desk")
    send(holder, signal.SIGTERM)
    yield
    assert await ended(holder) == 0, "did not end in good order"
    await holder.start()


@asynccontextmanager
async def desk_paused(scene: Scene) -> AsyncIterator[None]:
    """It wakes up when another has long taken the desk, and must write nothing."""
    holder = await scene.trio.at("desk")
    send(holder, signal.SIGSTOP)
    yield
    send(holder, signal.SIGCONT)
    assert await ended(holder) == 3, "the old desk lives on"
    await holder.start()


@asynccontextmanager
async def desk_killed_at_a_system_call(scene: Scene) -> AsyncIterator[None]:
    """Killed at the N-th time it speaks to anybody: before, within and after what it sends to PostgreSQL."""
    holder = await scene.trio.at("desk")
    assert holder.process is not None
    when = scene.rng.randint(1, CALLS_MAX)
    async with injected([holder.process.pid], f"{SENDS}:signal=SIGKILL:when={when}"):
        await ended(holder)
    yield
    await holder.start()


@asynccontextmanager
async def gateway_killed(scene: Scene) -> AsyncIterator[None]:
    await scene.trio.gateway.kill()
    await scene.trio.gateway.start()
    yield


@asynccontextmanager
async def postgres_killed(scene: Scene) -> AsyncIterator[None]:
    await scene.servers.first.kill()
    yield
    await scene.servers.first.start()


@asynccontextmanager
async def postgres_restarted(scene: Scene) -> AsyncIterator[None]:
    await scene.servers.first.kill(signal.SIGINT)  # its "fast" way to stop
    await scene.servers.first.start()
    yield


@asynccontextmanager
async def postgres_hung(scene: Scene) -> AsyncIterator[None]:
    process = scene.servers.first.process
    assert process is not None
    pids = family(process.pid)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in reversed(pids):
        os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def standby_gone(scene: Scene) -> AsyncIterator[None]:
    """No commit is answered while the only synchronous standby is away."""
    await scene.servers.second.kill()
    yield
    await scene.servers.second.start()
    await scene.servers.until_synchronous()


@asynccontextmanager
async def failed_over(scene: Scene) -> AsyncIterator[None]:
    """The primary dies for good, the standby is promoted. The last of a scene: there is no third server."""
    await scene.servers.fail_over()
    scene.is_failed_over = True
    yield


def postgres_faulty(fault: str) -> Strike:
    """Return a strike on what PostgreSQL asks of its disk. It may panic; it starts again by itself, or is started."""

    @asynccontextmanager
    async def strike(scene: Scene) -> AsyncIterator[None]:
        node = scene.servers.first
        assert node.process is not None
        async with injected(family(node.process.pid), fault):
            yield
        if not node.process.is_running():
            await node.start()

    return strike


async def redis_at_work(scene: Scene) -> int:
    """Wait until Redis answers, for its keeper takes longer each time it is killed; return its process."""
    async with asyncio.timeout(GONE_S), Redis.from_url(scene.valkey.url) as redis:
        while True:
            try:
                await redis.execute_command("PING")  # type: ignore[no-untyped-call]
            except RedisConnectionError:
                await asyncio.sleep(POLL_S)
            else:
                assert scene.valkey.pid is not None
                return scene.valkey.pid


@asynccontextmanager
async def redis_killed(scene: Scene) -> AsyncIterator[None]:
    os.kill(await redis_at_work(scene), signal.SIGKILL)  # its keeper starts it again
    yield


@asynccontextmanager
async def redis_flushed(scene: Scene) -> AsyncIterator[None]:
    await redis_at_work(scene)
    async with Redis.from_url(scene.valkey.url) as redis:
        await redis.flushall()
    yield


@asynccontextmanager
async def redis_flushed_and_killed(scene: Scene) -> AsyncIterator[None]:
    """Nothing that was there is there any more, and for a moment nobody answers."""
    async with redis_flushed(scene), redis_killed(scene):
        yield


@asynccontextmanager
async def redis_hung(scene: Scene) -> AsyncIterator[None]:
    pid = await redis_at_work(scene)
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)


def postgres_cut_off(*ways: str) -> Strike:
    """Return a strike that loses packets to or from the primary's port, for everybody."""

    @asynccontextmanager
    async def strike(scene: Scene) -> AsyncIterator[None]:
        async with dropped(*(f"--{way} {scene.servers.first.port}" for way in ways)):
            yield

    return strike


@asynccontextmanager
async def link_cut(scene: Scene) -> AsyncIterator[None]:
    """The gateway and the desk cannot hear each other; both reach PostgreSQL."""
    address = await scene.servers.first.ask("SELECT desk_address FROM ledger_head")
    port = str(address).rpartition(":")[2]
    async with dropped(f"--dport {port}", f"--sport {port}"):
        yield


def cut_off(name: str) -> Strike:
    """Return a strike that pulls the cable of a host."""

    @asynccontextmanager
    async def strike(scene: Scene) -> AsyncIterator[None]:
        async with unplugged(scene, name):
            yield

    return strike


@asynccontextmanager
async def unplugged(scene: Scene, name: str) -> AsyncIterator[None]:
    assert scene.network is not None
    await scene.network.pull(name)
    try:
        yield
    finally:
        await scene.network.plug(name)


@asynccontextmanager
async def desk_cut_off(scene: Scene) -> AsyncIterator[None]:
    """It goes on alone while another takes the desk; when it hears of that it must end, and have written nothing."""
    holder = await scene.trio.at("desk")
    async with unplugged(scene, f"desk-{scene.trio.desks.index(holder)}"):
        yield
    assert await ended(holder) == 3, "the old desk lives on"
    await holder.start()


@asynccontextmanager
async def split(scene: Scene) -> AsyncIterator[None]:
    """The primary is cut off and its standby promoted; then the old one comes back and still takes itself for it."""
    async with unplugged(scene, "first"):
        await scene.servers.second.promote()
        scene.is_failed_over = True
        yield


def clock_stepped(by_s: int) -> Strike:
    """Return a strike that steps the wall clock of every process of ours."""

    @asynccontextmanager
    async def strike(scene: Scene) -> AsyncIterator[None]:
        if scene.clock is None:
            raise NotToBeHad("no libfaketime")
        scene.clock.write_text(f"{by_s:+d}")
        await asyncio.sleep(1.5)  # the library looks once a second
        yield
        scene.clock.write_text("+0")

    return strike


@asynccontextmanager
async def everything_at_once(scene: Scene) -> AsyncIterator[None]:
    """The desk, PostgreSQL and Redis within the same second."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(desk_killed(scene))
        await stack.enter_async_context(redis_killed(scene))
        await stack.enter_async_context(postgres_killed(scene))
        yield


FAULTS: Final = (
    Fault("desk: kill -9", desk_killed),
    Fault("desk: SIGTERM", desk_told_to_stop),
    Fault("desk: paused past its lease", desk_paused),
    Fault("desk: killed at the N-th system call", desk_killed_at_a_system_call),
    Fault("gateway: kill -9", gateway_killed),
    Fault("link: cut", link_cut, lasts_s=4.0),
    Fault("PostgreSQL: kill -9", postgres_killed, lasts_s=1.0),
    Fault("PostgreSQL: restart", postgres_restarted),
    Fault("PostgreSQL: hung", postgres_hung, lasts_s=4.0),
    Fault("PostgreSQL: unreachable", postgres_cut_off("dport", "sport"), lasts_s=4.0),
    Fault("PostgreSQL: its answers lost", postgres_cut_off("sport"), lasts_s=4.0),
    Fault("PostgreSQL: slow disk", postgres_faulty(f"fdatasync,fsync:delay_enter={SLOW_US}")),
    Fault("PostgreSQL: EIO", postgres_faulty("fdatasync:error=EIO"), lasts_s=1.0),
    Fault("PostgreSQL: disk full", postgres_faulty("pwrite64:error=ENOSPC"), lasts_s=1.0),
    Fault("PostgreSQL: standby gone", standby_gone, lasts_s=3.0),
    Fault("Redis: kill -9", redis_killed),
    Fault("Redis: flushed", redis_flushed),
    Fault("Redis: flushed, then kill -9", redis_flushed_and_killed),
    Fault("Redis: hung", redis_hung, stays_s=3.0),
    Fault("clock: +10 min", clock_stepped(SKEW_S)),
    Fault("clock: -10 min", clock_stepped(-SKEW_S)),
    Fault("websockets: all closed at once", reconnect_storm),
    Fault("websockets: readers that never read", stuck_readers),
    Fault("HTTP: half-open and slow clients", half_open),
    Fault("calls: ten times as many", burst),
    Fault("desk, PostgreSQL and Redis at once", everything_at_once, lasts_s=1.0),
    Fault("network: the desk's host cut off", desk_cut_off, apart=True),
    Fault("network: the gateway's host cut off", cut_off("gateway"), lasts_s=4.0, apart=True),
    Fault("network: Redis cut off", cut_off("valkey"), stays_s=3.0, apart=True),
    Fault("network: PostgreSQL cut off", cut_off("first"), lasts_s=4.0, apart=True),
    Fault("network: the standby PostgreSQL cut off", cut_off("second"), lasts_s=4.0, apart=True),
    Fault("network: the old primary comes back after a failover", split, stays_s=3.0, apart=True, ends_scene=True),
    Fault("PostgreSQL: failover", failed_over, ends_scene=True),
)
# What catches most in the time that the tests have, in the order of one scene; needs no program of Debian's.
SHORT: Final = (
    "desk: kill -9",
    "desk: paused past its lease",
    "PostgreSQL: restart",
    "Redis: flushed, then kill -9",
    "PostgreSQL: failover",
)

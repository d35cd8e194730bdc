"""The one place that builds things: a process with its desk, view, stream and routes, from settings to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from app.access.keys import Keys
from app.access.known_keys import KEEP_S, KnownKeys
from app.access.tickets import Tickets
from app.clock import Clock
from app.desk import Desk
from app.engines import Urls
from app.intake.calls import Intake
from app.interop.callbacks.delivery import Deliverer
from app.interop.cot.client import TakClient
from app.interop.lorawan.mqtt import MqttIntake
from app.interop.webhooks.delivery import WebhookDeliverer
from app.link.client import LinkClient
from app.link.server import LinkServer
from app.loops import (
    calling_back,
    collecting,
    forgetting,
    hazards,
    hooking,
    keeping,
    locating,
    signs,
    silence,
    telling,
    tending,
    timers,
    watching,
    weather,
)
from app.positions import Fix, Positions
from app.publishing import Publisher
from app.relay import Relay, open_redis
from app.sealing import KeyFile, Sealer
from app.services import Services, Submitter
from app.settings import Settings, load_sectors
from app.signs import Signs
from app.spool.neighbours import Neighbours
from app.spool.spooling import Spooling, open_spool
from app.store.boards import load_board
from app.store.ledger import read_head
from app.store.pool import ACQUIRE_S, Pool, execute, open_pool
from app.stream.follow import Follower
from app.stream.hub import Hub
from app.view import View
from dispatch.commands import ConfigureSectors

log = logging.getLogger(__name__)

HEART_S = 0.25  # design 1: the desk publishes its head every 250 ms
CLOCK_S = 60.0
CLOSE_S = 3.0  # the longest Redis call is 1 s


@dataclass(slots=True)
class Process:
    """A running process: its parts, and the task that must not end."""

    services: Services
    vital: asyncio.Task[None]


async def build_services(
    settings: Settings, pool: Pool, clock: Clock, submitter: Submitter, forward: Callable[[Fix], None]
) -> Services:
    """Build what every process has, with a view that stands at the head."""
    region = settings.region
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            head = await read_head(connection, region)
            view = View(await load_board(connection, region, head), head)
        registry = Signs(load_sectors(settings)[0])
        await registry.load(connection, region)
    sealer = Sealer(KeyFile(settings.keys_path), region)
    services = Services(
        settings=settings,
        pool=pool,
        clock=clock,
        view=view,
        hub=Hub(),
        keys=Keys(pool, region),
        tickets=Tickets(),
        sealer=sealer,
        signs=registry,
        intake=Intake(sealer, registry, frozenset(settings.shared_numbers)),
        positions=Positions(view, forward),
        submitter=submitter,
    )
    await keeping.load_positions(services)
    await services.devices.load(pool, region)
    return services


@asynccontextmanager
async def desk_process(settings: Settings, urls: Urls) -> AsyncIterator[Process]:
    """Run a process that holds the desk: decides, serves, tells, and takes gateways' requests over the link."""
    async with AsyncExitStack() as stack:
        pool = await open_pool(urls.database)
        stack.push_async_callback(pool.close)
        publisher, clock = Publisher(), Clock()
        desk = Desk(urls.database, settings.region, clock, publisher.publish)
        await desk.start()

        def forward(fix: Fix) -> None:
            desk.board.place_unit(fix.unit_id, fix.point, fix.fixed_at)

        services = await build_services(settings, pool, clock, desk, forward)
        link = LinkServer(desk, services.view, services.positions)
        await listen_for_gateways(stack, link, desk, pool, settings)
        spooling = open_spool(stack, services, desk.submit)
        redis = open_redis(urls.redis)
        stack.push_async_callback(redis.aclose)
        relay = Relay(redis, settings.region, lambda state: services.dependencies.__setitem__("relay", state))
        publisher.connect(
            services,
            relay=relay.publish,
            reached=lambda unit_id: services.hub.hears(unit_id) or link.hears(unit_id),
        )
        vital = start_task(stack, desk.run(), "desk")
        start_task(stack, relay.run(), "relay", relay.close)
        hear_neighbours(stack, services, spooling, relay, redis)
        await desk.take_over()
        await services.ask(ConfigureSectors(load_sectors(settings)[1]), by="settings")
        if settings.cot_url is not None:
            start_task(stack, TakClient(services, settings.cot_url).run(), "tak")
        if settings.mqtt_url is not None:
            start_task(stack, MqttIntake(services, settings.mqtt_url).run(), "mqtt")
        deliverer = Deliverer(services)
        stack.push_async_callback(deliverer.close)
        add_desk_loops(services, desk, link, relay, deliverer)
        add_common_loops(services, relay)
        add_locating(stack, services)
        add_webhooks(stack, services)
        services.loops.start()
        stack.push_async_callback(services.loops.stop)
        yield Process(services, vital)


@asynccontextmanager
async def gateway_process(settings: Settings, urls: Urls) -> AsyncIterator[Process]:
    """Run a process without a desk: HTTP and websockets from its own view, commands over the link."""
    async with AsyncExitStack() as stack:
        pool = await open_pool(urls.database)
        stack.push_async_callback(pool.close)
        publisher, clock = Publisher(), Clock()
        services: Services | None = None

        def on_beat(_seq: int) -> None:
            if services is not None:
                services.hear_desk()

        link = LinkClient(pool, settings.region, on_beat)
        services = await build_services(settings, pool, clock, link, link.move)
        services.on_presence = link.presence
        spooling = open_spool(stack, services, link.submit, link.is_between_desks)
        publisher.connect(services)
        redis = open_redis(urls.redis)
        stack.push_async_callback(redis.aclose)
        relay = Relay(redis, settings.region, lambda _state: None)
        follower = Follower(services, publisher, redis, relay.name)
        start_task(stack, link.run(), "link")
        start_task(stack, relay.run(), "relay", relay.close)
        hear_neighbours(stack, services, spooling, relay, redis)
        vital = start_task(stack, follower.run(), "follower", follower.close)
        add_common_loops(services, relay)
        add_locating(stack, services)
        services.loops.start()
        stack.push_async_callback(services.loops.stop)
        yield Process(services, vital)


def start_task(
    stack: AsyncExitStack, work: Coroutine[None, None, None], name: str, close: Callable[[], None] | None = None
) -> asyncio.Task[None]:
    """Start a task that the stack stops and waits for: by `close` where it has one, else by cancelling."""
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        if close is not None:
            close()
            await asyncio.wait((task,), timeout=CLOSE_S)
        task.cancel()
        await asyncio.wait((task,), timeout=CLOSE_S)

    stack.push_async_callback(stop)
    return task


async def listen_for_gateways(
    stack: AsyncExitStack, link: LinkServer, desk: Desk, pool: Pool, settings: Settings
) -> None:
    """Open the link's port and write its address into the lease row."""
    server = await link.listen(settings.link_host, settings.link_port)
    stack.push_async_callback(link.close)
    stack.callback(server.close)
    port = server.sockets[0].getsockname()[1]
    await desk.announce(f"{settings.link_host}:{port}")

    async def retire() -> None:
        await execute(pool, "retire_desk", settings.region, desk.epoch)

    stack.push_async_callback(retire)


def hear_neighbours(stack: AsyncExitStack, services: Services, spooling: Spooling, relay: Relay, redis: Redis) -> None:
    """Tend the spool, and show what is on other processes' disks beside what is on ours."""
    neighbours = Neighbours(redis, services.settings.region, relay.name, spooling.lane)
    start_task(stack, neighbours.run(), "neighbours", neighbours.close)
    tend = tending.tend_spool
    services.loops.add("spool", tending.PAUSE_S, lambda: tend(services, spooling, relay.unrecorded, relay.name))
    services.loops.add("spool alarms", tending.ALARM_S, lambda: tending.raise_alarms(services, spooling))
    services.loops.add("orphans", tending.ADOPT_S, lambda: tending.adopt_orphans(spooling))


def add_locating(stack: AsyncExitStack, services: Services) -> None:
    """Fetch locations that calls refer to, where an operator has named hosts for it."""
    if services.settings.location_hosts:
        http = locating.client()
        stack.push_async_callback(http.aclose)
        services.loops.add("locations", locating.PAUSE_S, lambda: locating.locate(services, http))


def add_webhooks(stack: AsyncExitStack, services: Services) -> None:
    """Name the loops that tell webhooks, with the client they share."""
    deliverer = WebhookDeliverer(services)
    stack.push_async_callback(deliverer.http.aclose)
    services.loops.add("webhooks", hooking.PAUSE_S, lambda: hooking.tell_webhooks(services, deliverer))
    services.loops.add("delivery log", forgetting.PAUSE_S, lambda: hooking.forget_deliveries(services))


def add_desk_loops(services: Services, desk: Desk, link: LinkServer, relay: Relay, deliverer: Deliverer) -> None:
    """Name the loops of a process that holds the desk."""

    async def heart() -> None:
        if desk.is_well():
            services.hear_desk()
            link.beat()
            relay.head(services.view.seq, services.view.hash)

    loops = services.loops
    loops.add("heart", HEART_S, heart)
    loops.add("lease", watching.LEASE_S, lambda: watching.watch_lease(services, desk))
    loops.add("timers", timers.PAUSE_S, lambda: timers.name_passed_deadlines(services))
    listening_since = services.clock.now()
    loops.add("silence", silence.PAUSE_S, lambda: silence.find_silent_towers(services, listening_since))
    loops.add("forgetting", forgetting.PAUSE_S, lambda: forgetting.forget_callers(services))
    if services.settings.nws_url is not None:
        loops.add("weather", weather.PAUSE_S, lambda: weather.ask_weather_service(services))
    loops.add("old hazards", forgetting.PAUSE_S, lambda: hazards.forget_hazards(services))
    loops.add("forgetting callbacks", forgetting.PAUSE_S, lambda: forgetting.forget_callbacks(services))
    loops.add("callbacks", calling_back.PAUSE_S, lambda: calling_back.call_back(services, deliverer))


def add_common_loops(services: Services, relay: Relay) -> None:
    """Name the loops every process has."""

    async def correct_clock() -> None:
        async with services.pool.acquire(timeout=ACQUIRE_S) as connection:
            services.clock.correct(await connection.fetchval("SELECT clock_timestamp()"))

    loops = services.loops

    async def relay_positions() -> None:
        fixes = services.positions.relayed()
        if fixes:
            relay.positions(relay.name, fixes)

    loops.add("positions", telling.POSITIONS_S, lambda: telling.tell_positions(services))
    loops.add("relayed", telling.POSITIONS_S, relay_positions)
    loops.add("pulse", telling.PULSE_LOOK_S, lambda: telling.tell_pulse(services))
    loops.add("hazards", hazards.PAUSE_S, lambda: hazards.keep_hazards(services))
    loops.add("towers", silence.PAUSE_S, lambda: silence.keep_towers(services))
    loops.add("tracks", keeping.SAMPLE_S, lambda: keeping.keep_positions(services))
    loops.add("clock", CLOCK_S, correct_clock)
    loops.add("signs", signs.PAUSE_S, lambda: signs.keep_signs(services))
    loops.add("rehearsal", signs.REHEARSAL_PAUSE_S, lambda: signs.rehearse_signs(services))
    loops.add("garbage", collecting.PAUSE_S, collecting.collect_garbage)
    known_keys = KnownKeys(services.pool, services.settings.region, services.settings.known_keys_path, services.sealer)
    services.keys.find = known_keys.find
    loops.add("known keys", KEEP_S, known_keys.keep)
    loops.add("watch", watching.PAUSE_S, lambda: watching.watch_loops(services))

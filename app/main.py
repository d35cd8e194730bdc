"""The one place that builds things: a process with its desk, view, stream and routes, from settings to stop."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic

from redis.asyncio import Redis

from app.access.authority import Authority
from app.access.devices.enrolled import EnrolledDevices
from app.access.keys import Keys
from app.access.known_keys import KEEP_S, KnownKeys
from app.access.once import Once
from app.access.origins import Origins
from app.access.people.people import build_people
from app.access.signing.signed import Signatures
from app.access.stamp import Stamps
from app.access.tickets import Tickets
from app.access.visitors import Visitors
from app.candidate import Candidate, Roles
from app.clock import Clock
from app.desk import Desk
from app.engines import Urls
from app.intake.calls import Intake
from app.interop.callbacks.delivery import Deliverer
from app.interop.cot.client import TakClient
from app.interop.lorawan.mqtt import MqttIntake
from app.interop.webhooks.delivery import WebhookDeliverer
from app.lease.lease import Lease
from app.link.client import LinkClient
from app.link.server import LinkServer
from app.loops import (
    admitting,
    archiving,
    calling_back,
    collecting,
    forgetting,
    hazards,
    hooking,
    keeping,
    lagging,
    locating,
    progressing,
    replication,
    retaining,
    signing,
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
from app.relay import Relay
from app.relay_nodes import is_cluster, open_redis
from app.sealing import KeyFile, Sealer
from app.services import Services, Standing, Submitter
from app.settings import Settings, load_sectors
from app.spool.neighbours import Neighbours
from app.spool.spooling import Spooling, open_spool
from app.store.boards import read_board
from app.store.pool import ACQUIRE_S, Pool, execute, open_pool
from app.store.writer import AWAY
from app.stream.follow import Follower
from app.stream.reader import Reader
from app.tracing.parts import Parts, open_parts
from app.view import View
from dispatch.commands import ConfigureSectors

log = logging.getLogger(__name__)

HEART_S = 0.25  # design 1: the desk publishes its head every 250 ms
CLOCK_S = 60.0
CLOSE_S = 3.0  # the longest Redis call is 1 s
COMING_S = 5.0  # after a takeover devices, and gateways with theirs, have yet to find their way; then absence counts


@dataclass(slots=True)
class Process:
    """A running process: its parts, and the task that must not end."""

    services: Services
    vital: asyncio.Task[None]


async def build_services(
    settings: Settings, pool: Pool, clock: Clock, submitter: Submitter, forward: Callable[[Fix], None], parts: Parts
) -> Services:
    """Build what every process has, with a view that stands at the head."""
    region = settings.region
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        view = View(*await read_board(connection, region))
        registry = parts.signs(load_sectors(settings)[0])
        await registry.load(connection, region)
    sealer = Sealer(KeyFile(settings.keys_path), region, settings.rules)
    known_keys = KnownKeys(pool, region, settings.known_keys_path, sealer)
    keys, once = Keys(pool, region, known_keys.find), Once(pool, region)

    def sector_of(unit_id: str) -> str | None:
        unit = view.board.units.get(unit_id)
        return unit.sector if unit is not None else None

    enrolled = EnrolledDevices(pool, region, sealer, clock, sector_of, settings.device_token_s)
    people = build_people(settings, pool, sealer)
    authorities: dict[str, Authority] = {"key": keys, "device": enrolled, "session": people.sessions}
    services = Services(
        settings=settings,
        pool=pool,
        clock=clock,
        view=view,
        hub=parts.hub(),
        keys=keys,
        enrolled=enrolled,
        signatures=Signatures(keys, once, sealer, settings.public_url),
        origins=Origins(settings.origins, settings.allowed_hosts, settings.public_url),
        authorities=authorities,
        visitors=Visitors(authorities),
        tickets=Tickets(Stamps(sealer, "ticket"), once, authorities, clock),
        people=people,
        sealer=sealer,
        signs=registry,
        intake=Intake(sealer, registry, frozenset(settings.shared_numbers), settings.number_region),
        positions=Positions(view, forward),
        submitter=submitter,
        tracing=parts.tracing,
    )
    parts.watch(services.loops)
    services.loops.add("known keys", KEEP_S, known_keys.keep)
    await keeping.load_positions(services)
    await services.devices.load(pool, region)
    return services


@dataclass(slots=True)
class Gateway:
    """What a process is made of that takes HTTP and websockets; whoever holds the desk has it, too."""

    stack: AsyncExitStack
    services: Services
    publisher: Publisher
    reader: Reader
    link: LinkClient
    relay: Relay
    redis: Redis
    parts: Parts

    @asynccontextmanager
    async def follow(self) -> AsyncIterator[asyncio.Task[None]]:
        """Follow the desk of another process: its ledger by relay, its answers over the link. Gives what must not end.

        Afterwards the view is left where it stands; nobody waits for a Redis that hangs before the process ends.
        """
        follower = Follower(self.services, self.publisher, self.reader, self.redis, self.relay.name)
        async with AsyncExitStack() as link_stack:
            start_task(link_stack, self.link.run(), "link")
            following = start_task(self.stack, follower.run(), "follower", follower.close)
            try:
                yield following
            finally:
                follower.close()

    async def hold(self, stack: AsyncExitStack, desk: Desk, awaited: bool) -> None:
        """Begin to be the desk: publish, answer, take gateways' requests, and do what only the desk's process does."""
        services, settings = self.services, self.services.settings
        for fix in services.positions.latest.values():
            desk.board.place_unit(fix.unit_id, fix.point, fix.fixed_at)
        server = LinkServer(desk, services.view, services.positions, services.ill_outside)
        since = monotonic()

        def reached(unit_id: str) -> bool:
            is_heard = services.hub.hears(unit_id) or server.hears(unit_id)
            return is_heard or (awaited and monotonic() - since < COMING_S)

        self.publisher.connect(services, relay=self.relay.publish, reached=reached)
        services.submitter, services.on_presence = desk, None
        services.positions.forward_to(lambda fix: _place(desk, fix))
        await desk.take_over()
        await services.ask(ConfigureSectors(load_sectors(settings)[1]), by="settings")
        self.link.hand_to(desk)
        await listen_for_gateways(stack, server, desk, services)
        if settings.cot_url is not None:
            start_task(stack, TakClient(services, settings.cot_url).run(), "tak")
        if settings.mqtt_url is not None:
            start_task(stack, MqttIntake(services, settings.mqtt_url).run(), "mqtt")
        deliverer = Deliverer(services)
        stack.push_async_callback(deliverer.close)
        add_desk_loops(services, desk, server, self.relay, deliverer)
        add_webhooks(stack, services)


def _place(desk: Desk, fix: Fix) -> None:
    desk.board.place_unit(fix.unit_id, fix.point, fix.fixed_at)


@asynccontextmanager
async def desk_process(settings: Settings, urls: Urls) -> AsyncIterator[Process]:
    """Run a process that serves like a gateway, and holds the desk: at once when nobody does, else when its turn comes.

    Begins when it is known who holds the desk.
    """
    async with AsyncExitStack() as stack:
        lease = Lease(urls.database, settings.region)
        stack.callback(lease.close)
        await lease.open()
        gateway = await build_gateway(stack, settings, urls)
        services = gateway.services
        publish, scribe = gateway.publisher.publish, gateway.parts.scribe
        desk = Desk(urls.database, settings.region, lease.secret, services.clock, publish, scribe)
        roles = Roles(gateway.follow, gateway.hold)
        candidate = Candidate(lease, desk, services, gateway.reader, roles)
        vital = start_task(stack, candidate.run(), "desk", candidate.close)
        await settled(candidate, vital)
        services.loops.start()
        stack.push_async_callback(services.loops.stop)
        yield Process(services, vital)


async def settled(candidate: Candidate, vital: asyncio.Task[None]) -> None:
    """Wait until it is known who holds the desk. Raises what ends the candidate before."""
    waiting = asyncio.create_task(candidate.settled.wait())
    await asyncio.wait((waiting, vital), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if vital.done():
        vital.result()


@asynccontextmanager
async def gateway_process(settings: Settings, urls: Urls) -> AsyncIterator[Process]:
    """Run a process without a desk: HTTP and websockets from its own view, commands over the link."""
    async with AsyncExitStack() as stack:
        gateway = await build_gateway(stack, settings, urls)
        vital = await stack.enter_async_context(gateway.follow())
        gateway.services.loops.start()
        stack.push_async_callback(gateway.services.loops.stop)
        yield Process(gateway.services, vital)


async def build_gateway(stack: AsyncExitStack, settings: Settings, urls: Urls) -> Gateway:
    """Build what every process has, with the loops it runs; nobody is followed yet."""
    pool = await open_pool(urls.database)
    stack.push_async_callback(pool.close)
    parts = open_parts(stack, settings)
    publisher, clock = parts.publisher(), Clock()
    services: Services | None = None

    def on_beat(_seq: int) -> None:
        if services is not None:
            services.hear_desk()
            services.desk_finds = link.ill

    link = LinkClient(pool, settings.region, on_beat)
    services = await build_services(settings, pool, clock, link, link.move, parts)
    services.on_presence = link.presence
    publisher.connect(services)
    redis = open_redis(urls.redis)
    stack.push_async_callback(redis.aclose)
    relay = Relay(
        redis,
        settings.region,
        lambda state: _note_relay(services, state),
        counts_all=not is_cluster(urls.redis),
    )
    start_task(stack, relay.run(), "relay", relay.close)
    spooling = open_spool(
        stack,
        services,
        services.submit_now,
        lambda: services.standing is not Standing.DESK and link.is_between_desks(),
    )
    hear_neighbours(stack, services, spooling, relay, redis)
    add_common_loops(services, relay)
    add_locating(stack, services)
    return Gateway(stack, services, publisher, Reader(services, publisher), link, relay, redis, parts)


def _note_relay(services: Services, state: str) -> None:
    """Whether the relay takes what is sent matters to the desk; the others know it by what they hear."""
    if services.standing is Standing.DESK:
        services.dependencies["relay"] = state


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


async def listen_for_gateways(stack: AsyncExitStack, server: LinkServer, desk: Desk, services: Services) -> None:
    """Open the link's port and write its address into the head row."""
    settings = services.settings
    listening = await server.listen(settings.link_host, settings.link_port)
    stack.push_async_callback(server.close)
    stack.callback(listening.close)
    port = listening.sockets[0].getsockname()[1]
    await announce(services.pool, desk, f"{settings.link_host}:{port}")


async def announce(pool: Pool, desk: Desk, address: str) -> None:
    """Say where this desk is; while PostgreSQL is away, try on."""
    while True:
        try:
            await execute(pool, "announce_desk", desk.region, desk.secret, address)
        except AWAY as error:
            log.warning("the desk's address cannot be announced: %s", type(error).__name__)
            await asyncio.sleep(HEART_S)
        else:
            return


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
            services.desk_finds = {}  # what another desk found before this one
            link.beat()
            relay.head(services.view.seq, services.view.hash)

    loops = services.loops
    loops.add("heart", HEART_S, heart)
    loops.add("archive", archiving.PAUSE_S, lambda: archiving.forget_at_desk(services, desk))
    loops.add("timers", timers.PAUSE_S, lambda: timers.name_passed_deadlines(services))
    listening_since = services.clock.now()
    loops.add("silence", silence.PAUSE_S, lambda: silence.find_silent_towers(services, listening_since))
    loops.add("forgetting", forgetting.PAUSE_S, lambda: forgetting.forget_callers(services))
    loops.add("spent", admitting.FORGET_S, lambda: admitting.forget_spent(services))
    loops.add("device codes", admitting.CODES_S, lambda: admitting.forget_codes(services))
    if services.settings.nws_url is not None:
        loops.add("weather", weather.PAUSE_S, lambda: weather.ask_weather_service(services))
    loops.add("old hazards", forgetting.PAUSE_S, lambda: hazards.forget_hazards(services))
    loops.add("forgetting sign-ins", forgetting.PAUSE_S, lambda: forgetting.forget_sign_ins(services))
    loops.add("forgetting callbacks", forgetting.PAUSE_S, lambda: forgetting.forget_callbacks(services))
    loops.add("retention", retaining.FOLLOW_S, lambda: retaining.follow_outcomes(services))
    loops.add("purge", retaining.PURGE_S, lambda: retaining.end_what_is_over(services))
    loops.add("signed heads", signing.PAUSE_S, lambda: signing.sign_heads(services))
    loops.add("desk progress", progressing.PAUSE_S, progressing.DeskProgress(services).watch)
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

    loops.add("visitors", admitting.REVIEW_S, lambda: admitting.review_visitors(services))
    loops.add("usage", admitting.USAGE_S, lambda: admitting.keep_usage(services))
    loops.add("positions", telling.POSITIONS_S, lambda: telling.tell_positions(services))
    loops.add("relayed", telling.POSITIONS_S, relay_positions)
    loops.add("pulse", telling.PULSE_LOOK_S, lambda: telling.tell_pulse(services))
    loops.add("hazards", hazards.PAUSE_S, lambda: hazards.keep_hazards(services))
    loops.add("towers", silence.PAUSE_S, lambda: silence.keep_towers(services))
    loops.add("tracks", keeping.SAMPLE_S, lambda: keeping.keep_positions(services))
    loops.add("clock", CLOCK_S, correct_clock)
    loops.add("signs", signs.PAUSE_S, lambda: signs.keep_signs(services))
    loops.add("rehearsal", signs.REHEARSAL_PAUSE_S, lambda: signs.rehearse_signs(services))
    loops.add("lag", lagging.PAUSE_S, lagging.Lag().measure)
    loops.add("garbage", collecting.PAUSE_S, collecting.collect_garbage)
    loops.add("old view", archiving.PAUSE_S, lambda: archiving.forget_in_view(services))
    loops.add("standby", replication.PAUSE_S, lambda: replication.watch_standby(services))
    loops.add(progressing.NAME, progressing.PAUSE_S, progressing.Progress(services, relay.backlog).watch)
    loops.add(watching.NAME, watching.PAUSE_S, lambda: watching.watch_loops(services))

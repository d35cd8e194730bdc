"""Following the ledger without a desk: relayed batches while they fit, the ledger itself when they do not."""

import asyncio
import logging
from datetime import datetime
from time import monotonic
from typing import Any, Final

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.codec import decode_event
from app.positions import Fix
from app.publishing import Publisher
from app.relay import channel, decode_batch
from app.relay_nodes import SOCKET_S
from app.services import Services
from app.store.writer import AWAY
from app.stream.reader import Reader
from geo.point import Point

log = logging.getLogger(__name__)

SILENT_S: Final = 1.0  # design 1: after 1 s of silence followers poll the ledger
SILENT: Final = "silent: the ledger is read instead, once a second"


class Follower:
    """Keeps a view at the head. A batch is folded only if it begins at the view's own head, by seq and by hash."""

    def __init__(self, services: Services, publisher: Publisher, reader: Reader, redis: Redis, own_name: str) -> None:
        self._services = services
        self._publisher = publisher
        self._reader = reader
        self._redis = redis
        self._own_name = own_name
        self._heard = monotonic()
        self._read_at = 0.0
        self._closing = False

    def close(self) -> None:
        """Let `run` end by itself: a Redis call that is cancelled may swallow the cancellation."""
        self._closing = True

    async def run(self) -> None:
        """Follow until closed: over Redis while it is there, by polling while it is not."""
        while not self._closing:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                self._say(f"down: {type(error).__name__}")
                await self.catch_up()
                await asyncio.sleep(SILENT_S)

    async def _listen(self) -> None:
        region = self._services.settings.region
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(*(channel(region, what) for what in ("batches", "heads", "positions")))
            await self.catch_up()  # subscribed first, so nothing falls between
            self._heard = monotonic()
            while not self._closing:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=SOCKET_S / 2)
                if message is not None:
                    await self._take(message["channel"].decode().rpartition(":")[2], message["data"])
                await self._mind_silence()

    async def _mind_silence(self) -> None:
        """Read the ledger while nothing is heard, and say so when it is the relay that is silent and not the desk."""
        now = monotonic()
        if now - self._heard <= SILENT_S:
            self._say("ok")
            return
        if self._services.picture_age_s() < SILENT_S:
            self._say(SILENT)
        if now - self._read_at > SILENT_S:
            await self.catch_up()

    def _say(self, state: str) -> None:
        if not self._closing:  # then it is for the desk here to say
            self._services.dependencies["relay"] = state

    async def _take(self, what: str, data: bytes) -> None:
        if self._closing:
            return
        try:
            if what == "batches":
                self._heard = monotonic()  # not at positions: other gateways may be heard where the desk is not
                await self._take_batch(data)
            elif what == "heads":
                self._heard = monotonic()
                head, view = orjson.loads(data), self._services.view
                seq, head_hash = int(head["seq"]), bytes.fromhex(head["hash"])
                # A head behind ours was said before our last batch, or a failover has lost that batch.
                if seq != view.seq or head_hash != view.hash:
                    await self.catch_up()
            else:
                self._take_positions(orjson.loads(data))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a relayed message made no sense: %s", type(error).__name__)

    async def _take_batch(self, data: bytes) -> None:
        batch = decode_batch(data)
        view, tracing = self._services.view, self._services.tracing
        if batch.first == view.seq + 1 and batch.before == view.hash:
            if tracing is not None:
                tracing.expect(batch.traces)
            self._publisher.tell([decode_event(body) for body in batch.bodies], batch.after)
        elif batch.last > view.seq:
            await self.catch_up()

    def _take_positions(self, said: dict[str, Any]) -> None:
        if said["from"] == self._own_name:
            return
        for fix in said["fixes"]:
            at = datetime.fromisoformat(fix["fixed_at"])
            point = Point(fix["lat"], fix["lon"])
            told = Fix(fix["unit_id"], point, at, fix["accuracy_m"], fix.get("source"))
            self._services.positions.take(told, is_own=False)

    async def catch_up(self) -> None:
        """Fold what the ledger has after the view's head; when PostgreSQL is away, wait: the next round tries again."""
        if self._closing:
            return
        try:
            await self._reader.catch_up()
        except AWAY as error:
            log.warning("the ledger cannot be read: %s", type(error).__name__)
            await asyncio.sleep(SILENT_S)
        else:
            self._read_at = monotonic()

"""Hearing what other processes hold on their disks, over the relay: their consoles' lanes and ours show the same."""

import asyncio
import logging
from typing import Final

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.relay import channel
from app.relay_nodes import SOCKET_S
from app.spool.lane import Lane

log = logging.getLogger(__name__)

WHAT: Final = "unrecorded"
AGAIN_S: Final = 1.0


class Neighbours:
    """Listens until closed. Without the relay each process shows its own, which is what it can know."""

    def __init__(self, redis: Redis, region: str, own_name: str, lane: Lane) -> None:
        self._redis, self._channel, self._own_name, self._lane = redis, channel(region, WHAT), own_name, lane
        self._closing = False

    def close(self) -> None:
        """Let `run` end by itself: a Redis call that is cancelled may swallow the cancellation."""
        self._closing = True

    async def run(self) -> None:
        while not self._closing:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                log.info("other processes' spools are not heard: %s", type(error).__name__)
                await asyncio.sleep(AGAIN_S)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(self._channel)
            while not self._closing:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=SOCKET_S / 2)
                if message is not None:
                    self._take(message["data"])

    def _take(self, data: bytes) -> None:
        try:
            self._lane.hear(data, self._own_name)
        except (ValueError, KeyError, TypeError, msgspec.MsgspecError) as error:
            log.warning("another process told of its spool in words that make no sense: %s", type(error).__name__)

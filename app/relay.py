"""The relay: committed batches and positions over Redis. Losing it slows delivery and loses nothing."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from app.loops.telling import fix_json
from app.positions import Fix
from app.relay_nodes import SOCKET_S
from app.store.ledger import Batch

log = logging.getLogger(__name__)

WAITING_MAX: Final = 2_000  # batches; beyond it the oldest are dropped and followers read the ledger instead


def channel(region: str, what: str) -> str:
    return f"auxilio:{region}:{what}"


@dataclass(frozen=True, slots=True)
class Relayed:
    """A batch as it travels: `before` and `after` are the chain's hashes around it, `traces` those of its events."""

    first: int
    last: int
    before: bytes
    after: bytes
    bodies: list[bytes]
    traces: dict[int, str]


def encode_batch(batch: Batch) -> bytes:
    said: dict[str, Any] = {
        "first": batch.first,
        "last": batch.last,
        "before": batch.before.hex(),
        "after": batch.after.hex(),
        "bodies": [event.body.decode() for event in batch.events],
    }
    if batch.traces is not None:
        said["traces"] = {str(seq): trace for seq, trace in batch.traces.items()}
    return orjson.dumps(said)


def decode_batch(data: bytes) -> Relayed:
    """Read a relayed batch. Raises ValueError or KeyError on anything else."""
    raw: dict[str, Any] = orjson.loads(data)
    bodies = [str(body).encode() for body in raw["bodies"]]
    traces = {int(seq): str(trace) for seq, trace in dict(raw.get("traces", {})).items()}
    hashes = bytes.fromhex(raw["before"]), bytes.fromhex(raw["after"])
    return Relayed(raw["first"], raw["last"], *hashes, bodies, traces)


class Relay:
    """The sending end. `publish` never waits; what Redis cannot take is dropped, because the ledger has it.

    A batch is sent only while somebody listened to the last message: a follower that comes hears a head first, within
    250 ms, and reads what it missed in the ledger. Without gateways this spares every call a round trip. A node of a
    cluster knows of its own listeners only: there `counts_all` is False, and everything is sent.
    """

    def __init__(self, redis: Redis, region: str, state: Callable[[str], None], *, counts_all: bool = True) -> None:
        self._redis = redis
        self._region = region
        self._state = state
        self.name = secrets.token_hex(4)
        self._counts_all = counts_all
        self._is_heard = not counts_all
        self._waiting: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(WAITING_MAX)

    def publish(self, batch: Batch) -> None:
        if self._is_heard:
            self._put("batches", encode_batch(batch))

    def head(self, seq: int, head_hash: bytes) -> None:
        """Say where the ledger stands, so that a follower that missed the last batch notices."""
        self._put("heads", orjson.dumps({"seq": seq, "hash": head_hash.hex()}))

    def positions(self, sender: str, fixes: list[Fix]) -> None:
        self._put("positions", orjson.dumps({"from": sender, "fixes": [fix_json(fix) for fix in fixes]}))

    def unrecorded(self, data: bytes) -> None:
        """Tell other processes what is on this one's disk: public lines of reports, nothing of a person."""
        self._put("unrecorded", data)

    def _put(self, what: str, data: bytes) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait((what, data))

    def backlog(self) -> int:
        """Return how many messages wait for Redis."""
        return self._waiting.qsize()

    def close(self) -> None:
        """Let `run` end by itself: a Redis call that is cancelled may swallow the cancellation."""
        self._put("", b"")

    async def run(self) -> None:
        """Send what waits, in order. A failure drops that message and says so in the process's state."""
        while True:
            what, data = await self._waiting.get()
            if not what:
                return
            try:
                listeners = await self._redis.publish(channel(self._region, what), data)
                self._is_heard = bool(listeners) or not self._counts_all
            except (RedisError, OSError) as error:
                self._state(f"down: {type(error).__name__}")
                await asyncio.sleep(SOCKET_S)
            else:
                self._state("ok")

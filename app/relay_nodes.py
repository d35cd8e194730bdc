"""Reaching the relay: one Redis or Valkey, or any node of a cluster of either, the next one when that one fails.

What is published at one node of a cluster reaches the subscribers of every other, over the cluster's own bus. Frames
and positions need nothing else of it: no key, no slot, so no client that knows slots.
"""

from itertools import cycle
from typing import Any, Final

from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.store.hosts import hosts_of

SOCKET_S: Final = 1.0  # redis-py's defaults hang for 25 s on a stopped server (reliability section 1)


class _NextNode(Connection):
    """Connects to the node after the one that was tried last, by whichever connection, until one of all takes it."""

    def __init__(self, *, nodes: "cycle[tuple[str, int]]", nodes_count: int, **options: Any) -> None:
        self._nodes = nodes
        self._nodes_count = nodes_count
        super().__init__(**options)

    async def _connect(self) -> None:
        for left in reversed(range(self._nodes_count)):
            self.host, self.port = next(self._nodes)
            try:
                await super()._connect()  # type: ignore[no-untyped-call]
            except (RedisError, OSError):
                if not left:
                    raise
            else:
                return


class _NextTlsNode(_NextNode, SSLConnection):
    """The same, with TLS."""


def is_cluster(url: str) -> bool:
    """Whether an address names several nodes. Each counts only its own subscribers."""
    return len(hosts_of(url)) > 1


def open_redis(url: str) -> Redis:
    """Return a client that gives up quickly and never retries by itself."""
    patience: dict[str, Any] = {
        "socket_timeout": SOCKET_S,
        "socket_connect_timeout": SOCKET_S,
        "retry": Retry(NoBackoff(), 0),
    }
    if not is_cluster(url):
        client: Redis = Redis.from_url(url, **patience)
        return client
    options: list[dict[str, Any]] = [dict(parse_url(node)) for node in hosts_of(url)]
    nodes = cycle([(each.pop("host"), int(each.pop("port", 6379))) for each in options])
    secure = options[0].pop("connection_class", None) is not None
    pool = ConnectionPool(
        _NextTlsNode if secure else _NextNode, nodes=nodes, nodes_count=len(options), **options[0], **patience
    )
    return Redis.from_pool(pool)

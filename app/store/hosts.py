"""Reaching PostgreSQL where several hosts may be it: each is given its own time, and only one that takes writes."""

import logging
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import asyncpg

if TYPE_CHECKING:  # asyncpg's classes take parameters in its stubs only
    Single = asyncpg.Connection[asyncpg.Record]
else:
    Single = asyncpg.Connection

log = logging.getLogger(__name__)

# asyncpg gives all hosts of a DSN one time-out together: a first host that takes connections and says nothing would use
# it up, and the one that lives would never be asked.
HOST_S: Final = 2.0
LAST_HOST_S: Final = 10.0  # there is nobody else to ask


def hosts_of(dsn: str) -> tuple[str, ...]:
    """Return a DSN per host, in order: `postgresql://u@a:1,b:2/db` and `postgresql:///db?host=a,b&port=1,2` name two.

    A password may hold a comma; a host cannot.
    """
    parts = urlsplit(dsn)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    hosts, ports = query.pop("host", "").split(","), query.pop("port", "").split(",")
    account, at, places = parts.netloc.rpartition("@")
    if len(hosts) == 1 and "," not in places:
        return (dsn,)
    if len(hosts) == 1:
        tail = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return tuple(f"{parts.scheme}://{account}{at}{place}{tail}" for place in places.split(","))
    found = []
    for host, port in zip(hosts, ports if len(ports) == len(hosts) else ports[:1] * len(hosts), strict=True):
        own = {"host": host, "port": port, **query} if port else {"host": host, **query}
        asked = urlencode(own, quote_via=quote, safe="/")
        found.append(f"{parts.scheme}://{parts.netloc}{parts.path}?{asked}")
    return tuple(found)


async def dial(dsn: str, **options: Any) -> Single:
    """Connect to the first host that takes writes; a replica is passed over until it is promoted.

    Raises the last host's error: OSError, TimeoutError, PostgresError, or asyncpg's own when every host only reads.
    """
    hosts = hosts_of(dsn)
    options["target_session_attrs"] = "read-write"  # whatever the DSN says: what a replica shows may be old
    for host in hosts[:-1]:
        try:
            return await asyncpg.connect(host, **options, timeout=HOST_S)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InternalClientError) as error:
            log.info("a PostgreSQL host is passed over: %s", type(error).__name__)
    return await asyncpg.connect(hosts[-1], **options, timeout=LAST_HOST_S)

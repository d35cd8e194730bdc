"""Reaching PostgreSQL where several hosts may be it: each is given its own time, and only one that takes writes."""

import asyncio
import logging
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import asyncpg

if TYPE_CHECKING:  # asyncpg's classes take parameters in its stubs only
    Single = asyncpg.Connection[asyncpg.Record]
else:
    Single = asyncpg.Connection

log = logging.getLogger(__name__)

HOST_S: Final = 2.0  # for each of several hosts, all asked at once: one may take connections and say nothing
ONLY_HOST_S: Final = 10.0  # there is nobody else to ask
NEWER_S: Final = 0.5  # after the first that takes writes: is another, promoted since, the truth now?
# A promotion begins a new timeline, which the name of the file now written to begins with.
TIMELINE: Final = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"
REFUSALS: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


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
    """Connect to the host that takes writes; of several, as when an old primary is back, to the one last promoted.

    Raises the last host's error: OSError, TimeoutError, PostgresError, or asyncpg's own when every host only reads.
    """
    hosts = hosts_of(dsn)
    options["target_session_attrs"] = "read-write"  # whatever the DSN says: what a replica shows may be old
    if len(hosts) == 1:
        return await asyncpg.connect(hosts[0], **options, timeout=ONLY_HOST_S)
    chosen: Single | None = None
    asked = [asyncio.create_task(_ask(host, options), name="ask a host") for host in hosts]
    try:
        await _until_one_answers(asked)
        await asyncio.wait(asked, timeout=NEWER_S)
        answers = [task.result() for task in asked if _has_answered(task)]
        if answers:
            chosen = max(answers, key=itemgetter(0))[1]  # the first of equals
    finally:
        for task in asked:
            task.cancel()
        await asyncio.wait(asked)
        for task in asked:
            if _has_answered(task) and task.result()[1] is not chosen:
                task.result()[1].terminate()
    return asked[-1].result()[1] if chosen is None else chosen  # none: raises what the last one said


async def _ask(host: str, options: dict[str, Any]) -> tuple[str, Single]:
    """Connect to a host that takes writes; return its timeline, as text that sorts, and the connection."""
    connection = await asyncpg.connect(host, **options, timeout=HOST_S)
    try:
        return str(await connection.fetchval(TIMELINE, timeout=HOST_S)), connection
    except BaseException:
        connection.terminate()
        raise


async def _until_one_answers(asked: "list[asyncio.Task[tuple[str, Single]]]") -> None:
    """Wait until one host took us in, or none will."""
    for ended in asyncio.as_completed(asked):
        try:
            await ended
        except asyncpg.TargetServerAttributeNotMatched:  # the standby, as it should
            continue
        except REFUSALS as error:
            log.info("a PostgreSQL host is passed over: %s", type(error).__name__)
        else:
            return


def _has_answered(task: "asyncio.Task[tuple[str, Single]]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is None

"""Filling the outbox from the ledger: read behind the desk, written in one transaction with the cursor."""

from typing import Final

from app.codec import Recorded, decode_event
from app.interop.callbacks.news import KINDS, Callback, News, callbacks_of, news_of
from app.services import Services
from app.store.boards import load_incident
from app.store.pool import ACQUIRE_S, Connection
from app.store.statements import statement
from dispatch.entities import Call, Incident

EVENTS_MAX: Final = 500  # read in one round
PENDING_MAX: Final = 10_000  # of one PSAP: some days of a large one


async def fill(services: Services, wanted: frozenset[str]) -> int:
    """Put what has happened since the cursor into the outbox; return how many events were looked at."""
    region, head = services.settings.region, services.view.seq
    async with services.pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
        after = await connection.fetchval(statement("take_callback_cursor"), region, head)
        if after >= head:
            return 0
        rows = await connection.fetch(statement("read_ledger_kinds"), region, after, head, list(KINDS), EVENTS_MAX)
        found: list[Callback] = []
        for row in rows:
            found += await _callbacks(services, connection, decode_event(row["body"].encode()), wanted)
        if found:
            await _add(connection, region, found)
        upto = rows[-1]["seq"] if len(rows) == EVENTS_MAX else head
        await connection.execute(statement("move_callback_cursor"), region, upto)
        return len(rows)


async def _callbacks(
    services: Services, connection: Connection, recorded: Recorded, wanted: frozenset[str]
) -> list[Callback]:
    news = news_of(recorded.event, services.view.board)
    if news is None:
        return []
    incident, calls = await _about(services, connection, news)
    if incident is None:
        return []
    issuer = (services.settings.region, services.settings.agency_id)
    return callbacks_of(recorded, news, incident, calls, wanted, issuer)


async def _about(services: Services, connection: Connection, news: News) -> tuple[Incident | None, list[Call]]:
    """Return the incident and its calls: from the view, or from the archive when it was read that late."""
    board = services.view.board
    incident = board.incidents.get(news.incident_id)
    if incident is not None:
        return incident, [board.calls[i] for i in incident.calls if i in board.calls]
    rows = await load_incident(connection, services.settings.region, news.incident_id)
    if not rows or not isinstance(rows[0], Incident):
        return None, []
    return rows[0], [row for row in rows if isinstance(row, Call)]


async def _add(connection: Connection, region: str, found: list[Callback]) -> None:
    await connection.execute(
        statement("add_callbacks"),
        region,
        [each.psap for each in found],
        [each.seq for each in found],
        [each.psap_call_id for each in found],
        [each.event for each in found],
        [each.incident_id for each in found],
        [each.body for each in found],
    )
    for psap in {each.psap for each in found}:
        await connection.execute(statement("bound_callbacks"), region, psap, PENDING_MAX)

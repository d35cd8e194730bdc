"""Filling the outbox from the ledger, behind the desk: in one transaction with the cursor, so nothing is left out."""

from typing import Any, Final

import orjson

from app.interop.webhooks.subscription import Webhook, body_of, sector_of
from app.services import Services
from app.store.pool import ACQUIRE_S, Connection, fetch
from app.store.statements import statement

EVENTS_MAX: Final = 500  # read in one round
REPLAYED_MAX: Final = 5_000  # events looked at for one wish to be told again


async def load_active(services: Services) -> list[Webhook]:
    rows = await fetch(services.pool, "active_webhooks", services.settings.region)
    return [Webhook(r["id"], r["url"], tuple(r["kinds"]), tuple(r["sectors"]), r["from_seq"]) for r in rows]


async def fill(services: Services, webhooks: list[Webhook]) -> None:
    """Put what has happened since the cursor into the outbox of each webhook that wants it.

    What is older than the oldest webhook concerns none of them: while there was none, the cursor stood still.
    """
    if not webhooks:
        return
    region, head = services.settings.region, services.view.seq
    began = min(webhook.from_seq for webhook in webhooks)
    async with services.pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
        after = max(await connection.fetchval(statement("take_webhook_cursor"), region) or 0, began)
        if after >= head:
            return
        rows = await connection.fetch(statement("read_ledger_between"), region, after, head, EVENTS_MAX)
        await _add(services, connection, webhooks, rows, "add_webhook_deliveries")
        upto = rows[-1]["seq"] if len(rows) == EVENTS_MAX else head
        await connection.execute(statement("move_webhook_cursor"), region, upto)


async def replay_since(services: Services, webhook: Webhook, since: int) -> int:
    """Tell a webhook again of what it wants after a seq, also what was never told; return how far it was looked at."""
    region, head = services.settings.region, services.view.seq
    everything = Webhook(webhook.id, webhook.url, webhook.kinds, webhook.sectors)
    async with services.pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
        rows = await connection.fetch(statement("read_ledger_between"), region, since, head, REPLAYED_MAX)
        await _add(services, connection, [everything], rows, "tell_webhooks_again")
    return int(rows[-1]["seq"]) if len(rows) == REPLAYED_MAX else head


async def _add(services: Services, connection: Connection, webhooks: list[Webhook], rows: list[Any], how: str) -> None:
    board = services.view.board
    found: list[tuple[str, int, str, str]] = []
    for row in rows:
        line = orjson.loads(row["body"])
        incident = board.incidents.get(row["incident_id"]) if row["incident_id"] is not None else None
        sector = sector_of(line["event"], incident, board)
        wanting = [webhook for webhook in webhooks if webhook.wants(row["kind"], sector, row["seq"])]
        body = body_of(line, incident).decode() if wanting else ""
        found += [(webhook.id, row["seq"], row["kind"], body) for webhook in wanting]
    if found:
        columns = [list(column) for column in zip(*found, strict=True)]
        await connection.execute(statement(how), services.settings.region, *columns)

"""Webhooks: who is told of what, the delivery log, and telling again."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Response

from app.access.guard import MayManageWebhooks, Parts
from app.access.identity import Identity
from app.codec import to_json
from app.interop.callbacks.delivery import BadAddress, check_address
from app.interop.callbacks.signing import secret_of
from app.interop.webhooks.outbox import replay_since
from app.interop.webhooks.subscription import TEST, Webhook, matches_any_kind
from app.problems import Problem
from app.routes import bodies, examples
from app.services import Services
from app.store.pool import ACQUIRE_S, execute, fetch
from app.store.statements import statement

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], responses=examples.ERRORS)
WebhookId = Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,32}$")]
State = Annotated[str | None, Query(pattern="^(waiting|delivered|dead)$")]
WEBHOOKS_MAX: Final = 100
LOG_MAX: Final = 500
TEST_SEQ: Final = 0  # no event has it: the test of a webhook, told under one number


@router.get("")
async def list_webhooks(services: Parts, identity: MayManageWebhooks) -> Response:
    """Return the webhooks with how many deliveries wait, were taken, are dead."""
    rows = await fetch(services.pool, "load_webhooks", services.settings.region)
    return _json([_shown(dict(row)) for row in rows if _is_mine(identity, row["sectors"])])


@router.post("", status_code=201)
async def add_webhook(body: bodies.WebhookBody, services: Parts, identity: MayManageWebhooks) -> Response:
    """Tell an address of what happens from now on. The answer holds the signing secret, which is shown this once."""
    try:
        url = check_address(body.url)
    except BadAddress as error:
        raise Problem(422, "invalid", str(error), field="url") from None
    strange = [kind for kind in body.kinds if not matches_any_kind(kind)]
    if strange:
        raise Problem(422, "invalid", "matches no kind of event", field="kinds")
    if not _is_mine(identity, body.sectors):
        raise Problem(422, "invalid", "name sectors of your own", field="sectors")
    if any(sector not in services.view.board.sectors for sector in body.sectors):
        raise Problem(422, "invalid", "no such sector", field="sectors")
    region = services.settings.region
    if len(await fetch(services.pool, "load_webhooks", region)) >= WEBHOOKS_MAX:
        raise Problem(409, "not_allowed_now", f"there are {WEBHOOKS_MAX} already", field="url")
    made = Webhook(secrets.token_hex(6), url, tuple(body.kinds), tuple(body.sectors), services.view.seq)
    await execute(
        services.pool, "add_webhook", region, made.id, url, body.kinds, body.sectors, made.from_seq, identity.name
    )
    secret = secret_of(services.sealer, made.signer)
    return _json({"id": made.id, "secret": secret, "from_seq": made.from_seq}, status=201)


@router.delete("/{webhook_id}", status_code=204)
async def drop_webhook(webhook_id: WebhookId, services: Parts, identity: MayManageWebhooks) -> Response:
    """Tell it nothing any more; its log goes with it."""
    await _find(services, identity, webhook_id)
    await execute(services.pool, "drop_webhook", services.settings.region, webhook_id)
    return Response(status_code=204)


@router.get("/{webhook_id}/deliveries")
async def list_deliveries(
    webhook_id: WebhookId, services: Parts, identity: MayManageWebhooks, state: State = None
) -> Response:
    """Return the delivery log, the newest first: what was said, how often it was tried, what came of it."""
    await _find(services, identity, webhook_id)
    rows = await fetch(services.pool, "list_webhook_deliveries", services.settings.region, webhook_id, state, LOG_MAX)
    return _json([dict(row) for row in rows])


@router.post("/{webhook_id}/test")
async def test_webhook(webhook_id: WebhookId, services: Parts, identity: MayManageWebhooks) -> Response:
    """Send a `webhook.test`, which says nothing, so that a receiver can be tried."""
    webhook = await _find(services, identity, webhook_id)
    body = {"type": TEST, "timestamp": datetime.now(UTC), "data": {"seq": TEST_SEQ, "by": identity.name, "event": {}}}
    told = ([webhook.id], [TEST_SEQ], [TEST], [orjson.dumps(body, option=orjson.OPT_UTC_Z).decode()])
    await execute(services.pool, "tell_webhooks_again", services.settings.region, *told)
    return _json({"waiting": 1})


@router.post("/{webhook_id}/replay")
async def replay(
    webhook_id: WebhookId, body: bodies.ReplayBody, services: Parts, identity: MayManageWebhooks
) -> Response:
    """Tell again: one delivery, all that are dead, or whatever it wants after a seq. The numbers stay the same."""
    webhook = await _find(services, identity, webhook_id)
    if body.since_seq is not None:
        upto = await replay_since(services, webhook, body.since_seq)
        return _json({"upto_seq": upto, "is_whole": upto >= services.view.seq})
    region = services.settings.region
    async with services.pool.acquire(timeout=ACQUIRE_S) as connection:
        done = await connection.execute(statement("replay_webhook_deliveries"), region, webhook_id, body.delivery_id)
    return _json({"waiting": int(done.rpartition(" ")[2])})


async def _find(services: Services, identity: Identity, webhook_id: str) -> Webhook:
    """Return a webhook that is this dispatcher's to handle; others answer like unknown ones."""
    rows = await fetch(services.pool, "load_webhooks", services.settings.region)
    for row in rows:
        if row["id"] == webhook_id and _is_mine(identity, row["sectors"]):
            return Webhook(row["id"], row["url"], tuple(row["kinds"]), tuple(row["sectors"]), row["from_seq"])
    raise Problem(404, "not_found", "no such webhook", field="webhook_id")


def _is_mine(identity: Identity, sectors: list[str]) -> bool:
    return not identity.sectors or (bool(sectors) and set(sectors) <= set(identity.sectors))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "from_seq"}


def _json(value: Any, status: int = 200) -> Response:
    return Response(to_json(value), status, media_type="application/json")

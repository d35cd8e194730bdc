"""Call-backs to PSAPs: what was told and what was not, and trying again."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path

from app.access.guard import MaySeeDeliveries, Parts
from app.problems import Problem
from app.routes import examples
from app.store.pool import fetch

router = APIRouter(prefix="/v1/callbacks", tags=["callbacks"], responses=examples.ERRORS)
SHOWN_MAX = 200


@router.get("")
async def list_callbacks(services: Parts, identity: MaySeeDeliveries) -> list[dict[str, Any]]:
    """Return the newest call-backs to PSAPs about your sectors' incidents, those that wait or were given up first."""
    rows = await fetch(services.pool, "list_callbacks", services.settings.region, SHOWN_MAX, list(identity.sectors))
    shown: list[dict[str, Any]] = orjson.loads(orjson.dumps([dict(row) for row in rows]))
    return shown


@router.post("/{callback_id}/retry")
async def retry(
    callback_id: Annotated[int, Path(ge=1, le=2**53)], services: Parts, identity: MaySeeDeliveries
) -> dict[str, Any]:
    """Try a call-back now that was given up or waits, after those of the same PSAP that wait before it."""
    region, sectors = services.settings.region, list(identity.sectors)
    if not await fetch(services.pool, "revive_callback", region, callback_id, sectors):
        raise Problem(404, "not_found", "no call-back that waits or was given up", field="callback_id")
    return {"callback_id": callback_id, "state": "pending"}

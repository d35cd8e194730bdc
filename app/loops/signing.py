"""Signing where the ledger and the trail stand, once a minute, where anything was added since."""

import asyncio
from typing import Final

import orjson

from app.heads import Signer, append_to
from app.services import Services
from app.store.pool import execute, fetch

PAUSE_S: Final = 60.0
MOVES: Final = ("seq", "audit_seq", "epoch")


async def sign_heads(services: Services) -> None:
    """Sign, keep in the database, and append to the operator's folder, which may be another machine's."""
    region = services.settings.region
    (row,) = await fetch(services.pool, "heads_now", region)
    head = Signer(services.sealer.keys).sign(region, dict(row))
    last = await fetch(services.pool, "last_signed_head", region)
    if last:
        before, now = orjson.loads(last[0]["statement"]), orjson.loads(head.statement)
        if all(before[name] == now[name] for name in MOVES):
            return
    if services.settings.heads_dir is not None:
        await asyncio.to_thread(append_to, services.settings.heads_dir, head, row["at"])
    await execute(services.pool, "add_signed_head", region, row["at"], head.statement, head.signature)

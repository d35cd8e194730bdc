"""Calling PSAPs back: what has happened goes into the outbox, what is due goes out."""

from typing import Final

from app.interop.callbacks.delivery import Deliverer
from app.interop.callbacks.outbox import fill
from app.services import Services
from app.store.pool import fetch

PAUSE_S: Final = 0.5


async def call_back(services: Services, deliverer: Deliverer) -> None:
    """Do one round; without an address configured it costs one small query."""
    rows = await fetch(services.pool, "load_callback_targets", services.settings.region)
    targets = {row["psap"]: row["url"] for row in rows}
    if targets:
        await fill(services, frozenset(targets))
        deliverer.deliver(targets)

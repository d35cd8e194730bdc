"""Webhooks: what has happened goes into the outbox, what is due goes out."""

from typing import Final

from app.interop.webhooks.delivery import WebhookDeliverer
from app.interop.webhooks.outbox import fill, load_active
from app.services import Services
from app.store.pool import execute

PAUSE_S: Final = 0.5


async def tell_webhooks(services: Services, deliverer: WebhookDeliverer) -> None:
    """Do one round; without a webhook it costs one small query."""
    webhooks = await load_active(services)
    await fill(services, webhooks)
    await deliverer.deliver(webhooks)


async def forget_deliveries(services: Services) -> None:
    """Cut the log."""
    await execute(services.pool, "forget_webhook_deliveries", services.settings.region)

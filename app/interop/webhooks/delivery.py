"""Delivering what is due: signed by Standard Webhooks, each delivery by itself repeated with back-off, then dead."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from app.interop.callbacks.signing import headers
from app.interop.outgoing import open_client
from app.interop.webhooks.subscription import Webhook
from app.services import Services
from app.store.pool import execute, fetch
from dispatch.commands import RaiseSystemAlarm

log = logging.getLogger(__name__)

DELIVER_S: Final = 3.0  # one try, and one webhook's round; a loop is late after five seconds
ROUND_MAX: Final = 50  # deliveries of one webhook in one round
AT_ONCE_MAX: Final = 4  # webhooks; as many connections to PostgreSQL
BACK_OFF_S: Final = (1, 5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200)
GONE: Final = 410  # Standard Webhooks: the receiver wants nothing any more


@dataclass(slots=True)
class WebhookDeliverer:
    """Sends through one HTTP client. It follows no redirect and reads no answer but its status."""

    services: Services
    http: httpx.AsyncClient = field(default_factory=lambda: open_client(DELIVER_S))
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_MAX))

    async def deliver(self, webhooks: list[Webhook]) -> None:
        """Deliver to every webhook what is due; one that does not answer holds up only its own."""
        await asyncio.gather(*(self._to_one(webhook) for webhook in webhooks))

    async def _to_one(self, webhook: Webhook) -> None:
        async with self._room:
            ends = asyncio.get_running_loop().time() + DELIVER_S
            region = self.services.settings.region
            for row in await fetch(self.services.pool, "due_webhook_deliveries", region, webhook.id, ROUND_MAX):
                was_taken = await self._try(webhook, row)
                if not was_taken or asyncio.get_running_loop().time() >= ends:
                    return  # who took nothing is asked again in the next round, not fifty times in this one

    async def _try(self, webhook: Webhook, row: Any) -> bool:
        """Try one delivery; False when it was not taken."""
        pool, services = self.services.pool, self.services
        status, said = await self._post(webhook, f"wh_{webhook.id}_{row['seq']}", row["body"].encode())
        if 200 <= status < 300:
            await execute(pool, "end_webhook_delivery", row["id"], "delivered", said)
            return True
        if status == GONE:
            await execute(pool, "stop_webhook", services.settings.region, webhook.id)
        if status == GONE or row["tries"] + 1 >= services.settings.webhook_tries:
            await execute(pool, "end_webhook_delivery", row["id"], "dead", said)
            await services.ask(RaiseSystemAlarm(f"webhook {webhook.id} takes nothing: {said}"), by="webhooks")
            return False
        pause = timedelta(seconds=BACK_OFF_S[min(row["tries"], len(BACK_OFF_S) - 1)])
        await execute(pool, "delay_webhook_delivery", row["id"], said, pause)
        return False

    async def _post(self, webhook: Webhook, message_id: str, body: bytes) -> tuple[int, str]:
        """Return the status, 0 when there was none, and what to say of it: nothing of the answer."""
        signed = headers(self.services.sealer, webhook.signer, message_id, int(datetime.now(UTC).timestamp()), body)
        try:
            async with (
                asyncio.timeout(DELIVER_S),
                self.http.stream("POST", webhook.url, content=body, headers=signed) as answer,
            ):
                return answer.status_code, f"HTTP {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            log.info("webhook %s was not reached: %s", webhook.id, type(error).__name__)
            return 0, type(error).__name__

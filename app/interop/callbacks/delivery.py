"""Delivering what waits: in order per PSAP, signed, with back-off; what nobody takes for a day is dead, and alarms."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from app.interop.callbacks.signing import headers
from app.interop.outgoing import open_client
from app.services import Services
from app.store.pool import execute, fetch
from dispatch.commands import RaiseSystemAlarm

log = logging.getLogger(__name__)

DELIVER_S: Final = 3.0  # one try
IN_A_ROW_MAX: Final = 20  # for one PSAP in one round
AT_ONCE_MAX: Final = 4  # PSAPs; as many connections to PostgreSQL
BACK_OFF_S: Final = (1, 2, 5, 15, 60, 300, 900, 3_600)
GIVEN_UP_AFTER: Final = timedelta(hours=24)
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class BadAddress(ValueError):
    """Not an address call-backs may go to."""


def check_address(url: str) -> str:
    """Return the address if call-backs may go there: https, or http to this machine. Raises BadAddress."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.fragment:
        raise BadAddress("an https:// address without a user or a fragment")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise BadAddress("https only: what becomes of a caller is nobody else's to read")
    return url


@dataclass(slots=True)
class Deliverer:
    """Sends through one HTTP client. It follows no redirect and reads no answer but its status."""

    services: Services
    http: httpx.AsyncClient = field(default_factory=lambda: open_client(DELIVER_S))
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_MAX))
    _under_way: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def deliver(self, targets: dict[str, str]) -> None:
        """Go on delivering to every PSAP what is due, without waiting for any: one that hangs holds up only its own.

        Raises what an earlier delivery broke on.
        """
        for psap, task in list(self._under_way.items()):
            if task.done():
                del self._under_way[psap]
                task.result()
        for psap, url in targets.items():
            if psap not in self._under_way:
                self._under_way[psap] = asyncio.create_task(self._to_one(psap, url), name=f"call-backs to {psap}")

    async def close(self) -> None:
        """Stop; what was under way is tried again by the next desk."""
        for task in self._under_way.values():
            task.cancel()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)
        await self.http.aclose()

    async def _to_one(self, psap: str, url: str) -> None:
        async with self._room:
            ends = asyncio.get_running_loop().time() + DELIVER_S
            for _ in range(IN_A_ROW_MAX):
                rows = await fetch(self.services.pool, "next_callback", self.services.settings.region, psap)
                if not rows or not rows[0]["is_due"] or not await self._try(psap, url, rows[0]):
                    return
                if asyncio.get_running_loop().time() >= ends:
                    return

    async def _try(self, psap: str, url: str, row: Any) -> bool:
        """Try one; True when it was taken, or given up."""
        said = await self._post(psap, url, f"cb_{row['id']}", row["body"].encode())
        if said is None:
            await execute(self.services.pool, "end_callback", row["id"], "delivered", None)
            return True
        if datetime.now(UTC) - row["made_at"] >= GIVEN_UP_AFTER:
            await execute(self.services.pool, "end_callback", row["id"], "dead", said)
            alarm = RaiseSystemAlarm(f"call-backs to {psap} are not taken: {said}")
            await self.services.ask(alarm, by="callbacks")
            return True
        pause = timedelta(seconds=BACK_OFF_S[min(row["tries"], len(BACK_OFF_S) - 1)])
        await execute(self.services.pool, "delay_callback", row["id"], said, pause)
        return False

    async def _post(self, psap: str, url: str, message_id: str, body: bytes) -> str | None:
        """Return None when it was taken, else why not, without a word of the answer."""
        signed = headers(self.services.sealer, psap, message_id, int(datetime.now(UTC).timestamp()), body)
        try:
            async with (
                asyncio.timeout(DELIVER_S),
                self.http.stream("POST", url, content=body, headers=signed) as answer,
            ):
                return None if answer.is_success else f"HTTP {answer.status_code}"
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            log.info("a call-back to %s was not taken: %s", psap, type(error).__name__)
            return type(error).__name__

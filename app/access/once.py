"""What may be used once: a ticket, a nonce. Kept in PostgreSQL, as the second use may come to another process."""

from datetime import datetime
from typing import Literal

from app.store.pool import Pool, execute, fetch

Kind = Literal["ticket", "nonce", "signature"]


class Once:
    """Remembers what was used until it is over by itself."""

    def __init__(self, pool: Pool, region: str) -> None:
        self._pool = pool
        self._region = region

    async def spend(self, kind: Kind, mark: bytes, until: datetime) -> bool:
        """Use it up; False when any process did so before. `until` is when it is refused for its age."""
        return bool(await fetch(self._pool, "spend_once", self._region, kind, mark, until))

    async def forget(self, now: datetime) -> None:
        """Forget what is over."""
        await execute(self._pool, "forget_spent", self._region, now)

"""When something was last used, coarsely: remembered here, written together once a minute, never at a request."""

from datetime import datetime
from typing import Final

from app.store.pool import Pool, execute

PAUSE_S: Final = 60.0
WAITING_MAX: Final = 50_000  # ids; while the store is away the oldest are dropped


class Usage:
    """`write` names the statement that takes ids and instants."""

    def __init__(self, pool: Pool, region: str, write: str) -> None:
        self._pool = pool
        self._region = region
        self._write = write
        self._used: dict[str, datetime] = {}

    def note(self, row_id: str, now: datetime) -> None:
        self._used[row_id] = now
        if len(self._used) > WAITING_MAX:
            self._used.pop(next(iter(self._used)))

    async def keep(self) -> None:
        """Write what was noted since the last time; what cannot be written waits for the next."""
        used, self._used = self._used, {}
        if not used:
            return
        try:
            await execute(self._pool, self._write, self._region, list(used), list(used.values()))
        except BaseException:
            self._used = used | self._used
            raise

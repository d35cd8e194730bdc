"""How late the event loop turns: everything this process does waits at least so long."""

from time import monotonic
from typing import Final

from app.metrics.meters import LOOP_LAG_S

PAUSE_S: Final = 0.1


class Lag:
    """Measures each of its rounds against the pause asked for."""

    def __init__(self) -> None:
        self._last: float | None = None

    async def measure(self) -> None:
        now = monotonic()
        if self._last is not None:
            LOOP_LAG_S.observe(max(now - self._last - PAUSE_S, 0.0))
        self._last = now

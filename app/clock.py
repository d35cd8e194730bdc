"""The desk's time: PostgreSQL's at the start, carried on by the monotonic clock, so no clock step moves it."""

from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Final

SLEW: Final = 0.01  # a correction is spread: at most 1 % faster or slower


class Clock:
    """`now` never goes back, and never jumps; `correct` bends it towards PostgreSQL's time."""

    def __init__(self, at: datetime | None = None) -> None:
        self._start = at or datetime.now(UTC)
        self._mono = monotonic()
        self._owed_s = 0.0
        self._last = self._start

    def now(self) -> datetime:
        """Return the time in UTC, at least the last one given."""
        passed_s = monotonic() - self._mono
        bend_s = max(-SLEW * passed_s, min(SLEW * passed_s, self._owed_s))
        now = self._start + timedelta(seconds=passed_s + bend_s)
        self._last = max(self._last, now)
        return self._last

    def correct(self, at: datetime) -> None:
        """Learn what PostgreSQL says it is now."""
        now = self.now()
        self._start, self._mono = now, monotonic()
        self._owed_s = (at - now).total_seconds()

    def not_before(self, at: datetime) -> None:
        """Never give a time before this one: the last event's."""
        self._last = max(self._last, at)

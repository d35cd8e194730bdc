"""What a candidate has seen of a lease, and whether the desk is free: no socket, no clock, no await."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

RENEW_S: Final = 0.25  # three renewals may be late before a holder whose session is gone counts as gone
GONE_S: Final = 0.75
LEASE_S: Final = 2.0  # a paused holder's desk is taken after it: with finding it and reading the board, under 3 s
LOOK_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Look:
    """The lease as PostgreSQL shows it. `age_s` is by its clock; `is_connected`: the holder's session is there."""

    holder: str | None
    renewed_at: datetime | None
    age_s: float
    is_connected: bool


class Watch:
    """Feed it each look with the monotonic time; it says whether the desk may be taken."""

    def __init__(self) -> None:
        self._renewed_at: datetime | None = None
        self._silent_since: float | None = None
        self._was_away = False
        self._patient_until = 0.0

    def lose_sight(self) -> None:
        """PostgreSQL did not answer: while nobody could renew, silence says nothing about the holder."""
        self._was_away = True

    def is_free(self, look: Look, now: float) -> bool:
        """Whether this look, at this monotonic time, shows a desk that nobody holds any more."""
        if self._was_away:
            self._was_away = False
            self._patient_until = now + LEASE_S
        if look.holder is None:
            return True
        if self._silent_since is None:
            self._silent_since = now - max(look.age_s, 0.0)
        elif look.renewed_at != self._renewed_at:
            self._silent_since = now
        self._renewed_at = look.renewed_at
        silent_s = now - self._silent_since
        return now >= self._patient_until and silent_s > (LEASE_S if look.is_connected else GONE_S)

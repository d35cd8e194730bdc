"""One subscription: what it wants, what it has not been told yet, and what it has not acknowledged."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.interop.conveyance.qualifier import Qualifier

ANSWER_S: Final = 5.0  # how long an event waits for its eventResponse, as the field's own server does
MISSED_MAX: Final = 3  # then the subscriber is gone
EIDOS_MAX: Final = 16  # in one event: some 100 KB


class Scope(StrEnum):
    """What is followed: one incident, all incidents, or those a resource is sent to."""

    SINGLE = "single"
    NEW = "new"
    RESOURCE = "resource"


@dataclass(slots=True)
class Subscription:
    """Times are seconds of a monotonic clock. `pending` keeps the order in which incidents changed, each once.

    `min_rate_s`: an event at least so often, empty if need be. `max_rate_s`: no two events closer than this.
    """

    id: str
    scope: Scope
    expires_at: float
    incident_id: int | None = None
    resource: str | None = None
    qualifier: Qualifier = Qualifier()
    min_rate_s: int | None = None
    max_rate_s: int | None = None
    last_only: bool = False
    pending: dict[int, None] = field(default_factory=dict)
    sent_at: float = float("-inf")
    waiting_for: str | None = None
    told: tuple[int, ...] = ()
    missed: int = 0
    first: bool = True

    def note(self, incident_id: int) -> None:
        """Remember that an incident has to be told; it is told as it stands then, however often it changed."""
        self.pending[incident_id] = None

    def take(self) -> tuple[int, ...]:
        """Take the incidents of the next event."""
        taken = tuple(self.pending)[:EIDOS_MAX]
        for incident_id in taken:
            del self.pending[incident_id]
        return taken

    def send_due(self) -> float | None:
        """Return when the next event may go, None while nothing asks for one."""
        if self.waiting_for is not None:
            return None
        if self.first:
            return float("-inf")
        if self.pending:
            return self.sent_at + (self.max_rate_s or 0.0)
        return None if self.min_rate_s is None else self.sent_at + self.min_rate_s

    def answer_due(self) -> float | None:
        """Return until when the event under way has to be acknowledged."""
        return None if self.waiting_for is None else self.sent_at + ANSWER_S

    def sent(self, transaction: str, told: tuple[int, ...], now: float) -> None:
        self.waiting_for, self.told, self.sent_at, self.first = transaction, told, now, False

    def acknowledged(self, transaction: str | None) -> bool:
        """Take an eventResponse; one without its transaction id answers the only event under way."""
        if self.waiting_for is None or transaction not in (None, self.waiting_for):
            return False
        self.waiting_for, self.told, self.missed = None, (), 0
        return True

    def unanswered(self) -> bool:
        """Give up the event under way: its incidents are told again. True when the subscriber is taken for gone."""
        again = dict.fromkeys(self.told)
        self.pending = again | self.pending
        self.waiting_for, self.told = None, ()
        self.missed += 1
        return self.missed >= MISSED_MAX

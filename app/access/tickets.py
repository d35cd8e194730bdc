"""Single-use tickets for browsers' websockets, which cannot send a header: 30 seconds, in the subprotocol."""

import secrets
from time import monotonic
from typing import Final

from app.access.identity import Identity

TICKET_S: Final = 30.0
TICKETS_MAX: Final = 10_000  # open ones; beyond it the oldest end early
SUBPROTOCOL: Final = "auxilio.v1"


class Tickets:
    """Tickets live in the process that gave them: a browser opens its socket where it asked."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[float, Identity]] = {}

    def give(self, identity: Identity) -> str:
        now = monotonic()
        while self._open and (len(self._open) >= TICKETS_MAX or next(iter(self._open.values()))[0] <= now):
            self._open.pop(next(iter(self._open)))
        ticket = secrets.token_urlsafe(24)
        self._open[ticket] = (now + TICKET_S, identity)
        return ticket

    def redeem(self, ticket: str) -> Identity | None:
        """Return who the ticket was given to, once, in time."""
        until, identity = self._open.pop(ticket, (0.0, None))
        return identity if until > monotonic() else None

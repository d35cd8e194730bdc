"""Single-use tickets for browsers' websockets, which cannot send a header: 30 seconds, in the subprotocol."""

from datetime import UTC, datetime
from typing import Final

import msgspec

from app.access.authority import Authorities, still
from app.access.identity import Identity
from app.access.once import Once
from app.access.stamp import Stamps
from app.clock import Clock

TICKET_S: Final = 30.0
SUBPROTOCOL: Final = "auxilio.v1"


class Tickets:
    """A ticket is a stamp: behind one port it may be redeemed at another process than the one that gave it."""

    def __init__(self, stamps: Stamps, once: Once, authorities: Authorities, clock: Clock) -> None:
        self._stamps = stamps
        self._once = once
        self._authorities = authorities
        self._clock = clock

    def give(self, identity: Identity) -> str:
        return self._stamps.make(msgspec.json.encode(identity), self._clock.now().timestamp() + TICKET_S)

    async def redeem(self, ticket: str) -> Identity | None:
        """Return who the ticket was given to, as they are now: once, in time, and while they may still come in."""
        now = self._clock.now().timestamp()
        stamp = self._stamps.read(ticket, now)
        if stamp is None:
            return None
        identity = await still(self._authorities, msgspec.json.decode(stamp.claims, type=Identity), now)
        if identity is None:
            return None
        fresh = await self._once.spend("ticket", stamp.mark, datetime.fromtimestamp(stamp.until, UTC))
        return identity if fresh else None

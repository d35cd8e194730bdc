"""Open sockets and who holds them: looked through again and again, because who may come in may not always stay."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from app.access.authority import Authorities, still
from app.access.identity import Identity
from app.access.policy import Action, may

NOT_KNOWN, NOT_YOURS, COME_BACK = 4401, 4403, 1012  # close codes
AT_ONCE: Final = 500  # identities asked about between two turns of the event loop: 1 ms


@dataclass(eq=False, slots=True)
class Visitor:
    """One open socket. `changed` is told its identity as it is now, `ended` the close code and the reason."""

    identity: Identity
    action: Action
    changed: Callable[[Identity], None]
    ended: Callable[[int, str], None]


class Visitors:
    """All open sockets of a process."""

    def __init__(self, authorities: Authorities) -> None:
        self._authorities = authorities
        self.open: set[Visitor] = set()

    @contextmanager
    def admitted(self, visitor: Visitor) -> Iterator[None]:
        """Keep a visitor under review while the block lasts."""
        self.open.add(visitor)
        try:
            yield
        finally:
            self.open.discard(visitor)

    async def review(self, now: float) -> None:
        """Put out who is no longer good, tell who has changed. `now` is in seconds of the epoch.

        Raises what an authority's store raises: while that is away nobody is put out.
        """
        for authority in self._authorities.values():
            await authority.refresh()
        held: defaultdict[Identity, list[Visitor]] = defaultdict(list)
        for visitor in self.open:
            held[visitor.identity].append(visitor)
        for number, (identity, visitors) in enumerate(held.items(), 1):
            fresh = await still(self._authorities, identity, now)
            for visitor in visitors:
                if visitor.identity is identity or visitor.identity == identity:  # else renewed while we asked
                    _tell(visitor, fresh)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)


def _tell(visitor: Visitor, fresh: Identity | None) -> None:
    known = visitor.identity
    if fresh is None:
        visitor.ended(NOT_KNOWN, "no longer known: sign in again")
    elif not may(fresh, visitor.action):
        visitor.ended(NOT_YOURS, "no longer yours")
    elif (fresh.role, fresh.unit_id) != (known.role, known.unit_id):
        visitor.ended(COME_BACK, "you are somebody else now: come back")
    elif fresh != known:
        visitor.identity = fresh
        visitor.changed(fresh)

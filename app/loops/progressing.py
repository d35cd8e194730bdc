"""Watching that what was accepted progresses, in every process what is its own, at the desk all the rest."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from time import monotonic
from typing import Final

from app.loops.watching import NAME as WATCH
from app.progress.stuck import PREFIX, Movement, Stuck, on_board
from app.progress.teller import Teller
from app.relay import WAITING_MAX
from app.services import Services
from app.store.pool import fetch

NAME: Final = "progress"
PAUSE_S: Final = 5.0
UNTAKEN_S: Final = timedelta(minutes=10)  # six tries of a receiver that is restarted; then it is down
RETENTION_S: Final = 900.0  # its loop follows every two seconds
DEPENDENCY_S: Final = 60.0  # pulses show it at once; so long it may mend itself
UNTAKEN: Final = "news that somebody does not take"
UNSETTLED: Final = "values whose retention nobody settles"
# Another desk's alarms of these sorts are the next one's to clear.
OF_DESK: Final = tuple(PREFIX + sort for sort in ("an incident", "a deadline", "on its way", UNTAKEN, UNSETTLED))


class Progress:
    """One process's watch. The desk's own is added to it when the process becomes the desk."""

    def __init__(self, services: Services, backlog: Callable[[], int]) -> None:
        self._services = services
        self._backlog = backlog
        self._ill_since: dict[str, float] = {}
        self._teller = Teller(services)

    async def watch(self) -> None:
        """Look at what is this process's own: what it rests on, its relay, what it fetches, its watch over loops."""
        await self._teller.tell(self._own())

    def _own(self) -> Iterator[Stuck]:
        services, now = self._services, monotonic()
        ill = {name for name, state in services.dependencies.items() if state != "ok" and name != "spool"}
        self._ill_since = {name: self._ill_since.get(name, now) for name in ill}
        for name, since in self._ill_since.items():
            if now - since >= DEPENDENCY_S:
                yield Stuck("what a process rests on does not come back", name)
        if self._backlog() > WAITING_MAX // 2:
            yield Stuck("frames for other processes that the relay does not take")
        if services.awaited.is_failing:
            yield Stuck("locations that calls refer to and nobody gives")
        if any(loop.name == WATCH and loop.is_late for loop in services.loops.all):
            yield Stuck("the watch over the loops")


class DeskProgress:
    """What only the desk can see: incidents, deadlines, units, outboxes, retention."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._movement = Movement()
        self._teller = Teller(services)

    async def watch(self) -> None:
        """Look at all of it; two small queries."""
        services = self._services
        fixes = {unit_id: (fix.point, fix.fixed_at) for unit_id, fix in services.positions.latest.items()}
        found = list(on_board(services.view.board, fixes, self._movement, services.clock.now()))
        boxes = await fetch(services.pool, "stuck_outboxes", services.settings.region, UNTAKEN_S)
        found += [Stuck(UNTAKEN, row["whose"]) for row in boxes]
        (row,) = await fetch(services.pool, "look_at_retention", services.settings.region)
        if (row["oldest_s"] or 0.0) >= RETENTION_S:
            found.append(Stuck(UNSETTLED))
        await self._teller.tell(found, OF_DESK)

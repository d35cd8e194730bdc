"""Watching the loops: one that has stopped is an alarm, because timers that never ran are worse than none."""

import logging
from typing import Final

from app.requests import DeskUnavailable
from app.services import Services
from dispatch.commands import ClearAlarm, RaiseSystemAlarm
from dispatch.status import AlarmKind

log = logging.getLogger(__name__)

NAME: Final = "watch"
PAUSE_S: Final = 2.0


def reason_of(name: str) -> str:
    """Return the words of a loop's alarm: the same for as long as it stands, so that it is found again."""
    return f"loop {name} has stopped"


async def watch_loops(services: Services) -> None:
    """Raise an alarm once for each loop that has become late, and take it back when the loop runs again."""
    for loop in services.loops.all:
        if loop.is_late and loop.name not in services.late_loops:
            log.error("loop %s has not run for %.0f s", loop.name, loop.age_s)
            services.late_loops.add(loop.name)
            try:
                await services.ask(RaiseSystemAlarm(reason_of(loop.name)), by=NAME)
            except DeskUnavailable:
                services.late_loops.discard(loop.name)  # nobody was told: again in the next round
                raise
        elif not loop.is_late and loop.name in services.late_loops:
            rings = services.view.board.open_alarm(AlarmKind.SYSTEM, reason=reason_of(loop.name))
            if rings is not None:
                await services.ask(ClearAlarm(rings.id, NAME), by=NAME)
            services.late_loops.discard(loop.name)

"""Watching the loops: one that has stopped is an alarm, because timers that never ran are worse than none."""

import logging
from typing import Final

from app.requests import DeskUnavailable
from app.services import Services
from dispatch.commands import RaiseSystemAlarm

log = logging.getLogger(__name__)

PAUSE_S: Final = 2.0


async def watch_loops(services: Services) -> None:
    """Raise an alarm once for each loop that has become late."""
    for loop in services.loops.all:
        if not loop.is_late:
            services.late_loops.discard(loop.name)
        elif loop.name not in services.late_loops:
            services.late_loops.add(loop.name)
            try:
                await services.ask(RaiseSystemAlarm(f"loop {loop.name} has not run for {loop.age_s:.0f} s"), by="watch")
            except DeskUnavailable:
                services.late_loops.discard(loop.name)  # nobody was told: again in the next round
                raise

"""Watching the loops: one that has stopped is an alarm, because timers that never ran are worse than none."""

from typing import Final

from app.services import Services
from dispatch.commands import RaiseSystemAlarm

PAUSE_S: Final = 2.0


async def watch_loops(services: Services) -> None:
    """Raise an alarm once for each loop that has become late."""
    for loop in services.loops.all:
        if not loop.is_late:
            services.late_loops.discard(loop.name)
        elif loop.name not in services.late_loops:
            services.late_loops.add(loop.name)
            await services.ask(RaiseSystemAlarm(f"loop {loop.name} has not run for {loop.age_s:.0f} s"), by="watch")

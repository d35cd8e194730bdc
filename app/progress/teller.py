"""Telling the console of what is stuck: raised once, again when it was taken on and lasts, cleared when it moves."""

import logging
from collections.abc import Iterable
from time import monotonic
from typing import Final

from app.progress.stuck import Stuck, bounded, told
from app.services import Services
from dispatch.commands import ClearAlarm, RaiseSystemAlarm

log = logging.getLogger(__name__)

AGAIN_S: Final = 900.0  # taken on by somebody, and still so
BY: Final = "progress"


class Teller:
    """One process's tongue. Of the alarms that ring it clears only those of its own `sorts`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._told: dict[tuple[str, int | None], float] = {}

    async def tell(self, found: Iterable[Stuck], sorts: Iterable[str] | None = None) -> None:
        """Raise and clear so that what rings is what is stuck. Raises DeskUnavailable: then the next round tells it.

        `sorts`: the beginnings of the reasons this process answers for; None: whatever it told itself.
        """
        now, services = monotonic(), self._services
        stuck = {(one.reason, one.incident_id): one for one in bounded(found)}
        rings = told(services.view.board.alarms.values())
        for key in stuck:
            if key not in rings and now - self._told.get(key, -AGAIN_S) >= AGAIN_S:
                log.warning("%s%s", key[0], f", incident {key[1]}" if key[1] is not None else "")
                await services.ask(RaiseSystemAlarm(*key), by=BY)
                self._told[key] = now
        for key, alarm_id in rings.items():
            is_ours = key in self._told if sorts is None else key[0].startswith(tuple(sorts)) or key in self._told
            if key not in stuck and is_ours:
                await services.ask(ClearAlarm(alarm_id, BY), by=BY)
        self._told = {key: at for key, at in self._told.items() if key in stuck or key in rings}

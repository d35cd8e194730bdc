"""What a process has of the spool: its disk, its way to the desk, its lane; and how all that stands, in words."""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.requests import Answer, Request
from app.services import Services
from app.spool.lane import Lane
from app.spool.patience import Patience
from app.spool.replay import Replay
from app.spool.spool import Spool

STUCK_S: Final = 60.0  # the desk is heard, and what is oldest still waits: somebody must look


@dataclass(slots=True)
class Spooling:
    """`was_full` and `is_stuck_told` keep an alarm from being raised each round."""

    spool: Spool
    replay: Replay
    lane: Lane
    was_full: bool = False
    is_stuck_told: bool = False

    @property
    def oldest_s(self) -> float:
        """How long the oldest report has waited; 0 when none waits."""
        first = next(iter(self.spool.held.values()), None)
        return max((datetime.now(UTC) - first.since).total_seconds(), 0.0) if first is not None else 0.0

    def state(self) -> str:
        """Return how it stands, for pulses, readiness and whoever must look."""
        spool, said = self.spool, []
        if spool.is_full:
            said.append("full: no more reports can be kept on this disk")
        if spool.fault:
            said.append(spool.fault)
        if spool.damaged:
            said.append(f"{spool.damaged} holds what cannot be read")
        if spool.held:
            said.append(f"holds {len(spool.held)} reports that are not recorded, the oldest for {self.oldest_s:.0f} s")
        return "; ".join(said) or "ok"


def open_spool(
    stack: AsyncExitStack,
    services: Services,
    submit: Callable[[Request], Awaitable[Answer]],
    is_desk_due: Callable[[], bool] = lambda: False,
) -> Spooling:
    """Put the spool between these services and the desk. Raises OSError when there is no place for it."""
    settings = services.settings
    lane = Lane(services.hub, services.clock.now)
    spool = Spool(settings.spool_path, services.sealer, settings.spool_mb * 1024 * 1024, lane.add, lane.remove)
    stack.push_async_callback(spool.close)
    replay = Replay(submit, spool)
    services.patient = Patience(submit, spool, replay, settings.spool_after_s, is_desk_due).submit
    services.greet = lane.greet
    return Spooling(spool, replay, lane)

"""Watching that what was accepted goes on: what stands still rings at the console, once, until it moves again.

It keeps no memory: what rings already is an open alarm on the board, so a new desk goes on where the last one ended.
What has alarms of its own is not watched again here (docs/operations.md has them all).
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

from app.services import Services
from app.store.pool import fetch
from dispatch.commands import ClearAlarm, RaiseSystemAlarm
from dispatch.status import AlarmKind

PAUSE_S: Final = 2.0
DEADLINE_S: Final = timedelta(seconds=10)  # timers look four times a second
UNTAKEN_S: Final = timedelta(minutes=10)  # of an outbox; tries are a minute apart by then
STANDS: Final = "stands still: "  # begins every alarm of this loop; no number in it, so that it stays the same alarm


async def watch_progress(services: Services) -> None:
    """Ring for what stands still and does not ring yet; end what rings and moves again."""
    board = services.view.board
    ringing = {
        alarm.reason: alarm.id
        for alarm in (board.alarms[alarm_id] for alarm_id in board.open_alarms.values())
        if alarm.kind is AlarmKind.SYSTEM and alarm.reason.startswith(STANDS)
    }
    standing = {STANDS + what async for what in _standing(services)}
    for reason in sorted(standing - ringing.keys()):
        await services.ask(RaiseSystemAlarm(reason), by="progress")
    for reason in sorted(ringing.keys() - standing):
        await services.ask(ClearAlarm(ringing[reason], "progress"), by="progress")


async def _standing(services: Services) -> AsyncIterator[str]:
    passed = services.clock.now() - DEADLINE_S
    due = services.view.board.deadlines.next_due()
    if due is not None and due < passed:
        yield "a deadline has passed and nothing was done about it; look at the log"
    rows = await fetch(services.pool, "stuck_outboxes", services.settings.region, UNTAKEN_S)
    for row in rows:
        yield f"{row['what']} have not been taken for ten minutes"

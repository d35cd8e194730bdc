"""The timer loop: names the deadlines that have passed; the desk decides what each means, and ignores the stale."""

import asyncio
from typing import Final

from app.services import Services

PAUSE_S: Final = 0.25
ROUND_MAX: Final = 200  # deadlines per round; the rest come in the next one, a quarter of a second later


async def name_passed_deadlines(services: Services) -> None:
    """Send `TimeIsUp` for each passed deadline and wait until all are decided, so that none is sent twice."""
    due = services.view.board.deadlines.overdue(services.clock.now(), ROUND_MAX)
    if due:
        await asyncio.gather(*(services.ask(command, by="timer") for command in due))

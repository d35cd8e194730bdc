"""Letting go of what closed days ago, so that no process grows with the ledger; it is recalled when it is named."""

from datetime import timedelta
from typing import Final

from app.desk import Desk
from app.recall import MARGIN, RECENT
from app.services import Services

PAUSE_S: Final = 60.0
# The desk lets go earlier than any view, also one of another process whose clock is minutes off: so no event is about a
# row that a view does not hold. And not earlier than `recall.forgotten` says, so that what is named is brought back.
DESK_KEEPS: Final[timedelta] = RECENT - MARGIN / 2


async def forget_at_desk(services: Services, desk: Desk) -> None:
    desk.forget(services.clock.now() - DESK_KEEPS)


async def forget_in_view(services: Services) -> None:
    services.view.forget(services.clock.now() - RECENT)

"""Recording what the spool holds, oldest first, each exactly once: the desk knows a command id it has had before."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import Final
from uuid import UUID

from msgspec.structs import replace

from app.requests import Answer, DeskUnavailable, Outcome, Request
from app.spool.held import Held
from app.spool.report import Unreadable
from app.spool.spool import Spool, other_id

log = logging.getLogger(__name__)

UNDER_WAY_MAX: Final = 64  # half a batch of the desk: what comes in meanwhile is not made to wait behind the spool
AGAIN_S: Final = 1.0
FAILED_AGAIN_S: Final = 60.0  # what the desk could not even record bare is tried again, and never let go


class Replay:
    """Sends held reports to the desk. `recorded` and `longest_s` tell what waited, until `forget`."""

    def __init__(self, submit: Callable[[Request], Awaitable[Answer]], spool: Spool) -> None:
        self._submit, self._spool = submit, spool
        self._under_way = 0
        self.recorded = 0
        self.longest_s = 0.0
        self.failed = 0

    def fill(self) -> None:
        """Send what is due, as many as may be under way."""
        now = monotonic()
        for held in self._spool.held.values():
            if self._under_way >= UNDER_WAY_MAX:
                break
            if not held.under_way and held.not_before <= now:
                self.send(held)

    def send(self, held: Held) -> None:
        """Send one report, unless the desk has it already."""
        if held.under_way:
            return
        try:
            request = self._spool.read(held)
        except (OSError, Unreadable) as error:
            log.error("a spooled report cannot be read: %s", type(error).__name__)  # noqa: TRY400 - its message may quote
            held.not_before = monotonic() + FAILED_AGAIN_S
            return
        self._ask(held.id, request)

    def _ask(self, report_id: UUID, request: Request) -> None:
        try:
            answer = asyncio.ensure_future(self._submit(request))
        except DeskUnavailable:
            self._later(report_id, AGAIN_S)
            return
        self.settle_by(report_id, answer, request)

    def settle_by(self, report_id: UUID, answer: "asyncio.Future[Answer]", request: Request | None = None) -> None:
        """Let go of a report when this answer says that it is recorded; else it is due again."""
        held = self._spool.held.get(report_id)
        if held is None or held.under_way:
            return
        held.under_way = True
        self._under_way += 1
        answer.add_done_callback(partial(self._answered, report_id, request))

    def _answered(self, report_id: UUID, request: Request | None, answer: "asyncio.Future[Answer]") -> None:
        self._under_way -= 1
        held = self._spool.held.get(report_id)
        if held is None:
            return
        held.under_way = False
        error = None if answer.cancelled() else answer.exception()
        if answer.cancelled() or isinstance(error, DeskUnavailable):
            self._later(report_id, AGAIN_S)
        elif error is not None:
            log.error("recording a spooled report broke", exc_info=error, extra=_marks(request))
            self._later(report_id, FAILED_AGAIN_S)
        elif answer.result().outcome is Outcome.FAILED:
            self.failed += 1
            self._later(report_id, FAILED_AGAIN_S)
        elif answer.result().code == "already_done" and request is not None and request.digest is not None:
            # Its sender used one id for two contents. It is not here to be told; what it said is recorded apart.
            self._ask(report_id, replace(request, id=other_id(request), digest=None))
        else:
            self._recorded(held, answer.result(), request)

    def _recorded(self, held: Held, answer: Answer, request: Request | None) -> None:
        if answer.outcome is Outcome.REFUSED:
            log.warning("a spooled %s was refused: %s", held.line.what, answer.code, extra=_marks(request))
        self.recorded += 1
        self.longest_s = max(self.longest_s, (datetime.now(UTC) - held.since).total_seconds())
        self._spool.settle(held.id)
        self.fill()

    def _later(self, report_id: UUID, pause_s: float) -> None:
        held = self._spool.held.get(report_id)
        if held is not None:
            held.not_before = monotonic() + pause_s

    def forget(self) -> None:
        """Begin counting anew: somebody has been told."""
        self.recorded, self.longest_s, self.failed = 0, 0.0, 0


def _marks(request: Request | None) -> dict[str, str] | None:
    """Return what a line about a report names; without one it is written in the context of its own request."""
    return None if request is None else request.marks

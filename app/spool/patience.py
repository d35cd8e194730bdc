"""In front of the desk, or the link to it: distress not answered in time goes to disk, and its sender is told."""

import asyncio
from collections.abc import Awaitable, Callable

from app.requests import Answer, DeskUnavailable, Lane, Request, Spooled
from app.spool.replay import Replay
from app.spool.report import call_key
from app.spool.spool import Spool


class Patience:
    """Submits requests. Distress waits `after_s` for its answer, or longer while `is_desk_due`; then it is spooled.

    What the desk has been given stays with it: its late answer settles the report, under the same command id.
    """

    def __init__(
        self,
        submit: Callable[[Request], Awaitable[Answer]],
        spool: Spool,
        replay: Replay,
        after_s: float,
        is_desk_due: Callable[[], bool],
    ) -> None:
        self._submit, self._spool, self._replay = submit, spool, replay
        self._after_s, self._is_desk_due = after_s, is_desk_due
        self._left: set[asyncio.Task[Answer]] = set()

    def submit(self, request: Request) -> Awaitable[Answer]:
        """Return the desk's answer. Raises Spooled for distress that is on disk and not recorded yet."""
        return self._distress(request) if request.lane is Lane.DISTRESS else self._submit(request)

    async def _distress(self, request: Request) -> Answer:
        self._send_older(request)
        try:
            answer = asyncio.ensure_future(self._submit(request))
        except DeskUnavailable:
            raise Spooled(await self._spool.keep(request)) from None
        try:
            return await self._answer(request, answer)
        except asyncio.CancelledError:
            if not answer.done():  # its sender has gone away; the report has not
                left = asyncio.create_task(self._answer(request, answer))
                self._left.add(left)
                left.add_done_callback(self._left.discard)
                left.add_done_callback(_look_at)
            raise

    def _send_older(self, request: Request) -> None:
        """What waits of the same call is told to the desk first, so that the newer report is the one that counts."""
        key = call_key(request) if self._spool.held else None
        for held in self._spool.of_call(key) if key is not None else ():
            self._replay.send(held)

    async def _answer(self, request: Request, answer: "asyncio.Future[Answer]") -> Answer:
        await asyncio.wait((answer,), timeout=self._after_s)
        if not answer.done() and self._is_desk_due():
            await asyncio.wait((answer,))
        if not _is_given(answer):
            kept = await self._spool.keep(request)
            if kept == request.id:
                self._replay.settle_by(kept, answer)
            else:  # its twin is held; the desk will know them for the same call
                answer.add_done_callback(_look_at)
            if not _is_given(answer):
                raise Spooled(kept)
        return answer.result()


def _is_given(answer: "asyncio.Future[Answer]") -> bool:
    """Whether the desk has answered, be it with a fault of ours: only its silence and its absence are waited out."""
    return answer.done() and not isinstance(answer.exception(), DeskUnavailable)


def _look_at(done: "asyncio.Future[Answer]") -> None:
    """Nobody is there to hear this; what could not be kept is seen at the spool."""
    if not done.cancelled():
        done.exception()

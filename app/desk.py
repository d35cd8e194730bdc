"""The desk: the single writer. Decide, append, apply, publish; never another order. See docs/desk.md."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from time import monotonic
from typing import Final
from uuid import UUID

import asyncpg

from app.clock import Clock
from app.lanes import Lanes, Waiting
from app.lease.watch import Look
from app.metrics.meters import APPEND_COMMANDS, APPEND_S, APPENDS_REFUSED, APPENDS_UNKNOWN
from app.requests import Answer, Backlog, DeskUnavailable, Request
from app.salvage import Salvage
from app.scribe import TRIES_MAX, Scribe
from app.store import ledger
from app.turn import Turn, answer_again
from dispatch.archive import forget_closed
from dispatch.board import Board
from dispatch.commands import TakeOver

log = logging.getLogger(__name__)

ANSWERS_MAX: Final = 65_536  # recent answers kept for re-sent commands; older ones are found in the database
BUSY_MAX_S: Final = 1.0  # a batch takes milliseconds; after a second the desk is not heard any more
BATCH_COMMANDS_MAX: Final = 128  # design 1
HAND_OVER_S: Final = 1.0  # what PostgreSQL has not recorded by then, the next desk records when it is sent again
SLICE_S: Final = 0.005  # design 1: after 5 ms of deciding others get their turn
MakeScribe = Callable[[str, str, str, Clock, Callable[[ledger.Batch], None]], Scribe]


class Desk:
    """Takes requests, answers after the commit, and hands every committed batch to `publish`, in order, once.

    While one turn's append is on its way the next is decided, on a board that already holds the first. It is sent,
    answered and told only after the first is committed; if that fails, the board is built anew and it is decided again.
    """

    def __init__(
        self,
        dsn: str,
        region: str,
        secret: str,
        clock: Clock,
        publish: Callable[[ledger.Batch], None],
        scribe: MakeScribe = Scribe,
    ) -> None:
        self.region = region
        self._scribe = scribe(dsn, region, secret, clock, publish)
        self._salvage = Salvage(self._scribe, clock, self._finish)
        self._lanes = Lanes()
        self._recent: OrderedDict[UUID, tuple[bytes | None, Answer]] = OrderedDict()
        self._busy_since: float | None = None
        self._in_hand: dict[UUID, Waiting] = {}  # decided, or being decided, and not answered yet
        self._twins: list[Waiting] = []  # sent again while the first is in hand
        self._to_recall: Waiting | None = None  # waits for a moment with nothing on its way

    @property
    def board(self) -> Board:
        """The private board: positions go in here; nobody reads it."""
        return self._scribe.board

    @property
    def epoch(self) -> int:
        return self._scribe.writer.head.epoch

    @property
    def secret(self) -> str:
        """What names this desk in the lease; gateways show it."""
        return self._scribe.writer.secret

    def is_well(self) -> bool:
        """Whether nothing has been in the works for too long: an append that hangs makes every picture old."""
        return self._busy_since is None or monotonic() - self._busy_since < BUSY_MAX_S

    async def take(self, look: Look) -> bool:
        """Become the writer, if the lease is still as it was seen. Raises what stands for PostgreSQL being away."""
        return await self._scribe.writer.take(look.holder, look.renewed_at)

    async def start(self) -> None:
        """Build the board, once the desk is taken. Raises OSError, PostgresError."""
        await self._scribe.start()

    async def hand_over(self) -> None:
        """Take nothing more and finish what was taken, as far as that is done in a moment; then `run` may be ended."""
        self._lanes.shut(DeskUnavailable("this desk hands over"))
        open_here = [*self._lanes.waiting(), *self._in_hand.values(), *self._twins]
        if open_here:
            await asyncio.wait([one.answer for one in open_here], timeout=HAND_OVER_S)

    def forget(self, before: datetime) -> None:
        """Let go of what closed before an instant; a command that names it brings it back first."""
        forget_closed(self.board, before)

    async def take_over(self) -> None:
        """Record the takeover, which gives open offers more time. `run` must be running."""
        await self.submit(Request(TakeOver(self.epoch), by="desk"))

    def submit(self, request: Request) -> asyncio.Future[Answer]:
        """Return what will be the answer once the request is recorded. Raises DeskUnavailable, as the future may."""
        return self._lanes.put(request)

    def waiting(self) -> Backlog:
        return self._lanes.backlog()

    async def run(self) -> None:
        """Serve until fenced, or cancelled because another holds the lease; whoever still waits is told."""
        turn: Turn | None = None
        try:
            while True:
                if turn is None and self._to_recall is None:
                    self._busy_since = None
                    await self._lanes.some()
                self._busy_since = monotonic()
                turn = await self._record(turn or await self._begin())
        except Exception:
            log.exception("the desk stops")
            raise
        finally:
            self._lanes.fail_all(DeskUnavailable("this desk has stopped"), [*self._in_hand.values(), *self._twins])
            self._scribe.writer.close()

    async def _begin(self) -> Turn:
        """Decide a first turn. Nothing is on its way: what a command names can be brought back from the archive now."""
        if self._to_recall is not None:
            one, self._to_recall = self._to_recall, None
            await self._recall(one)
        turn = self._scribe.turn()
        self._decide(turn)
        return turn

    async def _recall(self, one: Waiting) -> None:
        """Bring back what a command names, and put it first in line; if that fails, it is tried alone."""
        try:
            await self._scribe.recall(one.request.command)
        except ledger.Fenced:
            raise
        except Exception:
            name = type(one.request.command).__name__
            log.exception("recalling for %s failed; it is tried alone", name, extra=one.request.marks)
            await self._scribe.rebuild()
            await self._salvage.each_alone((one,))
            self._let_go((one,))
        else:
            self._let_go((one,))
            one.is_recalled = True
            self._lanes.put_back((one,))

    def _decide(self, turn: Turn) -> None:
        """Decide what waits into a turn, for at most a slice of time, until it is full or one needs a recall first.

        A turn in which deciding failed is `broken`: its board is unfit, and whatever it took is tried alone.
        """
        ends = monotonic() + SLICE_S
        while not self._is_full(turn) and (one := self._lanes.take()) is not None:
            if self._answer_recent(one):
                continue
            self._in_hand[one.request.id] = one
            if not one.is_recalled and self._scribe.lacks(one.request.command):
                self._to_recall = one
                break
            try:
                turn.take(one)
            except Exception:
                number, marks = len(turn.taken), one.request.marks
                log.exception("deciding a turn failed at its command %d; each is tried alone", number, extra=marks)
                turn.broken = True
            if monotonic() > ends:
                break

    def _is_full(self, turn: Turn) -> bool:
        return len(turn.answers) >= BATCH_COMMANDS_MAX or turn.broken or self._to_recall is not None

    async def _record(self, turn: Turn) -> Turn | None:
        """Append a turn, publish and answer it, and return the one decided meanwhile, if there is any."""
        if turn.broken:
            await self._scribe.rebuild()
            await self._alone(turn)
            return None
        try:
            await self._salvage.answer_as_before(turn)
        except ledger.Fenced:
            raise
        except Exception:
            log.exception("looking up what was answered before failed; each is tried alone")
            await self._scribe.rebuild()
            await self._alone(turn)
            return None
        if not turn.batch.events:
            self._finish(turn)
            return None
        return await self._append(turn)

    async def _append(self, turn: Turn) -> Turn | None:
        append, began = asyncio.ensure_future(self._scribe.append(turn)), monotonic()
        ahead = self._scribe.turn(after=turn)
        try:
            await self._decide_until(append, ahead)
            committed = await append
        except asyncpg.PostgresError:
            log.exception("an append of %d commands was refused; each is tried alone", len(turn.answers))
            APPENDS_REFUSED.inc()
            await self._undo(ahead)
            await self._alone(turn)
            return None
        finally:
            append.cancel()
        if not committed:
            APPENDS_UNKNOWN.inc()
            await self._undo(ahead)
            await self._again(turn)
            return None
        APPEND_S.observe(monotonic() - began)
        APPEND_COMMANDS.observe(len(turn.answers))
        self._finish(turn)
        return ahead if ahead.taken else None

    async def _decide_until(self, append: "asyncio.Future[bool]", ahead: Turn) -> None:
        """Decide ahead while the append is on its way; answers and the append itself go first in every round."""
        await asyncio.sleep(0)
        while not append.done():
            self._decide(ahead)
            if self._is_full(ahead):
                await asyncio.wait((append,))
                return
            await (asyncio.sleep(0) if len(self._lanes) else self._lanes.some(unless=append))

    async def _undo(self, ahead: Turn) -> None:
        """What was decided on a board that did not come to be is decided again."""
        self._let_go(ahead.taken)
        self._lanes.put_back(ahead.taken)
        await self._scribe.rebuild()

    async def _again(self, turn: Turn) -> None:
        """What was not recorded is decided anew; a turn that PostgreSQL is lost in every time, each command alone."""
        for one in turn.taken:
            one.tries += 1
        if max(one.tries for one in turn.taken) < TRIES_MAX:
            self._let_go(turn.taken)
            self._lanes.put_back(turn.taken)
        else:
            await self._alone(turn)

    async def _alone(self, turn: Turn) -> None:
        await self._salvage.each_alone(turn.taken)
        self._let_go(turn.taken)

    def _finish(self, turn: Turn) -> None:
        """The turn is committed: publish it, then answer; no await stands between."""
        self._scribe.publish(turn)
        for waiting, answer in turn.answers:
            self._recent[waiting.request.id] = (waiting.request.digest, answer)
            if len(self._recent) > ANSWERS_MAX:
                self._recent.popitem(last=False)
            waiting.give(answer)
        self._let_go(turn.taken)

    def _let_go(self, waiting: Iterable[Waiting]) -> None:
        """These are in hand no more, and whoever sent one twice is served now."""
        for one in waiting:
            self._in_hand.pop(one.request.id, None)
        twins, self._twins = self._twins, []
        self._lanes.put_back(twins)

    def _answer_recent(self, one: Waiting) -> bool:
        """Answer what was answered lately; what is in hand just now is answered after it."""
        found = self._recent.get(one.request.id)
        if found is not None:
            one.give(answer_again(*found, one.request))
            return True
        if one.request.id in self._in_hand:
            self._twins.append(one)
            return True
        return False

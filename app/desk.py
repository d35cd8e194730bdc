"""The desk: the single writer. Decide, append, apply, publish; never another order. See docs/desk.md."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from app.clock import Clock
from app.lanes import Lanes, Waiting
from app.requests import Answer, DeskUnavailable, Outcome, Request
from app.scribe import TRIES_MAX, Scribe
from app.store import ledger
from app.store.statements import statement
from app.store.writer import AWAY
from app.turn import Turn, answer_again, bare_calls
from dispatch.board import Board
from dispatch.commands import RaiseSystemAlarm, ReportAlert, ReportCall, TakeOver, TimeIsUp

log = logging.getLogger(__name__)

ANSWERS_MAX: Final = 65_536  # recent answers kept for re-sent commands; older ones are found in the database
BUSY_MAX_S: Final = 1.0  # a batch takes milliseconds; after a second the desk is not heard any more


class Desk:
    """Takes requests, answers after the commit, and hands every committed batch to `publish`, in order, once."""

    def __init__(self, dsn: str, region: str, clock: Clock, publish: Callable[[ledger.Batch], None]) -> None:
        self.region = region
        self._scribe = Scribe(dsn, region, clock, publish)
        self._busy_since: float | None = None
        self._clock = clock
        self._lanes = Lanes()
        self._recent: OrderedDict[UUID, tuple[bytes | None, Answer]] = OrderedDict()

    @property
    def board(self) -> Board:
        """The private board: positions go in here; nobody reads it."""
        return self._scribe.board

    @property
    def epoch(self) -> int:
        return self._scribe.writer.head.epoch

    @property
    def secret(self) -> str:
        """What names this desk in the lease row; gateways show it."""
        return self._scribe.writer.secret

    def is_well(self) -> bool:
        """Whether nothing has been in the works for too long: an append that hangs makes every picture old."""
        return self._busy_since is None or monotonic() - self._busy_since < BUSY_MAX_S

    async def start(self) -> ledger.Head:
        """Become the writer and build the board. Raises OSError, PostgresError."""
        return await self._scribe.start()

    def fence(self) -> None:
        """Stop, also when nothing waits: another desk holds the lease. `run` ends with DeskUnavailable."""
        self._lanes.fail_all(DeskUnavailable("another desk has taken over"))

    async def announce(self, address: str) -> None:
        """Write into the lease row where gateways find this desk. Before `run` only: the connection is the desk's."""
        await self._scribe.writer.connection.execute(statement("announce_desk"), self.region, self.epoch, address)

    async def take_over(self) -> None:
        """Record the takeover, which gives open offers more time. `run` must be running."""
        await self.submit(Request(TakeOver(self.epoch), by="desk"))

    async def submit(self, request: Request) -> Answer:
        """Return the answer once the request is recorded. Raises DeskUnavailable."""
        return await self._lanes.put(request)

    async def run(self) -> None:
        """Serve batches until fenced or cancelled; whoever still waits is told."""
        batch: list[Waiting] = []
        try:
            while True:
                batch = await self._lanes.take()
                self._busy_since = monotonic()
                await self._serve(batch)
                self._busy_since = None
        except Exception:
            log.exception("the desk stops")
            raise
        finally:
            gone = DeskUnavailable("this desk has stopped")
            for one in batch:
                one.fail(gone)
            self._lanes.fail_all(gone)
            self._scribe.writer.close()

    async def _serve(self, waiting: list[Waiting]) -> None:
        todo = [one for one in waiting if not self._answer_recent(one)]
        turn = self._scribe.turn()
        try:
            if self._scribe.lacks(one.request.command for one in todo):
                for one in todo:
                    await self._scribe.recall(one.request.command)
                turn = self._scribe.turn()
            decided = turn.decide_all(todo)
            await self._answer_as_before(turn)
        except ledger.Fenced:
            raise
        except Exception:
            log.exception("deciding a batch of %d failed; each is tried alone", len(todo))
            await self._scribe.rebuild()
            await self._one_by_one(todo)
            return
        self._lanes.put_back(todo[decided:])
        try:
            committed = await self._scribe.append(turn)
        except asyncpg.PostgresError:
            log.exception("an append of %d commands was refused; each is tried alone", decided)
            await self._scribe.rebuild()
            await self._one_by_one(todo[:decided])
            return
        if committed:
            self._finish(turn)
        else:
            await self._again(todo[:decided])

    async def _again(self, waiting: list[Waiting]) -> None:
        """What was not recorded is decided anew; a batch that PostgreSQL is lost in every time, each command alone."""
        await self._scribe.rebuild()
        for one in waiting:
            one.tries += 1
        if max(one.tries for one in waiting) < TRIES_MAX:
            self._lanes.put_back(waiting)
        else:
            await self._one_by_one(waiting)

    def _finish(self, turn: Turn) -> None:
        """The batch is committed: publish it, then answer; no await stands between."""
        self._scribe.publish(turn)
        for waiting, answer in turn.answers:
            self._recent[waiting.request.id] = (waiting.request.digest, answer)
            if len(self._recent) > ANSWERS_MAX:
                self._recent.popitem(last=False)
            waiting.give(answer)

    async def _one_by_one(self, waiting: list[Waiting]) -> None:
        """After a refusal each command alone, so that only the offender fails and no distress report is lost."""
        for one in waiting:
            try:
                await self._alone(one)
            except ledger.Fenced:
                raise
            except Exception as error:
                log.exception("command %s failed", type(one.request.command).__name__)
                await self._scribe.rebuild()
                await self._save_what_can_be(one, type(error).__name__)

    async def _alone(self, one: Waiting) -> None:
        """Record one command. Raises what stands in its way."""
        for tries_left in reversed(range(TRIES_MAX)):
            try:
                if await self._answer_recorded(one):
                    return
                await self._scribe.recall(one.request.command, look_up_call=True)
                turn = self._scribe.turn()
                turn.decide_all([one])
                if await self._scribe.append(turn):
                    self._finish(turn)
                    return
            except AWAY:
                if not tries_left:
                    raise
            await self._scribe.rebuild()
        raise ConnectionError("PostgreSQL was lost each time this command was appended")

    async def _save_what_can_be(self, one: Waiting, why: str) -> None:
        """The offender gets 500 and an alarm; a distress report becomes a bare incident with its sealed raw body."""
        request = one.request
        command = request.command
        reply: dict[str, object] | None = None
        if isinstance(command, ReportCall | ReportAlert) and not getattr(command, "unreadable", False):
            for bare in bare_calls(command, self._clock.now()):
                if reply is None:
                    reply = await self._try_alone(
                        Request(bare, request.by, request.id, request.sealed, digest=request.digest)
                    )
        told = f"{type(command).__name__} could not be recorded: {why}"
        await self._try_alone(Request(RaiseSystemAlarm(told), by="desk"))
        outcome = Outcome.FAILED if reply is None else Outcome.DONE
        answer = Answer(outcome, self._scribe.writer.head.seq, reply or {}, "internal", "the command failed")
        one.give(answer)

    async def _try_alone(self, request: Request) -> dict[str, object] | None:
        """Record a request that replaces a failed one; None when it fails as well: the desk serves on."""
        try:
            return await self._scribe.record(request)
        except ledger.Fenced:
            raise
        except Exception:
            log.exception("nor could %s be recorded in its place", type(request.command).__name__)
            await self._scribe.rebuild()
            return None

    def _answer_recent(self, one: Waiting) -> bool:
        found = self._recent.get(one.request.id)
        if found is not None:
            one.give(answer_again(*found, one.request))
        return found is not None

    async def _answer_recorded(self, one: Waiting) -> bool:
        """Answer from the database a command that was recorded before."""
        row = await self._scribe.writer.connection.fetchrow(statement("find_command"), self.region, one.request.id)
        if row is None:
            return False
        one.give(_recorded(row, one.request))
        return True

    async def _answer_as_before(self, turn: Turn) -> None:
        """Whoever is answered without an event may be sending again what an earlier desk recorded: as it answered."""
        fresh = {line.id for line in turn.batch.commands}
        silent = [w.request for w, _ in turn.answers if w.request.id not in fresh]
        ids = [request.id for request in silent if not isinstance(request.command, TimeIsUp)]
        if ids:
            rows = await self._scribe.writer.connection.fetch(statement("find_commands"), self.region, ids)
            known = {row["id"]: row for row in rows}
            turn.answers = [
                (w, _recorded(known[w.request.id], w.request) if w.request.id in known else answer)
                for w, answer in turn.answers
            ]


def _recorded(row: asyncpg.Record, request: Request) -> Answer:
    """Return the answer that was recorded with a command."""
    answer = Answer(Outcome.DONE, row["last_seq"], orjson.loads(row["reply"]))
    return answer_again(row["digest"], answer, request)

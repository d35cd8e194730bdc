"""The desk: the single writer. Decide, append, apply, publish; never another order. See docs/desk.md."""

import asyncio
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from app.callers import Callers
from app.clock import Clock
from app.lanes import Lanes, Waiting
from app.recall import incidents_named
from app.requests import Answer, DeskUnavailable, Outcome, Request
from app.store import boards, ledger
from app.store.pool import connect
from app.store.statements import statement
from app.turn import Turn, answer_again, bare_call
from dispatch.board import Board
from dispatch.commands import Command, RaiseSystemAlarm, Recall, ReportAlert, ReportCall, TakeOver

log = logging.getLogger(__name__)

ANSWERS_MAX: Final = 65_536  # recent answers kept for re-sent commands; older ones are found in the database
BUSY_MAX_S: Final = 1.0  # a batch takes milliseconds; after a second the desk is not heard any more
RECONNECT_S: Final = (0.05, 0.1, 0.2, 0.5, 1.0)

# After any of these nobody knows whether the append was committed.
CONNECTION_LOST: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    OSError,
    TimeoutError,
)


class Desk:
    """Takes requests, answers after the commit, and hands every committed batch to `publish`, in order, once."""

    def __init__(self, dsn: str, region: str, clock: Clock, publish: Callable[[ledger.Batch], None]) -> None:
        self.region = region
        self.secret = secrets.token_hex(16)
        self._busy_since: float | None = None
        self._dsn = dsn
        self._clock = clock
        self._publish = publish
        self._lanes = Lanes()
        self._recent: OrderedDict[UUID, tuple[bytes | None, Answer]] = OrderedDict()
        self._callers = Callers()
        self._board = Board()

    @property
    def board(self) -> Board:
        """The private board: positions go in here; nobody reads it."""
        return self._board

    @property
    def epoch(self) -> int:
        return self._head.epoch

    def is_well(self) -> bool:
        """Whether nothing has been in the works for too long: an append that hangs makes every picture old."""
        return self._busy_since is None or monotonic() - self._busy_since < BUSY_MAX_S

    async def start(self) -> ledger.Head:
        """Become the writer and build the board. Raises OSError, PostgresError."""
        self._connection = await connect(self._dsn)
        self._head = await ledger.take_head(self._connection, self.region, self.secret)
        self._clock.correct(self._head.at)
        await self._rebuild()
        return self._head

    async def announce(self, address: str) -> None:
        """Write into the lease row where gateways find this desk. Before `run` only: the connection is the desk's."""
        await self._connection.execute(statement("announce_desk"), self.region, self._head.epoch, address)

    async def take_over(self) -> None:
        """Record the takeover, which gives open offers more time. `run` must be running."""
        await self.submit(Request(TakeOver(self._head.epoch), by="desk"))

    async def submit(self, request: Request) -> Answer:
        """Return the answer once the request is recorded. Raises DeskUnavailable."""
        return await self._lanes.put(request)

    async def run(self) -> None:
        """Serve batches until fenced or cancelled; whoever still waits is told."""
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
            self._lanes.fail_all(DeskUnavailable("this desk has stopped"))
            self._connection.terminate()

    async def _serve(self, waiting: list[Waiting]) -> None:
        todo = [one for one in waiting if not self._answer_recent(one)]
        turn = self._turn()
        try:
            if any(incidents_named(one.request.command) - self._board.incidents.keys() for one in todo):
                for one in todo:
                    await self._recall(one.request.command)
                turn = self._turn()
            decided = turn.decide_all(todo)
        except ledger.Fenced:
            raise
        except Exception:
            log.exception("deciding a batch of %d failed; each is tried alone", len(todo))
            await self._rebuild()
            await self._one_by_one(todo)
            return
        self._lanes.put_back(todo[decided:])
        try:
            committed = await self._append(turn)
        except asyncpg.PostgresError:
            log.exception("an append of %d commands was refused; each is tried alone", decided)
            await self._rebuild()
            await self._one_by_one(todo[:decided])
            return
        if committed:
            self._finish(turn)
        else:
            self._lanes.put_back(todo[:decided])

    def _turn(self) -> Turn:
        return Turn(self._board, self._callers, self._clock.now, self._head.hash)

    async def _append(self, turn: Turn) -> bool:
        """Append: True when committed, False when certainly not. Raises PostgresError when refused, or Fenced."""
        if not turn.batch.events:
            return True
        try:
            rows = self._board.drop_touched()
            await ledger.append(self._connection, self.region, self._head.epoch, turn.batch, rows)
        except CONNECTION_LOST as error:
            log.warning("the outcome of an append is unknown: %s", type(error).__name__)
            return await self._find_out(turn.batch)
        self._head = replace(self._head, seq=turn.batch.last, hash=turn.batch.after)
        return True

    async def _find_out(self, batch: ledger.Batch) -> bool:
        """Connect again, fence what is in flight, and see whether the batch is in the ledger."""
        before = self._head
        await self._reconnect()
        if self._head.seq == batch.last and self._head.hash == batch.after:
            return True
        if (self._head.seq, self._head.hash) != (before.seq, before.hash):
            raise ledger.Fenced(self.region)
        await self._rebuild()
        return False

    async def _reconnect(self) -> None:
        """Connect and take the head again, as often as it needs. Raises Fenced."""
        self._connection.terminate()
        tries = 0
        while True:
            try:
                self._connection = await connect(self._dsn)
                self._head = await ledger.keep_head(self._connection, self.region, self._head.epoch)
            except CONNECTION_LOST as error:
                log.warning("PostgreSQL is away: %s", type(error).__name__)
                await asyncio.sleep(RECONNECT_S[min(tries, len(RECONNECT_S) - 1)])
                tries += 1
            else:
                return

    async def _rebuild(self) -> None:
        """Build the private board anew from what is committed, keeping the positions, which are not events."""
        fleet = self._board.fleet
        while True:
            try:
                self._board = await boards.load_board(self._connection, self.region, self._head)
                await self._callers.load(self._connection, self.region, self._head.at)
                break
            except CONNECTION_LOST:
                await self._reconnect()
        for unit_id, point, fixed_at_s in zip(fleet.unit_ids, fleet.points, fleet.fixed_at_s.tolist(), strict=True):
            if unit_id in self._board.fleet:
                self._board.fleet.move(unit_id, point, fixed_at_s)
        self._clock.not_before(self._board.at)

    def _finish(self, turn: Turn) -> None:
        """The batch is committed: publish it, then answer; no await stands between."""
        if turn.batch.events:
            self._publish(turn.batch)
        for waiting, answer in turn.answers:
            self._recent[waiting.request.id] = (waiting.request.digest, answer)
            if len(self._recent) > ANSWERS_MAX:
                self._recent.popitem(last=False)
            _give(waiting, answer)

    async def _one_by_one(self, waiting: list[Waiting]) -> None:
        """After a refusal each command alone, so that only the offender fails and no distress report is lost."""
        for one in waiting:
            try:
                await self._alone(one)
            except ledger.Fenced:
                raise
            except Exception as error:
                log.exception("command %s failed", type(one.request.command).__name__)
                await self._rebuild()
                await self._save_what_can_be(one, type(error).__name__)

    async def _alone(self, one: Waiting) -> None:
        while True:
            try:
                if await self._answer_recorded(one):
                    return
                await self._recall(one.request.command, look_up_call=True)
                turn = self._turn()
                turn.decide_all([one])
                if await self._append(turn):
                    self._finish(turn)
                    return
            except CONNECTION_LOST:
                await self._rebuild()

    async def _save_what_can_be(self, one: Waiting, why: str) -> None:
        """The offender gets 500 and an alarm; a distress report becomes a bare incident with its sealed raw body."""
        command = one.request.command
        reply: dict[str, object] = {}
        if isinstance(command, ReportCall | ReportAlert) and not getattr(command, "unreadable", False):
            bare = Request(bare_call(command, self._clock.now()), one.request.by, sealed=one.request.sealed)
            reply = await self._record_alone(bare)
        await self._record_alone(
            Request(RaiseSystemAlarm(f"{type(command).__name__} could not be recorded: {why}"), by="desk")
        )
        outcome = Outcome.DONE if reply else Outcome.FAILED
        _give(one, Answer(outcome, self._head.seq, reply, "internal", "the command failed"))

    async def _record_alone(self, request: Request) -> dict[str, object]:
        """Record a request of the desk's own making."""
        while True:
            turn = self._turn()
            answer = turn.decide(request)
            if await self._append(turn):
                if turn.batch.events:
                    self._publish(turn.batch)
                return answer.reply

    async def _recall(self, command: Command, *, look_up_call: bool = False) -> None:
        """Bring archived incidents that a command names back onto the board, by an event of their own."""
        named = incidents_named(command)
        if look_up_call and isinstance(command, ReportCall) and command.psap_call_id is not None:
            row = await self._connection.fetchrow(
                statement("find_call"), self.region, command.psap, command.psap_call_id
            )
            named |= {int(row["incident_id"])} if row else set()
        for incident_id in sorted(named - self._board.incidents.keys()):
            if 0 < incident_id <= self._board.last_ids["incidents"]:
                rows = await boards.load_incident(self._connection, self.region, incident_id)
                if rows:
                    await self._record_alone(Request(Recall(incident_id, rows), by="desk"))

    def _answer_recent(self, one: Waiting) -> bool:
        found = self._recent.get(one.request.id)
        if found is not None:
            _give(one, answer_again(*found, one.request))
        return found is not None

    async def _answer_recorded(self, one: Waiting) -> bool:
        """Answer from the database a command that was recorded before."""
        row = await self._connection.fetchrow(statement("find_command"), self.region, one.request.id)
        if row is None:
            return False
        answer = Answer(Outcome.DONE, row["last_seq"], orjson.loads(row["reply"]))
        _give(one, answer_again(row["digest"], answer, one.request))
        return True


def _give(waiting: Waiting, answer: Answer) -> None:
    if not waiting.answer.done():  # its caller may have gone away
        waiting.answer.set_result(answer)

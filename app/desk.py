"""The desk: the single writer. Decide, append, apply, publish; never another order. See docs/desk.md."""

import logging
from collections import OrderedDict
from collections.abc import Callable
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
from app.store.statements import statement
from app.store.writer import AWAY, Writer
from app.turn import Turn, answer_again, bare_calls
from dispatch.board import Board
from dispatch.commands import Command, RaiseSystemAlarm, Recall, ReportAlert, ReportCall, TakeOver, TimeIsUp

log = logging.getLogger(__name__)

ANSWERS_MAX: Final = 65_536  # recent answers kept for re-sent commands; older ones are found in the database
BUSY_MAX_S: Final = 1.0  # a batch takes milliseconds; after a second the desk is not heard any more
TRIES_MAX: Final = 5  # appends PostgreSQL was lost in and came back from without; then the command is what breaks it


class Desk:
    """Takes requests, answers after the commit, and hands every committed batch to `publish`, in order, once."""

    def __init__(self, dsn: str, region: str, clock: Clock, publish: Callable[[ledger.Batch], None]) -> None:
        self.region = region
        self._writer = Writer(dsn, region)
        self._busy_since: float | None = None
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
        return self._writer.head.epoch

    @property
    def secret(self) -> str:
        """What names this desk in the lease row; gateways show it."""
        return self._writer.secret

    def is_well(self) -> bool:
        """Whether nothing has been in the works for too long: an append that hangs makes every picture old."""
        return self._busy_since is None or monotonic() - self._busy_since < BUSY_MAX_S

    async def start(self) -> ledger.Head:
        """Become the writer and build the board. Raises OSError, PostgresError."""
        head = await self._writer.take()
        self._clock.correct(head.at)
        await self._rebuild()
        return head

    def fence(self) -> None:
        """Stop, also when nothing waits: another desk holds the lease. `run` ends with DeskUnavailable."""
        self._lanes.fail_all(DeskUnavailable("another desk has taken over"))

    async def announce(self, address: str) -> None:
        """Write into the lease row where gateways find this desk. Before `run` only: the connection is the desk's."""
        await self._writer.connection.execute(statement("announce_desk"), self.region, self.epoch, address)

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
            self._writer.close()

    async def _serve(self, waiting: list[Waiting]) -> None:
        todo = [one for one in waiting if not self._answer_recent(one)]
        turn = self._turn()
        try:
            if any(incidents_named(one.request.command) - self._board.incidents.keys() for one in todo):
                for one in todo:
                    await self._recall(one.request.command)
                turn = self._turn()
            decided = turn.decide_all(todo)
            await self._answer_as_before(turn)
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
            await self._again(todo[:decided])

    def _turn(self) -> Turn:
        return Turn(self._board, self._callers, self._clock.now, self._writer.head.hash)

    async def _append(self, turn: Turn) -> bool:
        """Append what was decided, if anything; False when it certainly was not recorded."""
        return not turn.batch.events or await self._writer.append(turn.batch, self._board.drop_touched())

    async def _again(self, waiting: list[Waiting]) -> None:
        """What was not recorded is decided anew; a batch that PostgreSQL is lost in every time, each command alone."""
        await self._rebuild()
        for one in waiting:
            one.tries += 1
        if max(one.tries for one in waiting) < TRIES_MAX:
            self._lanes.put_back(waiting)
        else:
            await self._one_by_one(waiting)

    async def _rebuild(self) -> None:
        """Build the private board anew from what is committed, keeping the positions, which are not events."""
        fleet = self._board.fleet
        while True:
            connection, head = self._writer.connection, self._writer.head
            try:
                self._board = await boards.load_board(connection, self.region, head)
                await self._callers.load(connection, self.region, head.at)
                break
            except AWAY:
                await self._writer.reconnect()
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
                await self._rebuild()
                await self._save_what_can_be(one, type(error).__name__)

    async def _alone(self, one: Waiting) -> None:
        """Record one command. Raises what stands in its way."""
        for tries_left in reversed(range(TRIES_MAX)):
            try:
                if await self._answer_recorded(one):
                    return
                await self._recall(one.request.command, look_up_call=True)
                turn = self._turn()
                turn.decide_all([one])
                if await self._append(turn):
                    self._finish(turn)
                    return
            except AWAY:
                if not tries_left:
                    raise
            await self._rebuild()
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
        answer = Answer(outcome, self._writer.head.seq, reply or {}, "internal", "the command failed")
        one.give(answer)

    async def _try_alone(self, request: Request) -> dict[str, object] | None:
        """Record a request that replaces a failed one; None when it fails as well: the desk serves on."""
        try:
            return await self._record_alone(request)
        except ledger.Fenced:
            raise
        except Exception:
            log.exception("nor could %s be recorded in its place", type(request.command).__name__)
            await self._rebuild()
            return None

    async def _record_alone(self, request: Request) -> dict[str, object]:
        """Record a request of the desk's own making. Raises what stands in its way."""
        for _ in range(TRIES_MAX):
            turn = self._turn()
            answer = turn.decide(request)
            if await self._append(turn):
                if turn.batch.events:
                    self._publish(turn.batch)
                return answer.reply
            await self._rebuild()
        raise ConnectionError("PostgreSQL was lost each time this was appended")

    async def _recall(self, command: Command, *, look_up_call: bool = False) -> None:
        """Bring archived incidents that a command names back onto the board, by an event of their own."""
        named = incidents_named(command)
        if look_up_call and isinstance(command, ReportCall) and command.psap_call_id is not None:
            row = await self._writer.connection.fetchrow(
                statement("find_call"), self.region, command.psap, command.psap_call_id
            )
            named |= {int(row["incident_id"])} if row else set()
        for incident_id in sorted(named - self._board.incidents.keys()):
            if 0 < incident_id <= self._board.last_ids["incidents"]:
                rows = await boards.load_incident(self._writer.connection, self.region, incident_id)
                if rows:
                    await self._record_alone(Request(Recall(incident_id, rows), by="desk"))

    def _answer_recent(self, one: Waiting) -> bool:
        found = self._recent.get(one.request.id)
        if found is not None:
            one.give(answer_again(*found, one.request))
        return found is not None

    async def _answer_recorded(self, one: Waiting) -> bool:
        """Answer from the database a command that was recorded before."""
        row = await self._writer.connection.fetchrow(statement("find_command"), self.region, one.request.id)
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
            rows = await self._writer.connection.fetch(statement("find_commands"), self.region, ids)
            known = {row["id"]: row for row in rows}
            turn.answers = [
                (w, _recorded(known[w.request.id], w.request) if w.request.id in known else answer)
                for w, answer in turn.answers
            ]


def _recorded(row: asyncpg.Record, request: Request) -> Answer:
    """Return the answer that was recorded with a command."""
    answer = Answer(Outcome.DONE, row["last_seq"], orjson.loads(row["reply"]))
    return answer_again(row["digest"], answer, request)

"""After a refused append: each command alone, so that only the offender fails and no distress report is lost."""

import logging
from collections.abc import Callable, Iterable

import asyncpg
import orjson
from msgspec.structs import replace

from app.clock import Clock
from app.lanes import Waiting
from app.requests import Answer, Outcome, Request
from app.scribe import TRIES_MAX, Scribe
from app.store import ledger
from app.store.statements import statement
from app.store.writer import AWAY
from app.turn import Turn, answer_again, bare_calls
from dispatch.commands import RaiseSystemAlarm, ReportAlert, ReportCall, TimeIsUp

log = logging.getLogger(__name__)


class Salvage:
    """Records commands one at a time, on a board that is fresh; `finish` publishes and answers what was recorded."""

    def __init__(self, scribe: Scribe, clock: Clock, finish: Callable[[Turn], None]) -> None:
        self._scribe = scribe
        self._clock = clock
        self._finish = finish

    async def each_alone(self, waiting: Iterable[Waiting]) -> None:
        """Record what can be. Raises Fenced only."""
        for one in waiting:
            try:
                await self._alone(one)
            except ledger.Fenced:
                raise
            except Exception as error:
                log.exception("command %s failed", type(one.request.command).__name__, extra=one.request.marks)
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
                turn.take(one)
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
                    reply = await self._try_alone(replace(request, command=bare, caller_hash=None))
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
            name = type(request.command).__name__
            log.exception("nor could %s be recorded in its place", name, extra=request.marks)
            await self._scribe.rebuild()
            return None

    async def _answer_recorded(self, one: Waiting) -> bool:
        """Answer from the database a command that was recorded before."""
        row = await self._scribe.writer.connection.fetchrow(
            statement("find_command"), self._scribe.region, one.request.id
        )
        if row is None:
            return False
        one.give(_recorded(row, one.request))
        return True

    async def answer_as_before(self, turn: Turn) -> None:
        """Whoever is answered without an event may be sending again what an earlier desk recorded: as it answered."""
        fresh = {line.id for line in turn.batch.commands}
        silent = [w.request for w, _ in turn.answers if w.request.id not in fresh]
        # A timer is named by a loop with an id of its own each time: no earlier desk has heard of it.
        ids = [request.id for request in silent if not isinstance(request.command, TimeIsUp)]
        if ids:
            rows = await self._scribe.writer.connection.fetch(statement("find_commands"), self._scribe.region, ids)
            known = {row["id"]: row for row in rows}
            turn.answers = [
                (w, _recorded(known[w.request.id], w.request) if w.request.id in known else answer)
                for w, answer in turn.answers
            ]


def _recorded(row: asyncpg.Record, request: Request) -> Answer:
    """Return the answer that was recorded with a command."""
    answer = Answer(Outcome.DONE, row["last_seq"], orjson.loads(row["reply"]))
    return answer_again(row["digest"], answer, request)

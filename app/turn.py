"""One batch being decided: events chained in order, commands with their replies, answers kept until the commit."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace

from app.callers import Callers
from app.codec import Recorded, encode_event, incident_of, to_json
from app.lanes import Waiting
from app.requests import Answer, Outcome, Request
from app.retention.holding import holdings_of
from app.sealing import raw_id
from app.store.ledger import Batch, CommandLine
from dispatch.board import Board
from dispatch.commands import ReportAlert, ReportCall
from dispatch.decide import Decision, decide
from dispatch.entities import Alert, Call, Row
from dispatch.events import IncidentMerged, IncidentSplit
from geo.place import PlaceState, Resolution


class Turn:
    """Decides requests against the desk's private board, which it moves, and collects what has to be recorded.

    `taken` are the requests in order, `answers` those decided; `broken` when one of them could not be.
    """

    def __init__(self, board: Board, callers: Callers, now: Callable[[], datetime], before: bytes) -> None:
        self._board = board
        self._callers = callers
        self._now = now
        self.batch = Batch(before, before)
        self.taken: list[Waiting] = []
        self.answers: list[tuple[Waiting, Answer]] = []
        self.broken = False

    def take(self, one: Waiting) -> None:
        """Decide one more request. Raises what is a bug, and leaves the board unfit."""
        self.taken.append(one)
        self.answers.append((one, self.decide(one.request)))

    def decide(self, request: Request) -> Answer:
        now = max(self._now(), self._board.at)
        command = request.command
        if isinstance(command, ReportCall) and request.caller_hash is not None:
            caller, is_fresh = self._callers.token(request.caller_hash, now)
            command = replace(command, caller=caller.token)
            if is_fresh:
                self.batch.callers.append(caller)
        first = self._board.seq + 1
        decision = decide(self._board, command, now)
        for seq, (event, rows) in enumerate(zip(decision.events, decision.rows, strict=True), first):
            body = encode_event(seq, now, event, request.id, request.by)
            self.batch.add(Recorded(seq, now, event, body, rows), request.id, incident_of(event, self._board))
            if isinstance(event, IncidentMerged | IncidentSplit):
                self.batch.moved += moved_by(rows)
        answer = _answer(decision, self._board.seq)
        if decision.events:
            reply = to_json(answer.reply).decode()
            self.batch.commands.append(CommandLine(request.id, request.digest, first, answer.seq, reply))
            about = next((i for i in self.batch.incident_ids[-len(decision.events) :] if i is not None), None)
            self.batch.sealed.extend(request.sealed)
            self.batch.sealed_about.extend(about for _ in request.sealed)
            self.batch.holdings.extend(holdings_of(request, decision.events, self._board))
        return answer


def moved_by(rows: Iterable[Row]) -> list[tuple[UUID, int]]:
    """Return, of the reports a merge or a split gave to another incident, what is sealed and which incident's it is."""
    found = [(UUID(row.sealed), row.incident_id) for row in rows if isinstance(row, Call | Alert)]
    return [*found, *((raw_id(sealed), incident_id) for sealed, incident_id in found)]


def _answer(decision: Decision, seq: int) -> Answer:
    refusal = decision.refusal
    if refusal is None:
        return Answer(Outcome.DONE, seq, decision.reply)
    return Answer(Outcome.REFUSED, seq, {}, refusal.code, refusal.message, refusal.field, refusal.allowed)


def answer_again(digest: bytes | None, answer: Answer, request: Request) -> Answer:
    """Answer a re-sent command as before; the same id with another content is refused."""
    if digest is not None and request.digest is not None and digest != request.digest:
        message = "this id was used for another request"
        return Answer(Outcome.REFUSED, answer.seq, {}, "already_done", message, "Idempotency-Key")
    return answer


def bare_calls(command: ReportCall | ReportAlert, now: datetime) -> tuple[ReportCall, ReportCall]:
    """Make of a report that cannot be decided the least that can: somebody asked for help, the words are sealed.

    The first keeps the PSAP's call id, so that sending it again opens nothing new; the second lacks even that.
    """
    call_id = command.psap_call_id if isinstance(command, ReportCall) else None
    bare = ReportCall(
        psap=command.psap if isinstance(command, ReportCall) else command.tower_id,
        psap_call_id=call_id,
        kind=command.kind,
        received_at=now,
        sealed=command.sealed,
        digest="",
        resolution=Resolution(PlaceState.UNVERIFIED, (), "unreadable"),
        registry_version=0,
        unreadable=True,
        warnings=("the report could not be decided",),
    )
    return bare, replace(bare, psap_call_id=None)

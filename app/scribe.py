"""The scribe: the private board and the hold on the ledger, kept in step; what the desk decides with and records by."""

from collections.abc import Callable
from typing import ClassVar, Final

from app.callers import Callers
from app.clock import Clock
from app.recall import forgotten, incidents_named
from app.requests import Request
from app.store import boards, ledger
from app.store.statements import statement
from app.store.writer import AWAY, Writer
from app.turn import Turn
from dispatch.board import Board
from dispatch.commands import Command, Recall, ReportCall

TRIES_MAX: Final = 5  # appends PostgreSQL was lost in and came back from without; then the command is what breaks it


class Scribe:
    """`board` holds what is committed and, within a turn, what is being decided; after a failure it is built anew."""

    TURN: ClassVar[type[Turn]] = Turn

    def __init__(
        self, dsn: str, region: str, secret: str, clock: Clock, publish: Callable[[ledger.Batch], None]
    ) -> None:
        self.region = region
        self.writer = Writer(dsn, region, secret)
        self.board = Board()
        self._clock = clock
        self._publish = publish
        self._callers = Callers()

    async def start(self) -> None:
        """Build the board, once the writer has taken the head. Raises OSError, PostgresError."""
        self._clock.correct(self.writer.head.at)
        await self.rebuild()

    def publish(self, turn: Turn) -> None:
        """Hand out what was just committed, if anything."""
        if turn.batch.events:
            self._publish(turn.batch)

    def turn(self, after: Turn | None = None) -> Turn:
        """Return a new turn that begins where the ledger stands, or where it will stand `after` one on its way."""
        before = self.writer.head.hash if after is None else after.batch.after
        return self.TURN(self.board, self._callers, self._clock.now, before)

    async def append(self, turn: Turn) -> bool:
        """Append what was decided, if anything; False when it certainly was not recorded."""
        return not turn.batch.events or await self.writer.append(turn.batch)

    async def rebuild(self) -> None:
        """Build the private board anew from what is committed, keeping the positions, which are not events."""
        fleet = self.board.fleet
        while True:
            connection, head = self.writer.connection, self.writer.head
            try:
                self.board = await boards.load_board(connection, self.region, head)
                await self._callers.load(connection, self.region, head.at)
                break
            except AWAY:
                await self.writer.reconnect()
        for unit_id, point, fixed_at_s in zip(fleet.unit_ids, fleet.points, fleet.fixed_at_s.tolist(), strict=True):
            if unit_id in self.board.fleet:
                self.board.fleet.move(unit_id, point, fixed_at_s)
        self._clock.not_before(self.board.at)

    async def record(self, request: Request) -> dict[str, object]:
        """Record a request of the desk's own making. Raises what stands in its way."""
        for _ in range(TRIES_MAX):
            turn = self.turn()
            answer = turn.decide(request)
            if await self.append(turn):
                self.publish(turn)
                return answer.reply
            await self.rebuild()
        raise ConnectionError("PostgreSQL was lost each time this was appended")

    def lacks(self, command: Command) -> bool:
        """Whether it names an incident that has to be recalled first."""
        named = incidents_named(command)
        return bool(named) and bool(forgotten(named, self.board, self._clock.now()))

    async def recall(self, command: Command, *, look_up_call: bool = False) -> None:
        """Bring archived incidents that a command names back onto the board, by an event of their own."""
        named = incidents_named(command)
        if look_up_call and isinstance(command, ReportCall) and command.psap_call_id is not None:
            row = await self.writer.connection.fetchrow(
                statement("find_call"), self.region, command.psap, command.psap_call_id
            )
            named |= {int(row["incident_id"])} if row else set()
        for incident_id in forgotten(named, self.board, self._clock.now()):
            if 0 < incident_id <= self.board.last_ids["incidents"]:
                rows = await boards.load_incident(self.writer.connection, self.region, incident_id)
                if rows:
                    await self.record(Request(Recall(incident_id, rows), by="desk"))

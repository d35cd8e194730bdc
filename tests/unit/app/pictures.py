"""What a client holds, kept by the one rule of the contract: replace rows from `after`, delete `gone`."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from app.codec import Recorded, decode_event, encode_event, encode_row
from app.frames import Frame
from app.scopes import Scope, is_live, scope_of
from app.store.ledger import Head
from app.view import View, all_rows
from dispatch.board import Board
from dispatch.commands import Command
from dispatch.decide import decide
from dispatch.entities import TABLES, Row
from loadtests.chatter import Chatter
from loadtests.city import BEGIN, City

Rows = dict[tuple[str, int | str], bytes]
COMMAND = UUID(int=7)


def empty_view() -> View:
    return View(Board(), Head(UUID(int=1), 1, 0, b"", BEGIN))


@dataclass(slots=True)
class Picture:
    """One client's rows, as the bytes it was sent."""

    topics: Scope
    rows: dict[tuple[str, int | str], Any] = field(default_factory=dict)
    seqs: list[int] = field(default_factory=list)

    def take(self, frame: bytes) -> bool:
        """Apply a frame; return whether it changed anything."""
        body = orjson.loads(frame)
        self.seqs.append(body["seq"])
        before = len(self.rows)
        has_changed = False
        for table, rows in body["after"].items():
            for row in rows:
                has_changed |= self.rows.get((table, row["id"])) != row
                self.rows[table, row["id"]] = row
        for table, row_id in body.get("gone", ()):
            del self.rows[table, row_id]
            has_changed = True
        return has_changed or len(self.rows) != before


@dataclass(slots=True)
class Images:
    """Rows as JSON values, encoded once for as long as the row stays the same object."""

    known: dict[tuple[str, int | str], tuple[Row, Any]] = field(default_factory=dict)

    def of(self, row: Row) -> Any:
        key = (TABLES[type(row)], row.id)
        found = self.known.get(key)
        if found is None or found[0] is not row:
            found = self.known[key] = (row, orjson.loads(encode_row(row)))
        return found[1]


def allowed(board: Board, topics: Iterable[Scope], images: Images) -> list[dict[tuple[str, int | str], Any]]:
    """Return, for each set of topics, the rows it may see by the definition alone, nothing remembered."""
    shown: list[dict[tuple[str, int | str], Any]] = [{} for _ in topics]
    sets = list(topics)
    for row in all_rows(board):
        if is_live(board, row):
            scope = scope_of(board, row)
            for number, each in enumerate(sets):
                if not each.isdisjoint(scope):
                    shown[number][TABLES[type(row)], row.id] = images.of(row)
    return shown


def snapshot_rows(view: View, topics: Scope) -> dict[tuple[str, int | str], Any]:
    body = orjson.loads(view.snapshot(topics))
    return {(table, row["id"]): row for table, rows in body["rows"].items() for row in rows}


class Town:
    """A seeded city whose desk records as the real one does; `step` returns what one command recorded."""

    def __init__(self, seed: int) -> None:
        self.city = City(seed)
        self.board = Board()
        self._chatter = Chatter(self.city, self.board)

    def opening(self) -> Iterable[list[Recorded]]:
        for command in self.city.opening():
            yield self.record(command)

    def step(self) -> list[Recorded]:
        self.city.pass_time()
        self.city.drive(self.board)
        return self.record(self._chatter.next())

    def record(self, command: Command) -> list[Recorded]:
        now = max(self.city.now, self.board.at)
        first = self.board.seq + 1
        decision = decide(self.board, command, now)
        return [
            Recorded(seq, now, event, encode_event(seq, now, event, COMMAND, "seed"), rows)
            for seq, (event, rows) in enumerate(zip(decision.events, decision.rows, strict=True), first)
        ]


def as_followed(events: Iterable[Recorded]) -> list[Recorded]:
    """Return the events as a process without a desk reads them: from their bodies."""
    return [decode_event(recorded.body) for recorded in events]


def bytes_of(frames: Iterable[Frame], topics: Scope) -> list[bytes | None]:
    return [frame.bytes_for(topics) for frame in frames]

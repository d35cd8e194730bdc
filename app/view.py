"""The view: what may be told. Folded only from committed batches, by the same code in every process."""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID

import orjson

from app.codec import Recorded, encode_row, to_json
from app.frames import Frame, Shown
from app.scopes import Scope, Scopes, is_live
from app.store.ledger import Head
from dispatch.board import Board
from dispatch.entities import TABLES, Assignment, Incident, Key, Row, Unit
from dispatch.events import DeskTookOver, RegistryImported
from dispatch.fold import apply

FRAMES_KEPT: Final = 20_000  # the past a client may ask for: hours of a usual day, a minute of a flood; 100 MB
SEQ: Final = re.compile(r"[0-9]{1,18}")  # int() of thousands of digits is an error
NOBODY: Final[Scope] = frozenset()
BESIDE_ROWS: Final = (DeskTookOver, RegistryImported)  # these move the board itself as well: its epoch, its registry
SHOWN_ORDER: Final = ("sectors", "units", "incidents", "calls", "alerts", "assignments", "alarms", "towers")


class View:
    """A board that holds only what is committed, with the frames of its latest events."""

    def __init__(self, board: Board, head: Head) -> None:
        self.begin(board, head)

    def begin(self, board: Board, head: Head) -> None:
        """Stand at this head, with no past: at the start, and again when the history folded so far is no more."""
        self.board = board
        self.ledger_id: UUID = head.ledger_id
        self.hash = head.hash
        self.frames: deque[Frame] = deque(maxlen=FRAMES_KEPT)
        self._scopes = Scopes(board)
        self._shown: dict[Key, Scope] = {}  # the live rows, each with whom it concerns
        for row in all_rows(board):
            if is_live(board, row):
                self._shown[TABLES[type(row)], row.id] = self._scopes.of(row)

    @property
    def seq(self) -> int:
        return self.board.seq

    def cursor(self) -> str:
        """Return where this picture stands: the ledger's id, so that a restored one is known, and the seq."""
        return f"{self.ledger_id}.{self.seq}"

    def fold(self, events: Iterable[Recorded], head_hash: bytes) -> list[Frame]:
        """Fold committed events and return their frames."""
        frames = [self._fold(recorded) for recorded in events]
        self.hash = head_hash
        self.frames.extend(frames)
        return frames

    def _fold(self, recorded: Recorded) -> Frame:
        moved = {(TABLES[type(row)], row.id): row for row in self._rows_made(recorded)}
        behind = tuple(dict.fromkeys(self._incidents_behind(moved.values())))
        for incident_id in behind:
            self._scopes.forget(incident_id)
        others = {key: row for key, row in self._reaudienced(behind) if key not in moved}
        shown = [self._show(key, row, moved=True) for key, row in moved.items()]
        shown += [self._show(key, row, moved=False) for key, row in others.items()]
        return Frame(recorded.seq, recorded, shown, frozenset().union(*[each.audience for each in shown]))

    def _rows_made(self, recorded: Recorded) -> Iterable[Row]:
        """Bring the board forward by one event and return the rows it makes.

        Beside the desk they are the very rows that the desk's fold made: rows are frozen, and these are committed.
        """
        if recorded.rows is None or isinstance(recorded.event, BESIDE_ROWS):
            apply(self.board, recorded.event, recorded.seq, recorded.at)
            return self.board.drop_touched()
        self.board.adopt(recorded.rows, recorded.seq, recorded.at)
        return recorded.rows

    def _reaudienced(self, incident_ids: Iterable[int]) -> Iterator[tuple[Key, Row]]:
        """Yield the rows that did not change while who may see them did: an incident's, with the incident itself."""
        for incident_id in incident_ids:
            incident = self.board.incidents[incident_id]
            after = self._scopes.of(incident) if incident.is_open else NOBODY
            if self._shown.get(("incidents", incident_id), NOBODY) == after:
                continue
            yield ("incidents", incident_id), incident
            for row in rows_of(self.board, incident):
                yield (TABLES[type(row)], row.id), row

    def _incidents_behind(self, moved: Iterable[Row]) -> Iterator[int]:
        """Yield the incidents whose audience may follow from these rows."""
        for row in moved:
            if isinstance(row, Incident):
                yield row.id
            elif isinstance(row, Assignment):
                yield row.incident_id
            elif isinstance(row, Unit) and row.assignment_id is not None:
                yield self.board.assignments[row.assignment_id].incident_id

    def _show(self, key: Key, row: Row, *, moved: bool) -> Shown:
        before = self._shown.get(key, NOBODY)
        after = self._scopes.of(row)
        live = is_live(self.board, row)
        if live:
            self._shown[key] = after
        else:
            self._shown.pop(key, None)
        return Shown(key[0], key[1], row, before, after, live, moved)

    def since(self, cursor: str) -> list[Frame] | None:
        """Return the frames after a cursor; None when that past is gone or is another ledger's."""
        ledger_id, _, seq_text = cursor.rpartition(".")
        if ledger_id != str(self.ledger_id) or not SEQ.fullmatch(seq_text):
            return None
        seq = int(seq_text)
        if seq > self.seq:
            return None
        missing = self.seq - seq
        if missing > len(self.frames):
            return None
        newest_first = list(islice(reversed(self.frames), missing))
        return newest_first[::-1]

    def snapshot(self, topics: Scope) -> bytes:
        """Return the live rows a set of topics may see, by table, with the cursor to go on from."""
        rows: dict[str, list[orjson.Fragment]] = {table: [] for table in SHOWN_ORDER}
        for (table, row_id), scope in self._shown.items():
            if not topics.isdisjoint(scope):
                rows[table].append(orjson.Fragment(encode_row(self.board.tables[table][row_id])))
        return to_json({"cursor": self.cursor(), "seq": self.seq, "at": self.board.at, "rows": rows})

    def live_rows(self, table: str, topics: Scope) -> list[Row]:
        """Return the live rows of one table a set of topics may see."""
        return [
            self.board.tables[t][row_id]
            for (t, row_id), scope in self._shown.items()
            if t == table and not topics.isdisjoint(scope)
        ]

    def may_see(self, table: str, row_id: int | str, topics: Scope) -> bool:
        """Whether a row, live or not, concerns any of these topics."""
        row = self.board.tables[table].get(row_id)
        return row is not None and not topics.isdisjoint(self._scopes.of(row))


def rows_of(board: Board, incident: Incident) -> list[Row]:
    """Return the rows that are seen by whoever sees the incident, because they are about it."""
    return [
        *(board.calls[i] for i in incident.calls),
        *(board.alerts[i] for i in incident.alerts),
        *(board.assignments[i] for i in incident.assignments),
        *(board.alarms[i] for i in sorted(board.alarms_of.get(incident.id, ()))),
    ]


def all_rows(board: Board) -> list[Row]:
    return [row for table in board.tables.values() for row in table.values()]


def as_json(row: Row) -> dict[str, Any]:
    """Return a row as JSON values."""
    value: dict[str, Any] = orjson.loads(encode_row(row))
    return value


def age_s(at: datetime, now: datetime) -> float:
    return max((now - at).total_seconds(), 0.0)

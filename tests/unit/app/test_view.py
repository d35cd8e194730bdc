"""P4 without a server: whatever happens, a client that replaces and deletes rows holds exactly the snapshot's."""

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from typing import Final
from uuid import UUID

import pytest

from app import view as view_module
from app.codec import Recorded
from app.frames import Shown
from app.scopes import BOARD, Scope, scope_of
from app.store.ledger import Head
from app.view import View
from dispatch.entities import Incident, Key, Row
from loadtests.city import BEGIN, SECTORS
from tests.unit.app.pictures import (
    Images,
    Picture,
    Town,
    allowed,
    as_followed,
    empty_view,
    snapshot_rows,
)

SEEDS: Final = range(int(os.environ.get("AUXILIO_VIEW_SEEDS", "32")))
STEPS: Final = 500
SHOW: Final = View._show
SNAPSHOT_EVERY: Final = 25
TOPICS: Final[tuple[Scope, ...]] = (
    frozenset({BOARD}),
    *(frozenset({f"sector:{sector}"}) for sector in SECTORS),
    *(frozenset({f"unit:U{number}"}) for number in range(3)),
    frozenset({"sector:north", "unit:U1"}),
    frozenset({"sector:south", "sector:desert"}),
    frozenset({"unit:U0", "unit:U2", "sector:island"}),
    frozenset({"sector:nowhere", "unit:nobody"}),
)


class Watched:
    """One town, told by the desk's view and by a follower's, watched by clients of every kind."""

    def __init__(self, seed: int) -> None:
        self.town = Town(seed)
        self.view, self.follower = empty_view(), empty_view()
        self.pictures = [Picture(topics) for topics in TOPICS]
        self.images = Images()
        self.events = self.told = 0

    def tell(self, events: list[Recorded]) -> None:
        for recorded in events:
            (frame,) = self.view.fold([recorded], b"")
            (followed,) = self.follower.fold(as_followed([recorded]), b"")
            self.events += 1
            for picture in self.pictures:
                data = frame.bytes_for(picture.topics)
                assert data == followed.bytes_for(picture.topics), "a follower tells it otherwise"
                if data is not None:
                    self.told += 1
                    assert picture.take(data), f"{recorded.kind} changed nothing for {set(picture.topics)}"
            for picture, rows in zip(self.pictures, allowed(self.view.board, TOPICS, self.images), strict=True):
                assert picture.rows == rows, f"after {recorded.kind}: {set(picture.topics)}"

    def compare_snapshots(self) -> None:
        fresh = View(self.view.board, Head(UUID(int=1), 1, self.view.seq, b"", BEGIN))
        for picture in self.pictures:
            assert picture.rows == snapshot_rows(self.view, picture.topics)
            assert picture.rows == snapshot_rows(fresh, picture.topics)


def play(seed: int) -> tuple[str, int, int]:
    watched = Watched(seed)
    step = -1
    try:
        for events in watched.town.opening():
            watched.tell(events)
        for step in range(STEPS):
            watched.tell(watched.town.step())
            if step % SNAPSHOT_EVERY == 0:
                watched.compare_snapshots()
        watched.compare_snapshots()
    except AssertionError as error:
        return f"seed {seed} step {step}: {error}"[:400], 0, 0
    return "", watched.events, watched.told


def test_every_clients_rows_are_the_snapshots_after_every_event() -> None:
    with ProcessPoolExecutor(2) as pool:
        results = list(pool.map(play, SEEDS))
    failed = [text for text, _, _ in results if text]
    assert not failed, "\n".join(failed[:5])
    assert sum(events for _, events, _ in results) > 300 * len(SEEDS)


def test_it_goes_red_when_a_moved_audience_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(View, "_reaudienced", lambda _self, _moved: iter(()))
    assert any(play(seed)[0] for seed in range(4))


def test_it_goes_red_when_gone_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(View, "_show", _shown_for_ever)
    assert any(play(seed)[0] for seed in range(2))


def _shown_for_ever(self: View, key: Key, row: Row, *, moved: bool) -> Shown:
    shown = SHOW(self, key, row, moved=moved)
    return replace(shown, live=True, after=shown.after | shown.before)


def test_a_cursor_of_another_ledger_or_of_the_future_has_no_past() -> None:
    town, view = Town(1), empty_view()
    for events in town.opening():
        view.fold(events, b"")
    here = view.cursor()
    assert view.since(here) == []
    assert len(view.since(f"{view.ledger_id}.0") or ()) == view.seq
    for cursor in (
        f"{UUID(int=9)}.1", f"{view.ledger_id}.{view.seq + 1}", f"{view.ledger_id}.-1", f"{view.ledger_id}.",
        f"{view.ledger_id}.1e3", f"{view.ledger_id}.\u0663", "", ".", "1", f"{here}.{here}",
        f"{view.ledger_id}.{'9' * 5_000}",
    ):  # fmt: skip
        assert view.since(cursor) is None, cursor


def test_a_past_longer_than_what_is_kept_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_module, "FRAMES_KEPT", 5)
    town, view = Town(1), empty_view()
    for events in town.opening():
        view.fold(events, b"")
    assert len(view.since(f"{view.ledger_id}.{view.seq - 5}") or ()) == 5
    assert view.since(f"{view.ledger_id}.{view.seq - 6}") is None


def test_an_alarm_goes_where_its_incident_goes() -> None:
    watched = Watched(11)
    for events in watched.town.opening():
        watched.tell(events)
    moved = 0
    for _ in range(900):
        watched.tell(watched.town.step())
        board = watched.view.board
        for alarm in board.alarms.values():
            incident = board.incidents.get(alarm.incident_id or 0)
            if alarm.cleared_at is None and isinstance(incident, Incident) and incident.is_open and incident.sector:
                moved += alarm.sector != incident.sector
                assert f"sector:{incident.sector}" in scope_of(board, alarm)
    assert moved > 0

"""P4 without a server: whatever happens, a client that replaces and deletes rows holds exactly the snapshot's."""

import os
from concurrent.futures import ProcessPoolExecutor
from typing import Final
from uuid import UUID

from app.codec import Recorded
from app.scopes import BOARD, Scope
from app.store.ledger import Head
from app.view import View
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

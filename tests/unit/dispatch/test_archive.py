"""A board lets go of what is over, and then is what a board built from the remaining rows would be."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.archive import forget_closed
from dispatch.board import Board
from dispatch.status import AlarmKind
from tests.simulation.invariants import assert_same_indexes, rebuilt
from tests.simulation.simulation import Run
from tests.unit.dispatch.scene import Scene


def assert_as_if_built_now(board: Board) -> None:
    young = rebuilt(board)
    young.last_ids = board.last_ids
    assert_same_indexes(board, young)


@pytest.mark.parametrize("seed", range(4))
def test_what_remains_is_what_a_young_board_would_hold(seed: int) -> None:
    run = Run(seed)
    run.play(1_000)
    board, last_ids = run.board, dict(run.board.last_ids)
    open_before = {i: board.incidents[i] for i in board.open_incidents}
    gone = forget_closed(board, run.city.now)
    assert len(gone) > 5
    assert {i: board.incidents[i] for i in board.open_incidents} == open_before
    assert not {row.incident_id for row in board.calls.values()} & set(gone)
    assert not {row.incident_id for row in board.alerts.values()} & set(gone)
    assert not {row.incident_id for row in board.assignments.values()} & set(gone)
    assert board.last_ids == last_ids, "a number would be given twice"
    assert_as_if_built_now(board)
    assert forget_closed(board, run.city.now) == []


def closed(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()
    scene.hear()
    scene.clear()
    scene.close()


def test_what_closed_lately_is_kept(scene: Scene) -> None:
    closed(scene)
    assert forget_closed(scene.board, scene.now) == []
    scene.now += timedelta(seconds=1)
    assert forget_closed(scene.board, scene.now) == [1]
    assert not scene.board.calls
    assert not scene.board.assignments
    scene.call()
    assert scene.incident(2).id == 2


def test_what_was_brought_back_is_kept_for_as_long_again(scene: Scene) -> None:
    closed(scene)
    rows = (scene.incident(), scene.board.calls[1], scene.board.assignments[1])
    scene.now += timedelta(days=3)
    assert forget_closed(scene.board, scene.now) == [1]
    scene.say(c.Recall(1, rows))
    brought_back = scene.now
    scene.now += timedelta(hours=1)
    assert forget_closed(scene.board, brought_back) == []
    scene.say(c.AddNote(1, "note", "d1"))
    assert forget_closed(scene.board, scene.now) == [1]


def test_what_still_rings_is_kept(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.close(release_units=True)
    scene.wait(60)
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)
    scene.now += timedelta(days=3)
    assert forget_closed(scene.board, scene.now) == []

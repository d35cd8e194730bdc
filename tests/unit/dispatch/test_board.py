"""The board beneath the rules: units made known, positions, indexes, rows and deadlines."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from dispatch import commands as c
from dispatch.board import Board
from dispatch.deadlines import Deadlines
from dispatch.entities import TABLES, Alarm, Unit
from dispatch.errors import Code, Refusal
from dispatch.events import NAMES, VERSIONS, NoteAdded, OfferMade
from dispatch.fold import FOLDS, apply
from dispatch.queue import Queue
from dispatch.status import AlarmKind, AssignmentStatus
from tests.unit.dispatch.scene import BEGIN, HERE, Scene, north


def test_the_newest_fix_wins_by_its_own_time(scene: Scene) -> None:
    scene.say(c.RegisterUnits((Unit("U1", "truck", "tucson", "station", HERE),)))
    assert scene.board.place_unit("U1", north(1), BEGIN + timedelta(seconds=9))
    assert not scene.board.place_unit("U1", north(2), BEGIN)
    assert scene.board.fleet.point("U1") == north(1)
    assert not scene.board.place_unit("nobody", HERE, BEGIN)


def test_a_unit_configured_anew_stays_where_it_is_and_on_what_it_does(scene: Scene) -> None:
    scene.unit("U1", 3)
    scene.call()
    scene.say(c.RegisterUnits((Unit("U1", "atv", "yuma", "station", HERE, ("medic",)),)))
    unit = scene.board.units["U1"]
    assert (unit.on_duty, unit.assignment_id, unit.kind) == (True, 1, "atv")
    assert scene.board.fleet.point("U1") == north(3)


def test_a_unit_cannot_be_registered_into_an_assignment(scene: Scene) -> None:
    scene.say(c.RegisterUnits((Unit("U1", "truck", "tucson", "station", HERE, assignment_id=7, missed=9),)))
    assert (scene.board.units["U1"].assignment_id, scene.board.units["U1"].missed) == (None, 0)


def test_a_kind_of_unit_nobody_gave_a_speed_is_refused_and_changes_nothing(scene: Scene) -> None:
    units = (Unit("U1", "truck", "tucson", "s", HERE), Unit("U2", "camel", "tucson", "s", HERE))
    with pytest.raises(Refusal) as refused:
        scene.say(c.RegisterUnits(units))
    assert (refused.value.code, refused.value.field) == (Code.INVALID, "kind")
    assert not scene.board.units


def test_units_registered_twice_alike_are_no_events(scene: Scene) -> None:
    scene.unit()
    seq = scene.board.seq
    scene.say(c.RegisterUnits((Unit("U1", "truck", "tucson", "station", north(1)),)))
    assert scene.board.seq == seq


def test_a_stale_fix_is_taken_only_when_there_is_no_fresh_one_and_is_flagged(scene: Scene) -> None:
    scene.unit("U1", 1)
    scene.unit("U2", 5)
    scene.now += timedelta(days=3)
    scene.board.place_unit("U2", north(5), scene.now)
    scene.call()
    scene.call("TUC-2", north(9))
    made = [event for event in scene.events if isinstance(event, OfferMade)]
    assert [(event.assignment.unit_id, event.picks[0].is_stale) for event in made] == [("U2", False), ("U1", True)]


def test_an_offer_carries_the_next_seven_and_counts_the_rest_by_reason(scene: Scene) -> None:
    for number in range(10):
        scene.unit(f"U{number}", number + 1, on=number != 3)
    scene.unit("U20", 1, sector="yuma")
    scene.call()
    made = next(event for event in scene.events if isinstance(event, OfferMade))
    assert [pick.unit_id for pick in made.picks] == ["U0", "U1", "U2", "U4", "U5", "U6", "U7", "U8"]
    assert made.passed_over == {"off_duty": 1, "other_sector": 1}


def test_indexes_forget_what_is_closed(scene: Scene) -> None:
    scene.call()
    scene.close()
    assert not scene.board.open_at_sign
    assert not scene.board.open_incidents
    assert not scene.board.alarms_of
    assert not scene.board.open_alarms


def test_a_recalled_incident_can_be_worked_on(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.close()
    old = scene.board
    scene.board = Board()
    scene.say(c.Recall(1, (old.incidents[1], old.calls[1])))
    scene.say(c.Reopen(1, "d1"))
    assert scene.incident().is_open
    assert scene.call(None, caller="maria")["joined"]


def test_a_recall_without_the_incident_is_refused(scene: Scene) -> None:
    with pytest.raises(Refusal):
        scene.say(c.Recall(9, ()))


def test_touched_rows_are_named_once_in_order(scene: Scene) -> None:
    scene.unit()
    scene.board.put(replace(scene.board.units["U1"], missed=1))
    scene.board.put(replace(scene.board.units["U1"], missed=2))
    assert [row.missed for row in scene.board.drop_touched() if isinstance(row, Unit)] == [2]
    assert scene.board.drop_touched() == ()


def test_a_decision_names_what_each_event_made(scene: Scene) -> None:
    scene.unit()
    scene.call()
    held = scene.held_by("U1")
    decision = scene.decide(c.ReportStatus("U1", AssignmentStatus.CLEARED, scene.now, held.id))
    assert len(decision.rows) == len(decision.events)
    last = {(type(row), row.id): row for rows in decision.rows for row in rows}
    assert all(scene.board.tables[TABLES[cls]][row_id] is row for (cls, row_id), row in last.items())


def test_events_fold_only_in_sequence() -> None:
    board = Board()
    with pytest.raises(ValueError, match="does not follow"):
        apply(board, NoteAdded(1, "sealed"), 2, BEGIN)
    with pytest.raises(KeyError):
        apply(board, NoteAdded(1, "sealed"), 1, BEGIN)


def test_every_event_has_a_name_a_version_and_a_fold() -> None:
    assert set(NAMES) == set(FOLDS)
    assert set(NAMES.values()) == set(VERSIONS)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 10), st.booleans()), max_size=40))
def test_the_queue_is_always_sorted_and_holds_what_was_put(steps: list[tuple[int, int, bool]]) -> None:
    scene = Scene()
    scene.call()
    row, queue = scene.incident(), Queue()
    inside: dict[int, int] = {}
    for number, priority, comes in steps:
        if comes:
            queue.put(replace(row, id=number, priority=priority))
            inside[number] = priority
        else:
            queue.drop(number)
            inside.pop(number, None)
    assert list(queue) == sorted(inside, key=lambda number: (-inside[number], number))
    assert all(number in queue for number in inside)
    assert len(queue) == len(inside)


@given(st.lists(st.tuples(st.integers(1, 4), st.none() | st.integers(0, 9)), max_size=40), st.integers(1, 5))
def test_no_deadline_is_lost_or_named_after_its_row_moved_on(steps: list[tuple[int, int | None]], limit: int) -> None:
    deadlines, rows = Deadlines(), dict[int, Alarm]()
    for number, after_s in steps:
        due = None if after_s is None else BEGIN + timedelta(seconds=after_s)
        row = Alarm(number, AlarmKind.SYSTEM, BEGIN, acknowledged_at=BEGIN, rearm_at=due)
        deadlines.replace(rows.get(number), row)
        rows[number] = row
    now = BEGIN + timedelta(seconds=5)
    passed = sorted((r.rearm_at, r.id) for r in rows.values() if r.rearm_at is not None and r.rearm_at <= now)
    for _ in range(2):  # they stay until their rows move
        assert [(x.due, x.id) for x in deadlines.overdue(now, limit)] == passed[:limit]
    waiting = [r.rearm_at for r in rows.values() if r.rearm_at is not None]
    assert deadlines.next_due() == (min(waiting) if waiting else None)

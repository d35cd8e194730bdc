"""What stands still on a board is named, once it has stood too long, and nothing that moves is."""

from datetime import timedelta

from app.progress.stuck import EACH_MAX, MOVED_M, NO_FIX, NO_MOVE, Fixes, Movement, Stuck, bounded, on_board
from dispatch.board import Board
from dispatch.status import AlarmKind, AssignmentStatus
from geo.point import Point
from tests.unit.dispatch.scene import HERE, Scene


def seen(scene: Scene, fixes: Fixes | None = None, movement: Movement | None = None) -> set[str]:
    return {one.reason for one in on_board(scene.board, fixes or {}, movement or Movement(), scene.now)}


def accepted() -> Scene:
    scene = Scene()
    scene.unit("U1")
    scene.call()
    scene.accept("U1")
    return scene


def test_a_unit_on_its_way_is_named_while_no_position_comes_or_it_stays_where_it_is() -> None:
    scene, movement = accepted(), Movement()
    scene.report(AssignmentStatus.EN_ROUTE)
    began = scene.now
    assert seen(scene, {"U1": (HERE, began)}, movement) == set()
    scene.now = began + NO_MOVE
    assert seen(scene, {"U1": (HERE, scene.now)}, movement) == {"stuck: on its way, and does not move (U1)"}
    away = Point(HERE.lat + 2 * MOVED_M / 111_195, HERE.lon)
    assert seen(scene, {"U1": (away, scene.now)}, movement) == set(), "it moves"
    scene.now = began + NO_FIX
    assert seen(scene, {"U1": (away, began)}, movement) == {"stuck: on its way, and no position comes (U1)"}
    scene.report(AssignmentStatus.ON_SCENE)
    assert seen(scene) == set()


def test_a_deadline_nobody_acted_on_and_an_incident_no_alarm_rings_for_are_named() -> None:
    scene = Scene()
    scene.unit("U1")
    scene.call()
    scene.now += timedelta(minutes=2)  # and no timer runs
    assert "stuck: a deadline passed and nothing was done (assignments answer_by)" in seen(scene)
    lost = Scene()
    lost.call()
    lost.now += timedelta(minutes=2)
    assert seen(lost) == set(), "nobody is free, and that rings"
    alarm = lost.ringing(AlarmKind.NO_UNIT)[0]
    lost.board.open_alarms.pop((AlarmKind.NO_UNIT, 1, None, None, ""))
    assert alarm.incident_id == 1
    assert seen(lost) == {"stuck: an incident that nobody is asked for and no alarm rings for"}


def test_many_of_one_sort_are_told_as_one() -> None:
    many = [Stuck("sort", f"U{n}", n) for n in range(EACH_MAX + 1)]
    assert bounded(many) == {Stuck("sort", f"more than {EACH_MAX} at once")}
    assert bounded(many[1:]) == set(many[1:])
    assert bounded(on_board(Board(), {}, Movement(), Scene().now)) == set()

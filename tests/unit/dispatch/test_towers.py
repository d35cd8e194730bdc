"""Design 4.5, 4.10 and reliability G14: presses fold, tests page nobody, and the order of messages does not matter."""

from collections.abc import Hashable, Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import commands as c
from dispatch.board import Board
from dispatch.decide import decide
from dispatch.entities import Link
from dispatch.errors import Refusal
from dispatch.events import TowerChanged
from dispatch.rules import towers
from dispatch.status import AlarmKind, Held, Kind, Where
from tests.unit.dispatch.scene import BEGIN, Scene


def test_a_press_opens_an_incident_at_the_tower_and_sends_somebody(scene: Scene) -> None:
    scene.unit()
    scene.alert()
    assert scene.units_on() == ["U1"]
    assert scene.incident().type == "RESCUE"


def test_repeat_presses_fold_are_counted_and_ring(scene: Scene) -> None:
    scene.alert(source="a")
    scene.alert(source="b")
    reply = scene.alert(source=None)
    assert (reply["incident_id"], reply["presses"]) == (1, 3)
    assert scene.ringing(AlarmKind.CALLED_AGAIN, 1)[0].reason == "3 presses"


def test_the_same_press_delivered_twice_is_one_press(scene: Scene) -> None:
    scene.alert(source="a")
    seq = scene.board.seq
    assert scene.alert(source="a")["repeated"]
    assert scene.board.seq == seq


def test_after_a_unit_cleared_a_press_is_a_new_alert_that_follows(scene: Scene) -> None:
    scene.unit()
    scene.alert(source="a")
    scene.accept()
    scene.clear()
    reply = scene.alert(source="b")
    assert reply["incident_id"] == 2
    assert Link(1, "follows") in scene.incident(2).links


def test_after_closing_a_press_is_a_new_linked_incident(scene: Scene) -> None:
    scene.alert(source="a")
    scene.close()
    scene.alert(source="b")
    assert scene.incident(2).links == (Link(1, "follows"),)


def test_a_tower_nobody_knows_is_a_dispatchers(scene: Scene) -> None:
    scene.alert("T9", place=None)
    assert scene.incident().held is Held.PLACE_UNVERIFIED


def test_a_test_press_opens_nothing(scene: Scene) -> None:
    scene.unit()
    assert scene.alert(kind=Kind.TEST)["test"]
    assert not scene.board.incidents
    assert scene.board.towers["T1"].tested_at == scene.now


def test_an_exercise_press_never_folds_into_a_real_alert(scene: Scene) -> None:
    scene.alert(source="a")
    scene.alert(source="b", kind=Kind.EXERCISE)
    assert scene.incident(2).held is Held.NOT_REAL
    assert scene.incident(1).where is Where.QUEUED


def test_a_late_press_rings_and_is_marked_late(scene: Scene) -> None:
    scene.alert(occurred_at=scene.now - timedelta(hours=30))
    assert scene.incident().late
    assert scene.ringing(AlarmKind.LATE, 1)


def tell(scene: Scene, what: str, on: bool, after_s: float) -> None:
    scene.say(c.ReportTower("T1", "tucson", what, on, BEGIN + timedelta(seconds=after_s)))


@pytest.mark.parametrize(
    ("what", "kind"),
    [("tamper", AlarmKind.TOWER_TAMPER), ("low_battery", AlarmKind.TOWER_BATTERY), ("silent", AlarmKind.TOWER_SILENT)],
)
def test_a_towers_trouble_rings_once(scene: Scene, what: str, kind: AlarmKind) -> None:
    for after_s in (1, 2, 3):
        tell(scene, what, True, after_s)
    assert [a.times for a in scene.ringing(kind)] == [1]


def test_a_tower_heard_again_rings_no_more_but_an_opened_box_does(scene: Scene) -> None:
    tell(scene, "silent", True, 1)
    tell(scene, "tamper", True, 1)
    tell(scene, "heartbeat", True, 2)
    tell(scene, "tamper", False, 2)
    assert not scene.ringing(AlarmKind.TOWER_SILENT)
    assert scene.ringing(AlarmKind.TOWER_TAMPER)


def test_an_alarm_that_was_taken_does_not_ring_again_for_an_old_message(scene: Scene) -> None:
    tell(scene, "tamper", True, 5)
    scene.say(c.AcknowledgeAlarm(scene.ringing(AlarmKind.TOWER_TAMPER)[0].id, "d1"))
    tell(scene, "tamper", True, 4)
    tell(scene, "tamper", True, 6)
    assert not scene.ringing(AlarmKind.TOWER_TAMPER)


def test_heartbeats_of_a_tower_that_is_heard_are_no_events(scene: Scene) -> None:
    for after_s in range(5):
        tell(scene, "heartbeat", True, after_s)
    assert not scene.happened(TowerChanged)


def test_a_tower_reports_nothing_else(scene: Scene) -> None:
    with pytest.raises(Refusal) as refused:
        tell(scene, "sings", True, 1)
    assert "tamper" in refused.value.allowed


@st.composite
def messages(draw: st.DrawFn) -> tuple[list[c.Command], list[c.Command]]:
    """One set of a tower's messages, and the same set in another order with some of them delivered twice."""
    at = st.integers(0, 4).map(lambda s: BEGIN + timedelta(seconds=s))
    health = st.builds(
        c.ReportTower,
        tower_id=st.just("T1"),
        sector=st.just("tucson"),
        what=st.sampled_from(("heartbeat", "tamper", "low_battery", "test")),
        on=st.booleans(),
        occurred_at=at,
    )
    presses = st.builds(
        c.ReportAlert,
        tower_id=st.just("T1"),
        source_id=st.sampled_from("abcdef"),
        kind=st.sampled_from(Kind),
        occurred_at=at,
        sealed=st.just("sealed"),
        place=st.none(),
    )
    sent: list[c.Command] = draw(st.lists(st.one_of(health, presses), max_size=9, unique_by=_identity))
    again = draw(st.lists(st.sampled_from(sent), max_size=4)) if sent else []
    return sent, draw(st.permutations(sent + again))


def _identity(message: c.Command) -> Hashable:
    """A device does not give one press two contents."""
    return message.source_id if isinstance(message, c.ReportAlert) else message


def final(sent: list[c.Command], silent_since: datetime | None) -> object:
    board, now = Board(), BEGIN + timedelta(seconds=30)
    if silent_since is not None:
        decide(board, c.ReportTower("T1", "tucson", "silent", True, silent_since), now)
    for number, message in enumerate(sent):
        assert decide(board, message, now + timedelta(seconds=number)).refusal is None
    tower = board.towers.get("T1")
    health = tower and (tower.silent, tower.tamper, tower.low_battery, tower.tested_at, tower.tamper_at)
    alerts = {(a.kind, a.presses, frozenset(a.source_ids), a.occurred_at, a.late) for a in board.alerts.values()}
    incidents = {(i.kind, i.where, i.held, len(i.alerts)) for i in board.incidents.values()}
    return health, alerts, incidents


@given(messages(), st.none() | st.integers(0, 4).map(lambda s: BEGIN + timedelta(seconds=s)))
def test_the_order_and_repetition_of_a_towers_messages_change_nothing(
    orders: tuple[list[c.Command], list[c.Command]], silent_since: datetime | None
) -> None:
    one, other = orders
    assert final(one, silent_since) == final(other, silent_since)


def test_the_order_would_matter_if_messages_that_change_nothing_were_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def change(
        board: Board, tower_id: str, sector: str | None, what: str, on: bool, occurred_at: datetime
    ) -> Iterator[TowerChanged]:
        was = towers._is_on(board, tower_id, what)
        if what == "tested" or was != on:
            yield TowerChanged(tower_id, sector, what, on, occurred_at)

    monkeypatch.setattr(towers, "_change", change)
    with pytest.raises((AssertionError, ExceptionGroup)):
        test_the_order_and_repetition_of_a_towers_messages_change_nothing()

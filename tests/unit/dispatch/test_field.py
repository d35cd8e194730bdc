"""Design 4.7 and 4.10: facts are never refused, requests are with a code, off duty means silent."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.errors import Code, Refusal
from dispatch.events import FieldReportOutOfOrder
from dispatch.status import (
    FIELD_REPORTS,
    MOVES,
    OVERDUE,
    AlarmKind,
    AssignmentStatus,
    Held,
    IncidentStatus,
    Primary,
    Where,
)
from tests.unit.dispatch.scene import Scene, north

S = AssignmentStatus


def on_the_way(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()


@pytest.mark.parametrize("status", sorted(FIELD_REPORTS))
@pytest.mark.parametrize("named", [None, 1, 99])
@pytest.mark.parametrize("unit", ["U1", "U2", "nobody"])
def test_no_fact_is_ever_refused(scene: Scene, status: S, named: int | None, unit: str) -> None:
    on_the_way(scene)
    scene.unit("U2", 2)
    for _ in range(2):
        assert scene.decide(c.ReportStatus(unit, status, scene.now - timedelta(days=9), named)).refusal is None


def test_forward_skips_are_legal(scene: Scene) -> None:
    on_the_way(scene)
    scene.report(S.SUBJECT_CONTACT)
    row = scene.held_by("U1")
    assert (row.status, row.on_scene_at, row.subject_contact_at) == (S.SUBJECT_CONTACT, None, scene.now)


def test_who_drives_has_accepted(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.report(S.EN_ROUTE)
    assert scene.held_by("U1").acknowledged_at == scene.now
    scene.wait(120)
    assert not scene.ringing(AlarmKind.NOT_REACHED), "who drives has heard"
    assert scene.held_by("U1").status is S.EN_ROUTE


@pytest.mark.parametrize(
    ("first", "then"), [(S.ON_SCENE, S.EN_ROUTE), (S.CLEARED, S.ON_SCENE), (S.TRANSPORTING, S.SUBJECT_CONTACT)]
)
def test_a_fact_that_no_longer_fits_is_recorded_alarmed_and_moves_nothing(scene: Scene, first: S, then: S) -> None:
    on_the_way(scene)
    scene.report(first)
    before, incident = scene.board.assignments[1], scene.incident()
    scene.report(then, assignment=1)
    assert scene.happened(FieldReportOutOfOrder) == 1
    assert scene.ringing(AlarmKind.OUT_OF_ORDER, 1)[0].reason == f"{then} after {first}"
    assert scene.board.assignments[1] == before
    assert scene.incident() == incident


def test_a_fact_without_an_assignment_is_recorded(scene: Scene) -> None:
    scene.unit()
    scene.report(S.ON_SCENE)
    assert scene.ringing(AlarmKind.OUT_OF_ORDER)[0].unit_id == "U1"


def test_a_fact_said_twice_is_said_once(scene: Scene) -> None:
    on_the_way(scene)
    scene.report(S.EN_ROUTE)
    seq = scene.board.seq
    scene.report(S.EN_ROUTE)
    assert scene.board.seq == seq


def test_a_fact_about_an_offer_that_expired_moves_nothing(scene: Scene) -> None:
    scene.unit()
    scene.unit("U2", 2)
    scene.call()
    scene.wait(60)
    scene.report(S.ON_SCENE, "U1", 1)
    assert scene.units_on() == ["U2"]
    assert scene.ringing(AlarmKind.OUT_OF_ORDER, 1)


def test_moves_are_only_forward() -> None:
    order = list(MOVES)
    for before, after in MOVES.items():
        assert all(order.index(status) > order.index(before) for status in after)
    assert MOVES[S.CLEARED] == frozenset()


def test_a_mayday_rings_comes_back_and_ends_only_by_a_person(scene: Scene) -> None:
    on_the_way(scene)
    scene.say(c.RaiseMayday("U1", scene.now))
    alarm = scene.ringing(AlarmKind.MAYDAY, 1)[0]
    scene.say(c.AcknowledgeAlarm(alarm.id, "d1"))
    assert not scene.ringing(AlarmKind.MAYDAY)
    scene.wait(60)
    assert scene.ringing(AlarmKind.MAYDAY)
    scene.close(release_units=True)
    assert scene.ringing(AlarmKind.MAYDAY), "closing the incident does not end it"
    scene.say(c.ClearAlarm(alarm.id, "d1"))
    scene.wait(600)
    assert not scene.ringing(AlarmKind.MAYDAY)


def test_a_mayday_of_a_unit_nobody_knows_rings(scene: Scene) -> None:
    scene.say(c.RaiseMayday("nobody", scene.now))
    assert scene.ringing(AlarmKind.MAYDAY)[0].unit_id == "nobody"


def test_the_incident_says_how_far_its_furthest_unit_is(scene: Scene) -> None:
    on_the_way(scene)
    scene.unit("U2", 2)
    assert scene.incident().status is IncidentStatus.RESOURCES_ASSIGNED
    scene.say(c.Assign(1, "U2", "d1"))
    scene.report(S.ON_SCENE, "U2")
    assert scene.incident().status is IncidentStatus.RESOURCES_ONSCENE
    scene.clear("U2")
    scene.report(S.EN_ROUTE)
    assert scene.incident().status is IncidentStatus.RESOURCES_ENROUTE


def test_one_unit_of_several_may_clear_and_the_incident_stays_assigned(scene: Scene) -> None:
    on_the_way(scene)
    scene.unit("U2", 2)
    scene.say(c.Assign(1, "U2", "d1"))
    scene.clear("U1")
    assert scene.incident().where is Where.OFFERED
    scene.accept("U2")
    assert scene.incident().where is Where.ASSIGNED


def test_a_cleared_unit_goes_to_whoever_waits(scene: Scene) -> None:
    on_the_way(scene)
    scene.call("TUC-2", north(5), priority=3)
    scene.call("TUC-3", north(10), priority=9)
    scene.clear()
    assert scene.units_on(3) == ["U1"]
    assert scene.incident(1).held is Held.UNITS_CLEARED


def test_units_cleared_without_an_outcome_are_for_a_person_whatever_is_learnt(scene: Scene) -> None:
    scene.unit()
    scene.call(psap_call_id="x")
    scene.accept()
    scene.clear()
    scene.call("TUC-2", north(5), psap_call_id="x")
    assert scene.incident().held is Held.UNITS_CLEARED
    scene.say(c.Release(1, "d1"))
    assert scene.units_on() == ["U1"]


def test_an_open_offer_of_a_unit_that_goes_off_duty_goes_to_the_next(scene: Scene) -> None:
    scene.unit("U1", 1)
    scene.unit("U2", 2)
    scene.call()
    scene.say(c.SetDuty("U1", False))
    assert scene.units_on() == ["U2"]
    assert scene.board.units["U1"].primary is Primary.NOT_AVAILABLE


def test_an_incident_taken_stays_taken_off_duty_and_then_there_is_silence(scene: Scene) -> None:
    on_the_way(scene)
    scene.say(c.SetDuty("U1", False))
    assert scene.units_on() == ["U1"]
    scene.clear()
    scene.call("TUC-2", north(5))
    assert scene.units_on(2) == []


def test_duty_of_an_unknown_unit_is_refused(scene: Scene) -> None:
    with pytest.raises(Refusal) as refused:
        scene.say(c.SetDuty("nobody", True))
    assert refused.value.code is Code.NOT_FOUND


def test_an_assignment_to_a_unit_off_duty_is_refused(scene: Scene) -> None:
    scene.unit(on=False)
    scene.call()
    with pytest.raises(Refusal, match="off duty"):
        scene.say(c.Assign(1, "U1", "d1"))


@pytest.mark.parametrize("status", sorted(OVERDUE))
def test_a_unit_that_stays_in_a_status_is_asked_after_again_and_again_until_it_goes_on(scene: Scene, status: S) -> None:
    on_the_way(scene)
    if status is not S.ACKNOWLEDGED:
        scene.report(status)
    limit_s = OVERDUE[status].total_seconds()
    scene.wait(limit_s - 2)
    assert not scene.ringing(AlarmKind.OVERDUE)
    scene.wait(4)
    (alarm,) = scene.ringing(AlarmKind.OVERDUE)
    assert (alarm.unit_id, alarm.incident_id, alarm.times) == ("U1", 1, 1)
    assert alarm.reason == f"{status} for {limit_s / 60:.0f} min"
    scene.wait(limit_s)
    (alarm,) = scene.ringing(AlarmKind.OVERDUE)
    assert alarm.times == 2
    scene.report(S.CLEARED)
    assert not scene.ringing(AlarmKind.OVERDUE)
    assert scene.board.assignments[next(iter(scene.board.assignments))].overdue_at is None


def test_taking_a_unit_off_ends_the_asking(scene: Scene) -> None:
    on_the_way(scene)
    scene.wait(OVERDUE[S.ACKNOWLEDGED].total_seconds() + 2)
    assert scene.ringing(AlarmKind.OVERDUE)
    scene.say(c.StandDown(scene.held_by("U1").id, "d1", "turned back"))
    assert not scene.ringing(AlarmKind.OVERDUE)

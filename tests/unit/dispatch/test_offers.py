"""Design 4.6: must-hear frames, the 60 seconds, the rounds, units that do not answer, places that change."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.errors import Code, Refusal
from dispatch.events import FrameHeard, OfferMade
from dispatch.status import AlarmKind, AssignmentStatus, Held, MustHear, Outcome, Primary, Where
from tests.unit.dispatch.scene import Scene, north, place_at


def offered(scene: Scene) -> None:
    scene.unit("U1", 1)
    scene.unit("U2", 2)
    scene.call()


def test_a_device_that_does_not_answer_in_ten_seconds_raises_an_alarm(scene: Scene) -> None:
    offered(scene)
    scene.wait(9.9)
    assert not scene.ringing(AlarmKind.NOT_REACHED)
    scene.wait(0.2)
    assert [a.unit_id for a in scene.ringing(AlarmKind.NOT_REACHED, 1)] == ["U1"]


def test_no_live_socket_raises_it_at_once(scene: Scene) -> None:
    offered(scene)
    scene.say(c.MissUnit(1, "no live socket"))
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)[0].reason == "no live socket"
    scene.say(c.MissUnit(1, "no live socket"))
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)[0].times == 1


def test_a_device_that_answers_raises_none_and_a_late_answer_ends_it(scene: Scene) -> None:
    offered(scene)
    scene.hear()
    scene.wait(30)
    assert not scene.ringing(AlarmKind.NOT_REACHED)
    scene.wait(40)  # U1 timed out, U2 was asked and has not heard
    scene.wait(11)
    assert scene.ringing(AlarmKind.NOT_REACHED)
    scene.hear("U2")
    assert not scene.ringing(AlarmKind.NOT_REACHED)


def test_only_the_right_seq_counts_as_heard(scene: Scene) -> None:
    offered(scene)
    scene.say(c.HearFrame("U1", 1))
    scene.say(c.HearFrame("U2", scene.held_by("U1").must_hear_seq))
    assert not scene.happened(FrameHeard)


def test_an_offer_unanswered_for_a_minute_goes_to_the_next_and_alarms(scene: Scene) -> None:
    offered(scene)
    scene.wait(60)
    assert scene.board.assignments[1].status is AssignmentStatus.TIMED_OUT
    assert scene.units_on() == ["U2"]
    assert scene.ringing(AlarmKind.OFFER_UNANSWERED, 1)


def test_the_alarm_ends_when_the_next_one_accepts(scene: Scene) -> None:
    offered(scene)
    scene.wait(60)
    scene.accept("U2")
    assert not scene.ringing(AlarmKind.OFFER_UNANSWERED)


def test_an_unanswered_second_unit_alarms_although_the_first_is_on_its_way(scene: Scene) -> None:
    offered(scene)
    scene.accept("U1")
    scene.say(c.Assign(1, "U2", "d1"))
    scene.wait(61)
    scene.say(c.AddNote(1, "sealed", "d1"))
    assert [a.unit_id for a in scene.ringing(AlarmKind.OFFER_UNANSWERED, 1)] == ["U2"]


def test_a_decline_goes_to_the_next_at_once(scene: Scene) -> None:
    offered(scene)
    scene.decline("U1")
    assert scene.units_on() == ["U2"]


def test_nobody_is_asked_twice_in_a_round_and_then_a_dispatcher_has_it(scene: Scene) -> None:
    offered(scene)
    scene.decline("U1")
    scene.decline("U2")
    assert scene.incident().held is Held.NOBODY_LEFT
    assert scene.ringing(AlarmKind.WITH_DISPATCHER, 1)
    scene.wait(3_600)
    assert scene.happened(OfferMade) == 2


def test_a_release_begins_a_round_in_which_all_are_asked_again(scene: Scene) -> None:
    offered(scene)
    scene.decline("U1")
    scene.decline("U2")
    scene.say(c.Release(1, "d1"))
    assert scene.units_on() == ["U1"]
    assert scene.incident().round == 2


def test_a_unit_that_comes_on_duty_is_asked_when_nobody_was_left(scene: Scene) -> None:
    offered(scene)
    scene.decline("U1")
    scene.decline("U2")
    scene.unit("U3", 9)
    assert scene.units_on() == ["U3"]


def test_without_any_unit_it_waits_in_line_and_alarms(scene: Scene) -> None:
    scene.call()
    assert scene.incident().where is Where.QUEUED
    assert scene.ringing(AlarmKind.NO_UNIT, 1)
    scene.unit()
    assert scene.units_on() == ["U1"]
    assert not scene.ringing(AlarmKind.NO_UNIT)


def test_two_unanswered_offers_make_a_unit_not_answering(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.wait(60)
    assert scene.board.units["U1"].answering
    scene.call("TUC-2", north(5))
    scene.wait(60)
    unit = scene.board.units["U1"]
    assert (unit.answering, unit.primary, unit.secondary) == (False, Primary.NOT_AVAILABLE, "NotAnswering")
    scene.call("TUC-3", north(10))
    assert scene.incident(3).where is Where.QUEUED


@pytest.mark.parametrize("touch", ["status", "decline", "mayday", "duty"])
def test_a_touched_app_brings_it_back_into_the_pick(scene: Scene, touch: str) -> None:
    test_two_unanswered_offers_make_a_unit_not_answering(scene)
    said: dict[str, c.Command] = {
        "status": c.ReportStatus("U1", AssignmentStatus.ON_SCENE, scene.now, 1),
        "decline": c.DeclineOffer("U1", 1, "too late"),
        "mayday": c.RaiseMayday("U1", scene.now),
        "duty": c.SetDuty("U1", True),
    }
    scene.decide(said[touch])
    assert scene.board.units["U1"].answering
    assert scene.units_on(3) == ["U1"]


def test_a_device_that_only_receives_is_no_touch(scene: Scene) -> None:
    test_two_unanswered_offers_make_a_unit_not_answering(scene)
    scene.say(c.HearFrame("U1", scene.board.assignments[1].must_hear_seq))
    assert not scene.board.units["U1"].answering


def test_a_touch_between_two_unanswered_offers_counts(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.wait(60)
    scene.decide(c.AcceptOffer("U1", 1, scene.now))
    scene.call("TUC-2", north(5))
    scene.wait(60)
    assert scene.board.units["U1"].answering


def test_a_late_answer_cannot_take_an_expired_offer(scene: Scene) -> None:
    offered(scene)
    scene.wait(61)
    with pytest.raises(Refusal) as refused:
        scene.say(c.AcceptOffer("U1", 1, scene.now))
    assert refused.value.code is Code.STALE
    assert scene.units_on() == ["U2"]


def test_an_answer_before_its_timer_was_run_is_taken(scene: Scene) -> None:
    offered(scene)
    scene.now += timedelta(seconds=75)
    scene.accept("U1")
    scene.wait(60)
    assert scene.held_by("U1").status is AssignmentStatus.ACKNOWLEDGED


def test_the_same_answer_twice_is_the_same_answer(scene: Scene) -> None:
    offered(scene)
    assert scene.accept("U1") == scene.accept("U1")
    offer = scene.board.assignments[1]
    assert offer.status is AssignmentStatus.ACKNOWLEDGED


def test_nobody_answers_for_another(scene: Scene) -> None:
    offered(scene)
    with pytest.raises(Refusal) as refused:
        scene.say(c.AcceptOffer("U2", 1, scene.now))
    assert refused.value.code is Code.NOT_FOUND


def accepted_and_moved(scene: Scene) -> int:
    scene.unit()
    scene.call(psap_call_id="x")
    scene.hear()
    scene.accept()
    scene.call("TUC-2", north(3), psap_call_id="x")
    return scene.held_by("U1").must_hear_seq


def test_a_changed_place_must_be_heard_by_the_device(scene: Scene) -> None:
    accepted_and_moved(scene)
    assert scene.held_by("U1").must_hear is MustHear.PLACE_CHANGED
    scene.wait(10)
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)


def test_a_changed_place_must_be_acknowledged_again_by_the_person(scene: Scene) -> None:
    accepted_and_moved(scene)
    scene.hear()
    scene.wait(59)
    assert not scene.ringing(AlarmKind.NOT_REACHED)
    scene.wait(2)
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)[0].reason == "changed place not acknowledged"


def test_who_acknowledges_the_changed_place_is_not_alarmed_about(scene: Scene) -> None:
    seq = accepted_and_moved(scene)
    scene.accept(seq=seq)
    scene.wait(120)
    assert not scene.ringing(AlarmKind.NOT_REACHED)
    assert scene.held_by("U1").heard_at is not None


def test_a_late_acknowledgement_ends_the_alarm(scene: Scene) -> None:
    seq = accepted_and_moved(scene)
    scene.wait(120)
    scene.accept(seq=seq)
    assert not scene.ringing(AlarmKind.NOT_REACHED)


def test_a_device_that_answers_late_does_not_acknowledge_for_the_person(scene: Scene) -> None:
    seq = accepted_and_moved(scene)
    scene.wait(61)
    scene.hear()
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)
    scene.accept(seq=seq)
    assert not scene.ringing(AlarmKind.NOT_REACHED)


@pytest.mark.parametrize("seq", [None, 5])
def test_an_old_yes_does_not_acknowledge_a_new_place(scene: Scene, seq: int | None) -> None:
    accepted_and_moved(scene)
    scene.accept(seq=seq)
    scene.hear()
    scene.wait(61)
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)


def test_a_yes_to_the_offer_is_no_yes_to_the_place_that_changed_meanwhile(scene: Scene) -> None:
    scene.unit()
    scene.call(psap_call_id="x")
    old = scene.held_by("U1").must_hear_seq
    scene.call("TUC-2", north(3), psap_call_id="x")
    scene.accept(seq=old)
    row = scene.held_by("U1")
    assert (row.status, row.heard_at) == (AssignmentStatus.ACKNOWLEDGED, None)
    scene.wait(10)
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)


def test_a_place_that_only_became_certain_need_not_be_heard_again(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.hear()
    scene.say(c.AcceptPlace(1, place_at(north(0), "TUC-1"), "d1"))
    assert scene.held_by("U1").must_hear is MustHear.OFFER
    assert scene.held_by("U1").heard_at is not None


def test_a_cancelled_unit_must_hear_it_even_after_the_incident_closed(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()
    scene.close(release_units=True)
    row = scene.board.assignments[1]
    assert (row.must_hear, row.heard_at) == (MustHear.CANCELLED, None)
    scene.wait(10)
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)


def test_closing_does_not_silence_a_unit_that_was_not_reached(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()
    scene.say(c.StandDown(1, "d1"))
    scene.wait(10)
    scene.close(outcome=Outcome.SELF_RECOVERED)
    assert scene.ringing(AlarmKind.NOT_REACHED, 1)


def test_preemption_must_be_heard_and_the_loser_is_served_on(scene: Scene) -> None:
    scene.unit("U1", 1)
    scene.call()
    scene.accept()
    scene.call("TUC-2", north(5))
    scene.unit("U2", 9, on=False)
    scene.say(c.Assign(2, "U1", "d1", "closer", preempt=True))
    assert scene.board.assignments[1].status is AssignmentStatus.PREEMPTED
    assert scene.board.assignments[1].must_hear is MustHear.PREEMPTED
    assert scene.units_on(2) == ["U1"]
    assert scene.incident(1).where is Where.QUEUED
    scene.say(c.SetDuty("U2", True))
    assert scene.units_on(1) == ["U2"]
    scene.wait(10)
    assert {a.incident_id for a in scene.ringing(AlarmKind.NOT_REACHED)} >= {1, 2}


def test_without_preempt_a_busy_unit_is_not_taken_and_the_refusal_says_how(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.call("TUC-2", north(5))
    with pytest.raises(Refusal) as refused:
        scene.say(c.Assign(2, "U1", "d1"))
    assert refused.value.allowed == ("preempt=true",)


def test_a_unit_on_scene_is_never_preempted(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.report(AssignmentStatus.ON_SCENE)
    scene.call("TUC-2", north(5))
    with pytest.raises(Refusal, match="cannot be taken away"):
        scene.say(c.Assign(2, "U1", "d1", preempt=True))


def test_whom_a_dispatcher_replaced_is_not_asked_again_by_itself(scene: Scene) -> None:
    offered(scene)
    scene.say(c.Reassign(1, "U2", "d1", "closer"))
    scene.decline("U2")
    assert scene.incident().held is Held.NOBODY_LEFT


def test_after_a_takeover_open_offers_get_fifteen_seconds_more(scene: Scene) -> None:
    offered(scene)
    scene.now += timedelta(seconds=58)
    scene.say(c.TakeOver(2))
    scene.wait(14.9)
    assert scene.held_by("U1").status is AssignmentStatus.OFFERED
    scene.wait(0.2)
    assert scene.units_on() == ["U2"]


def test_a_takeover_shortens_no_offer(scene: Scene) -> None:
    offered(scene)
    due = scene.held_by("U1").answer_by
    scene.say(c.TakeOver(2))
    assert scene.held_by("U1").answer_by == due


def test_after_a_takeover_a_device_has_fifteen_seconds_to_say_that_it_heard(scene: Scene) -> None:
    offered(scene)
    scene.now += timedelta(seconds=9)
    scene.say(c.TakeOver(2))
    scene.wait(14.9)
    assert not scene.ringing(AlarmKind.NOT_REACHED)
    scene.wait(0.2)
    assert scene.ringing(AlarmKind.NOT_REACHED)


def test_after_a_takeover_a_person_has_fifteen_seconds_to_take_a_changed_place(scene: Scene) -> None:
    offered(scene)
    scene.accept()
    scene.say(c.AcceptPlace(1, place_at(north(3)), "d1"))
    scene.hear()
    scene.now += timedelta(seconds=58)
    scene.say(c.TakeOver(2))
    scene.wait(14.9)
    assert not scene.ringing(AlarmKind.NOT_REACHED)
    scene.wait(0.2)
    assert scene.ringing(AlarmKind.NOT_REACHED)

"""Design 4.5: what joins by itself, what is only linked, and that every join rings and counts."""

import pytest

from dispatch import commands as c
from dispatch.entities import Link
from dispatch.errors import Refusal
from dispatch.status import AlarmKind, Held, Kind, Mode, Where
from tests.unit.dispatch.scene import Scene, north, place_at

DAY_S = 24 * 3600.0


def test_the_same_number_with_no_place_joins_rings_and_counts(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.call(None, caller="maria")
    reply = scene.call(None, caller="maria")
    assert reply["joined"]
    assert reply["calls"] == 3
    assert scene.incident().callbacks == 2
    alarm = scene.ringing(AlarmKind.CALLED_AGAIN, 1)[0]
    assert (alarm.reason, alarm.times) == ("3 calls", 2)


def test_the_same_number_within_five_kilometres_joins(scene: Scene) -> None:
    scene.call(caller="maria")
    assert scene.call("TUC-2", north(0.4), caller="maria")["joined"]


def test_the_same_number_elsewhere_is_an_incident_of_its_own_linked_and_held(scene: Scene) -> None:
    scene.unit()
    scene.unit("U2")
    scene.call(caller="maria")
    reply = scene.call("TUC-2", north(0.6), caller="maria")
    assert not reply["joined"]
    assert scene.incident(2).links == (Link(1, "possible_duplicate"),)
    assert scene.incident(1).links == (Link(2, "possible_duplicate"),)
    assert scene.incident(2).held is Held.POSSIBLE_DUPLICATE
    assert scene.ringing(AlarmKind.WITH_DISPATCHER, 2)


def test_the_same_sign_with_another_number_is_a_possible_duplicate(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.call(caller="jose")
    assert scene.incident(2).held is Held.POSSIBLE_DUPLICATE


@pytest.mark.parametrize("caller", [None, "maria"])
def test_after_a_day_the_number_joins_no_more(scene: Scene, caller: str | None) -> None:
    scene.call(caller=caller)
    scene.wait(DAY_S + 1)
    assert not scene.call(None, caller=caller)["joined"]


def test_no_usable_number_joins_nothing(scene: Scene) -> None:
    scene.call(caller=None)
    assert not scene.call(None, caller=None)["joined"]


def test_in_auto_a_possible_duplicate_is_held_two_minutes_and_then_offered(scene: Scene) -> None:
    scene.unit()
    scene.unit("U2", 2)
    scene.call()
    scene.call()
    scene.wait(119)
    assert scene.incident(2).where is Where.WITH_DISPATCHER
    scene.wait(2)
    assert scene.incident(2).where is Where.OFFERED


def test_in_recommend_a_possible_duplicate_waits_for_the_dispatcher(scene: Scene) -> None:
    scene.mode(Mode.RECOMMEND)
    scene.unit()
    scene.call()
    scene.call()
    scene.wait(3_600)
    assert scene.incident(2).held is Held.POSSIBLE_DUPLICATE


def test_a_mode_change_starts_and_stops_the_two_minutes(scene: Scene) -> None:
    scene.mode(Mode.RECOMMEND)
    scene.unit()
    scene.unit("U2")
    scene.call()
    scene.call()
    scene.mode(Mode.AUTO)
    assert scene.incident(2).held is Held.POSSIBLE_DUPLICATE
    scene.wait(121)
    assert scene.incident(2).where is Where.OFFERED


def test_news_about_the_place_does_not_cut_the_two_minutes_short(scene: Scene) -> None:
    scene.unit()
    scene.unit("U2")
    scene.call()
    scene.call(psap_call_id="x")
    scene.call("TUC-9", north(0.1), psap_call_id="x")
    assert scene.incident(2).held is Held.POSSIBLE_DUPLICATE


def test_unlinking_answers_the_question(scene: Scene) -> None:
    scene.unit()
    scene.unit("U2")
    scene.call()
    scene.call()
    scene.say(c.UnlinkIncidents(1, 2, "d1"))
    assert scene.incident(2).where is Where.OFFERED


def test_merging_the_double_in_answers_the_question(scene: Scene) -> None:
    scene.call()
    scene.call()
    scene.unit()
    scene.decline()
    scene.say(c.MergeIncidents(1, 2, "d1"))
    assert scene.incident(2).where is not Where.WITH_DISPATCHER or scene.incident(2).held is Held.NOBODY_LEFT
    assert not scene.incident(1).is_open


def test_a_call_after_closing_opens_a_new_linked_incident(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.close()
    reply = scene.call(None, caller="maria")
    assert reply["incident_id"] == 2
    assert scene.incident(2).links == (Link(1, "follows"),)
    assert scene.incident(1).links == (Link(2, "followed_by"),)


@pytest.mark.parametrize("kind", [Kind.TEST, Kind.EXERCISE])
def test_tests_never_join_nor_double_real_ones(scene: Scene, kind: Kind) -> None:
    scene.call(caller="maria")
    reply = scene.call(caller="maria", kind=kind)
    assert not reply["joined"]
    assert scene.incident(2).links == ()
    assert scene.incident(2).held is Held.NOT_REAL


@pytest.mark.parametrize("kind", [Kind.TEST, Kind.EXERCISE])
def test_tests_page_nobody_by_themselves(scene: Scene, kind: Kind) -> None:
    scene.unit()
    scene.call(kind=kind)
    scene.wait(3_600)
    assert scene.units_on() == []
    with pytest.raises(Refusal, match="pages nobody"):
        scene.say(c.Release(1, "d1"))


def test_a_dispatcher_may_send_a_unit_to_an_exercise_and_it_says_so(scene: Scene) -> None:
    scene.unit()
    scene.call(kind=Kind.EXERCISE)
    scene.say(c.Assign(1, "U1", "d1"))
    assert scene.held_by("U1").exercise


def test_tests_and_real_ones_are_never_merged(scene: Scene) -> None:
    scene.call()
    scene.call(kind=Kind.TEST)
    with pytest.raises(Refusal, match="never merged"):
        scene.say(c.MergeIncidents(2, 1, "d1"))


def test_a_merge_moves_the_reports_and_closes_the_source_as_a_duplicate(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.call("TUC-5", north(5), caller="jose")
    scene.say(c.MergeIncidents(2, 1, "d1"))
    source, target = scene.incident(2), scene.incident(1)
    assert target.calls == (1, 2)
    assert (source.calls, source.outcome, source.duplicate_of) == ((), "duplicate", 1)
    assert Link(2, "merged_from") in target.links
    assert Link(1, "merged_into") in source.links
    assert scene.call(None, caller="jose")["incident_id"] == 1


def test_a_merge_keeps_other_links(scene: Scene) -> None:
    for number in range(3):
        scene.call(f"TUC-{number}", north(5 * number))
    scene.say(c.LinkIncidents(2, 3, "related", "d1"))
    scene.say(c.MergeIncidents(2, 1, "d1"))
    assert Link(3, "related") in scene.incident(2).links


def test_a_merge_takes_the_place_the_other_knew(scene: Scene) -> None:
    scene.unit()
    scene.call(None)
    scene.call("TUC-5", north(5))
    scene.say(c.MergeIncidents(2, 1, "d1"))
    assert scene.incident(1).place is not None
    assert scene.units_on(1) == ["U1"]


def test_a_unit_freed_by_a_merge_goes_to_the_first_in_line(scene: Scene) -> None:
    scene.unit()
    scene.call("TUC-5", north(5), priority=5)
    scene.call("TUC-6", north(10), priority=6)
    scene.call("TUC-7", north(15), priority=4)
    assert scene.units_on(1) == ["U1"]
    scene.say(c.MergeIncidents(1, 3, "d1"))
    assert scene.units_on(2) == ["U1"]


def test_an_incident_cannot_be_merged_into_itself(scene: Scene) -> None:
    scene.call()
    with pytest.raises(Refusal, match="itself"):
        scene.say(c.MergeIncidents(1, 1, "d1"))


def test_an_incident_a_unit_is_on_is_not_merged_away(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()
    scene.call("TUC-5", north(5))
    with pytest.raises(Refusal, match="U1 on it"):
        scene.say(c.MergeIncidents(1, 2, "d1"))


def test_a_merged_incident_is_not_reopened_empty(scene: Scene) -> None:
    scene.call()
    scene.call("TUC-5", north(5))
    scene.say(c.MergeIncidents(2, 1, "d1"))
    with pytest.raises(Refusal) as refused:
        scene.say(c.Reopen(2, "d1"))
    assert refused.value.allowed == ("split 1",)


def test_a_split_call_goes_to_the_place_it_named(scene: Scene) -> None:
    scene.unit()
    scene.unit("U2")
    scene.call(caller="maria", needs=("medic",))
    scene.call("TUC-2", north(0.3), caller="maria")
    scene.say(c.SplitIncident(1, (2,), (), "d1"))
    new = scene.incident(2)
    assert new.place is not None
    assert (new.place.sign_id, new.needs, new.links) == ("TUC-2", (), (Link(1, "split_from"),))
    assert Link(2, "split_into") in scene.incident(1).links
    assert scene.units_on(2)


def test_a_split_alert_goes_to_its_tower(scene: Scene) -> None:
    scene.alert("T1")
    scene.call("TUC-5", north(5))
    scene.say(c.MergeIncidents(1, 2, "d1"))
    scene.say(c.SplitIncident(2, (), (1,), "d1"))
    place = scene.incident(3).place
    assert place is not None
    assert place.sign_id == "T1"


@pytest.mark.parametrize(("calls", "alerts"), [((), ()), ((1,), ()), ((99,), ()), ((), (1,))])
def test_a_split_names_some_but_not_all_of_its_reports(
    scene: Scene, calls: tuple[int, ...], alerts: tuple[int, ...]
) -> None:
    scene.call()
    with pytest.raises(Refusal):
        scene.say(c.SplitIncident(1, calls, alerts, "d1"))


def test_unlinking_leaves_merges_and_splits_on_record(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.call(None, caller="maria")
    scene.say(c.SplitIncident(1, (2,), (), "d1"))
    scene.say(c.UnlinkIncidents(1, 2, "d1"))
    assert Link(2, "split_into") in scene.incident(1).links


def test_an_incident_cannot_be_linked_to_itself(scene: Scene) -> None:
    scene.call()
    with pytest.raises(Refusal, match="itself"):
        scene.say(c.LinkIncidents(1, 1, "related", "d1"))


def test_a_place_confirmed_by_a_dispatcher_keeps_later_reports_from_moving_it(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.say(c.AcceptPlace(1, place_at(north(2)), "d1"))
    scene.call("TUC-8", north(2.1), caller="maria")
    place = scene.incident().place
    assert place is not None
    assert place.point == north(2)
    assert scene.ringing(AlarmKind.PLACE_DISPUTED)

"""Design 4.4, 4.8 and 4.9: one place for every open incident, alarms that come back, ageing, and the modes."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.entities import SectorRow
from dispatch.errors import Code, Refusal
from dispatch.events import IncidentAged
from dispatch.status import AlarmKind, AssignmentStatus, Held, Mode, Outcome, Where
from geo.place import PlaceState
from tests.unit.dispatch.scene import Scene, north, place_at


def test_a_taken_alarm_is_armed_again_every_minute(scene: Scene) -> None:
    scene.call(None)
    for _ in range(3):
        alarm = scene.ringing(AlarmKind.WITH_DISPATCHER, 1)[0]
        scene.say(c.AcknowledgeAlarm(alarm.id, "d1"))
        assert not scene.ringing(AlarmKind.WITH_DISPATCHER)
        scene.wait(59)
        assert not scene.ringing(AlarmKind.WITH_DISPATCHER)
        scene.wait(1)
        assert scene.ringing(AlarmKind.WITH_DISPATCHER)


def test_the_alarm_ends_when_the_incident_moves_on_and_not_by_a_word(scene: Scene) -> None:
    scene.unit()
    scene.call(None)
    alarm = scene.ringing(AlarmKind.WITH_DISPATCHER, 1)[0]
    with pytest.raises(Refusal) as refused:
        scene.say(c.ClearAlarm(alarm.id, "d1"))
    assert refused.value.allowed == ("acknowledge",)
    scene.say(c.AcceptPlace(1, place_at(north(1)), "d1"))
    assert scene.incident().where is Where.OFFERED
    assert not scene.ringing(AlarmKind.WITH_DISPATCHER)
    scene.wait(61)
    assert not scene.ringing(AlarmKind.WITH_DISPATCHER) or scene.incident().where is Where.WITH_DISPATCHER


def test_an_accepted_place_is_confirmed_whatever_it_was(scene: Scene) -> None:
    scene.call(state=PlaceState.CONFLICTING)
    told = scene.incident().place
    assert told is not None
    scene.say(c.AcceptPlace(1, told, "d1"))
    place = scene.incident().place
    assert place is not None
    assert (place.state, place.source) == (PlaceState.CONFIRMED, "dispatcher")


def test_a_release_does_not_make_a_conflicting_place_good(scene: Scene) -> None:
    scene.unit()
    scene.call(state=PlaceState.CONFLICTING)
    with pytest.raises(Refusal, match="conflicting"):
        scene.say(c.Release(1, "d1"))
    assert scene.units_on() == []


@pytest.mark.parametrize(("priority", "minutes"), [(10, 10), (8, 10), (7, 20), (5, 20), (4, 60), (0, 60)])
def test_ageing_alarms_by_priority_and_repeats(scene: Scene, priority: int, minutes: int) -> None:
    scene.call(priority=priority)
    scene.wait(minutes * 60 - 1)
    assert not scene.ringing(AlarmKind.AGEING)
    scene.wait(1)
    assert scene.ringing(AlarmKind.AGEING, 1)[0].reason == f"waiting for {minutes} min"
    scene.say(c.AcknowledgeAlarm(scene.ringing(AlarmKind.AGEING)[0].id, "d1"))
    scene.wait(minutes * 60)
    assert scene.ringing(AlarmKind.AGEING, 1)
    assert scene.happened(IncidentAged) == 2


def test_ageing_never_changes_the_order(scene: Scene) -> None:
    scene.call(priority=5)
    scene.wait(7_200)
    scene.call("TUC-2", north(5), priority=6)
    scene.unit()
    assert scene.units_on(2) == ["U1"]


def test_who_is_being_served_does_not_age(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()
    scene.wait(7_200)
    assert not scene.happened(IncidentAged)


def test_a_raised_priority_ages_sooner_counted_from_the_opening(scene: Scene) -> None:
    scene.call(priority=2)
    scene.wait(300)
    scene.say(c.SetPriority(1, 9, "d1"))
    scene.wait(300)
    assert scene.ringing(AlarmKind.AGEING, 1)


def test_the_line_is_priority_then_received_then_id(scene: Scene) -> None:
    scene.call("TUC-1", north(0), priority=5)
    scene.call("TUC-2", north(5), priority=9)
    scene.call("TUC-3", north(10), priority=5, received_at=scene.now - timedelta(minutes=5))
    scene.call("TUC-4", north(15), priority=5)
    assert list(scene.board.queue) == [2, 3, 1, 4]


def test_an_incident_without_an_eligible_unit_blocks_nobody(scene: Scene) -> None:
    scene.call("TUC-1", priority=9, needs=("air",))
    scene.call("TUC-2", north(5), priority=1)
    scene.unit()
    assert scene.units_on(2) == ["U1"]
    assert scene.incident(1).where is Where.QUEUED


def test_the_neighbour_that_does_not_lend_is_not_sent(scene: Scene) -> None:
    scene.unit("U1", 1, sector="yuma")
    scene.call()
    assert scene.incident().where is Where.QUEUED
    scene.say(c.ConfigureSectors((SectorRow("yuma", "Yuma", lends=True),)))
    assert scene.units_on() == ["U1"]


def test_a_sector_that_does_not_lend_serves_its_own(scene: Scene) -> None:
    scene.unit("U1", 1, sector="yuma")
    scene.call(place_sector="yuma")
    assert scene.units_on() == ["U1"]


def test_recommend_waits_for_the_dispatchers_key(scene: Scene) -> None:
    scene.mode(Mode.RECOMMEND)
    scene.unit()
    scene.call()
    assert scene.incident().held is Held.RECOMMENDATION
    scene.say(c.Release(1, "d1"))
    assert scene.units_on() == ["U1"]


def test_on_auto_what_waited_for_the_key_goes_on_in_the_order_of_the_line(scene: Scene) -> None:
    scene.mode(Mode.RECOMMEND)
    scene.unit()
    scene.call(priority=3)
    scene.call("TUC-2", north(5), priority=9)
    scene.mode(Mode.AUTO)
    assert scene.units_on(2) == ["U1"]
    assert scene.incident(1).where is Where.QUEUED


def test_on_recommend_what_waits_in_line_waits_for_the_key(scene: Scene) -> None:
    scene.call()
    scene.mode(Mode.RECOMMEND)
    assert scene.incident().held is Held.RECOMMENDATION
    scene.unit()
    assert scene.units_on() == []


def test_a_sector_configured_again_keeps_the_mode_a_dispatcher_set(scene: Scene) -> None:
    scene.mode(Mode.RECOMMEND)
    scene.say(c.ConfigureSectors((SectorRow("tucson", "Tucson", Mode.AUTO),)))
    assert scene.board.sectors["tucson"].mode is Mode.RECOMMEND


def test_an_unaccepted_hand_off_is_with_a_dispatcher(scene: Scene) -> None:
    scene.call()
    scene.say(c.HandOff(1, "county", "d1"))
    assert scene.incident().held is Held.HAND_OFF
    assert scene.ringing(AlarmKind.WITH_DISPATCHER, 1)
    scene.unit()
    assert scene.units_on() == []


def test_a_hand_off_while_units_are_on_it_keeps_ringing(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.say(c.HandOff(1, "county", "d1"))
    scene.accept()
    scene.say(c.AddNote(1, "sealed", "d1"))
    assert scene.ringing(AlarmKind.WITH_DISPATCHER, 1)
    scene.clear()
    assert scene.incident().where is Where.WITH_DISPATCHER


def test_a_release_takes_a_hand_off_back(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.decline()
    scene.say(c.HandOff(1, "county", "d1"))
    scene.say(c.Release(1, "d1"))
    assert scene.units_on() == ["U1"]
    assert scene.incident().agency is None


def test_a_transfer_is_closed_when_the_agency_accepts(scene: Scene) -> None:
    scene.call()
    scene.say(c.HandOff(1, "county", "d1"))
    with pytest.raises(Refusal, match="agency"):
        scene.close(outcome=Outcome.TRANSFERRED)
    scene.close(outcome=Outcome.TRANSFERRED, agency="county")
    assert not scene.incident().is_open


def test_an_incident_does_not_close_under_its_units(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()
    with pytest.raises(Refusal) as refused:
        scene.close()
    assert refused.value.allowed == ("release_units=true",)
    scene.close(release_units=True)
    assert scene.board.units["U1"].assignment_id is None
    assert scene.board.assignments[1].status is AssignmentStatus.CANCELLED


@pytest.mark.parametrize(
    ("outcome", "more"),
    [
        (Outcome.FOUND_WELL, {"cancelled": True}),
        (Outcome.DUPLICATE, {}),
        (Outcome.DUPLICATE, {"duplicate_of": 1}),
        (Outcome.DUPLICATE, {"duplicate_of": 99}),
        (Outcome.NOT_FOUND, {"duplicate_of": 2}),
    ],
)
def test_an_outcome_that_does_not_make_sense_is_refused(
    scene: Scene, outcome: Outcome, more: dict[str, bool | int]
) -> None:
    scene.call()
    scene.call("TUC-2", north(5))
    with pytest.raises(Refusal):
        scene.close(outcome=outcome, **more)
    assert scene.incident().is_open


def test_a_reopened_incident_is_served_again_by_anybody(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.decline()
    scene.close()
    scene.say(c.Reopen(1, "d1"))
    assert scene.units_on() == ["U1"]
    assert (scene.incident().outcome, scene.incident().closed_at) == (None, None)


def test_a_reopened_transfer_is_nobodys_but_ours(scene: Scene) -> None:
    scene.call()
    scene.close(outcome=Outcome.TRANSFERRED, agency="county")
    scene.say(c.Reopen(1, "d1"))
    assert scene.incident().where is Where.QUEUED


def test_what_a_person_saw_must_still_be_so(scene: Scene) -> None:
    scene.unit()
    scene.call()
    seen = scene.incident().version
    scene.decline()
    with pytest.raises(Refusal) as refused:
        scene.say(c.Assign(1, "U1", "d1", version=seen))
    assert refused.value.code is Code.STALE
    scene.say(c.Assign(1, "U1", "d1", version=scene.incident().version))


@pytest.mark.parametrize("priority", [-1, 11])
def test_a_priority_is_zero_to_ten(scene: Scene, priority: int) -> None:
    scene.call()
    with pytest.raises(Refusal):
        scene.say(c.SetPriority(1, priority, "d1"))


def test_troubles_of_the_service_itself_do_not_hide_each_other(scene: Scene) -> None:
    for reason in ("the timer loop stopped", "an append was refused", "the timer loop stopped"):
        scene.say(c.RaiseSystemAlarm(reason))
    assert [(a.reason, a.times) for a in scene.ringing(AlarmKind.SYSTEM)] == [
        ("the timer loop stopped", 2),
        ("an append was refused", 1),
    ]


def test_a_deadline_early_stale_or_unknown_does_nothing(scene: Scene) -> None:
    scene.unit()
    scene.call()
    row = scene.held_by("U1")
    seq = scene.board.seq
    scene.say(c.TimeIsUp("assignments", row.id, "answer_by", row.answer_by))
    scene.now += timedelta(hours=1)
    for table, number, field in (("assignments", 1, "answer_by"), ("assignments", 99, "hear_by"), ("lies", 1, "id")):
        scene.say(c.TimeIsUp(table, number, field, scene.now))
    assert scene.board.seq == seq

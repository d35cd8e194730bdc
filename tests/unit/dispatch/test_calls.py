"""Design 4.2 and 4.3: a distress report is never refused, never expires, and the same call is the same call."""

from datetime import timedelta

import pytest

from dispatch import commands as c
from dispatch.entities import Party
from dispatch.events import AlarmRaised, CallReceived
from dispatch.status import AlarmKind, AssignmentStatus, Held, Kind, Outcome, Where
from geo.place import PlaceState
from tests.unit.dispatch.scene import Scene, north, read_out


def test_a_call_is_offered_to_the_nearest_unit_at_once(scene: Scene) -> None:
    scene.unit("U1", 2)
    scene.unit("U2", 1)
    reply = scene.call()
    assert reply["where"] is Where.OFFERED
    assert scene.units_on() == ["U2"]


def test_the_same_call_again_changes_nothing(scene: Scene) -> None:
    scene.call(psap_call_id="x", digest="same")
    seq = scene.board.seq
    reply = scene.call(psap_call_id="x", digest="same")
    assert reply["repeated"]
    assert scene.board.seq == seq


def test_the_same_call_id_of_another_psap_is_another_call(scene: Scene) -> None:
    scene.call(psap_call_id="x", digest="same")
    assert scene.call(psap_call_id="x", digest="same", psap="other")["call_id"] == 2


def test_a_changed_call_is_an_update_and_rings_when_the_place_moved(scene: Scene) -> None:
    scene.unit()
    scene.call(psap_call_id="x")
    reply = scene.call("TUC-2", north(3), psap_call_id="x")
    assert reply["updated"]
    assert reply["call_id"] == 1
    assert scene.incident().place == read_place(north(3), "TUC-2", scene)
    assert scene.ringing(AlarmKind.PLACE_CHANGED, 1)


def read_place(point: object, sign: str, scene: Scene) -> object:
    place = scene.incident().place
    assert place is not None
    assert (place.point, place.sign_id) == (point, sign)
    return place


def test_an_update_without_words_takes_no_place_away(scene: Scene) -> None:
    scene.call(psap_call_id="x")
    scene.call(None, psap_call_id="x")
    assert scene.incident().place is not None
    assert scene.board.calls[1].candidates


def test_worse_news_about_the_place_only_alarms(scene: Scene) -> None:
    scene.call(psap_call_id="x", state=PlaceState.CONFIRMED)
    before = scene.incident().place
    scene.call("TUC-2", north(3), psap_call_id="x", state=PlaceState.PROBABLE)
    assert scene.incident().place == before
    assert scene.ringing(AlarmKind.PLACE_DISPUTED, 1)


def test_an_update_may_raise_priority_and_needs_but_never_lower_them(scene: Scene) -> None:
    scene.call(psap_call_id="x", priority=5, needs=("medic",))
    scene.call(psap_call_id="x", priority=9, needs=("water",))
    scene.call(psap_call_id="x", priority=2)
    assert scene.incident().priority == 9
    assert scene.incident().needs == ("medic", "water")


def test_a_number_learnt_by_an_update_joins_the_next_call(scene: Scene) -> None:
    scene.call(psap_call_id="x", caller=None)
    scene.call(psap_call_id="x", caller="maria")
    assert scene.call(None, caller="maria")["joined"]


def test_a_corrected_number_no_longer_joins_by_the_wrong_one(scene: Scene) -> None:
    scene.call(psap_call_id="x", caller="wrong")
    scene.call(psap_call_id="x", caller="maria")
    assert not scene.call(None, caller="wrong")["joined"]


def test_counts_of_the_party_follow_the_newest_report_and_the_highest_of_several(scene: Scene) -> None:
    scene.call(psap_call_id="x", caller="m", party=Party(adults=1))
    scene.call(psap_call_id="x", caller="m", party=Party(adults=2, children=1))
    assert scene.incident().party == Party(adults=2, children=1)
    scene.call(None, caller="m", party=Party(adults=1, children=3, child_alone=True))
    assert scene.incident().party == Party(adults=2, children=3, child_alone=True)


def test_an_unreadable_report_is_recorded_and_a_dispatcher_has_it(scene: Scene) -> None:
    reply = scene.call(None, unreadable=True, psap_call_id=None, caller=None)
    assert reply["where"] is Where.WITH_DISPATCHER
    assert scene.incident().held is Held.UNREADABLE


def test_a_priority_out_of_range_is_brought_into_it(scene: Scene) -> None:
    scene.call(priority=99)
    scene.call("TUC-2", north(5), priority=-4)
    assert [scene.incident(1).priority, scene.incident(2).priority] == [10, 0]


def test_a_child_alone_is_nearly_the_highest_priority(scene: Scene) -> None:
    scene.call(party=Party(children=1, child_alone=True), type="WELFARE")
    assert scene.incident().priority == 9


def test_a_late_call_still_rings_and_is_marked_late(scene: Scene) -> None:
    scene.unit()
    scene.call(received_at=scene.now - timedelta(hours=30))
    assert scene.incident().late
    assert scene.ringing(AlarmKind.LATE, 1)
    assert scene.units_on() == ["U1"]


def test_a_call_from_the_future_is_taken_as_received_now(scene: Scene) -> None:
    scene.call(received_at=scene.now + timedelta(days=3_650))
    assert scene.incident().received_at == scene.now


def test_no_timer_closes_an_incident(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.wait(3 * 86_400)
    assert scene.incident().is_open


def test_no_unit_closes_an_incident(scene: Scene) -> None:
    scene.unit()
    scene.call()
    scene.accept()
    scene.clear()
    assert scene.incident().is_open
    assert scene.incident().held is Held.UNITS_CLEARED


def test_an_update_on_a_closed_incident_rings(scene: Scene) -> None:
    scene.call(psap_call_id="x")
    scene.close()
    scene.call("TUC-2", north(1), psap_call_id="x")
    assert scene.ringing(AlarmKind.CALLED_AGAIN, 1)
    scene.say(c.AddNote(1, "sealed", "d1"))
    assert scene.ringing(AlarmKind.CALLED_AGAIN, 1), "a note does not silence it"


def test_a_test_that_turns_out_real_is_served(scene: Scene) -> None:
    scene.unit()
    scene.call(psap_call_id="x", kind=Kind.TEST)
    scene.call(psap_call_id="x", kind=Kind.REAL)
    assert scene.incident().kind is Kind.REAL
    assert scene.units_on() == ["U1"]
    assert not scene.held_by("U1").exercise


def test_a_test_that_turns_out_real_leaves_the_other_tests(scene: Scene) -> None:
    scene.unit()
    scene.call(psap_call_id="x", caller="drill", kind=Kind.TEST)
    assert scene.call(None, caller="drill", kind=Kind.TEST)["joined"]
    reply = scene.call(psap_call_id="x", caller="drill", kind=Kind.REAL)
    assert reply["incident_id"] == 2
    assert scene.incident(2).kind is Kind.REAL
    assert scene.units_on(2) == ["U1"]
    assert scene.incident(1).calls == (2,)


def test_a_closed_test_that_turns_out_real_is_open_again(scene: Scene) -> None:
    scene.unit()
    scene.call(psap_call_id="x", kind=Kind.TEST)
    scene.say(c.RecordOutcome(1, Outcome.TEST, "d1"))
    scene.call(psap_call_id="x", kind=Kind.REAL)
    assert scene.units_on() == ["U1"]


def test_a_real_call_is_never_made_a_test_by_an_update(scene: Scene) -> None:
    scene.call(psap_call_id="x")
    scene.call(psap_call_id="x", kind=Kind.TEST)
    assert scene.incident().kind is Kind.REAL
    assert scene.board.calls[1].kind is Kind.REAL


@pytest.mark.parametrize("state", [PlaceState.UNVERIFIED, PlaceState.CONFLICTING])
def test_an_untrusted_place_waits_for_a_dispatcher(scene: Scene, state: PlaceState) -> None:
    scene.unit()
    scene.call(state=state)
    assert scene.incident().where is Where.WITH_DISPATCHER
    assert scene.ringing(AlarmKind.WITH_DISPATCHER, 1)
    assert scene.incident().candidates == read_out().candidates


def test_a_probable_place_is_offered_at_once(scene: Scene) -> None:
    scene.unit()
    assert scene.call(state=PlaceState.PROBABLE)["where"] is Where.OFFERED


def test_the_call_is_recorded_before_anything_follows_from_it(scene: Scene) -> None:
    scene.unit()
    before = len(scene.events)
    scene.call(received_at=scene.now - timedelta(hours=2))
    assert isinstance(scene.events[before], CallReceived)
    assert any(isinstance(event, AlarmRaised) for event in scene.events[before:])


def test_a_call_while_a_unit_is_there_moves_nothing_of_the_unit(scene: Scene) -> None:
    scene.unit()
    scene.call(caller="m")
    scene.accept()
    scene.report(AssignmentStatus.ON_SCENE)
    scene.call(None, caller="m")
    assert scene.held_by("U1").status is AssignmentStatus.ON_SCENE

"""Mutual aid: both agree, the helper's units count, it ends with the incident only; and a crowd at one sign."""

import pytest

from dispatch import commands as c
from dispatch.errors import Code, Refusal
from dispatch.status import CALLS_MAX, CROWD_AT_SIGN, AlarmKind, Outcome, Where
from tests.unit.dispatch.scene import Scene, north


def ask(scene: Scene, incident: int = 1, sector: str = "yuma") -> None:
    scene.say(c.OfferShare(incident, sector, "d1"))


def agree(scene: Scene, incident: int = 1, sector: str = "yuma") -> None:
    scene.say(c.AgreeShare(incident, sector, "d2"))


def refused(scene: Scene, command: c.Command) -> Refusal:
    with pytest.raises(Refusal) as caught:
        scene.say(command)
    return caught.value


def test_an_offer_rings_in_the_asked_sector_until_it_is_answered(scene: Scene) -> None:
    scene.call()
    ask(scene)
    (alarm,) = scene.ringing(AlarmKind.SHARE_OFFERED, 1)
    assert alarm.sector == "yuma"
    assert scene.incident().helpers == frozenset()
    agree(scene)
    assert scene.incident().helpers == {"yuma"}
    assert scene.ringing(AlarmKind.SHARE_OFFERED) == []


def test_the_units_of_a_sector_that_lends_none_may_be_picked_once_it_helps(scene: Scene) -> None:
    scene.unit("Y1", sector="yuma")
    scene.call()
    assert scene.incident().where is Where.QUEUED
    ask(scene)
    assert scene.units_on() == []
    agree(scene)
    assert scene.units_on() == ["Y1"]


def test_what_both_agreed_on_cannot_be_taken_back_while_the_incident_is_open(scene: Scene) -> None:
    scene.call()
    ask(scene)
    agree(scene)
    assert refused(scene, c.DeclineShare(1, "yuma", "d2")).code is Code.NOT_ALLOWED_NOW
    assert scene.incident().helpers == {"yuma"}


@pytest.mark.parametrize("outcome", [Outcome.FOUND_WELL, Outcome.NOT_FOUND])
def test_closing_ends_every_share_and_reopening_brings_none_back(scene: Scene, outcome: Outcome) -> None:
    scene.call()
    ask(scene)
    agree(scene)
    scene.close(outcome=outcome)
    assert scene.incident().shares == ()
    scene.say(c.Reopen(1, "d1"))
    assert scene.incident().shares == ()


def test_an_offer_nobody_answered_ends_with_the_incident_and_stops_ringing(scene: Scene) -> None:
    scene.call()
    ask(scene)
    scene.close()
    assert scene.ringing(AlarmKind.SHARE_OFFERED) == []
    assert refused(scene, c.AgreeShare(1, "yuma", "d2")).code is Code.NOT_ALLOWED_NOW


def test_an_offer_may_be_refused_or_taken_back_and_made_again(scene: Scene) -> None:
    scene.call()
    ask(scene)
    scene.say(c.DeclineShare(1, "yuma", "d2"))
    assert scene.incident().shares == ()
    assert scene.ringing(AlarmKind.SHARE_OFFERED) == []
    ask(scene)
    assert scene.ringing(AlarmKind.SHARE_OFFERED, 1)


def test_who_helps_one_incident_goes_on_helping_the_one_it_is_merged_into_or_split_from(scene: Scene) -> None:
    scene.call(caller="maria")
    scene.call(None, caller="maria")
    scene.call("TUC-9", north(9))
    ask(scene)
    agree(scene)
    scene.say(c.SplitIncident(1, (2,), (), "d1"))
    assert scene.incident(3).helpers == {"yuma"}
    scene.say(c.MergeIncidents(1, 2, "d1"))
    assert scene.incident(2).helpers == {"yuma"}
    assert scene.incident(1).shares == ()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (c.OfferShare(9, "yuma", "d1"), Code.NOT_FOUND),
        (c.OfferShare(1, "nowhere", "d1"), Code.NOT_FOUND),
        (c.OfferShare(1, "tucson", "d1"), Code.INVALID),
        (c.AgreeShare(1, "yuma", "d2"), Code.NOT_FOUND),
        (c.DeclineShare(1, "yuma", "d2"), Code.NOT_FOUND),
    ],
)
def test_what_was_not_asked_cannot_be_answered(scene: Scene, command: c.Command, code: Code) -> None:
    scene.call()
    assert refused(scene, command).code is code


def test_one_sector_is_asked_once(scene: Scene) -> None:
    scene.call()
    ask(scene)
    assert refused(scene, c.OfferShare(1, "yuma", "d1")).code is Code.ALREADY_DONE


def test_a_crowd_at_one_sign_becomes_more_calls_of_the_oldest_incident_there(scene: Scene) -> None:
    for _ in range(CROWD_AT_SIGN):
        assert not scene.call()["joined"]
    again = [scene.call() for _ in range(40)]
    assert {(reply["joined"], reply["incident_id"]) for reply in again} == {(True, 1)}
    assert len(scene.board.open_incidents) == CROWD_AT_SIGN
    assert [alarm.reason for alarm in scene.ringing(AlarmKind.CALLED_AGAIN, 1)] == ["41 calls"]
    assert not scene.call("TUC-2", north(1))["joined"], "who calls from elsewhere is not in that crowd"


def test_a_crowd_s_incident_takes_only_so_many_and_the_next_one_the_rest(scene: Scene) -> None:
    for _ in range(CROWD_AT_SIGN + CALLS_MAX - 1):
        scene.call()
    assert len(scene.incident(1).calls) == CALLS_MAX
    assert scene.call()["incident_id"] == 2

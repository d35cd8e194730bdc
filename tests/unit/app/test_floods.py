"""Floods: flagged once, forgotten when they subside, and never by one sender for another."""

from app.floods import SENDERS_MAX, Floods


def pour(floods: Floods, sender: str, calls: int, at_s: float, per_s: float = 10.0) -> list[bool]:
    return [floods.count(sender, at_s + number / per_s) for number in range(calls)]


def test_a_flood_is_told_once_at_the_call_that_makes_it_one() -> None:
    floods = Floods(100)
    told = pour(floods, "psap-1", 300, 6_000.0)
    assert told.index(True) == 100
    assert sum(told) == 1
    assert floods.now(6_030.0)["psap-1"] > 100


def test_a_busy_sender_below_the_limit_is_none_even_over_the_turn_of_a_minute() -> None:
    floods = Floods(100)
    assert not any(pour(floods, "psap-1", 150, 6_015.0, per_s=1.5))
    assert floods.now(6_100.0) == {}


def test_one_that_subsides_is_no_more_shown_and_may_be_told_again() -> None:
    floods = Floods(100)
    pour(floods, "psap-1", 200, 6_000.0)
    assert floods.now(6_021.0) == {"psap-1": 200}
    assert floods.now(6_180.0) == {}
    assert sum(pour(floods, "psap-1", 200, 6_240.0)) == 1


def test_senders_are_counted_apart_and_the_longest_silent_is_forgotten() -> None:
    floods = Floods(100)
    assert not any(floods.count(f"psap-{number}", 6_000.0) for number in range(SENDERS_MAX + 500))
    assert floods.last_minute("psap-1", 6_000.0) == 0
    assert floods.last_minute(f"psap-{SENDERS_MAX + 499}", 6_000.0) == 1

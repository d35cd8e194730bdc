"""Token buckets: what may come at once, what comes back with time, and that strangers cost no memory."""

import pytest

from app.access.limits import LIMITS, UNLIMITED, Buckets, Limit, Limits
from app.access.policy import Action
from app.problems import Problem

LIMIT = Limit(2.0, 10)
ME = ("key", "see incidents")


def taken(buckets: Buckets, now: float, tries: int = 100) -> int:
    return sum(buckets.take(ME, LIMIT, now) == 0.0 for _ in range(tries))


def test_a_burst_is_given_at_once_and_comes_back_at_its_pace() -> None:
    buckets = Buckets(10)
    assert taken(buckets, 100.0) == 10
    assert buckets.take(ME, LIMIT, 100.0) == pytest.approx(0.5)
    assert taken(buckets, 101.0) == 2
    assert taken(buckets, 200.0) == 10, "a long pause saves no more than one burst"


def test_what_is_refused_costs_nothing_so_waiting_as_told_is_enough() -> None:
    buckets = Buckets(10)
    taken(buckets, 100.0)
    wait_s = buckets.take(ME, LIMIT, 100.0)
    taken(buckets, 100.1)
    assert buckets.take(ME, LIMIT, 100.0 + wait_s) == 0.0


def test_spenders_do_not_share_and_the_longest_silent_is_forgotten() -> None:
    buckets = Buckets(1000)
    for number in range(5000):
        assert buckets.take((f"10.0.{number // 256}.{number % 256}", "stranger"), LIMIT, 100.0) == 0.0
    assert len(buckets) == 1000


def test_a_stranger_s_network_is_one_and_another_s_is_not_held_to_it() -> None:
    limits = Limits()

    def guess() -> None:
        for number in range(1000):
            limits.refuse_stranger(f"2001:db8:1:2::{number:x}")

    with pytest.raises(Problem) as refused:
        guess()
    assert refused.value.status == 429
    assert int(refused.value.response().headers["Retry-After"]) >= 1
    limits.refuse_stranger("2001:db8:1:3::1")
    limits.refuse_stranger("192.0.2.1")
    limits.refuse_stranger("unknown")


@pytest.mark.parametrize("action", sorted(UNLIMITED))
def test_distress_is_never_counted(action: Action) -> None:
    limits = Limits()
    for _ in range(20_000):
        limits.spend("psap", action)
    assert len(limits.spenders) == 0


def test_the_words_of_the_lost_are_read_slowly() -> None:
    limits = Limits()
    for _ in range(LIMITS[Action.OPEN_PRIVATE].burst):
        limits.spend("a key", Action.OPEN_PRIVATE)
    with pytest.raises(Problem):
        limits.spend("a key", Action.OPEN_PRIVATE)
    limits.spend("a key", Action.HANDLE_INCIDENT)

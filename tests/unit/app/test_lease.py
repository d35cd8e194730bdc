"""When a candidate may take the desk, and when a living holder keeps it whatever clocks and servers do."""

from datetime import UTC, datetime, timedelta

import pytest

from app.lease.watch import GONE_S, LEASE_S, LOOK_S, RENEW_S, Look, Watch

BEGIN = datetime(2026, 7, 1, tzinfo=UTC)


class Scene:
    """A holder that renews, a candidate that looks, a server's clock that may be moved."""

    def __init__(self) -> None:
        self.watch = Watch()
        self.now = 1_000.0
        self.renewed_at: datetime | None = BEGIN
        self.server_now = BEGIN
        self.is_connected = True

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.server_now += timedelta(seconds=seconds)

    def renew(self) -> None:
        self.renewed_at = self.server_now

    def is_free(self) -> bool:
        age_s = (self.server_now - self.renewed_at).total_seconds() if self.renewed_at else 0.0
        holder = "holder" if self.renewed_at else None
        return self.watch.is_free(Look(holder, self.renewed_at, age_s, self.is_connected), self.now)

    def free_after_s(self, limit_s: float = 10.0) -> float:
        """Look until the desk is free and return how long that took."""
        began = self.now
        while not self.is_free():
            self.pass_time(LOOK_S)
            assert self.now - began < limit_s, "never free"
        return self.now - began


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_desk_that_nobody_holds_is_free_at_once(scene: Scene) -> None:
    scene.renewed_at = None
    assert scene.is_free()


def test_a_holder_that_renews_keeps_the_desk(scene: Scene) -> None:
    for _ in range(100):
        scene.pass_time(RENEW_S)
        scene.renew()
        assert not scene.is_free()


def test_a_paused_holder_loses_it_after_its_lease(scene: Scene) -> None:
    scene.is_free()
    assert LEASE_S < scene.free_after_s() <= LEASE_S + 2 * LOOK_S


def test_a_dead_holder_loses_it_sooner(scene: Scene) -> None:
    scene.is_free()
    scene.is_connected = False
    assert GONE_S < scene.free_after_s() <= GONE_S + 2 * LOOK_S


def test_a_holder_whose_session_broke_for_a_moment_keeps_it(scene: Scene) -> None:
    scene.is_free()
    for _ in range(3):
        scene.is_connected = False
        scene.pass_time(RENEW_S)
        assert not scene.is_free()
    scene.is_connected = True
    scene.renew()
    assert not scene.is_free()


def test_who_comes_after_the_holder_has_long_been_dead_waits_for_nothing(scene: Scene) -> None:
    scene.pass_time(60.0)
    scene.is_connected = False
    assert scene.is_free()


@pytest.mark.parametrize("step", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_a_step_of_the_servers_clock_takes_the_desk_from_nobody(scene: Scene, step: timedelta) -> None:
    scene.is_free()
    scene.server_now += step
    assert not scene.is_free()
    for _ in range(20):
        scene.pass_time(LOOK_S)
        scene.renew()
        assert not scene.is_free()


def test_a_server_whose_clock_went_back_lets_a_dead_holder_go_all_the_same(scene: Scene) -> None:
    scene.is_free()
    scene.server_now -= timedelta(minutes=10)
    scene.is_connected = False
    assert scene.free_after_s() <= GONE_S + 2 * LOOK_S


def test_after_an_outage_the_holder_has_its_whole_lease_to_come_back(scene: Scene) -> None:
    scene.is_free()
    scene.pass_time(30.0)
    scene.watch.lose_sight()
    scene.is_connected = False
    assert not scene.is_free()
    scene.pass_time(LEASE_S - 0.1)
    assert not scene.is_free()
    scene.renew()
    scene.is_connected = True
    scene.pass_time(LOOK_S)
    assert not scene.is_free()


def test_after_an_outage_that_the_holder_did_not_survive_the_desk_is_free(scene: Scene) -> None:
    scene.is_free()
    scene.pass_time(30.0)
    scene.watch.lose_sight()
    scene.is_connected = False
    assert scene.free_after_s() <= LEASE_S + 2 * LOOK_S

"""Nearest against brute force, and the rules of the ranking one by one."""

from dataclasses import dataclass
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.fleet import NEVER, Fleet
from geo.nearest import Ranking, nearest
from geo.point import Floats, Point, distance_m, distances_m
from geo.standing import Standing
from geo.travel import PACES, Movers, SpeedAndDetour, TravelKind

TARGET = Point(31.5, -111.0)
NOW_S, LIMIT_S = 1_000.0, 120.0
SECTORS = ("tucson", "yuma", "laredo")
NEEDS = ("medic", "air", "interpreter.es")


@dataclass(frozen=True)
class Car:
    """A unit as the oracle sees it: one row, nothing shared with the fleet."""

    number: int
    point: Point
    kind: TravelKind = TravelKind.TRUCK
    sector: str = "tucson"
    capabilities: frozenset[str] = frozenset()
    status: int = 0
    fixed_at_s: float = NOW_S

    @property
    def unit_id(self) -> str:
        return f"U{self.number}"


def fleet_of(cars: list[Car]) -> Fleet:
    fleet = Fleet()
    for car in cars:
        fleet.put(
            car.unit_id,
            point=car.point,
            kind=car.kind,
            sector=car.sector,
            capabilities=car.capabilities,
            status=Standing(car.status),
            fixed_at_s=car.fixed_at_s,
        )
    return fleet


def ask(
    fleet: Fleet, *, needs: frozenset[str] = frozenset(), sectors: frozenset[str] = frozenset(SECTORS), take: int = 8
) -> Ranking:
    return nearest(
        fleet,
        TARGET,
        SpeedAndDetour(),
        needs=needs,
        sectors_allowed=sectors,
        now_s=NOW_S,
        fix_limit_s=LIMIT_S,
        take=take,
    )


def ids(ranking: Ranking) -> list[str]:
    return [pick.unit_id for pick in ranking.picks]


# Few distinct places, fix times and ids, so that ties and stale fixes are the rule and not the exception.
PLACES = st.sampled_from([Point(31.5, -111.0), Point(31.6, -111.0), Point(31.4, -111.0), Point(31.5, -180.0)])
ANYWHERE = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
CARS = st.builds(
    Car,
    number=st.integers(0, 130),
    point=st.one_of(PLACES, ANYWHERE),
    kind=st.sampled_from(TravelKind),
    sector=st.sampled_from(SECTORS),
    capabilities=st.frozensets(st.sampled_from(NEEDS)),
    status=st.sampled_from([0, 0, 0, 1, 2, 3]),
    fixed_at_s=st.sampled_from([NOW_S, NOW_S - LIMIT_S, NOW_S - LIMIT_S - 1, NOW_S + 5, 0.0, NEVER]),
)


def why_not(car: Car, needs: frozenset[str], sectors: frozenset[str], asked: frozenset[str]) -> str | None:
    if car.status:
        return {1: "off_duty", 2: "busy", 3: "not_answering"}[car.status]
    if car.unit_id in asked:
        return "asked"
    if car.sector not in sectors:
        return "other_sector"
    if not needs.issubset(car.capabilities):
        return "lacks_capability"
    return None


@settings(max_examples=400, deadline=None)
@given(
    cars=st.lists(CARS, max_size=40, unique_by=lambda car: car.number),
    target=st.one_of(PLACES, ANYWHERE),
    needs=st.frozensets(st.sampled_from(NEEDS), max_size=2),
    sectors=st.frozensets(st.sampled_from(SECTORS)),
    asked=st.frozensets(st.integers(0, 130).map(lambda number: f"U{number}"), max_size=20),
    take=st.integers(1, 12),
)
def test_nearest_is_what_brute_force_finds(
    cars: list[Car], target: Point, needs: frozenset[str], sectors: frozenset[str], asked: frozenset[str], take: int
) -> None:
    rows, passed_over = [], dict[str, int]()
    for car in cars:
        reason = why_not(car, needs, sectors, asked)
        if reason is not None:
            passed_over[reason] = passed_over.get(reason, 0) + 1
            continue
        away_m = distance_m(target, car.point)
        seconds = away_m * PACES[car.kind].seconds_per_m
        rows.append((NOW_S - car.fixed_at_s > LIMIT_S, seconds, car.number, away_m, car))
    rows.sort(key=lambda row: row[:3])

    ranking = nearest(
        fleet_of(cars),
        target,
        SpeedAndDetour(),
        needs=needs,
        sectors_allowed=sectors,
        excluded=asked,
        now_s=NOW_S,
        fix_limit_s=LIMIT_S,
        take=take,
    )

    assert [
        (pick.is_stale, pick.seconds, pick.unit_id, pick.distance_m, pick.sector, pick.point) for pick in ranking.picks
    ] == [
        (is_stale, seconds, car.unit_id, away_m, car.sector, car.point)
        for is_stale, seconds, _, away_m, car in rows[:take]
    ]
    assert ranking.passed_over == passed_over
    assert ranking.eligible == len(rows)


@given(st.lists(ANYWHERE, min_size=1, max_size=70))
def test_the_kernel_gives_one_pair_the_same_metres_alone_and_among_many(points: list[Point]) -> None:
    together = distances_m(TARGET.lat, TARGET.lon, np.array([p.lat for p in points]), np.array([p.lon for p in points]))
    assert together.tolist() == [distance_m(TARGET, point) for point in points]


def test_equal_travel_time_goes_to_the_lower_number() -> None:
    cars = [Car(number, Point(31.6, -111.0)) for number in (12, 100, 2, 30)]
    assert ids(ask(fleet_of(cars))) == ["U2", "U12", "U30", "U100"]


def test_a_tie_at_the_cut_is_still_decided_by_the_number() -> None:
    cars = [Car(number, Point(31.6, -111.0)) for number in range(50, 0, -1)]
    assert ids(ask(fleet_of(cars), take=3)) == ["U1", "U2", "U3"]


def test_a_stale_fix_is_taken_only_when_no_fresh_one_is_left() -> None:
    near_but_stale = Car(1, Point(31.5, -111.0), fixed_at_s=NOW_S - LIMIT_S - 1)
    far_but_fresh = Car(2, Point(33.0, -111.0))
    never_heard = Car(3, Point(31.5, -111.0), fixed_at_s=NEVER)
    ranking = ask(fleet_of([near_but_stale, never_heard, far_but_fresh]))
    assert ids(ranking) == ["U2", "U1", "U3"]
    assert [pick.is_stale for pick in ranking.picks] == [False, True, True]
    assert [pick.fix_age_s for pick in ranking.picks] == [0.0, LIMIT_S + 1, None]


def test_a_fix_from_a_clock_ahead_of_ours_is_fresh_and_not_younger_than_now() -> None:
    (pick,) = ask(fleet_of([Car(1, TARGET, fixed_at_s=NOW_S + 30.0)])).picks
    assert pick.fix_age_s == 0.0
    assert not pick.is_stale


def test_nobody_at_all_is_an_empty_ranking() -> None:
    assert ask(Fleet()) == Ranking((), {}, 0)
    assert ask(Fleet()).best is None


def test_everybody_passed_over_is_counted_by_reason() -> None:
    cars = [Car(1, TARGET, status=1), Car(2, TARGET, status=2), Car(3, TARGET, status=2), Car(4, TARGET)]
    ranking = ask(fleet_of(cars), needs=frozenset({"air"}))
    assert ranking.best is None
    assert ranking.passed_over == {"off_duty": 1, "busy": 2, "lacks_capability": 1}


def test_a_move_and_a_status_count_at_once() -> None:
    fleet = fleet_of([Car(1, Point(31.6, -111.0)), Car(2, Point(31.7, -111.0))])
    assert ids(ask(fleet)) == ["U1", "U2"]
    fleet.move("U2", TARGET, NOW_S)
    assert ids(ask(fleet)) == ["U2", "U1"]
    fleet.set_status("U2", Standing.BUSY)
    assert ids(ask(fleet)) == ["U1"]


@pytest.mark.parametrize("no_way", [inf, nan])
def test_a_unit_without_a_way_there_is_never_picked_and_is_counted(no_way: float) -> None:
    class River:
        def seconds(self, target: Point, movers: Movers) -> Floats:
            return np.where(movers.lats > target.lat, no_way, movers.distances_m)

    fleet = fleet_of([Car(1, Point(31.6, -111.0)), Car(2, Point(31.0, -111.0)), Car(3, TARGET, status=3)])
    ranking = nearest(fleet, TARGET, River(), sectors_allowed=SECTORS, now_s=NOW_S, fix_limit_s=LIMIT_S)
    assert ids(ranking) == ["U2"]
    assert ranking.passed_over == {"not_answering": 1, "unreachable": 1}

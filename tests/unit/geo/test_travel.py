"""Travel time by kind."""

import numpy as np
import pytest

from geo.point import Point
from geo.travel import PACES, Movers, Pace, SpeedAndDetour, TravelKind, UnknownKind, kind_code

TARGET = Point(31.5, -111.0)


def movers(kinds: list[TravelKind], distances_m: list[float]) -> Movers:
    nowhere = np.zeros(len(kinds))
    return Movers(nowhere, nowhere, np.array(distances_m), np.array([kind_code(kind) for kind in kinds]))


def test_every_kind_has_a_pace_that_moves_and_a_way_no_shorter_than_the_great_circle() -> None:
    assert set(PACES) == set(TravelKind)
    assert all(pace.speed_kmh > 0 and pace.detour >= 1.0 for pace in PACES.values())


def test_seconds_are_distance_times_detour_over_speed() -> None:
    paces = dict(PACES) | {TravelKind.TRUCK: Pace(speed_kmh=36.0, detour=1.5)}
    seconds = SpeedAndDetour(paces).seconds(TARGET, movers([TravelKind.TRUCK], [1000.0]))
    assert seconds.tolist() == pytest.approx([150.0])


def test_a_far_helicopter_beats_a_near_walker() -> None:
    flying, walking = SpeedAndDetour().seconds(
        TARGET, movers([TravelKind.HELICOPTER, TravelKind.FOOT], [40_000.0, 2_000.0])
    )
    assert flying < walking


def test_an_unknown_kind_is_refused_and_the_known_ones_are_named() -> None:
    with pytest.raises(UnknownKind, match="'submarine' is not one of truck, atv"):
        kind_code("submarine")

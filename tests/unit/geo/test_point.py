"""Bearings, and many distances at once."""

import pytest

from geo.point import Point, bearing_deg, distance_m, distances_from

NOGALES = Point(31.3404, -110.9343)


@pytest.mark.parametrize(
    ("to", "degrees"),
    [
        (Point(32.0, -110.9343), 0.0),
        (Point(31.0, -110.9343), 180.0),
        (Point(31.3404, -110.0), 89.76),  # a great circle to the east begins a little to the north
        (Point(31.3404, -112.0), 270.28),
        (Point(32.2226, -110.9747), 357.78),  # Tucson
    ],
)
def test_a_bearing_is_clockwise_from_north(to: Point, degrees: float) -> None:
    assert bearing_deg(NOGALES, to) == pytest.approx(degrees, abs=0.05)


def test_distances_to_many_are_those_to_each() -> None:
    others = [Point(31.0 + n / 10, -111.0) for n in range(5)]
    assert distances_from(NOGALES, others) == [distance_m(NOGALES, other) for other in others]
    assert distances_from(NOGALES, []) == []

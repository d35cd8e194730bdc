"""Areas: what lies in a polygon, its hole, a circle, and the circle that bounds all of it."""

from math import cos, pi, sin

from hypothesis import given
from hypothesis import strategies as st

from geo.area import Area, Circle, Polygon
from geo.point import Point, distance_m

SQUARE = tuple(Point(lat, lon) for lat, lon in ((31, -112), (31, -111), (32, -111), (32, -112), (31, -112)))
HOLE = tuple(Point(lat, lon) for lat, lon in ((31.4, -111.6), (31.4, -111.4), (31.6, -111.4), (31.6, -111.6)))


def test_a_polygon_holds_its_inside_and_not_its_hole() -> None:
    polygon = Polygon.of((SQUARE, HOLE))
    assert polygon is not None
    assert polygon.holds(Point(31.2, -111.5))
    assert not polygon.holds(Point(31.5, -111.5))
    assert not polygon.holds(Point(32.5, -111.5))
    assert not polygon.holds(Point(31.2, -110.5))


def test_overlapping_polygons_hold_what_either_holds() -> None:
    one = Polygon.of((SQUARE,))
    assert one is not None
    assert Area((one, one)).holds(Point(31.5, -111.5))


def test_what_has_no_inside_is_no_polygon() -> None:
    assert Polygon.of(((Point(1, 1), Point(1, 2), Point(1, 1)),)) is None
    assert Polygon.of(()) is None


def test_a_circle_and_the_bound_of_both() -> None:
    area = Area((), (Circle(Point(31.5, -111.5), 1_000.0),))
    assert area.holds(Point(31.505, -111.5))
    assert not area.holds(Point(31.52, -111.5))
    assert area.bound() == Circle(Point(31.5, -111.5), 1_000.0)
    assert Area().bound() is None


@given(st.floats(0.01, 2), st.floats(-180, 180), st.floats(0, 2.5))
def test_a_round_polygon_holds_what_is_nearer_than_its_rim(radius: float, bearing: float, share: float) -> None:
    ring = tuple(Point(radius * sin(a), radius * cos(a)) for a in (2 * pi * n / 720 for n in range(720)))
    polygon = Polygon.of((ring,))
    assert polygon is not None
    angle = bearing * pi / 180
    point = Point(radius * share * sin(angle), radius * share * cos(angle))
    if abs(share - 1) > 0.001:
        assert polygon.holds(point) == (share < 1)
    bound = Area((polygon,)).bound()
    assert bound is not None
    assert not polygon.holds(point) or distance_m(bound.centre, point) <= bound.radius_m * 1.0001

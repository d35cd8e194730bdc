"""The synthetic border is what demo, tests and tables rest on."""

from collections import Counter

from geo.region import BORDER_REGION
from geo.registry import Registry
from geo.registry_import import read_csv, to_csv, validate
from geo.sign import SignKind
from geo.travel import TravelKind
from loadtests.border import make_border
from loadtests.frontier import is_north

BORDER = make_border(1)


def test_a_seed_always_gives_the_same_border() -> None:
    assert make_border(1) == BORDER
    assert make_border(2) != BORDER


def test_it_has_the_size_of_the_real_one() -> None:
    kinds = Counter(sign.kind for sign in BORDER.signs)
    assert kinds[SignKind.RESCUE_TOWER] == 170
    assert kinds[SignKind.LAND_PLACARD] + kinds[SignKind.WATER_PLACARD] == 2_700
    assert (len(BORDER.sectors), len(BORDER.units)) == (9, 150)


def test_everything_stands_north_of_the_line_and_in_the_region() -> None:
    points = [*(s.point for s in BORDER.signs), *(s.point for s in BORDER.stations), *(u.point for u in BORDER.units)]
    for point in points:
        assert is_north(point.lat, point.lon)
        assert BORDER_REGION.holds(point.lat, point.lon)
    assert not is_north(31.0, -112.0)
    assert not is_north(25.7, -100.3)


def test_the_importer_takes_all_of_it() -> None:
    _, faults = validate(read_csv(to_csv(Registry(BORDER.signs, BORDER.sectors))), BORDER.sectors)
    assert faults == ()


def test_units_are_of_known_kinds_at_stations_of_their_sector() -> None:
    sector_of = {station.station_id: station.sector for station in BORDER.stations}
    assert all(sector_of[unit.station] == unit.sector for unit in BORDER.units)
    assert {unit.kind for unit in BORDER.units} <= {*TravelKind}
    assert len({unit.unit_id for unit in BORDER.units}) == 150

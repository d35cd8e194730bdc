"""An import is taken whole or not at all, and every fault names its row, field and reason."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.id_format import format_id
from geo.point import Point
from geo.registry import Registry
from geo.registry_import import Fault, read_csv, read_geojson, to_csv, to_geojson, validate
from geo.registry_rows import COLUMNS, UnreadableRows
from geo.sign import AccessNotes, IdFormat, LifeCycle, Sector, Sign, SignKind
from loadtests.border import make_border

TUC = Sector("TUC", "Tucson", (IdFormat("TUC", 3), IdFormat("TUC", 4, check=True)))
GOOD = "TUC-417,land_placard,TUC,31.9,-111.5,installed,,route 9,,"
STANDING = Sign("TUC-417", SignKind.LAND_PLACARD, "TUC", Point(31.9, -111.5))


def faults_of(*lines: str, existing: Registry | None = None) -> tuple[Fault, ...]:
    signs, faults = validate(read_csv("\n".join((",".join(COLUMNS), *lines))), (TUC,), existing)
    assert not (signs and faults)
    return faults


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        ("TUC-001,land_placard,TUC,95,-111.5,,,,,", "lat", "bad latitude"),
        ("TUC-001,land_placard,TUC,nan,-111.5,,,,,", "lat", "bad latitude"),
        ("TUC-001,land_placard,TUC,31.9,1e999,,,,,", "lon", "bad longitude"),
        ("TUC-001,land_placard,TUC,-111.5,31.9,,,,,", "lat", "swapped"),
        ("TUC-001,land_placard,TUC,31.9,111.5,,,,,", "lon", "outside the region"),
        ("TUC-001,land_placard,TUC,48.1,-111.5,,,,,", "lat", "outside the region"),
        ("TUC-001,land_placard,TUC,,-111.5,,,,,", "lat", "missing"),
        ("TUC-001,land_placard,ZZZ,31.9,-111.5,,,,,", "sector", "unknown sector"),
        ("TUC-001,billboard,TUC,31.9,-111.5,,,,,", "kind", "unknown kind"),
        ("TUC-001,land_placard,TUC,31.9,-111.5,lost,,,,", "life", "unknown life cycle"),
        ("YUM-001,land_placard,TUC,31.9,-111.5,,,,,", "sign_id", "fits no id format"),
        ("TUC-01,land_placard,TUC,31.9,-111.5,,,,,", "sign_id", "fits no id format"),
        ("TUC-1001A,land_placard,TUC,31.9,-111.5,,,,,", "sign_id", "bad check character"),
        (f"TUC-001,land_placard,TUC,31.9,-111.5,,{'x' * 501},,,", "gate", "longer than"),
        ("tuc 417,land_placard,TUC,31.9,-111.5,,,,,", "sign_id", "twice"),
    ],
)
def test_a_fault_names_its_row_field_and_reason(line: str, field: str, reason: str) -> None:
    (fault,) = faults_of(GOOD, line)
    assert (fault.row, fault.field) == (2, field)
    assert reason in fault.reason


def test_all_faults_are_told_at_once() -> None:
    faults = faults_of("TUC-1,sign,TUC,31.9,-111.5,,,,,", GOOD, "TUC-002,land_placard,ZZ,0,0,,,,,")
    assert {(fault.row, fault.field) for fault in faults} == {(1, "kind"), (1, "sign_id"), (3, "sector"), (3, "lat")}


@pytest.mark.parametrize(
    ("life", "line", "field", "reason"),
    [
        (LifeCycle.RETIRED, GOOD, "sign_id", "never used again"),
        (LifeCycle.INSPECTED, GOOD, "life", "inspected -> installed"),
        (LifeCycle.INSTALLED, GOOD.replace("land", "water"), "kind", "cannot change"),
        (LifeCycle.INSTALLED, GOOD.replace("31.9", "31.8"), "life", "stands elsewhere"),
    ],
)
def test_an_illegal_move_is_refused(life: LifeCycle, line: str, field: str, reason: str) -> None:
    existing = Registry((replace(STANDING, life=life),), (TUC,), 1)
    (fault,) = faults_of(line, existing=existing)
    assert fault.field == field
    assert reason in fault.reason


def test_signs_the_import_does_not_name_stay() -> None:
    existing = Registry((STANDING,), (TUC,), 1)
    line = "TUC-418,water_placard,TUC,31.9,-111.5,,,,,"
    signs, faults = validate(read_csv(",".join(COLUMNS) + "\n" + line), (TUC,), existing)
    assert not faults
    assert [sign.sign_id for sign in signs] == ["TUC-417", "TUC-418"]


def test_a_moved_sign_may_stand_elsewhere_and_a_retired_one_may_be_named_again() -> None:
    existing = Registry((STANDING,), (TUC,), 1)
    assert not faults_of(GOOD.replace("31.9", "31.8").replace("installed", "moved"), existing=existing)
    retired = Registry((replace(STANDING, life=LifeCycle.RETIRED),), (TUC,), 1)
    assert not faults_of(GOOD.replace("installed", "retired"), existing=retired)


@pytest.mark.parametrize("text", ["", "a,b\n1,2", "sign_id,kind,sector,lat,lon\n1,2", 'sign_id,kind,sector,lat,lon\n"'])
def test_a_csv_that_is_no_table_of_signs_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRows):
        read_csv(text)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type":"FeatureCollection","features":[1]}', "[" * 100_000])
def test_a_geojson_that_is_no_collection_of_features_is_refused(text: str) -> None:
    with pytest.raises(UnreadableRows):
        read_geojson(text)


def test_a_feature_without_a_point_is_a_fault_of_its_row() -> None:
    feature = {"type": "Feature", "geometry": None, "properties": {"sign_id": "TUC-1", "kind": None, "sector": 5}}
    rows = read_geojson(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    _, faults = validate(rows, (TUC,))
    assert {fault.field for fault in faults} == {"kind", "sector", "lat", "lon"}


notes = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
signs = st.builds(
    Sign,
    st.builds(format_id, st.just(IdFormat("TUC", 3)), st.integers(0, 999)),
    st.sampled_from(SignKind),
    st.just("TUC"),
    st.builds(Point, st.floats(25.7, 35.0), st.floats(-117.7, -96.9)),
    st.sampled_from(LifeCycle),
    st.builds(AccessNotes, notes, notes, notes, notes),
)


@given(st.lists(signs, max_size=8, unique_by=lambda sign: sign.sign_id))
def test_csv_and_geojson_give_back_what_they_were_given(given_signs: list[Sign]) -> None:
    registry = Registry(given_signs, (TUC,))
    for rows in (read_csv(to_csv(registry)), read_geojson(to_geojson(registry))):
        back, faults = validate(rows, (TUC,))
        assert faults == ()
        assert Registry(back, (TUC,)).digest == registry.digest


def test_a_whole_border_goes_round() -> None:
    border = make_border(2)
    registry = Registry(border.signs, border.sectors)
    back, faults = validate(read_csv(to_csv(registry)), border.sectors, registry)
    assert faults == ()
    assert back == registry.signs


@given(st.text())
def test_no_cell_raises(text: str) -> None:
    cells = json.dumps({"type": "FeatureCollection", "features": [
        {"geometry": {"type": "Point", "coordinates": [text, text]}, "properties": dict.fromkeys(COLUMNS, text)}
    ]})  # fmt: skip
    _, faults = validate(read_geojson(cells), (TUC,))
    assert faults

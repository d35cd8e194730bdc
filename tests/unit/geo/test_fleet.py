"""The fleet as columns, against a plain dictionary, and the order of unit ids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.fleet import FIRST_SLOTS, NEVER, Fleet
from geo.order import unit_order
from geo.point import Point
from geo.standing import Profiles, Standing
from geo.travel import KIND_CODES, UnknownKind

HERE = Point(31.5, -111.0)
THERE = Point(32.0, -110.0)


def fleet_of(*unit_ids: str) -> Fleet:
    fleet = Fleet()
    for unit_id in unit_ids:
        fleet.put(unit_id, point=HERE, kind="truck", sector="tucson", capabilities=["medic"])
    return fleet


def standings(fleet: Fleet, *, needs: tuple[str, ...] = (), asked: tuple[str, ...] = ()) -> dict[str, Standing]:
    codes = fleet.standings(needs, {"tucson"}, asked)
    return {unit_id: Standing(int(code)) for unit_id, code in zip(fleet.unit_ids, codes, strict=True)}


def test_unit_ids_are_ordered_by_number_not_by_letter() -> None:
    ids = ["U12", "U2", "A9-10", "A9-9", "7", "U02", "U", "", "U2A", "u1", "9" * 40, "Ü³"]
    ordered = sorted(ids, key=unit_order)
    assert ordered.index("U2") < ordered.index("U02") < ordered.index("U12")
    assert ordered.index("A9-9") < ordered.index("A9-10")
    assert ordered.index("U") < ordered.index("U2")


@given(st.lists(st.text(max_size=12), unique=True))
def test_no_two_unit_ids_share_a_place(ids: list[str]) -> None:
    assert len({unit_order(unit_id) for unit_id in ids}) == len(ids)


def test_ranks_follow_units_that_come_and_go() -> None:
    fleet = fleet_of("U12", "U2", "U1")
    assert fleet.ranks.tolist() == [2, 1, 0]
    fleet.drop("U1")
    fleet.put("U3", point=HERE, kind="truck", sector="tucson")
    assert dict(zip(fleet.unit_ids, fleet.ranks.tolist(), strict=True)) == {"U2": 0, "U3": 1, "U12": 2}


def test_a_units_own_state_hides_what_the_incident_would_say() -> None:
    fleet = fleet_of("U1", "U2", "U3", "U4")
    fleet.set_status("U1", Standing.OFF_DUTY)
    fleet.set_status("U2", Standing.BUSY)
    assert standings(fleet, needs=("air",), asked=("U1", "U3", "nobody")) == {
        "U1": Standing.OFF_DUTY,
        "U2": Standing.BUSY,
        "U3": Standing.ASKED,
        "U4": Standing.LACKS_CAPABILITY,
    }


def test_another_sectors_unit_is_named_so_even_when_it_lacks_the_capability_too() -> None:
    fleet = Fleet()
    fleet.put("U1", point=HERE, kind="boat", sector="yuma")
    assert standings(fleet, needs=("air",)) == {"U1": Standing.OTHER_SECTOR}


@pytest.mark.parametrize("status", [Standing.ASKED, Standing.UNREACHABLE])
def test_a_state_that_belongs_to_an_incident_is_refused(status: Standing) -> None:
    fleet = fleet_of("U1")
    with pytest.raises(ValueError, match="not a unit's own state"):
        fleet.set_status("U1", status)
    assert fleet.status("U1") is Standing.FREE


def test_a_refused_put_changes_nothing() -> None:
    fleet = fleet_of("U1")
    with pytest.raises(UnknownKind):
        fleet.put("U2", point=THERE, kind="submarine", sector="tucson")
    with pytest.raises(ValueError, match="state"):
        fleet.put("U1", point=THERE, kind="truck", sector="yuma", status=Standing.ASKED)
    assert len(fleet) == 1
    assert fleet.point("U1") == HERE
    assert fleet.sectors == ["tucson"]


def test_a_unit_nobody_knows_is_a_key_error() -> None:
    fleet = fleet_of("U1")
    for act in (fleet.drop, fleet.point, fleet.status):
        with pytest.raises(KeyError):
            act("U9")
    with pytest.raises(KeyError):
        fleet.move("U9", HERE, 0.0)
    with pytest.raises(KeyError):
        fleet.set_status("U9", Standing.BUSY)


def test_profile_tables_stay_bounded_whatever_the_callers_ask_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.standing.TABLES_MAX", 3)
    profiles = Profiles()
    profiles.code("tucson", frozenset({"n1"}))
    for i in range(20):
        assert profiles.standings([f"n{i}"], ["tucson"]).tolist() == [0 if i == 1 else Standing.LACKS_CAPABILITY]
    assert len(profiles._tables) <= 3


ACTS = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 12), st.sampled_from(sorted(KIND_CODES)), st.sampled_from("abc")),
    st.tuples(st.just("move"), st.integers(0, 12), st.floats(-80, 80), st.floats(0, 1e6)),
    st.tuples(st.just("status"), st.integers(0, 12), st.integers(0, 3), st.none()),
    st.tuples(st.just("drop"), st.integers(0, 12), st.none(), st.none()),
)


@given(st.lists(ACTS, max_size=60))
def test_the_columns_say_what_a_dictionary_of_units_would_say(acts: list[tuple[str, int, object, object]]) -> None:
    fleet, plain = Fleet(), {}
    for verb, number, one, two in acts:
        unit_id = f"U{number}"
        if verb == "put":
            fleet.put(unit_id, point=HERE, kind=str(one), sector=str(two))
            plain[unit_id] = {"point": HERE, "kind": one, "sector": two, "fixed_at_s": NEVER, "status": 0}
        elif unit_id not in plain:
            continue
        elif verb == "move":
            point = Point(float(str(one)), -110.0)
            fleet.move(unit_id, point, float(str(two)))
            plain[unit_id] |= {"point": point, "fixed_at_s": two}
        elif verb == "status":
            fleet.set_status(unit_id, Standing(int(str(one))))
            plain[unit_id]["status"] = one
        else:
            fleet.drop(unit_id)
            del plain[unit_id]
    kinds = list(KIND_CODES)
    rows = {
        unit_id: {
            "point": fleet.points[slot],
            "kind": kinds[fleet.kinds[slot]],
            "sector": fleet.sectors[slot],
            "fixed_at_s": fleet.fixed_at_s[slot],
            "status": fleet.status(unit_id),
        }
        for slot, unit_id in enumerate(fleet.unit_ids)
    }
    assert rows == plain
    assert [(p.lat, p.lon) for p in fleet.points] == list(zip(fleet.lats, fleet.lons, strict=True))
    ranked = [unit_id for _, unit_id in sorted(zip(fleet.ranks, fleet.unit_ids, strict=True))]
    assert ranked == sorted(plain, key=lambda unit_id: int(unit_id[1:]))


def test_a_fleet_grows_past_its_first_slots() -> None:
    fleet = Fleet()
    count = FIRST_SLOTS * 2 + 1
    for number in range(count):
        fleet.put(f"U{number}", point=Point(number * 0.01, 0.0), kind="foot", sector="tucson", fixed_at_s=number)
    assert fleet.lats.tolist() == [number * 0.01 for number in range(count)]
    assert fleet.fixed_at_s.tolist() == list(range(count))
    assert set(standings(fleet).values()) == {Standing.FREE}

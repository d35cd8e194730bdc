"""A place is confirmed only when something beyond the words vouches for it; and nothing said can hurt."""

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.place import DeviceFix, PlaceState, Resolution
from geo.point import Point
from geo.registry import Registry
from geo.resolve import CANDIDATES_MAX, Resolver
from geo.sign import IdFormat, LifeCycle, Sector, Sign, SignKind
from geo.verdict import Reason
from loadtests.border import make_border
from loadtests.resolve_table import Bench, Known, measure, upper_bound

TUC = Sector("TUC", "Tucson", (IdFormat("TUC", 3), IdFormat("TUC", 4, check=True)))
YUM = Sector("YUM", "Yuma", (IdFormat("YUM", 3),))
HERE, NEAR, FAR = Point(31.90, -111.50), Point(31.905, -111.50), Point(32.30, -113.90)  # 560 m, 230 km


def placard(sign_id: str, point: Point, life: LifeCycle = LifeCycle.INSTALLED) -> Sign:
    return Sign(sign_id, SignKind.LAND_PLACARD, sign_id[:3], point, life)


SIGNS = (
    placard("TUC-417", HERE),
    placard("TUC-418", NEAR),
    placard("TUC-471", Point(31.5, -110.2)),
    placard("TUC-041", Point(31.4, -110.6)),
    placard("TUC-300", Point(31.6, -111.9), LifeCycle.RETIRED),
    placard("TUC-1001Z", Point(31.7, -111.2)),
    placard("YUM-417", FAR),
    placard("YUM-222", Point(32.2, -113.8)),
)
RESOLVER = Resolver(Registry(SIGNS, (TUC, YUM), version=1))
BORDER = make_border(1)
WHOLE = Resolver(Registry(BORDER.signs, BORDER.sectors, version=1))


def verdict(found: Resolution) -> tuple[str, PlaceState, str]:
    return found.candidates[0].sign_id if found.candidates else "", found.state, found.reason


def test_an_exact_match_alone_is_only_probable() -> None:
    assert verdict(RESOLVER.resolve("TUC 417")) == ("TUC-417", PlaceState.PROBABLE, Reason.EXACT)


def test_a_device_that_rules_the_others_out_confirms() -> None:
    found = RESOLVER.resolve("TUC four one seven", DeviceFix(HERE, 30.0))
    assert verdict(found) == ("TUC-417", PlaceState.CONFIRMED, Reason.DEVICE_AGREES)
    assert found.candidates[0].distance_m == 0.0


def test_a_device_too_coarse_to_tell_neighbours_apart_does_not_confirm() -> None:
    assert verdict(RESOLVER.resolve("TUC 417", DeviceFix(HERE, 3_000.0))) == (
        "TUC-417",
        PlaceState.PROBABLE,
        Reason.EXACT,
    )


def test_a_device_elsewhere_makes_a_conflict() -> None:
    for read_back in (False, True):
        found = RESOLVER.resolve("TUC 417", DeviceFix(FAR, 30.0), read_back=read_back)
        assert (found.state, found.reason) == (PlaceState.CONFLICTING, Reason.DEVICE_ELSEWHERE)
    assert "TUC-417" in {candidate.sign_id for candidate in found.candidates}


def test_a_device_at_a_like_sign_brings_that_sign_first_but_as_a_conflict() -> None:
    found = RESOLVER.resolve("TUC 471", DeviceFix(HERE, 30.0))
    assert verdict(found) == ("TUC-417", PlaceState.CONFLICTING, Reason.DEVICE_ELSEWHERE)


def test_a_read_back_confirms_what_was_read_in_full() -> None:
    assert verdict(RESOLVER.resolve("TUC 417", read_back=True)) == ("TUC-417", PlaceState.CONFIRMED, Reason.READ_BACK)
    assert RESOLVER.resolve("TUC 419", read_back=True).state is PlaceState.UNVERIFIED


def test_a_valid_check_character_confirms_and_a_wrong_one_does_not() -> None:
    assert verdict(RESOLVER.resolve("TUC one zero zero one zulu")) == (
        "TUC-1001Z",
        PlaceState.CONFIRMED,
        Reason.CHECK_CHARACTER,
    )
    for said in ("TUC 1001 X", "TUC 1001", "TUC 1010Z"):
        assert RESOLVER.resolve(said).state is PlaceState.UNVERIFIED, said


def test_a_number_that_two_sectors_have_needs_more() -> None:
    assert RESOLVER.resolve("417").reason == Reason.INCOMPLETE
    assert verdict(RESOLVER.resolve("417", usual_sectors=("YUM",)))[0] == "YUM-417"
    assert verdict(RESOLVER.resolve("two twenty two")) == ("YUM-222", PlaceState.PROBABLE, Reason.COMPLETED)
    assert verdict(RESOLVER.resolve("417", DeviceFix(HERE, 30.0)))[:2] == ("TUC-417", PlaceState.CONFIRMED)


def test_leading_zeros_may_be_left_out() -> None:
    assert verdict(RESOLVER.resolve("TUC forty one")) == ("TUC-041", PlaceState.PROBABLE, Reason.COMPLETED)


def test_a_retired_sign_is_found_but_never_better_than_probable() -> None:
    point = SIGNS[4].point
    for found in (
        RESOLVER.resolve("TUC 300"),
        RESOLVER.resolve("TUC 300", read_back=True),
        RESOLVER.resolve("TUC 300", DeviceFix(point, 30.0)),
    ):
        assert verdict(found) == ("TUC-300", PlaceState.PROBABLE, Reason.RETIRED)


def test_two_ids_in_one_breath_are_a_conflict_unless_the_device_decides() -> None:
    assert RESOLVER.resolve("TUC 417 no wait TUC 471").reason == Reason.TWO_IDS
    assert verdict(RESOLVER.resolve("TUC 417 no TUC 471", DeviceFix(HERE, 30.0)))[:2] == (
        "TUC-417",
        PlaceState.CONFIRMED,
    )


def test_other_numbers_in_the_sentence_do_not_matter() -> None:
    said = "we are 3 people 34 years old, the sign says TUC 417, I called 911"
    assert verdict(RESOLVER.resolve(said)) == ("TUC-417", PlaceState.PROBABLE, Reason.EXACT)


def test_a_sector_name_stands_for_its_prefix() -> None:
    assert verdict(RESOLVER.resolve("Tucson sector, four one seven"))[:2] == ("TUC-417", PlaceState.PROBABLE)


def test_words_without_a_number_are_unverified() -> None:
    for said in ("", "help", "Tucson", "\0", "\ud800", "🌵"):
        assert verdict(RESOLVER.resolve(said)) == ("", PlaceState.UNVERIFIED, Reason.NOTHING_HEARD)


def test_a_number_like_no_sign_is_unverified() -> None:
    assert verdict(RESOLVER.resolve("RGV 888888888")) == ("", PlaceState.UNVERIFIED, Reason.NO_MATCH)


def test_an_empty_registry_resolves_nothing() -> None:
    assert Resolver(Registry((), ())).resolve("TUC 417").state is PlaceState.UNVERIFIED


@pytest.mark.parametrize("radius_m", [float("nan"), float("inf"), -1.0, 1e12])
def test_a_radius_that_is_no_length_is_as_no_device(radius_m: float) -> None:
    found = RESOLVER.resolve("TUC 417", DeviceFix(FAR, radius_m))
    assert found == RESOLVER.resolve("TUC 417")


texts = st.one_of(
    st.text(st.characters(), max_size=80),
    st.lists(
        st.sampled_from(
            [
                "TUC",
                "tuc",
                "T",
                "for",
                "to",
                "double",
                "hundred",
                "mil",
                "y",
                "and",
                "forty",
                "siete",
                "417",
                "4",
                "0",
                "oh",
                "\x00",
                "�",
                "٤",
                "🌵",
                "Tucson",
                "as",
                "in",
                "X",
                "",
            ]
        )
    ).map(" ".join),
)
fixes = st.none() | st.builds(
    DeviceFix, st.builds(Point, st.floats(-90, 90), st.floats(-180, 180)), st.floats(allow_nan=True)
)


@settings(max_examples=300)
@given(texts, fixes, st.lists(st.sampled_from(["TUC", "YUM", "ZZZ", ""])).map(tuple), st.booleans())
def test_nothing_said_raises_and_the_answer_is_well_formed(
    said: str, device: DeviceFix | None, usual: tuple[str, ...], read_back: bool
) -> None:
    found = RESOLVER.resolve(said, device, usual, read_back)
    scores = [candidate.score for candidate in found.candidates]
    assert len(scores) <= CANDIDATES_MAX
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert Reason(found.reason)
    assert found.candidates or found.state is PlaceState.UNVERIFIED
    assert found == RESOLVER.resolve(said, device, usual, read_back)


@given(st.sampled_from(WHOLE.registry.signs))
def test_every_id_read_out_well_comes_first(sign: Sign) -> None:
    for said in (sign.sign_id, sign.sign_id.lower().replace("-", " "), " ".join(sign.sign_id)):
        assert WHOLE.resolve(said).candidates[0].sign_id == sign.sign_id


@pytest.mark.parametrize(
    "said",
    [
        "TUC 417 " * 8_192,
        "4" * 65_536,
        "forty one " * 6_500,
        "double " * 9_000,
        "1a2b" * 16_000,
        "\ufdfa" * 65_536,
        "\ud800" * 65_536,
        "T as in " * 8_000,
        "mil y " * 10_000,
    ],
)  # fmt: skip
def test_64_kilobytes_of_anything_take_bounded_time(said: str) -> None:
    start = perf_counter()
    WHOLE.resolve(said, DeviceFix(HERE, 30.0), ("TUC",))
    assert perf_counter() - start < 0.25  # 5-15 ms on an idle machine


def test_resolving_is_fast() -> None:
    assert Bench(1).resolver.registry.version == 1
    for seed in range(1, 4):  # others may be busy on this machine: the best of three
        (_, scores), = measure(seed, 1_000, [Known.FINE_USUAL])  # fmt: skip
        times = sorted([*scores.values()][-1].seconds)
        middle, slow = times[len(times) // 2], times[int(len(times) * 0.99)]
        if middle < 0.005 and slow < 0.025:  # 2-3 ms on an idle machine; the promise is 5
            return
    pytest.fail(f"p50 {middle:.4f} s, p99 {slow:.4f} s")


@pytest.mark.parametrize(
    ("known", "first", "third"),
    [(Known.WORDS, 0.28, 0.45), (Known.USUAL, 0.38, 0.54), (Known.FINE, 0.78, 0.80), (Known.COARSE, 0.60, 0.72)],
)
def test_the_table_of_the_page_holds(known: Known, first: float, third: float) -> None:
    """A short run of docs/resolve.md: four fifths of these are garbled, so these are not shares of real calls."""
    ((_, scores),) = measure(5, 2_000, [known])
    whole = [*scores.values()][-1]
    assert whole.first / whole.trials > first
    assert whole.third / whole.trials > third
    assert whole.false_accepts <= 3  # 0.02 % in the long run


def test_the_bound_is_that_of_the_rule_of_three() -> None:
    assert upper_bound(0, 3_000) == pytest.approx(0.000998, abs=2e-6)
    assert upper_bound(5, 30_000) == pytest.approx(0.00035, abs=1e-5)

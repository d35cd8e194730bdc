"""Words become the characters that were meant, in English, in Spanish, and in both at once."""

import pytest

from geo.spoken import Ear
from geo.tokens import SAID_CHARS_MAX, TOKENS_MAX, tokens_of

EAR = Ear(
    frozenset({"TUC", "TUCR", "SDC", "YUM", "BBT", "DRT", "EPT", "RGV"}),
    {("tucson",): "TUC", ("del", "rio"): "DRT", ("el", "paso"): "EPT"},
)


def first_of(said: str) -> str:
    stretches = EAR.hear(said).stretches
    return stretches[0][0].chars if stretches else ""


@pytest.mark.parametrize(
    ("said", "chars"),
    [
        ("TUC 417", "TUC417"),
        ("tuc-417", "TUC417"),
        ("T.U.C. 4-1-7", "TUC417"),
        ("TUC four one seven", "TUC417"),
        ("TUC four seventeen", "TUC417"),
        ("TUC forty-one seven", "TUC417"),
        ("TUC four hundred and seventeen", "TUC417"),
        ("TUC 400 17", "TUC417"),
        ("TUC 40017", "TUC40017"),
        ("TUC double four seven", "TUC447"),
        ("double oh seven", "007"),
        ("triple four", "444"),
        ("o four one", "041"),
        ("TUC niner fife zero", "TUC950"),
        ("twenty one oh four", "2104"),
        ("twenty one hundred", "2100"),
        ("two thousand one hundred four", "2104"),
        ("two thousand four", "2004"),
        ("dos mil ciento cuatro", "2104"),
        ("mil diez", "1010"),
        ("TUC for to one", "TUC421"),
        ("cuatrocientos diecisiete", "417"),
        ("cuatro uno siete", "417"),
        ("cuarenta y uno", "41"),
        ("veintiún uno", "211"),
        ("veintiuno cuarenta y dos", "2142"),
        ("doscientos veintidós", "222"),
        ("cien", "100"),
        ("Tango Uniform Charlie 417", "TUC417"),
        ("Tom Union Charles 417", "TUC417"),
        ("tee you see 417", "TUC417"),
        ("te u ce cuatro one siete", "TUC417"),
        ("ye u eme cuatro diecisiete", "YUM417"),
        ("be be te ciento ocho", "BBT108"),
        ("de erre te nueve nueve nueve", "DRT999"),
        ("T as in Texas, U as in union, C for Charlie, 417", "TUC417"),
        ("te de Teresa, u de uva, ce de casa, 417", "TUC417"),
        ("doble u tres", "W3"),
        ("x-ray five", "X5"),
        ("the sign says TUC 417 blue writing", "TUC417"),
        ("TUC number uh 4 um 17", "TUC417"),
        ("TUC 2104 kilo", "TUC2104K"),
        ("TUC 1006 E", "TUC1006E"),
        ("tuck 417", "417"),
        ("٤١٧", "417"),
        ("ＴＵＣ４１７", "TUC417"),
        ("\ud800 TUC\0 417 🌵", "TUC417"),
        ("I see a sign that says 417", "417"),
        ("help us please", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_words_become_characters(said: str, chars: str) -> None:
    assert first_of(said) == chars


def test_forty_one_may_also_be_forty_and_one() -> None:
    ((first, second),) = EAR.hear("TUC forty one").stretches
    assert (first.chars, second.chars) == ("TUC41", "TUC401")
    assert first.nats < second.nats
    assert first_of("TUC cuarenta y uno") == "TUC41"


def test_a_sector_name_is_a_hint_of_its_prefix() -> None:
    heard = EAR.hear("we are in Del Río, sign number nine nine nine")
    assert heard.hints == ("DRT",)
    assert heard.stretches[0][0].chars == "999"


def test_a_prefix_apart_from_its_number_is_a_hint() -> None:
    assert EAR.hear("it says TUC on the top and 417 below").hints == ("TUC",)


def test_an_id_said_twice_is_two_stretches() -> None:
    assert [stretch[0].chars for stretch in EAR.hear("TUC 471 TUC 417").stretches] == ["TUC471", "TUC417"]


def test_only_a_bounded_part_is_listened_to() -> None:
    assert len(tokens_of("1 " * 40_000)) <= TOKENS_MAX
    assert tokens_of("x" * SAID_CHARS_MAX + " 417") == ("x" * SAID_CHARS_MAX,)
    heard = EAR.hear("TUC 41 x " * 1000)
    assert len(heard.stretches) <= 6
    assert all(len(reading.chars) <= 12 for stretch in heard.stretches for reading in stretch)

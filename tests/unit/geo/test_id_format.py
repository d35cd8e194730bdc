"""Ids are written one way, and a check character finds the slips it promises to find."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo import id_format
from geo.id_format import ALPHABET, BadId, canonical, check_character, fits, format_id, is_check_valid, split
from geo.sign import IdFormat

PLAIN = IdFormat("TUC", 3)
CHECKED = IdFormat("TUC", 4, check=True)
CHARS = ALPHABET[:36]
payloads = st.text(CHARS, min_size=1, max_size=12)


def test_the_check_character_is_that_of_the_standard() -> None:
    # MOD 37-2 as blood donation numbers carry it (ISBT 128)
    assert check_character("G123489654321") == "Y"


@given(payloads, st.data())
def test_every_single_substitution_is_found(payload: str, data: st.DataObject) -> None:
    text = payload + check_character(payload)
    at = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(st.sampled_from(CHARS.replace(text[at], "")))
    assert is_check_valid(text)
    assert not is_check_valid(text[:at] + other + text[at + 1 :])


def test_every_swap_of_neighbours_is_found() -> None:
    for number in range(10_000):
        try:
            text = id_format.compact(format_id(CHECKED, number))
        except BadId:
            continue
        for at, (one, other) in enumerate(pairwise(text)):
            assert one == other or not is_check_valid(text[:at] + other + one + text[at + 2 :])


def test_numbers_whose_check_character_cannot_be_said_are_not_printed() -> None:
    printed, refused = 0, 0
    for number in range(1000):
        try:
            assert format_id(CHECKED, number)[-1] not in "*OI"
            printed += 1
        except BadId:
            refused += 1
    assert refused < 100 < printed


@pytest.mark.parametrize("text", ["TUC-417", "tuc 417", "TUC417", " t.u.c-4 1 7 ", "TUC–417"])
def test_case_spaces_and_dashes_do_not_matter(text: str) -> None:
    assert canonical(text, (PLAIN, CHECKED)) == "TUC-417"


@pytest.mark.parametrize("text", ["", "TUC", "TUC-41", "TUC-41A", "YUM-417", "TUC-٤١٧", "T" * 70_000, "\0", "\ud800"])
def test_what_is_no_id_has_no_canonical_form(text: str) -> None:
    assert canonical(text, (PLAIN, CHECKED)) is None


@given(st.integers(0, 999))
def test_a_printed_number_fits_its_format_and_reads_back(number: int) -> None:
    sign_id = format_id(PLAIN, number)
    assert fits(sign_id, PLAIN)
    assert not fits(sign_id, CHECKED)
    assert canonical(sign_id.lower().replace("-", " "), (PLAIN,)) == sign_id
    assert split(sign_id) == ("TUC", f"{number:03}")


def test_numbers_that_do_not_fit_are_refused() -> None:
    for number in (-1, 1000):
        with pytest.raises(BadId):
            format_id(PLAIN, number)
    with pytest.raises(BadId):
        check_character("TUC-417")
    with pytest.raises(BadId):
        split("tuc417")


@given(st.text())
def test_nothing_raises_on_any_text(text: str) -> None:
    canonical(text, (PLAIN, CHECKED))
    is_check_valid(text)
    fits(text, PLAIN)

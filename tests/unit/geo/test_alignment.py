"""The column-wise distance is the plain one, only faster."""

from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo.alignment import Printed
from geo.confusion import (
    ALIKE,
    CODES,
    LEADING_ZERO_NATS,
    NEVER,
    SUBSTITUTION,
    add_nats,
    drop_nats,
    pair_costs,
)

texts = st.text("0123456789TUCB", max_size=6)
printed = st.lists(st.text("0123456789TUCB", min_size=1, max_size=5), min_size=1, max_size=6, unique=True)


def plain_cost(heard: str, text: str) -> float:
    """The same four edits, by recursion."""

    @cache
    def cost(i: int, j: int) -> float:
        options = [0.0 if i == len(heard) and j == len(text) else NEVER]
        if i < len(heard):
            options.append(cost(i + 1, j) + add_nats(heard[i], heard[i + 1 : i + 2]))
        if j < len(text):
            is_leading = text[j] == "0" and not text[:j].strip("0") and j + 1 < len(text)
            options.append(
                cost(i, j + 1) + (LEADING_ZERO_NATS if is_leading else drop_nats(text[j], text[j + 1 : j + 2]))
            )
        if i < len(heard) and j < len(text):
            options.append(cost(i + 1, j + 1) + float(SUBSTITUTION[CODES[heard[i]], CODES[text[j]]]))
        if i + 1 < len(heard) and j + 1 < len(text):
            options.append(cost(i + 2, j + 2) + pair_costs(heard[i : i + 2]).get(text[j : j + 2], NEVER))
        return min(options)

    return cost(0, 0)


@given(texts, printed)
def test_every_tail_costs_what_the_plain_recursion_says(heard: str, texts_printed: list[str]) -> None:
    costs = Printed(texts_printed).costs(heard)
    for start in range(len(heard) + 1):
        for slot, text in enumerate(texts_printed):
            assert costs[start, slot] == pytest.approx(plain_cost(heard[start:], text), rel=1e-4)


@given(texts, printed)
@example("30", ["13"])  # thirty for thirteen, where no zero is printed
def test_no_tail_costs_less_than_its_floor(heard: str, texts_printed: list[str]) -> None:
    signs = Printed(texts_printed)
    floors = signs.floors(heard)
    assert len(floors) == len(heard) + 1
    for start, floor in enumerate(floors):
        assert floor <= signs.tail(heard[start:]).least + 1e-3


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (("19", "15"), ("18", "15")),  # nine for five, rather than eight for five
        (("50", "15"), ("40", "15")),  # fifty for fifteen
        (("471", "417"), ("571", "417")),  # a swap
        (("44", "4"), ("47", "4")),  # a stammer
        (("41", "041"), ("41", "741")),  # a leading zero
    ],
)
def test_likelier_slips_cost_less(near: tuple[str, str], far: tuple[str, str]) -> None:
    assert 0.0 < plain_cost(*near) < plain_cost(*far)


def test_confusions_are_symmetric_and_each_has_a_reason() -> None:
    assert (SUBSTITUTION == SUBSTITUTION.T).all()
    assert all(reason for *_, reason in ALIKE)

"""Numbers in words, English and Spanish: how many digits a stretch of tokens stands for, and which."""

from collections.abc import Sequence
from typing import Final

from geo.vocabulary import HUNDRED, HUNDREDS, JOINERS, TEENS, TENS, THOUSAND, UNITS

Option = tuple[str, float]  # characters, and the cost in nats of having meant them
Parsed = tuple[tuple[Option, ...], int]  # what it may stand for, and where the next token starts

APART_NATS: Final = 2.0  # "forty one" meant as 40 and 1: about one in eight
SUMMED_NATS: Final = 0.5  # "400 17" meant as 417, and as 40017: both are heard of
NUMERAL_CHARS_MAX: Final = 12  # no id has more; the rest of a long number is not looked at


def parse_number(tokens: Sequence[str], at: int) -> Parsed | None:
    """Return what the number starting at `at` may stand for and where it ends, or None where none starts."""
    return (
        _thousands(tokens, at)
        or _hundreds(tokens, at)
        or _summed(tokens, at)
        or _pair(tokens, at)
        or _plain(tokens, at)
    )


def _thousands(tokens: Sequence[str], at: int) -> Parsed | None:
    """Read "two thousand one hundred four", "dos mil ciento cuatro", "mil diez"."""
    count, end = 1, at
    if (unit := _unit(tokens, at)) is not None:
        count, end = unit, at + 1
    if _word(tokens, end) not in THOUSAND:
        return None
    total, end = 1000 * count, end + 1
    after = _skip_joiner(tokens, end)
    if (found := _hundreds_value(tokens, after)) is not None:
        return _fixed(total + found[0], found[1])
    rest, end = _below_hundred(tokens, end)
    return _fixed(total + rest, end)


def _hundreds(tokens: Sequence[str], at: int) -> Parsed | None:
    found = _hundreds_value(tokens, at)
    return None if found is None else _fixed(*found)


def _hundreds_value(tokens: Sequence[str], at: int) -> tuple[int, int] | None:
    """Read "four hundred and seventeen", "twenty one hundred", "cuatrocientos diecisiete"."""
    if (hundreds := HUNDREDS.get(_word(tokens, at))) is not None:
        rest, end = _below_hundred(tokens, at + 1)
        return hundreds + rest, end
    count, end = _two_digits(tokens, at)
    if not count or _word(tokens, end) not in HUNDRED:
        return None
    rest, end = _below_hundred(tokens, end + 1)
    return 100 * count + rest, end


def _summed(tokens: Sequence[str], at: int) -> Parsed | None:
    """Read a transcript's "400 17" and "40 1", which may be a sum or a row of digits."""
    head, tail = _word(tokens, at), _word(tokens, at + 1)
    zeros = len(head) - len(head.rstrip("0"))
    if not head.isdigit() or not 2 <= len(head) <= 4 or not tail.isdigit() or len(tail) > zeros or tail[0] == "0":
        return None
    return ((head[: -len(tail)] + tail, SUMMED_NATS), (head + tail, SUMMED_NATS)), at + 2


def _pair(tokens: Sequence[str], at: int) -> Parsed | None:
    """Read "forty one", "cuarenta y uno", "seventeen"."""
    if (tens := TENS.get(_word(tokens, at))) is not None:
        value, end = _two_digits(tokens, at)
        joined = f"{value}"
        if end == at + 2:
            return ((joined, 0.0), (f"{tens}{value - tens}", APART_NATS)), end
        return ((joined, 0.0),), end
    if (teen := TEENS.get(_word(tokens, at))) is not None:
        return _fixed(teen, at + 1)
    return None


def _plain(tokens: Sequence[str], at: int) -> Parsed | None:
    word = _word(tokens, at)
    if word.isdigit():
        return ((word[:NUMERAL_CHARS_MAX], 0.0),), at + 1
    value = UNITS.get(word)
    return None if value is None else _fixed(value, at + 1)


def _two_digits(tokens: Sequence[str], at: int) -> tuple[int, int]:
    """Return a value below 100 and where it ends; the same place when there is none."""
    word = _word(tokens, at)
    if (tens := TENS.get(word)) is not None:
        after = _skip_joiner(tokens, at + 1)
        unit = _unit(tokens, after)
        return (tens + unit, after + 1) if unit else (tens, at + 1)
    if (teen := TEENS.get(word)) is not None:
        return teen, at + 1
    unit = _unit(tokens, at)
    return (0, at) if unit is None else (unit, at + 1)


def _below_hundred(tokens: Sequence[str], at: int) -> tuple[int, int]:
    after = _skip_joiner(tokens, at)
    value, end = _two_digits(tokens, after)
    return (value, end) if end > after else (0, at)


def _unit(tokens: Sequence[str], at: int) -> int | None:
    word = _word(tokens, at)
    return int(word) if len(word) == 1 and word.isdigit() else UNITS.get(word)


def _skip_joiner(tokens: Sequence[str], at: int) -> int:
    return at + 1 if _word(tokens, at) in JOINERS else at


def _fixed(value: int, end: int) -> Parsed:
    return ((str(value), 0.0),), end


def _word(tokens: Sequence[str], at: int) -> str:
    return tokens[at] if at < len(tokens) else ""

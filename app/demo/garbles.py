"""A seeded model of how ids arrive garbled. It shares no table with the resolver: half the slips are any other word."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from app.demo.speech import DIGITS, TEENS, TENS, Words, in_sentence, number_words, prefix_words
from geo.id_format import split
from geo.sign import Sign

SPANISH_SHARE: Final = 0.5
BY_EAR_SHARE: Final = 0.5  # slips between words that sound alike; the others are any word for any


class Garble(StrEnum):
    CLEAN = "read out well"
    NO_PREFIX = "number only"
    MISHEARD_EN = "misheard, English"
    MISHEARD_ES = "misheard, Spanish"
    PREFIX = "prefix misheard"
    SWAPPED = "two digits swapped"
    DROPPED = "a digit dropped"
    ADDED = "a digit added"
    TWICE = "two slips"
    NO_SIGN = "a number that is no sign's"


ALIKE: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "en": (
        *(("five", "nine"), ("two", "three"), ("six", "seven"), ("four", "five"), ("one", "nine")),
        *zip(TEENS["en"][3:], TENS["en"][1:], strict=True),
    ),
    "es": (
        *(("seis", "siete"), ("dos", "doce"), ("tres", "trece"), ("sesenta", "setenta"), ("dos", "tres")),
        *(("cuatro", "cero"), ("uno", "ocho"), ("seis", "dieciséis"), ("siete", "diecisiete")),
    ),
}
LETTERS_ALIKE: Final = ("BDEPTVZCG", "MN", "FS", "AJK", "QU", "RL", "IY", "SX")


@dataclass(frozen=True, slots=True)
class Trial:
    """What arrives, and the sign that was meant (None when it was no sign's number)."""

    said: str
    meant: Sign | None
    near: Sign  # the sign the caller stands at or not far from


def garble(sign: Sign, kind: Garble, names: Mapping[str, str], taken: frozenset[str], rng: Random) -> Trial:
    """Return the sign's id as it arrives. `names`: sector -> name; `taken`: all ids, for numbers that are no sign's."""
    prefix, body = split(sign.sign_id)
    digits, check = (body[:-1], body[-1]) if len(body) == 5 else (body, "")
    language = "es" if rng.random() < SPANISH_SHARE else "en"
    if kind in (Garble.MISHEARD_EN, Garble.MISHEARD_ES):
        language = "en" if kind is Garble.MISHEARD_EN else "es"
    if kind is Garble.NO_SIGN:
        digits = _foreign(prefix, digits, check, taken, rng)
    slips = {Garble.SWAPPED: (_swap,), Garble.DROPPED: (_drop,), Garble.ADDED: (_add,)}.get(kind, ())
    if kind is Garble.TWICE:
        slips = (rng.choice((_swap, _drop, _add)),)
    for slip in slips:
        digits = slip(digits, rng)
    if kind is Garble.PREFIX:
        prefix = _other_letter(prefix, rng)
    heads = [] if kind is Garble.NO_PREFIX else prefix_words(prefix, names[sign.sector], language, rng)
    number = number_words(digits, language, rng)
    if kind in (Garble.MISHEARD_EN, Garble.MISHEARD_ES, Garble.TWICE):
        number = _mishear(number, language, rng)
    said = in_sentence([*heads, *number, check], language, rng)
    return Trial(said, None if kind is Garble.NO_SIGN else sign, sign)


def _mishear(words: Words, language: str, rng: Random) -> Words:
    """Replace one word by one that sounds alike, or by any other of its kind; a written number gets one wrong digit."""
    at = rng.randrange(len(words))
    alike = [(one, other) for pair in ALIKE[language] for one, other in (pair, pair[::-1]) if one in words]
    if alike and rng.random() < BY_EAR_SHARE:
        one, other = rng.choice(alike)
        at = words.index(one)
        return [*words[:at], other, *words[at + 1 :]]
    word = words[at]
    if word.isdigit():
        place = rng.randrange(len(word))
        other = rng.choice([digit for digit in "0123456789" if digit != word[place]])
        return [*words[:at], word[:place] + other + word[place + 1 :], *words[at + 1 :]]
    kin = next((table[language] for table in (DIGITS, TEENS, TENS) if word in table[language]), DIGITS[language])
    return [*words[:at], rng.choice([other for other in kin if other != word]), *words[at + 1 :]]


def _swap(digits: str, rng: Random) -> str:
    places = [place for place in range(len(digits) - 1) if digits[place] != digits[place + 1]]
    if not places:
        return digits
    at = rng.choice(places)
    return digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]


def _drop(digits: str, rng: Random) -> str:
    at = rng.randrange(len(digits))
    return digits[:at] + digits[at + 1 :]


def _add(digits: str, rng: Random) -> str:
    at = rng.randrange(len(digits))
    return digits[:at] + (digits[at] if rng.random() < 0.5 else rng.choice("0123456789")) + digits[at:]


def _other_letter(prefix: str, rng: Random) -> str:
    at = rng.randrange(len(prefix))
    kin = "".join(group for group in LETTERS_ALIKE if prefix[at] in group)
    pool = kin if kin and rng.random() < BY_EAR_SHARE else "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return prefix[:at] + rng.choice([letter for letter in pool if letter != prefix[at]]) + prefix[at + 1 :]


def _foreign(prefix: str, digits: str, check: str, taken: frozenset[str], rng: Random) -> str:
    """Return a number of this length that no sign of the prefix has: a utility pole's, a mile post's."""
    while True:
        other = "".join(rng.choice("0123456789") for _ in digits)
        if f"{prefix}-{other}{check}" not in taken:
            return other

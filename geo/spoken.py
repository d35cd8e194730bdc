"""From words to characters: the stretches of a sentence that may be an id, each with what it may stand for.

A *slot* is one word or number with its options; a *stretch* is a row of slots with nothing foreign between them. Cost
is in nats, the negative logarithm of how likely it is that this was meant.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import product
from typing import Final

from geo.numerals import Option, parse_number
from geo.tokens import tokens_of
from geo.vocabulary import EXPLAINERS, FILLERS, LETTERS, PAIRED_LETTERS, REPEATS, WEAK_LETTERS, WEAK_UNITS

STRETCHES_MAX: Final = 6  # an id read out, corrected and read again; further numbers are not looked at
SLOTS_MAX: Final = 14  # the longest id, spelled, with some noise
CHARS_MAX: Final = 12  # longest reading handed on: prefix, number, check character, and three too many
OPTIONS_MAX: Final = 3  # slots that may have more than one option; later ones take their best
READINGS_MAX: Final = 4  # per stretch

NOISE_LETTERS_NATS: Final = 4.0  # sure letters before the number that are no part of the id
NOISE_WORD_NATS: Final = 0.5  # a word before the number that is no prefix
MISHEARD_WORD_NATS: Final = 1.0  # a word before the number that was a prefix: "tuck 417"
WEAK_NATS: Final = 0.5  # an everyday word standing for a digit between digits: "four to one"
WORD_CHARS_MAX: Final = 5  # longer words are never a misheard prefix


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to write down a stretch, e.g. "TUC417", and what it costs to believe it (nats)."""

    chars: str
    nats: float


@dataclass(frozen=True, slots=True)
class Heard:
    """The readings of every stretch, and the prefixes and sector names that stood alone in the sentence."""

    stretches: tuple[tuple[Reading, ...], ...]
    hints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    options: tuple[Option, ...]
    is_number: bool
    is_sure: bool = True


class Ear:
    """Hears ids of known prefixes. `names`: folded words of a sector's name -> its prefix, longest names first."""

    def __init__(self, prefixes: frozenset[str], names: Mapping[tuple[str, ...], str]) -> None:
        self._prefixes = prefixes
        self._names = sorted(names.items(), key=lambda item: -len(item[0]))

    def hear(self, said: str) -> Heard:
        """Return what may have been meant. Never raises; time is bounded by the named limits."""
        tokens = tokens_of(said)
        stretches: list[tuple[Reading, ...]] = []
        hints: list[str] = []
        for slots in self._stretches(tokens, hints):
            text = "".join(slot.options[0][0] for slot in slots)
            if not any(slot.is_number for slot in slots):
                if text in self._prefixes:
                    hints.append(text)
                continue
            stretches.append(tuple(self._readings(slots)))
        return Heard(tuple(stretches[:STRETCHES_MAX]), tuple(dict.fromkeys(hints)))

    def _stretches(self, tokens: Sequence[str], hints: list[str]) -> Iterator[list[Slot]]:
        """Cut the sentence where a foreign word stands, and where letters of a new id follow a number."""
        slots: list[Slot] = []
        at = 0
        while at < len(tokens):
            if (name := self._name(tokens, at)) is not None:
                yield slots
                slots = []
                hints.append(name[0])
                at += name[1]
                continue
            slot, end = self._slot(tokens, at, slots)
            if slot is not None:
                if not slot.is_number and slot.is_sure and self._starts_anew(slots, slot):
                    yield slots
                    slots = []
                slots.append(slot)
            elif tokens[at] not in FILLERS:
                yield slots
                slots = []
            at = end
        yield slots

    def _slot(self, tokens: Sequence[str], at: int, before: Sequence[Slot]) -> tuple[Slot | None, int]:
        """Read one slot; None for a word that is none, with the place of the next token either way."""
        word = tokens[at]
        following = tokens[at + 1] if at + 1 < len(tokens) else ""
        if (paired := PAIRED_LETTERS.get((word, following))) is not None:
            return _letter(paired), at + 2
        if (times := REPEATS.get(word)) is not None and at + 1 < len(tokens):
            slot, end = self._slot(tokens, at + 1, before) if following not in REPEATS else (None, at)
            if slot is not None and len(slot.options[0][0]) == 1:
                return Slot(((slot.options[0][0] * times, 0.0),), slot.is_number), end
            return None, at + 1
        if (number := parse_number(tokens, at)) is not None:
            return Slot(number[0], is_number=True), number[1]
        if (letter := LETTERS.get(word)) is not None:
            return _letter(letter), _after_explainer(tokens, at, letter)
        if word.upper() in self._prefixes:
            return _letter(word.upper()), at + 1
        return self._weak(tokens, at, before), at + 1

    def _weak(self, tokens: Sequence[str], at: int, before: Sequence[Slot]) -> Slot | None:
        """Read a word that is an id's character only in company: "to", "for", "a", or a misheard "tuck"."""
        word = tokens[at]
        number_follows = parse_number(tokens, at + 1) is not None
        in_company = number_follows or any(token in WEAK_UNITS for token in tokens[at + 1 : at + 2])
        if (value := WEAK_UNITS.get(word)) is not None and before and (in_company or before[-1].is_number):
            return Slot(((str(value), WEAK_NATS),), is_number=True)
        if (letter := WEAK_LETTERS.get(word)) is not None:
            beside_number = number_follows or bool(before and before[-1].is_number)
            if letter == "O" and beside_number:
                return Slot((("0", 0.0),), is_number=True)
            return Slot(((letter, 0.0),), is_number=False, is_sure=False)
        if number_follows and 2 <= len(word) <= WORD_CHARS_MAX and not before:
            return Slot((("", NOISE_WORD_NATS), (self._alike(word), MISHEARD_WORD_NATS)), is_number=False)
        return None

    def _alike(self, word: str) -> str:
        """Return the prefix that a word begins with by ear ("tuck" -> "TUC"), or the word as it is."""
        sound = word.upper().replace("K", "C")
        found = (prefix for prefix in sorted(self._prefixes) if sound.startswith(prefix.replace("K", "C")))
        return next(found, word.upper())

    def _starts_anew(self, slots: Sequence[Slot], slot: Slot) -> bool:
        """Whether a letter slot after a number begins another id instead of being a check character."""
        return bool(slots) and slots[-1].is_number and len(slot.options[0][0]) > 1

    def _readings(self, slots: Sequence[Slot]) -> list[Reading]:
        """Write a stretch down in its likeliest ways, best first."""
        first = next(index for index, slot in enumerate(slots) if slot.is_number)
        heads = self._heads(slots[:first])
        tail = [_weighed(slot, is_last=slot is slots[-1]) for slot in slots[first : first + SLOTS_MAX]]
        columns: list[tuple[Option, ...]] = [heads]
        for slot in tail:
            open_columns = sum(len(column) > 1 for column in columns)
            columns.append(slot.options if open_columns < OPTIONS_MAX else slot.options[:1])
        found: dict[str, float] = {}
        for row in product(*columns):
            chars = "".join(text for text, _ in row)[:CHARS_MAX]
            found[chars] = min(found.get(chars, 99.0), sum(nats for _, nats in row))
        best = nsmallest(READINGS_MAX, found.items(), key=lambda item: item[1])
        return [Reading(chars, nats) for chars, nats in best]

    def _heads(self, slots: Sequence[Slot]) -> tuple[Option, ...]:
        """Return what the letters before the number may be: a prefix for sure, or a prefix garbled, or noise."""
        for start in range(len(slots)):
            text = "".join(slot.options[0][0] for slot in slots[start:])
            if text in self._prefixes:
                return ((text, 0.0),)
        if len(slots) == 1 and len(slots[0].options) > 1:
            return slots[0].options
        sure = [slot for slot in slots if slot.is_sure]
        text = "".join(slot.options[0][0] for slot in slots)[-CHARS_MAX // 2 :]
        return ((text, 0.0), ("", NOISE_LETTERS_NATS)) if sure else (("", 0.0),)

    def _name(self, tokens: Sequence[str], at: int) -> tuple[str, int] | None:
        for words, prefix in self._names:
            if tuple(tokens[at : at + len(words)]) == words:
                return prefix, len(words)
        return None


def _letter(letters: str) -> Slot:
    return Slot(((letters, 0.0),), is_number=False)


def _weighed(slot: Slot, is_last: bool) -> Slot:
    """Let an everyday word be a check character where it ends the stretch; elsewhere after a number it is noise."""
    if slot.is_sure:
        return slot
    silent = ("", NOISE_WORD_NATS)
    return Slot((*slot.options, silent) if is_last else (silent,), is_number=False)


def _after_explainer(tokens: Sequence[str], at: int, letter: str) -> int:
    """Skip "as in Texas" after "T": words that only explain the letter."""
    for words in EXPLAINERS:
        end = at + 1 + len(words)
        explained = tokens[end] if end < len(tokens) else ""
        is_number = explained in WEAK_UNITS or parse_number(tokens, end) is not None
        if tuple(tokens[at + 1 : end]) == words and explained[:1].upper() == letter and not is_number:
            return end + 1
    return at + 1

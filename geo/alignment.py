"""The confusion-weighted edit distance from one heard text to many printed ones, in numpy.

Texts are aligned from their ends, a heard character at a time. Four edits: another character, one dropped, one added, a
pair for a pair (swap, teen for ten).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo.confusion import (
    CODES,
    LEADING_ZERO_NATS,
    NEVER,
    SUBSTITUTION,
    Costs,
    add_nats,
    drop_nats,
    pair_costs,
)

PAD: Final = " "
TAILS_KEPT: Final = 2_048  # all numbers of up to three digits and their likes: 28 KB each at 1,100 printed numbers


@dataclass(frozen=True, slots=True)
class Tail:
    """A heard tail against every printed text: `table[j]` is what it costs as the text's characters from j on (nats).

    `whole`, shape (texts,), is what it costs as each whole text; `least` the cheapest of them.
    """

    table: Costs
    whole: Costs
    least: float


class Printed:
    """Unique printed texts over 0-9A-Z, padded on the left to one width, with the costs that depend on them alone.

    A heard tail is aligned from that of one character less, and remembered: all numbers of three digits are a thousand.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts: Final = tuple(dict.fromkeys(texts))
        self.width: Final = max(map(len, self.texts), default=0)
        padded = [text.rjust(self.width, PAD) for text in self.texts]
        self._starts: Final = np.array([self.width - len(text) for text in self.texts], dtype=np.intp)
        self._rows: Final = np.arange(len(self.texts))
        columns = [[text[j] for text in padded] for j in range(self.width)]
        codes = np.array([[CODES.get(char, 0) for char in column] for column in columns], dtype=np.intp)
        # by heard character first, so that an edit costs contiguous rows: shape (36, width, texts)
        self._substitute: Final = np.ascontiguousarray(SUBSTITUTION[:, codes.reshape(self.width, len(self.texts))])
        self._drop: Final = [self._drops(padded, j) for j in range(self.width)]
        self._pairs: Final = [_by_pair(columns[j], columns[j + 1]) for j in range(self.width - 1)]
        self._within: Final = frozenset("".join(text[:-1] for text in self.texts))
        self._ends: Final = frozenset(text[-1:] for text in self.texts) - {""}
        self._printed: Final = self._within | self._ends
        self._nearest: Final = {char: self._least_nats(char) for char in CODES}
        self._tail: Final = lru_cache(maxsize=TAILS_KEPT)(self._align)

    def tail(self, heard: str) -> Tail:
        """Return what a heard tail costs; one that could not be printed will hardly be heard again."""
        return self._tail(heard) if self._within.issuperset(heard[:-1]) else self._align(heard)

    def costs(self, heard: str) -> Costs:
        """Return nats, shape (len(heard) + 1, texts): row i is what `heard[i:]` costs as each whole printed text."""
        return np.array([self.tail(heard[i:]).whole for i in range(len(heard) + 1)])

    def floors(self, heard: str) -> list[float]:
        """Return for each tail `heard[i:]` nats that it costs at least, whatever text it is taken for.

        Quick, because it asks only which characters are printed at all: within texts, or nowhere but at their ends.
        """
        adds = [add_nats(char, heard[i + 1 : i + 2]) for i, char in enumerate(heard)]
        floors, added = [0.0], [0.0]  # of the tails, the longest last; `added` were it all noise
        for i in range(len(heard) - 1, -1, -1):
            within, at_end = self._nearest[heard[i]]
            paired = self._paired_nats(heard[i : i + 2], floors[-2], added[-2]) if len(floors) > 1 else NEVER
            floors.append(min(min(adds[i], within) + floors[-1], at_end + added[-1], paired))
            added.append(added[-1] + adds[i])
        return floors[::-1]

    def _paired_nats(self, heard: str, floor: float, added: float) -> float:
        """Return the least nats for a tail whose first two characters are taken for a pair; after them, its own two.

        Of a swap both are printed, so that within a text they cost nothing anyhow; of a teen for a ten one may not be.
        """
        return min(
            (
                nats + (added if printed == heard[::-1] else floor)
                for printed, nats in pair_costs(heard).items()
                if printed[0] in self._within and printed[1] in self._printed
            ),
            default=NEVER,
        )

    def _least_nats(self, char: str) -> tuple[float, float]:
        """Return the least nats for which a character is taken for one within a text, and for one that ends a text."""
        nats = SUBSTITUTION[CODES[char]]
        return (
            min((float(nats[CODES[other]]) for other in self._within), default=NEVER),
            min((float(nats[CODES[other]]) for other in self._ends), default=NEVER),
        )

    def _align(self, heard: str) -> Tail:
        table = self._heard(heard) if heard else self._unheard()
        whole: Costs = table[self._starts, self._rows]
        return Tail(table, whole, float(whole.min(initial=NEVER)))

    def _unheard(self) -> Costs:
        """Return what hearing nothing costs: every character left was dropped."""
        table = np.zeros((self.width + 1, len(self.texts)), dtype=np.float32)
        for j in range(self.width - 1, -1, -1):
            np.add(table[j + 1], self._drop[j], out=table[j])
        return table

    def _heard(self, heard: str) -> Costs:
        """Put one more heard character before a tail that is aligned already."""
        char, pair = heard[0], heard[:2]
        rest = self.tail(heard[1:]).table
        table: Costs = rest + np.float32(add_nats(char, heard[1:2]))
        np.minimum(table[:-1], rest[1:] + self._substitute[CODES[char]], out=table[:-1])
        if len(pair) == 2:
            after = self.tail(heard[2:]).table
            for j, pairs in enumerate(self._pairs):
                for slots, nats in pairs.get(pair, ()):
                    table[j, slots] = np.minimum(table[j, slots], after[j + 2, slots] + nats)
        for j in range(self.width - 1, -1, -1):
            np.minimum(table[j], table[j + 1] + self._drop[j], out=table[j])
        return table

    def _drops(self, padded: Sequence[str], j: int) -> Costs:
        """Return what not hearing position j costs per text; zeros before a number are often left out."""
        nats = [
            LEADING_ZERO_NATS
            if text[j] == "0" and not text[:j].strip(PAD + "0") and j + 1 < self.width
            else drop_nats(text[j], text[j + 1 : j + 2])
            for text in padded
        ]
        return np.array(nats, dtype=np.float32)


def _by_pair(left: Sequence[str], right: Sequence[str]) -> dict[str, list[tuple[NDArray[np.intp], float]]]:
    """Return for each heard pair the texts where a pair edit applies here, and its cost."""
    where: dict[str, list[int]] = {}
    for slot, pair in enumerate(map(str.__add__, left, right)):
        if PAD not in pair:
            where.setdefault(pair, []).append(slot)
    found: dict[str, list[tuple[NDArray[np.intp], float]]] = {}
    for first in CODES:
        for second in CODES:
            edits = [
                (np.array(where[printed], dtype=np.intp), nats)
                for printed, nats in pair_costs(first + second).items()
                if printed in where
            ]
            if edits:
                found[first + second] = edits
    return found

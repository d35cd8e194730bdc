"""The confusion-weighted edit distance from one heard text to many printed ones, a column at a time in numpy.

Texts are aligned from their ends, so one table holds the cost of every tail of what was heard against every whole
printed text. Four edits: another character, one dropped, one added, a pair for a pair (swap, teen for ten).
"""

from collections.abc import Iterable, Sequence
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


class Printed:
    """Unique printed texts over 0-9A-Z, padded on the left to one width, with the costs that depend on them alone."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts: Final = tuple(dict.fromkeys(texts))
        self.width: Final = max(map(len, self.texts), default=0)
        padded = [text.rjust(self.width, PAD) for text in self.texts]
        self._starts: Final = np.array([self.width - len(text) for text in self.texts], dtype=np.intp)
        self._rows: Final = np.arange(len(self.texts))
        columns = [[text[j] for text in padded] for j in range(self.width)]
        codes = [np.array([CODES.get(char, 0) for char in column], dtype=np.intp) for column in columns]
        # one row per heard character, so that an edit costs one contiguous row
        self._substitute: Final = [np.ascontiguousarray(SUBSTITUTION[:, column]) for column in codes]
        self._drop: Final = [self._drops(padded, j) for j in range(self.width)]
        self._pairs: Final = [_by_pair(columns[j], columns[j + 1]) for j in range(self.width - 1)]

    def costs(self, heard: str) -> Costs:
        """Return nats, shape (len(heard) + 1, texts): row i is what `heard[i:]` costs as each whole printed text."""
        table = np.full((self.width + 1, len(heard) + 1, len(self.texts)), NEVER, dtype=np.float32)
        adds = [add_nats(char, heard[i + 1 : i + 2]) for i, char in enumerate(heard)]
        last = table[self.width]
        last[len(heard)] = 0.0
        for i in range(len(heard) - 1, -1, -1):
            last[i] = last[i + 1] + adds[i]
        for j in range(self.width - 1, -1, -1):
            self._fill(table, j, heard, adds)
        found: Costs = table[self._starts, :, self._rows].T
        return found

    def _fill(self, table: Costs, j: int, heard: str, adds: Sequence[float]) -> None:
        """Fill the column of printed position j from the two to its right."""
        here, right = table[j], table[j + 1]
        np.add(right, self._drop[j], out=here)
        rows = self._substitute[j][[CODES[char] for char in heard]] if heard else right[:0]
        np.minimum(here[:-1], right[1:] + rows, out=here[:-1])
        if j + 1 < self.width:
            for i in range(len(heard) - 1):
                for slots, nats in self._pairs[j].get(heard[i : i + 2], ()):
                    here[i, slots] = np.minimum(here[i, slots], table[j + 2, i + 2, slots] + nats)
        for i in range(len(heard) - 1, -1, -1):
            np.minimum(here[i], here[i + 1] + adds[i], out=here[i])

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

"""Whether a unit may be picked, and if not, why: one small number per unit."""

from collections.abc import Collection
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

Standings = NDArray[np.uint8]

FREE: Final = 0  # Standing.FREE as a plain int: numpy compares with an enum member five times slower
TABLES_MAX: Final = 512  # one per (needs, sectors) in use; needs come from callers, so their variety is bounded here


class Standing(IntEnum):
    """FREE may be picked. The next three are the unit's own state, the rest depend on the incident; the lowest wins."""

    FREE = 0
    OFF_DUTY = 1
    BUSY = 2
    NOT_ANSWERING = 3
    ASKED = 4  # declined or timed out in this round
    OTHER_SECTOR = 5
    LACKS_CAPABILITY = 6
    UNREACHABLE = 7  # the travel time provider knows no way

    @property
    def reason(self) -> str:
        """Return the code as events and explanations carry it."""
        return self.name.lower()


class Profiles:
    """Distinct (sector, capabilities) pairs, numbered: units are many, profiles few, so masks are one table look-up."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, frozenset[str]], int] = {}
        self._tables: dict[tuple[frozenset[str], frozenset[str]], Standings] = {}

    def code(self, sector: str, capabilities: frozenset[str]) -> int:
        """Return the pair's number, the same for as long as this object lives."""
        profile = (sector, capabilities)
        known = self._codes.get(profile)
        if known is None:
            known = self._codes[profile] = len(self._codes)
            self._tables.clear()
        return known

    def standings(self, needs: Collection[str], sectors: Collection[str]) -> Standings:
        """Return FREE, OTHER_SECTOR or LACKS_CAPABILITY per profile number, for an incident's needs and sectors."""
        key = (frozenset(needs), frozenset(sectors))
        table = self._tables.get(key)
        if table is None:
            if len(self._tables) >= TABLES_MAX:
                self._tables.clear()
            table = np.array([_judge(*profile, *key) for profile in self._codes], dtype=np.uint8)
            self._tables[key] = table
        return table


def _judge(sector: str, has: frozenset[str], needs: frozenset[str], sectors: frozenset[str]) -> Standing:
    if sector not in sectors:
        return Standing.OTHER_SECTOR
    return Standing.FREE if needs <= has else Standing.LACKS_CAPABILITY

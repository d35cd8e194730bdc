"""The registry laid out for listening: what a heard text costs, in nats, as each of its signs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from geo import id_format
from geo.alignment import Printed
from geo.confusion import Costs
from geo.point import Floats
from geo.registry import Registry
from geo.sign import IdFormat, LifeCycle, Sign
from geo.spoken import Ear, Heard, Reading
from geo.tokens import tokens_of

CAP_NATS: Final = 14.0  # anything may be said at any sign: about one in a million for one certain wrong text
MISSING_PREFIX_NATS: Final = 2.0  # about one caller in seven reads the number only
HINT_NATS: Final = 0.7  # the prefix or the sector's name stands elsewhere in the sentence
OTHER_THAN_HINT_NATS: Final = 6.0  # a number of another sector than the one named
READINGS_MAX: Final = 8  # a costly sentence takes 5 ms, not 15
RETIRED_NATS: Final = 2.0  # few retired signs still hang; less than any slip, so that one read out stays first
HEADS_KEPT: Final = 8_192  # beginnings of what is read out, each against some ten prefixes
HEARINGS_KEPT: Final = 16_384  # what is read out is nearly always one of some thousand ids; 250 signs each: 50 MB

Slots = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Alike:
    """The signs a heard text is like at all: their slots in order, and what it costs as each, in nats.

    Every other sign costs CAP_NATS. `exact`: the signs whose whole id was read out, each with its reading's nats.
    """

    slots: Slots
    nats: Floats
    exact: Mapping[int, float]


class SignIndex:
    """Built once per registry version; all arrays have one entry per sign, in the registry's order."""

    def __init__(self, registry: Registry) -> None:
        self.signs: Final = registry.signs
        self.compact: Final = [id_format.compact(sign.sign_id) for sign in self.signs]
        self.slots: Final = {text: slot for slot, text in enumerate(self.compact)}
        self.lats: Final[Floats] = np.array([sign.point.lat for sign in self.signs], dtype=np.float64)
        self.lons: Final[Floats] = np.array([sign.point.lon for sign in self.signs], dtype=np.float64)
        self.sectors: Final = np.array([sign.sector for sign in self.signs], dtype=object)
        self.retired: Final = np.array([sign.life is LifeCycle.RETIRED for sign in self.signs], dtype=bool)
        self.checked: Final = frozenset(
            slot for slot, sign in enumerate(self.signs) if _is_checked(sign, registry.sectors[sign.sector].id_formats)
        )
        parts = [_parts(sign.sign_id) for sign in self.signs]
        self._bodies: Final = Printed(body for _, body in parts)
        self._prefixes: Final = Printed(prefix[::-1] for prefix, _ in parts)  # reversed: aligned from their beginnings
        prefix_of = _places((prefix[::-1] for prefix, _ in parts), self._prefixes)
        # the sign of each body under each prefix; where there is none, the slot behind the last
        self._slot_of: Final = np.full((len(self._bodies.texts), len(self._prefixes.texts)), len(self.signs))
        self._slot_of[_places((body for _, body in parts), self._bodies), prefix_of] = np.arange(len(self.signs))
        self._head: Final = lru_cache(maxsize=HEADS_KEPT)(self._weigh_head)
        self._heads: Final = tuple(sorted({prefix for prefix, _ in parts if prefix}))
        self.ear: Final = Ear(frozenset(self._heads), _names(registry))
        self.alike: Final = lru_cache(maxsize=HEARINGS_KEPT)(self._weigh)

    def _weigh(self, heard: Heard) -> Alike:
        """Weigh every sign; the likeliest reading counts. `alike` remembers: mass events repeat the same few."""
        readings = [reading for stretch in heard.stretches for reading in stretch]
        whole = [reading for reading in readings if reading.chars in self.slots]
        begun = [reading for reading in readings if reading.chars.startswith(self._heads)]
        best = np.full(len(self.signs) + 1, CAP_NATS, dtype=np.float32)
        # beside an id, or the beginning of one, other numbers in the sentence are noise: an age, a time, 911
        for reading in (whole or begun or readings)[:READINGS_MAX]:
            self._try(reading, heard.hints, best)
        exact = self._exact(readings, heard.hints)
        alike = best[:-1] < CAP_NATS
        alike[list(exact)] = True
        slots = np.flatnonzero(alike)
        nats = best[slots].astype(np.float64)
        for slot, spent in exact.items():
            at = int(np.searchsorted(slots, slot))
            nats[at] = min(nats[at], spent)
        return Alike(slots, nats, exact)

    def _exact(self, readings: Iterable[Reading], hints: Iterable[str]) -> Mapping[int, float]:
        """Return the signs whose whole id was read out, each with the nats of the reading; a hint may be the prefix."""
        found: dict[int, float] = {}
        for reading in readings:
            for prefix, nats in (("", 0.0), *((hint, HINT_NATS) for hint in hints)):
                slot = self.slots.get(prefix + reading.chars)
                if slot is not None:
                    found[slot] = min(found.get(slot, CAP_NATS), reading.nats + nats)
        return found

    def is_incomplete(self, slot: int, heard: Heard) -> bool:
        """Whether a sign's id was read out but for its prefix or leading zeros."""
        prefix, body = _parts(self.signs[slot].sign_id)
        short = body.lstrip("0")
        wanted = {body, short, prefix + short} - {""}
        return any(reading.chars in wanted for stretch in heard.stretches for reading in stretch)

    def _try(self, reading: Reading, hints: tuple[str, ...], best: Costs) -> None:
        """Try every cut of a reading into prefix and body, and lower `best` where a sign costs less than it holds."""
        for cut, floor in enumerate(self._bodies.floors(reading.chars)):
            heads, least = self._head(reading.chars[:cut], hints)
            spare = CAP_NATS - reading.nats - least
            if floor >= spare:
                continue
            tail = self._bodies.tail(reading.chars[cut:])
            if tail.least >= spare:
                continue
            bodies = np.flatnonzero(tail.whole < spare)
            slots = self._slot_of[bodies]
            nats = heads + (tail.whole[bodies] + np.float32(reading.nats))[:, np.newaxis]
            best[slots] = np.minimum(best[slots], nats)

    def _weigh_head(self, chars: str, hints: tuple[str, ...]) -> tuple[Costs, float]:
        """Return what the characters before the body cost as each prefix, and the least of it."""
        heads = self._prefixes.tail(chars[::-1]).whole
        if not chars:
            named = [self._prefixes.texts.index(hint[::-1]) for hint in hints if hint[::-1] in self._prefixes.texts]
            heads = np.minimum(heads, np.float32(OTHER_THAN_HINT_NATS if named else MISSING_PREFIX_NATS))
            heads[named] = HINT_NATS
        return heads, float(heads.min())


def _parts(sign_id: str) -> tuple[str, str]:
    """Return prefix and body; an id that is not canonical is all body, so that it can still be found."""
    try:
        return id_format.split(sign_id)
    except id_format.BadId:
        return "", "".join(char for char in id_format.compact(sign_id) if char.isascii() and char.isalnum())


def _is_checked(sign: Sign, formats: Iterable[IdFormat]) -> bool:
    """Whether the sign is printed with a check character, and a valid one."""
    is_printed = any(one.check and id_format.fits(sign.sign_id, one) for one in formats)
    return is_printed and id_format.is_check_valid(id_format.compact(sign.sign_id))


def _places(texts: Iterable[str], printed: Printed) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    place = {text: slot for slot, text in enumerate(printed.texts)}
    return np.array([place[text] for text in texts], dtype=np.intp)


def _names(registry: Registry) -> dict[tuple[str, ...], str]:
    """Return each sector's name in folded words with the prefix its first id format prints."""
    named = (sector for sector in registry.sectors.values() if sector.id_formats and tokens_of(sector.name))
    return {tokens_of(sector.name): sector.id_formats[0].prefix for sector in named}

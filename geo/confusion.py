"""What one character costs to be taken for another, in nats: the negative logarithm of how often it happens.

The figures are judgements in the order of the sources, not counts of 911 calls; `docs/resolve.md` says what they rest
on. Only their order and rough size matter: a wrong place is kept from being confirmed by margin, not by fine tuning.
"""

from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

Costs = NDArray[np.float32]

CHARS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CODES: Final = {char: code for code, char in enumerate(CHARS)}
NEVER: Final = 1e6  # an impossible edit

# Single errors are four fifths of all errors in copied numbers, swaps of neighbours a tenth, twins and 13/30 half a
# percent each (J. Verhoeff, Error Detecting Decimal Codes, 1969). Base rate: about one character in a hundred.
OTHER_NATS: Final = 7.0  # any character for any other: 1 % errors over about ten possible wrong ones
DROP_NATS: Final = 5.0  # a character not heard or not said
DROP_TWIN_NATS: Final = 3.0  # "four four" heard as "four"
ADD_NATS: Final = 5.5
ADD_TWIN_NATS: Final = 3.5  # a stammer, or a digit said twice to be clear
SWAP_NATS: Final = 4.5
LEADING_ZERO_NATS: Final = 1.5  # "forty one" for TUC-041: people leave it out
TEEN_TY_NATS: Final = 2.5  # fifteen and fifty
TEEN_UNIT_NATS: Final = 4.5  # seis and dieciseis, dos and doce, tres and trece; four and fourteen

# group, nats for each pair in it, why
ALIKE: Final[tuple[tuple[str, float, str], ...]] = (
    ("59", 3.0, "five/nine: the pair ICAO Annex 10 renames to fife and niner"),
    ("67", 3.0, "seis/siete, sesenta/setenta"),
    ("23", 4.5, "two/three over a bad line; dos/tres end alike"),
    ("04", 5.0, "cuatro/cero end alike; oh/four"),
    ("15", 5.0, "one/five: 1 and 5 are drawn from few strokes on a weathered plate; uno/cinco end alike"),
    ("45", 4.5, "four/five begin alike"),
    ("78", 5.5, "siete/ocho are no pair by ear, 7/8 neighbours on the keyboard of who types it"),
    ("89", 5.0, "eight/nine: neighbours on the keyboard; worn 8 and 9"),
    ("38", 5.0, "worn or half-hidden 3 and 8"),
    ("17", 4.5, "hand-drawn or faded 1 and 7"),
    ("68", 5.0, "worn 6 and 8"),
    ("BCDEGPTVZ", 3.0, "the English e-set; be/pe/te/de/ce/ve in Spanish"),
    ("BV", 2.0, "be and uve are one sound in Spanish"),
    ("MN", 2.5, "em/en, eme/ene"),
    ("FS", 3.5, "ess/eff, efe/ese"),
    ("SX", 4.0, "ess/ex"),
    ("AJK", 4.0, "ay/jay/kay; ka/a"),
    ("IY", 4.0, "i and i griega; eye/why"),
    ("EI", 4.0, "the English name of E is the Spanish name of I"),
    ("QU", 4.0, "cue/you, cu/u"),
    ("RL", 4.0, "erre/ele over a bad line"),
    ("0O", 0.2, "written and said alike"),
    ("1I", 0.5, "written alike"),
    ("1L", 1.0, "written alike"),
    ("5S", 2.0, "written alike"),
    ("2Z", 2.5, "written alike"),
    ("8B", 2.5, "written alike"),
    ("8A", 3.0, "eight/ay"),
)


def _substitutions() -> Costs:
    table = np.full((len(CHARS), len(CHARS)), OTHER_NATS, dtype=np.float32)
    for group, nats, _ in ALIKE:
        for one, other in combinations(group, 2):
            a, b = CODES[one], CODES[other]
            table[a, b] = table[b, a] = min(nats, float(table[a, b]))
    np.fill_diagonal(table, 0.0)
    return table


SUBSTITUTION: Final = _substitutions()  # shape (36, 36), heard by printed


def pair_costs(heard: str) -> dict[str, float]:
    """Return the printed pairs that the heard pair may stand for beyond two single edits: swaps, and teens for tens."""
    one, two = heard[0], heard[1]
    found = {two + one: SWAP_NATS} if one != two else {}
    if one == "1" and "3" <= two <= "9":
        found[two + "0"] = TEEN_TY_NATS
    if two == "0" and "3" <= one <= "9":
        found["1" + one] = TEEN_TY_NATS
    return found


def drop_nats(char: str, following: str) -> float:
    """Return what it costs not to hear `char` before `following` ("" at the end)."""
    if char == following:
        return DROP_TWIN_NATS
    if char == "1" and following in "236789" and following:
        return TEEN_UNIT_NATS
    return DROP_NATS


def add_nats(char: str, following: str) -> float:
    """Return what it costs to hear a `char` before `following` that is not there."""
    if char == following:
        return ADD_TWIN_NATS
    if char == "1" and following in "236789" and following:
        return TEEN_UNIT_NATS
    return ADD_NATS

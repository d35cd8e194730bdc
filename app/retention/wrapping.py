"""The names of wrapping keys: a retention class, a month, and whether the month is one of keeping or of ending.

`call/open/2026-11` wraps values of November that have no end yet; each month they move on to a new one, and the old one
is destroyed once no backup needs it. `call/until/2027-12` wraps exactly what ends with December 2027.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

FORM: Final = re.compile(r"([a-z]+)/(?:(open|until)/)?([0-9]{4}-[0-9]{2})(?:#([0-9]+))?")


@dataclass(frozen=True, slots=True)
class WrapName:
    """`until`: this key ends with its month. `generation` rises when every key has to be replaced."""

    of: str
    month: str
    until: bool
    generation: int = 1

    def __str__(self) -> str:
        name = f"{self.of}/{'until' if self.until else 'open'}/{self.month}"
        return name if self.generation == 1 else f"{name}#{self.generation}"


def read_name(name: str) -> WrapName | None:
    """Return what a name says; None for a key that wraps nothing. The old form `call/2026-11` is one of keeping."""
    found = FORM.fullmatch(name)
    if found is None:
        return None
    of, state, month, generation = found.groups()
    return WrapName(of, month, state == "until", int(generation or 1))


def month_of(at: datetime) -> str:
    """Return the month as names have it; they sort like the months."""
    return f"{at:%Y-%m}"

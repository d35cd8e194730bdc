"""The order of unit ids when nothing else decides: numbers by value, U2 before U12."""

import re
from typing import Final

# 18 digits stay far below the length at which int() refuses; a longer run is read in chunks, and the order stays total.
_PART: Final = re.compile(r"([^0-9]*)([0-9]{1,18})|([^0-9]+)")

UnitOrder = tuple[tuple[tuple[str, int], ...], str]


def unit_order(unit_id: str) -> UnitOrder:
    """Return a sort key: text by code point, runs of digits by value; "U2" < "U02" < "U12", never equal for two ids."""
    parts = tuple((text or rest, int(digits or -1)) for text, digits, rest in _PART.findall(unit_id))
    return parts, f"{len(unit_id):09d}{unit_id}"

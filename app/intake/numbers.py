"""Callback numbers, however they are written, as one string of digits: what tells callers apart."""

import re
from typing import Final

import phonenumbers

NOT_USABLE: Final = re.compile(r"911[0-9]{7}|([0-9])\1{6,}")  # 911 pseudo-numbers of phones without service; 0000000
NORTH_AMERICA: Final = 1
MEXICO: Final = 52


def usable_number(number: str | None, shared: frozenset[str], region: str = "US") -> str | None:
    """Return the number's digits if it can tell callers apart: not blank, not a 911 pseudo-number, not a shared one.

    International digits (E.164), North American ones without the leading 1, as operators write shared numbers.
    """
    digits = _digits(number or "", region)
    if not 7 <= len(digits) <= 15 or NOT_USABLE.fullmatch(digits) or digits in shared:
        return None
    return digits


def _digits(number: str, region: str) -> str:
    try:
        read = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return "".join(c for c in number if c in "0123456789")
    national = str(phonenumbers.national_significant_number(read))
    if read.country_code == NORTH_AMERICA:
        return national
    if read.country_code == MEXICO and len(national) == 11 and national.startswith("1"):
        national = national[1:]  # until 2019 a 1 told mobile phones there; phones still hold numbers with it
    return f"{read.country_code}{national}"

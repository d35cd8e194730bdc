"""How an id is printed: canonical form, compact form, and the ISO 7064 check character.

The check system is ISO/IEC 7064:2003 MOD 37-2 (pure, one check character over 0-9A-Z). Being pure with a prime modulus
it finds every single substitution and every swap of two neighbours, check character included; the hybrid systems
(MOD 11,10 and MOD 37,36) miss some swaps. It runs over prefix and number, so a wrong sector is found as well.
"""

import re
from typing import Final

from geo.sign import IdFormat

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"  # ISO 7064 MOD 37-2: the 37th value is "*"
UNPRINTED: Final = frozenset("*OI")  # "*" has no spoken name; O and I are read as 0 and 1: such numbers are not issued
ID_CHARS_MAX: Final = 24  # the longest id that is looked at; printed ids have under ten characters

_VALUES: Final = {char: value for value, char in enumerate(ALPHABET)}
_CANONICAL: Final = re.compile(r"([A-Z]{1,8})-([0-9]{1,8})([0-9A-Z]?)")
_SEPARATORS: Final = re.compile(r"[\s\-_./#‐-―−]+")


class BadId(ValueError):
    """An id that cannot be printed or checked; says why."""


def check_character(payload: str) -> str:
    """Return the MOD 37-2 check character of `payload` (0-9A-Z only). Raises BadId on any other character."""
    remainder = 0
    for char in payload:
        value = _VALUES.get(char, 36)
        if value == 36:
            raise BadId(f"{char!r} cannot be part of an id")
        remainder = (remainder + value) * 2 % 37
    return ALPHABET[(38 - remainder) % 37]


def is_check_valid(compact: str) -> bool:
    """Whether the last character is the MOD 37-2 check character of those before it; False on anything malformed."""
    if len(compact) < 2:
        return False
    try:
        return check_character(compact[:-1]) == compact[-1]
    except BadId:
        return False


def format_id(id_format: IdFormat, number: int) -> str:
    """Print a number as a canonical id: "TUC-417", or "TUC-2104K" with its check character.

    Raises BadId when the number has too many digits or its check character is one that is not printed.
    """
    digits = str(number).zfill(id_format.digits)
    if number < 0 or len(digits) > id_format.digits:
        raise BadId(f"{number} does not fit {id_format.digits} digits")
    if not id_format.check:
        return f"{id_format.prefix}-{digits}"
    check = check_character(id_format.prefix + digits)
    if check in UNPRINTED:
        raise BadId(f"{id_format.prefix}-{digits} would end in {check!r}, which is not printed")
    return f"{id_format.prefix}-{digits}{check}"


def compact(text: str) -> str:
    """Return an id without separators, in capitals: "tuc 417" and "TUC-417" both give "TUC417"."""
    return _SEPARATORS.sub("", text[:ID_CHARS_MAX]).upper()


def fits(sign_id: str, id_format: IdFormat) -> bool:
    """Whether a canonical id has this format's prefix and length; the check character's value is not looked at."""
    prefix, dash, rest = sign_id.partition("-")
    number, check = rest[: id_format.digits], rest[id_format.digits :]
    if not dash or prefix != id_format.prefix or len(number) != id_format.digits or not _is_digits(number):
        return False
    return len(check) == id_format.check and check.isascii() and (not check or check.isalnum())


def canonical(text: str, formats: tuple[IdFormat, ...]) -> str | None:
    """Return the canonical id that `text` spells under one of the formats ("tuc 417" -> "TUC-417"), or None."""
    if len(text) > ID_CHARS_MAX:
        return None
    plain = compact(text)
    for id_format in formats:
        dashed = f"{id_format.prefix}-{plain[len(id_format.prefix) :]}"
        if plain.startswith(id_format.prefix) and fits(dashed, id_format):
            return dashed
    return None


def split(sign_id: str) -> tuple[str, str]:
    """Return a canonical id's prefix and body ("TUC-2104K" -> "TUC", "2104K"). Raises BadId on anything else."""
    found = _CANONICAL.fullmatch(sign_id)
    if found is None:
        raise BadId(f"{sign_id!r} is not a canonical id")
    return found[1], found[2] + found[3]


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()

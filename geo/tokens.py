"""A sentence as plain tokens, whatever text it was: bounded, folded, words and numbers apart."""

import re
import unicodedata
from typing import Final

SAID_CHARS_MAX: Final = 1_000  # over a minute of speech; what follows is not looked at, so that time is bounded
TOKENS_MAX: Final = 200  # the same bound in words

_TOKENS: Final = re.compile(r"[a-z]+(?:'[a-z]+)+|[a-z]+|[0-9]+")


def tokens_of(said: str) -> tuple[str, ...]:
    """Return words in lower case without accents and numbers in ASCII digits. Never raises, whatever the text."""
    folded = "".join(_folded(char) for char in unicodedata.normalize("NFKD", said[:SAID_CHARS_MAX]))
    return tuple(match[0] for match, _ in zip(_TOKENS.finditer(folded.lower()), range(TOKENS_MAX), strict=False))


def _folded(char: str) -> str:
    """Return the ASCII of one decomposed character: digits of any script as 0-9, accents as nothing, the rest as is."""
    if char.isascii():
        return char
    if unicodedata.combining(char):
        return ""
    if char in "’ʼ":  # typographic apostrophes
        return "'"
    digit = unicodedata.decimal(char, None)
    return " " if digit is None else str(digit)

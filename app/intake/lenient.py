"""Reading a body that may be broken, field by field, refusing nothing that a person could still make sense of."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final

WARNINGS_MAX: Final = 32
TEXT_CHARS_MAX: Final = 8_192  # of one field; the whole body is sealed raw beside it
PAST_MAX: Final = timedelta(days=30)  # satellite and spool deliver days late; older is a broken clock
FUTURE_MAX: Final = timedelta(minutes=10)  # a sender's clock may run ahead a little
DIGITS_MAX: Final = 309  # as many as a float has
FIELD_NAME: Final = re.compile(r"[a-z][a-z_]{0,31}(\.[a-z][a-z_]{0,31})?")


class NothingReadable(ValueError):
    """Not even one letter or digit could be made out."""


class Warnings:
    """What was wrong with a report, as `field: reason`, each once, bounded, never with a value in it.

    A name that is not ours may itself be personal: the sender hears it, if it looks like a field, the record does not.
    """

    def __init__(self) -> None:
        self._said: dict[str, str] = {}

    def add(self, field: str, reason: str) -> None:
        self._add(f"{field}: {reason}", f"{field}: {reason}")

    def add_unknown(self, name: str, reason: str) -> None:
        """Warn about a field that is not of the contract."""
        shown = name if FIELD_NAME.fullmatch(name) else "body"
        self._add(f"{shown}: {reason}", f"body: {reason}")

    def _add(self, said: str, kept: str) -> None:
        if len(self._said) < WARNINGS_MAX:
            self._said[said] = kept

    def all(self) -> tuple[str, ...]:
        """Return what the sender is told."""
        return tuple(self._said)

    def kept(self) -> tuple[str, ...]:
        """Return what is recorded, and shown to everybody who sees the call."""
        return tuple(dict.fromkeys(self._said.values()))


def read_body(raw: bytes, warnings: Warnings) -> dict[str, Any]:
    """Return the fields of a body; text that is no JSON object becomes the narrative. Raises NothingReadable."""
    text = raw.decode("utf-8-sig", errors="replace")
    if "\ufffd" in text:
        warnings.add("body", "not UTF-8")
    repeated: list[str] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in items:
            if key in out:
                repeated.append(key)
            out[key] = value
        return out

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_int=_whole)
    except (ValueError, RecursionError):
        value = None
        warnings.add("body", "not JSON, taken as words")
    for key in repeated[:WARNINGS_MAX]:
        warnings.add_unknown(key, "given twice, the last one counts")
    if isinstance(value, dict):
        if not value:
            warnings.add("body", "empty")
        return value
    if not any(c.isalnum() for c in text):
        raise NothingReadable
    if value is not None:
        warnings.add("body", "not an object, taken as words")
    words = clean(text)[:TEXT_CHARS_MAX]
    return {"said": words, "narrative": words}


def _whole(digits: str) -> int | float:
    """Read a whole number; one too long for any field does not cost the others."""
    return int(digits) if len(digits) <= DIGITS_MAX else float("inf")


def clean(text: str) -> str:
    """Return the text without NUL and without halves of characters, which no store takes."""
    whole = text.replace("\x00", "")
    return whole if whole.isascii() else whole.encode("utf-8", errors="ignore").decode("utf-8")


class Fields:
    """Takes fields out of a body one by one; what is left at the end was unknown."""

    def __init__(self, body: dict[str, Any], warnings: Warnings, prefix: str = "") -> None:
        self._body = body
        self._left = dict.fromkeys(body)
        self._warnings = warnings
        self._prefix = prefix

    def _take(self, name: str) -> Any:
        self._left.pop(name, None)
        return self._body.get(name)

    def warn(self, name: str, reason: str) -> None:
        self._warnings.add(self._prefix + name, reason)

    def text(self, name: str, *, chars_max: int = TEXT_CHARS_MAX) -> str | None:
        """Take text; numbers are written out."""
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, bool | list | dict):
            self.warn(name, "not text")
            return None
        if not isinstance(value, str):
            try:
                value = str(value)
            except ValueError:
                self.warn(name, "too long a number")
                return None
            self.warn(name, "a number, taken as text")
        cleaned = clean(value)
        if cleaned != value:
            self.warn(name, "unreadable characters left out")
        if len(cleaned) > chars_max:
            self.warn(name, f"cut at {chars_max} characters")
        return cleaned[:chars_max].strip() or None

    def number(self, name: str, low: float, high: float) -> float | None:
        """Take a finite number within bounds; a numeric text is read."""
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                self.warn(name, "not a number")
                return None
            self.warn(name, "text, read as a number")
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.warn(name, "not a number")
            return None
        if not low <= value <= high or not isfinite(value):  # bounds first: a huge int has no float
            self.warn(name, f"not within {low:g} and {high:g}")
            return None
        return float(value)

    def whole(self, name: str, low: int, high: int) -> int | None:
        value = self.number(name, low, high)
        if value is None:
            return None
        if value != int(value):
            self.warn(name, "not a whole number, rounded")
        return round(value)

    def flag(self, name: str) -> bool | None:
        value = self._take(name)
        if value is None or isinstance(value, bool):
            return value
        self.warn(name, "neither true nor false")
        return None

    def choice(self, name: str, allowed: Iterable[str], default: str) -> str:
        """Take one of several words; an unknown one counts as the default."""
        value = self._take(name)
        if value is None:
            return default
        if isinstance(value, str):
            for word in allowed:
                if value.strip().casefold() == word.casefold():
                    return word
        self.warn(name, f"unknown, taken as {default}")
        return default

    def instant(self, name: str, now: datetime) -> datetime | None:
        """Take an RFC 3339 time; one no clock could mean is left out."""
        value = self._take(name)
        if value is None:
            return None
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            at = None
        if at is None:
            self.warn(name, "not a time")
            return None
        if at.tzinfo is None:
            self.warn(name, "no time zone, taken as UTC")
            at = at.replace(tzinfo=UTC)
        try:
            at = at.astimezone(UTC)
        except OverflowError:
            self.warn(name, "not a time")
            return None
        if not now - PAST_MAX <= at <= now + FUTURE_MAX:
            self.warn(name, "the sender's clock is off, ours is used")
            return None
        return at

    def words(self, name: str) -> list[str]:
        """Take a list of words, or one word."""
        value = self._take(name)
        if value is None:
            return []
        items = value if isinstance(value, list) else [value]
        if not isinstance(value, list):
            self.warn(name, "not a list")
        found = [clean(item).strip() for item in items if isinstance(item, str)]
        if len(found) != len(items):
            self.warn(name, "not all of it is text")
        return found

    def part(self, name: str) -> "Fields | None":
        """Take an object inside."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.warn(name, "not an object")
            return None
        return Fields(value, self._warnings, f"{self._prefix}{name}.")

    def end(self) -> None:
        """Warn about what nobody took."""
        for name in self._left:
            self._warnings.add_unknown(self._prefix + str(name), "unknown field, kept in the sealed original")

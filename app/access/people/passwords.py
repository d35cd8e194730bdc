"""Passwords: argon2id in a thread, in two short queues, and a policy that refuses what everybody tries first.

Length is what counts (NIST SP 800-63B-4); no rule about signs, no expiry. Hashing is slow on purpose, so strangers wait
in a queue of their own: however many guess, whoever is known here is let through.
"""

import asyncio
import re
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

CHARS_MIN, CHARS_MAX = 12, 256
WAITING_MAX: Final = 8  # in each queue: at a tenth of a second each nobody waits longer than a person would
UNUSUAL_MIN: Final = 6
OWN_CHARS_MIN: Final = 4  # shorter parts of names stand in every other word
PASSES: Final = 3  # RFC 9106, second recommended option, with one lane: the machine has calls to answer
LEET: Final = str.maketrans("0134578@$!", "oieastbasi")


class TooBusy(Exception):
    """More sign-ins wait than can be answered soon."""


class WeakPassword(Exception):
    """A password nobody should have; says why."""


def plain(password: str) -> str:
    """Return a password as it is hashed: the same however a keyboard composes its accents."""
    return unicodedata.normalize("NFKC", password)


def check_strength(password: str, *names: str) -> None:
    """Raise WeakPassword for what is short, common, or made of the person's own names."""
    said = plain(password)
    if not CHARS_MIN <= len(said) <= CHARS_MAX:
        raise WeakPassword(f"{CHARS_MIN} to {CHARS_MAX} characters")
    if len(set(said)) < 5:
        raise WeakPassword("too few different characters")
    folded = said.casefold()
    own = {part for name in names for part in re.split(r"[^a-z]+", name.casefold()) if len(part) >= OWN_CHARS_MIN}
    words = denied() | own
    signs = sum(not c.isalpha() for c in folded)
    # What is left once the usual words are gone is what a guesser does not have; digits and dots are guessed soon.
    if min(_unusual(folded, words), _unusual(folded.translate(LEET), words)) + signs / 3 < UNUSUAL_MIN:
        raise WeakPassword("too close to what everybody tries, or to your own names")


def _unusual(text: str, words: frozenset[str]) -> int:
    """Return how many letters are left of a text without these words."""
    left = "".join(c for c in text if c.isalpha())
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return len(left)


@cache
def denied() -> frozenset[str]:
    """Return the words passwords are made of, from the file beside this one."""
    text = files("app.access.people").joinpath("denied.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


class Hasher:
    """argon2id. `known` callers have a queue of their own."""

    def __init__(self, memory_kib: int) -> None:
        self._argon2 = PasswordHasher(time_cost=PASSES, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._argon2.hash("nobody has this password")
        self._turns = {True: asyncio.Semaphore(1), False: asyncio.Semaphore(1)}
        self._waiting = {True: 0, False: 0}

    async def hash(self, password: str) -> str:
        """Return the hash to keep."""
        return await asyncio.to_thread(self._argon2.hash, plain(password))

    async def verify(self, hashed: str | None, password: str, *, known: bool) -> bool:
        """Whether this is the password; without a hash it takes as long and is false. Raises TooBusy."""
        if self._waiting[known] >= WAITING_MAX:
            raise TooBusy
        self._waiting[known] += 1
        try:
            async with self._turns[known]:
                return await asyncio.to_thread(self._verify, hashed, plain(password))
        finally:
            self._waiting[known] -= 1

    def is_old(self, hashed: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(hashed)

    def _verify(self, hashed: str | None, password: str) -> bool:
        try:
            self._argon2.verify(hashed or self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

"""Stamps: short-lived claims that any process of ours can read and nobody else can read or make.

AES-256-GCM under a key of the key file, one for each purpose. Not a JWT: no header that chooses how it is checked, no
library, and whoever holds one learns nothing from it.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.sealing import NONCE_BYTES, Sealer

UNTIL_BYTES: Final = 8  # milliseconds of the epoch, before the claims
STAMP_CHARS_MAX: Final = 2_048


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp said. `mark` is its own and no other's: what makes it single-use."""

    claims: bytes
    until: float
    mark: bytes


class Stamps:
    """Makes and reads the stamps of one purpose."""

    def __init__(self, sealer: Sealer, purpose: str) -> None:
        self._aead = AESGCM(sealer.digest("stamp", purpose.encode()))
        self._purpose = purpose.encode()

    def make(self, claims: bytes, until: float) -> str:
        """Return a stamp good until then, in seconds of the epoch; letters, digits, `-` and `_`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        plain = int(until * 1000).to_bytes(UNTIL_BYTES, "big") + claims
        return urlsafe_b64encode(nonce + self._aead.encrypt(nonce, plain, self._purpose)).decode().rstrip("=")

    def read(self, text: str, now: float) -> Stamp | None:
        """Return what it says; None for what is not of ours and this purpose, was touched, or is over."""
        if len(text) > STAMP_CHARS_MAX:
            return None
        try:
            sealed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            if urlsafe_b64encode(sealed).decode().rstrip("=") != text:  # what is not said in the one way we say it
                return None
            plain = self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._purpose)
        except (ValueError, InvalidTag):
            return None
        until = int.from_bytes(plain[:UNTIL_BYTES], "big") / 1000
        return Stamp(plain[UNTIL_BYTES:], until, sealed[:NONCE_BYTES]) if until > now else None

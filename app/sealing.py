"""Sealing what is personal: each value under its own data key, that key wrapped by one kept outside the database.

AES-256-GCM; the associated data ties a value to its region, id and kind, so that rows cannot be swapped.
"""

import hmac
import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from app.keyfile import KEY_BYTES, LOOKUP, NONCE_BYTES, KeyFile, KeyKeeper, KeyMissing, decrypt, encrypt
from app.retention.rules import Rules

__all__ = ["NONCE_BYTES", "KeyFile", "KeyKeeper", "KeyMissing", "SealedValue", "Sealer", "raw_id"]

RAW: Final = "raw"


class SealedValue(Struct, frozen=True, gc=False):
    """A sealed value as the store holds it; the nonces stand before the ciphertexts."""

    id: UUID
    kind: str
    wrap_key: str
    data_key: bytes
    body: bytes


def raw_id(value_id: UUID) -> UUID:
    """Return the id of the message a value was read from: nobody has to keep it."""
    return uuid5(value_id, RAW)


class Sealer:
    """Seals and opens values, and makes keyed digests of what must be compared but not kept."""

    def __init__(self, keys: KeyKeeper, region: str, rules: Rules | None = None) -> None:
        self.keys = keys
        self.rules = rules or Rules()
        self._region = region
        self._lookup = keys.derive(LOOKUP)

    def seal(self, kind: str, value: Any, at: datetime, *, value_id: UUID | None = None) -> SealedValue:
        """Seal a JSON-able value. `at` decides the month its wrapping key belongs to."""
        value_id = value_id or uuid4()
        name = str(self.rules.at_sealing(kind, at, self.keys.generation()))
        data_key = secrets.token_bytes(KEY_BYTES)
        bound = self._bound(value_id, kind)
        return SealedValue(
            value_id,
            kind,
            name,
            self.keys.wrap(name, data_key, bound),
            encrypt(data_key, msgspec.json.encode(value), bound),
        )

    def seal_report(self, kind: str, value: dict[str, Any], raw: bytes, at: datetime) -> tuple[SealedValue, ...]:
        """Seal what was read out of a message, and the message itself apart: it repeats it all, and ends sooner."""
        sealed = self.seal(kind, value, at)
        return sealed, self.seal(RAW, raw, at, value_id=raw_id(sealed.id))

    def open(self, sealed: SealedValue) -> Any:
        """Open a value. Raises KeyMissing when its time is over, InvalidTag when it was tampered with."""
        return msgspec.json.decode(decrypt(self._data_key(sealed), sealed.body, self._bound(sealed.id, sealed.kind)))

    def try_key(self, sealed: SealedValue) -> None:
        """Prove that a value could be opened, without opening it. Raises KeyMissing, InvalidTag."""
        self._data_key(sealed)

    def rewrap(self, sealed: SealedValue, name: str) -> SealedValue:
        """Return the value with its data key under another wrapping key; the value itself is not opened."""
        data_key, bound = self._data_key(sealed), self._bound(sealed.id, sealed.kind)
        return replace(sealed, wrap_key=name, data_key=self.keys.wrap(name, data_key, bound))

    def digest(self, what: str, value: bytes) -> bytes:
        """Return a keyed digest: equal inputs are known as such, nothing can be guessed from it without the key."""
        return hmac.digest(self._lookup, what.encode() + b"\0" + value, sha256)

    def _data_key(self, sealed: SealedValue) -> bytes:
        return self.keys.unwrap(sealed.wrap_key, sealed.data_key, self._bound(sealed.id, sealed.kind))

    def _bound(self, value_id: UUID, kind: str) -> bytes:
        return f"{self._region}|{value_id}|{kind}|".encode()

"""Sealing what is personal: each value under its own data key, that key wrapped by one kept outside the database.

AES-256-GCM; the associated data ties a value to its region, id and kind, so that rows cannot be swapped.
"""

import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
# The retention class of each kind of value; a report is what the spool holds.
RETENTION: Final = {"call": "call", "alert": "call", "note": "call", "report": "call"}


@dataclass(frozen=True, slots=True)
class SealedValue:
    """A sealed value as the store holds it; the nonces stand before the ciphertexts."""

    id: UUID
    kind: str
    wrap_key: str
    data_key: bytes
    body: bytes


class KeyMissing(KeyError):
    """The wrapping key is gone: destroyed at the end of its retention, or the key file is not here."""


class KeyFile:
    """The keys outside the database: one wrapping key per retention class and month, one for digests and look-ups."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, bytes] = {}
        if path.exists():
            text = path.read_bytes()
            self._keys = {name: bytes.fromhex(value) for name, value in orjson.loads(text).items()}
        self.lookup = self._get_or_make("lookup")

    def wrap_key(self, name: str) -> bytes:
        """Return a key that exists. Raises KeyMissing."""
        try:
            return self._keys[name]
        except KeyError:
            self._reload()
        if name not in self._keys:
            raise KeyMissing(name)
        return self._keys[name]

    def wrap_key_for(self, kind: str, at: datetime) -> tuple[str, bytes]:
        """Return the wrapping key new values of this kind get now, making it in the first call of the month."""
        name = f"{RETENTION[kind]}/{at:%Y-%m}"
        return name, self._keys.get(name) or self._get_or_make(name)

    def _get_or_make(self, name: str) -> bytes:
        if name not in self._keys:
            self._reload()
        if name not in self._keys:
            self._keys[name] = secrets.token_bytes(KEY_BYTES)
            self._write()
        return self._keys[name]

    def _reload(self) -> None:
        if self._path.exists():
            self._keys |= {k: bytes.fromhex(v) for k, v in orjson.loads(self._path.read_bytes()).items()}

    def _write(self) -> None:
        """Replace the file whole and make sure that it is on disk before anything is sealed under a new key."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        text = orjson.dumps({name: key.hex() for name, key in self._keys.items()}, option=orjson.OPT_INDENT_2)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._path)


class Sealer:
    """Seals and opens values, and makes keyed digests of what must be compared but not kept."""

    def __init__(self, keys: KeyFile, region: str) -> None:
        self._keys = keys
        self._region = region

    def seal(self, kind: str, value: Any, at: datetime) -> SealedValue:
        """Seal a JSON-able value. `at` decides the month its wrapping key belongs to."""
        value_id = uuid4()
        name, wrap_key = self._keys.wrap_key_for(kind, at)
        data_key = secrets.token_bytes(KEY_BYTES)
        bound = self._bound(value_id, kind)
        return SealedValue(
            value_id,
            kind,
            name,
            _encrypt(wrap_key, data_key, bound + name.encode()),
            _encrypt(data_key, msgspec.json.encode(value), bound),
        )

    def open(self, sealed: SealedValue) -> Any:
        """Open a value. Raises KeyMissing when its time is over, InvalidTag when it was tampered with."""
        bound = self._bound(sealed.id, sealed.kind)
        wrap_key = self._keys.wrap_key(sealed.wrap_key)
        data_key = _decrypt(wrap_key, sealed.data_key, bound + sealed.wrap_key.encode())
        return msgspec.json.decode(_decrypt(data_key, sealed.body, bound))

    def digest(self, what: str, value: bytes) -> bytes:
        """Return a keyed digest: equal inputs are known as such, nothing can be guessed from it without the key."""
        return hmac.digest(self._keys.lookup, what.encode() + b"\0" + value, sha256)

    def _bound(self, value_id: UUID, kind: str) -> bytes:
        return f"{self._region}|{value_id}|{kind}|".encode()


def _encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)

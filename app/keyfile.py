"""The keys outside the database, in a file: what wraps data keys, what digests are made with, what signs heads.

`KeyKeeper` is what sealing and retention ask of whatever keeps the keys; a key service (KMS, Vault) would stand behind
it. See docs/sealing.md.
"""

import fcntl
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
LOOKUP: Final = "lookup"
FORMAT: Final = 2
OTHERS: Final = 0o077


class KeyMissing(KeyError):
    """The wrapping key is gone: destroyed at the end of its retention, or the key file is not here."""


class KeyKeeper(Protocol):
    """Keeps keys by name. Nothing but `derive` lets anything of a key out."""

    def wrap(self, name: str, data_key: bytes, bound: bytes) -> bytes:
        """Encrypt a data key, making the wrapping key if it is new. It is safe before anything is wrapped under it."""
        ...

    def unwrap(self, name: str, wrapped: bytes, bound: bytes) -> bytes:
        """Decrypt a data key. Raises KeyMissing, InvalidTag."""
        ...

    def derive(self, name: str) -> bytes:
        """Return a key that lives as long as the installation, made at the first call: for digests, for signing."""
        ...

    def names(self) -> tuple[str, ...]:
        """Return the names of all keys there are."""
        ...

    def generation(self) -> int:
        """Return which generation of wrapping keys new values are wrapped under."""
        ...

    def next_generation(self) -> int:
        """Begin a new generation: every wrapping key is to be replaced."""
        ...

    def empty_since(self, name: str) -> datetime | None:
        """Return since when nothing is wrapped under a key any more."""
        ...

    def note_empty(self, name: str, at: datetime | None) -> None:
        """Note since when nothing is wrapped under a key, or that something is."""
        ...

    def note_erased(self, ids: Iterable[UUID], until: datetime) -> None:
        """Remember what was erased before its time, for as long as a backup could bring it back."""
        ...

    def erased(self, now: datetime) -> tuple[UUID, ...]:
        """Return what was erased and may come back from a backup that is restored."""
        ...

    def destroy(self, name: str) -> None:
        """Destroy a key. After this returns nothing wrapped under it opens again, here or from any backup."""
        ...


@dataclass(slots=True)
class _Key:
    key: bytes
    empty_since: datetime | None = None


class KeyFile:
    """A file, mode 0600, replaced whole and synced at every change; processes that share it take turns.

    Raises PermissionError for one that others can read. Whatever the file does not hold any more is forgotten here too,
    at the latest when the file is next looked at.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._keys: dict[str, _Key] = {}
        self._generation = 1
        self._erased: dict[UUID, datetime] = {}
        self._seen: tuple[int, int] | None = None
        self._look()
        if path.exists() and path.stat().st_mode & OTHERS:
            raise PermissionError(f"{path} can be read by others; it opens everything that is sealed: chmod 600 {path}")

    def wrap(self, name: str, data_key: bytes, bound: bytes) -> bytes:
        return encrypt(self._get_or_make(name), data_key, bound + name.encode())

    def unwrap(self, name: str, wrapped: bytes, bound: bytes) -> bytes:
        self._look()
        try:
            key = self._keys[name].key
        except KeyError:
            raise KeyMissing(name) from None
        return decrypt(key, wrapped, bound + name.encode())

    def derive(self, name: str) -> bytes:
        return self._get_or_make(name)

    def names(self) -> tuple[str, ...]:
        self._look()
        return tuple(self._keys)

    def generation(self) -> int:
        self._look()
        return self._generation

    def next_generation(self) -> int:
        with self._changing():
            self._generation += 1
        return self._generation

    def empty_since(self, name: str) -> datetime | None:
        found = self._keys.get(name)
        return found.empty_since if found is not None else None

    def note_empty(self, name: str, at: datetime | None) -> None:
        if self.empty_since(name) != at and name in self._keys:
            with self._changing():
                self._keys[name].empty_since = at

    def note_erased(self, ids: Iterable[UUID], until: datetime) -> None:
        with self._changing():
            self._erased |= dict.fromkeys(ids, until)

    def erased(self, now: datetime) -> tuple[UUID, ...]:
        self._look()
        if any(until < now for until in self._erased.values()):
            with self._changing():
                self._erased = {one: until for one, until in self._erased.items() if until >= now}
        return tuple(self._erased)

    def destroy(self, name: str) -> None:
        with self._changing():
            self._keys.pop(name, None)

    def _get_or_make(self, name: str) -> bytes:
        if name not in self._keys:
            with self._changing():
                self._keys.setdefault(name, _Key(secrets.token_bytes(KEY_BYTES)))
        return self._keys[name].key

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Read what the file holds now, let it be changed, and write it; nobody else changes it meanwhile."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(self._path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            self._seen = None
            self._look()
            yield
            self._write()
            self._look()
        finally:
            os.close(opened)

    def _look(self) -> None:
        """Take in the file if another process, or a restore, has replaced it. A stat is 2 us."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return
        if (found.st_ino, found.st_mtime_ns) != self._seen:
            self._seen = (found.st_ino, found.st_mtime_ns)
            self._generation, self._keys, self._erased = _read(self._path.read_bytes())

    def _write(self) -> None:
        """Replace the file whole and make sure that it is on disk before anything is sealed under a new key."""
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        shown = {
            name: {"key": one.key.hex(), "empty_since": one.empty_since.isoformat() if one.empty_since else None}
            for name, one in self._keys.items()
        }
        erased = {str(one): until.isoformat() for one, until in self._erased.items()}
        whole = {"format": FORMAT, "generation": self._generation, "keys": shown, "erased": erased}
        text = orjson.dumps(whole, option=orjson.OPT_INDENT_2)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)  # else a power cut could bring a destroyed key back
        finally:
            os.close(folder)


def _read(text: bytes) -> tuple[int, dict[str, _Key], dict[UUID, datetime]]:
    """Read the file, also as it was before keys had more than a value."""
    read = orjson.loads(text)
    if "format" not in read:
        return 1, {name: _Key(bytes.fromhex(value)) for name, value in read.items()}, {}
    keys = {
        name: _Key(
            bytes.fromhex(one["key"]), datetime.fromisoformat(one["empty_since"]) if one["empty_since"] else None
        )
        for name, one in read["keys"].items()
    }
    erased = {UUID(one): datetime.fromisoformat(until) for one, until in read["erased"].items()}
    return int(read["generation"]), keys, erased


def encrypt(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """Encrypt under AES-256-GCM, bound to a place; the nonce stands in front."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Decrypt. Raises InvalidTag when key, place or bytes are others."""
    return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)

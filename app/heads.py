"""Signed heads: where ledger and trail stood, every minute. Whoever rewrites a chain whole cannot rewrite these."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.keyfile import KeyKeeper

SIGNING: Final = "heads"
LINE_CHARS_MAX: Final = 4_096


class BadHead(ValueError):
    """A line of a file of heads that is none, or that this key did not sign."""


@dataclass(frozen=True, slots=True)
class SignedHead:
    """`statement` is canonical JSON: ledger_id, region, epoch, seq, hash, audit_seq, audit_hash, at."""

    statement: str
    signature: bytes

    def line(self) -> bytes:
        """Return what is kept elsewhere: one line of JSON."""
        return orjson.dumps({"head": self.statement, "ed25519": self.signature.hex()}) + b"\n"

    @classmethod
    def read(cls, line: str | bytes) -> Self:
        """Read a line. Raises BadHead."""
        try:
            read = orjson.loads(line)
            return cls(str(read["head"]), bytes.fromhex(read["ed25519"]))
        except (ValueError, KeyError, TypeError):
            raise BadHead("not a line of signed heads") from None


@dataclass(frozen=True, slots=True)
class Head:
    """What a head says, after its signature was checked."""

    region: str
    seq: int
    hash: bytes
    audit_seq: int
    audit_hash: bytes
    at: datetime


class Signer:
    """Signs with a key that is made at the first use and lives beside the sealing keys."""

    def __init__(self, keys: KeyKeeper) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(keys.derive(SIGNING))

    def public_key(self) -> str:
        """Return the public half, in hexadecimal: who keeps heads elsewhere keeps it there, too."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, region: str, row: dict[str, Any]) -> SignedHead:
        """Sign where things stand."""
        said = {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
        options = orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z
        statement = orjson.dumps(said | {"region": region}, default=str, option=options).decode()
        return SignedHead(statement, self._key.sign(statement.encode()))


def check(heads: Iterable[SignedHead], public_key: str) -> Iterator[Head]:
    """Yield what the heads say. Raises BadHead at the first that this key did not sign."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
    except ValueError:
        raise BadHead("not a public key: 64 hexadecimal digits") from None
    for number, one in enumerate(heads, 1):
        try:
            key.verify(one.signature, one.statement.encode())
            said = orjson.loads(one.statement)
            yield Head(
                said["region"],
                said["seq"],
                bytes.fromhex(said["hash"]),
                said["audit_seq"],
                bytes.fromhex(said["audit_hash"]),
                datetime.fromisoformat(said["at"]),
            )
        except InvalidSignature:
            raise BadHead(f"head {number}: not signed by this key") from None
        except (ValueError, KeyError):
            raise BadHead(f"head {number}: says nothing readable") from None


def read_file(path: Path) -> list[SignedHead]:
    """Read a file of heads; a last line that broke off when the power went is left out. Raises BadHead, OSError."""
    lines = path.read_bytes().split(b"\n")
    return [SignedHead.read(line) for line in lines[:-1] if line]


def append_to(folder: Path, head: SignedHead, at: datetime) -> None:
    """Add a head to its month's file, on disk before this returns; a line that broke off before gives way to it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"heads-{at:%Y-%m}.jsonl").open("ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # several regions may share the folder
        end = file.seek(0, os.SEEK_END)
        file.seek(max(end - LINE_CHARS_MAX, 0))
        tail = file.read()
        file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
        file.write(head.line())
        file.flush()
        os.fsync(file.fileno())

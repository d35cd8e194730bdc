"""One append-only file of the spool: records with a mark, a length and a checksum, readable after any torn write."""

import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from zlib import crc32

from app.embedded.home import sync_folder

MARK: Final = b"AUXS"
HEAD: Final = struct.Struct(">4sII")  # mark, bytes of the body, CRC-32 of the body
BODY_BYTES_MAX: Final = 1_048_576  # a report is 64 KB; sealed and written as text it is a few times that


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it was found: where its body begins, and the body."""

    offset: int
    body: bytes


class Segment:
    """`append` returns after fsync. One whose write failed is `is_spent`: nothing more is trusted to its descriptor."""

    def __init__(self, path: Path, size: int) -> None:
        self.path = path
        self.size = size
        self.waiting = 0  # records in it that are not known to be recorded
        self.is_spent = True
        self._fd = -1

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make the file, and make sure that its name is on disk. Raises OSError."""
        segment = cls(path, 0)
        segment._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        sync_folder(path.parent)
        segment.is_spent = False
        return segment

    def append(self, bodies: Sequence[bytes]) -> list[int]:
        """Write records and sync them; return where each body begins. Raises OSError, and is spent from then on."""
        offsets, parts, at = [], [], self.size
        for body in bodies:
            parts += [HEAD.pack(MARK, len(body), crc32(body)), body]
            offsets.append(at + HEAD.size)
            at += HEAD.size + len(body)
        try:
            _write_whole(self._fd, b"".join(parts))
            os.fsync(self._fd)
        except OSError:
            with suppress(OSError):  # nobody was told that these are kept: they need not be found
                os.ftruncate(self._fd, self.size)
            self.end()
            raise
        self.size = at
        return offsets

    def read(self, offset: int, size: int) -> bytes:
        """Return a body. Raises OSError."""
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(size)

    def end(self) -> None:
        """Append nothing more."""
        self.is_spent = True
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def remove(self) -> None:
        """Everything in it is recorded. Raises OSError."""
        self.end()
        self.path.unlink(missing_ok=True)


def read_records(data: bytes) -> tuple[list[Record], bool]:
    """Return the whole records of a file, and whether it is damaged: something broken stands before a whole one.

    A broken end is what a crash in the middle of a write leaves. Nobody was told that it was kept.
    """
    found: list[Record] = []
    at, damaged = 0, False
    start = data.find(MARK)
    while start >= 0:
        body = _body_at(data, start)
        if body is None:
            start = data.find(MARK, start + 1)
            continue
        damaged = damaged or start != at
        found.append(Record(start + HEAD.size, body))
        at = start + HEAD.size + len(body)
        start = data.find(MARK, at)
    return found, damaged


def _body_at(data: bytes, start: int) -> bytes | None:
    if len(data) - start < HEAD.size:
        return None
    _, size, checksum = HEAD.unpack_from(data, start)
    body = data[start + HEAD.size : start + HEAD.size + size] if size <= BODY_BYTES_MAX else b""
    return body if len(body) == size and crc32(body) == checksum else None


def _write_whole(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]

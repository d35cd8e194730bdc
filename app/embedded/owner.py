"""Who owns a home: one living process at a time, by a file lock that the kernel drops at any death."""

import fcntl
import os
from pathlib import Path


class Ownership:
    """A claim on a file; held until `release` or the end of the process, never inherited by the servers."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._opened: int | None = None

    @property
    def is_held(self) -> bool:
        return self._opened is not None

    def take(self) -> bool:
        """Whether the claim is ours now."""
        if self._opened is not None:
            return True
        opened = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(opened)
            return False
        self._opened = opened
        return True

    def release(self) -> None:
        if self._opened is not None:
            os.close(self._opened)
            self._opened = None

"""A process's own folder of the spool, held by a lock that ends with the process, however that ends."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

from app.spool.segment import Segment

LOCK: Final = "lock"
ENDING: Final = ".spool"
SLOTS_MAX: Final = 1_000  # processes on one machine; beyond it something makes them without end


class Slot:
    """A folder nobody else writes to or empties while it is held."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock

    @classmethod
    def claim(cls, root: Path) -> Self:
        """Take the first free folder. Raises OSError."""
        for number in range(SLOTS_MAX):
            folder = root / str(number)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            slot = cls.take(folder)
            if slot is not None:
                return slot
        raise OSError(f"all {SLOTS_MAX} folders of {root} are in use")

    @classmethod
    def orphans(cls, root: Path) -> Iterator[Self]:
        """Take every folder that holds reports and has lost its process."""
        for folder in sorted(root.iterdir()):
            if folder.is_dir() and any(folder.glob(f"*{ENDING}")):
                slot = cls.take(folder)
                if slot is not None:
                    yield slot

    @classmethod
    def take(cls, folder: Path) -> Self | None:
        """Take this folder; None when a process has it."""
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return cls(folder, lock)

    def segments(self) -> list[Segment]:
        """Return the files that lie here, oldest first."""
        return [Segment(path, path.stat().st_size) for path in sorted(self.folder.glob(f"*{ENDING}"))]

    def next_segment(self) -> Segment:
        """Begin a new file, after every one that lies here. Raises OSError."""
        last = max((int(path.stem) for path in self.folder.glob(f"*{ENDING}")), default=0)
        return Segment.create(self.folder / f"{last + 1:08d}{ENDING}")

    def release(self) -> None:
        """Let go of the folder."""
        os.close(self._lock)

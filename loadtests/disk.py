"""A disk that loses its power: what was not synced to it is gone, as of a moment nobody chose.

An ext4 on a loop device whose image lies in a btrfs. A reflink copies that image in one instant while it is written to,
so the copy holds what had reached the disk and nothing that was still in memory: what a machine finds after a cut.
A disk's own cache is not modelled: what was written to it and not yet flushed survives here.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loadtests.chaos.tools import run
from loadtests.debian import NotToBeHad, program

SHELF_MB: Final = 3_000
DISK_MB: Final = 900
FREE_S: Final = 10.0
POLL_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Disk:
    """`at`: where it is mounted. `shelf`: the btrfs its image and the copies lie on."""

    at: Path
    shelf: Path

    async def copy(self) -> None:
        """Keep the disk as it is this instant."""
        await run("cp", "--reflink=always", str(self.shelf / "image"), str(self.shelf / "cut"))

    async def lose_power(self) -> None:
        """Become what `copy` kept. Nothing may have a file open on it."""
        await _unmount(self.at)
        (self.shelf / "cut").replace(self.shelf / "image")
        await self.mount()

    async def mount(self) -> None:
        await run("mount", "-o", "loop", str(self.shelf / "image"), str(self.at))


async def _unmount(place: Path) -> None:
    """Unmount what is mounted there; the kernel lets go of a loop device a moment after its last user."""
    async with asyncio.timeout(FREE_S):
        while place.is_mount():
            try:
                await run("umount", str(place))
            except RuntimeError:
                await asyncio.sleep(POLL_S)


@asynccontextmanager
async def disk(folder: Path) -> AsyncIterator[Disk]:
    """Make a disk for as long as the block lasts. Raises NotToBeHad with the words of what refuses."""
    made = Disk(folder / "disk", folder / "shelf")
    for place in (made.at, made.shelf):
        place.mkdir()
    try:
        try:
            (folder / "shelf.img").touch()
            await run("truncate", "-s", f"{SHELF_MB}M", str(folder / "shelf.img"))
            await run(program("mkfs.btrfs", "btrfs-progs"), "-q", str(folder / "shelf.img"))
            await run("mount", "-o", "loop", str(folder / "shelf.img"), str(made.shelf))
            await run("truncate", "-s", f"{DISK_MB}M", str(made.shelf / "image"))
            await run(program("mkfs.ext4", "e2fsprogs"), "-q", str(made.shelf / "image"))
            await made.mount()
        except RuntimeError as error:
            raise NotToBeHad(str(error)) from error
        yield made
    finally:
        for place in (made.at, made.shelf):
            await _unmount(place)
        (folder / "shelf.img").unlink(missing_ok=True)

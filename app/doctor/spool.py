"""The spool: reports on this machine's disk that are not in the ledger, and whether it could keep more."""

import fcntl
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from app.doctor import advice
from app.doctor.aside import aside
from app.doctor.disks import Room, room_findings, room_of
from app.doctor.finding import Finding, ok, unseen, warn, wrong
from app.doctor.scene import Scene
from app.doctor.units import count, size, span
from app.spool.slot import ENDING, LOCK
from app.spool.spool import DAMAGED
from app.spool.spooling import STUCK_S

FULL_FROM: Final = 0.8


@dataclass(frozen=True, slots=True)
class Pile:
    """What lies in the folders of one region. `orphans`: files whose process is gone."""

    region: str
    files: int = 0
    bytes: int = 0
    oldest_s: float = 0.0
    orphans: int = 0
    damaged: tuple[str, ...] = ()


def piles(root: Path) -> list[Pile]:
    """Look through the folders of all regions. Raises OSError."""
    regions = sorted(folder for folder in root.iterdir() if folder.is_dir()) if root.is_dir() else []
    return [_pile(region) for region in regions]


def _pile(region: Path) -> Pile:
    files = n_bytes = orphans = 0
    oldest, damaged = time.time(), []
    for slot in sorted(folder for folder in region.iterdir() if folder.is_dir()):
        held = [found for path in slot.glob(f"*{ENDING}") if (found := _stat(path)) is not None and found.st_size]
        files, n_bytes = files + len(held), n_bytes + sum(one.st_size for one in held)
        oldest = min([oldest, *(one.st_mtime for one in held)])
        orphans += len(held) if not _is_held(slot / LOCK) else 0
        damaged += [str(path) for path in sorted(slot.glob(f"*{DAMAGED}"))]
    return Pile(region.name, files, n_bytes, time.time() - oldest if files else 0.0, orphans, tuple(damaged))


def _stat(path: Path) -> os.stat_result | None:
    """None for a file that has just been recorded and removed."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_held(lock: Path) -> bool:
    """Whether a process lives that has this folder. A shared lock, for a moment: two doctors may look."""
    try:
        opened = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(opened)
    return False


async def look(scene: Scene) -> AsyncIterator[Finding]:
    path = scene.settings.spool_path
    found = await aside(partial(piles, path.parent))
    most = scene.settings.spool_mb * 1024 * 1024
    own = next((pile for pile in found if pile.region == path.name), Pile(path.name))
    for finding in _waiting(own, path):
        yield finding
    for pile in found:
        if pile is not own and pile.files:
            yield warn(
                f"{count(pile.files, 'file')} of reports of region {pile.region} wait",
                "A process of that region records them, and no other can.",
                f"AUXILIO_REGION={pile.region} auxilio serve",
            )
    share = own.bytes / most
    if share > FULL_FROM:
        told = wrong if share >= 1 else warn
        yield told(
            f"{size(own.bytes)} of {size(most)} are used: calls cannot be kept when it is full",
            "Give it more, if the disk has it, and start again.",
            f"AUXILIO_SPOOL_MB={scene.settings.spool_mb * 4}",
        )
    async for finding in _room(path, most - own.bytes):
        yield finding


def _waiting(pile: Pile, path: Path) -> Iterator[Finding]:
    for name in pile.damaged:
        yield wrong(
            f"{name} holds reports that cannot be read",
            "Keep it: somebody called. Ask the PSAPs for their calls of that time and enter them by hand.",
            f"ls -l {name}",
        )
    if not pile.files:
        yield ok(f"no report waits in {path}")
        return
    files = f"{count(pile.files, 'file')} of reports ({size(pile.bytes)})"
    said = f"{files} not recorded, the oldest last written {span(pile.oldest_s)} ago"
    if pile.orphans:
        yield wrong(
            f"{said}; the process of {pile.orphans} is gone",
            "Start the service: any process of this region takes them in within 5 s and records them.",
            advice.start(),
        )
    else:
        told = wrong if pile.oldest_s > STUCK_S else warn
        yield told(
            said,
            "They are recorded once PostgreSQL and the desk are back: mend those first. Until then send help by phone"
            " and radio; the console shows the reports above the board.",
        )


async def _room(path: Path, needed: int) -> AsyncIterator[Finding]:
    room: Room | None = None
    for folder in (path, *path.parents):
        room = await aside(partial(room_of, folder))
        if room is not None:
            break
    if room is None:
        yield unseen(f"{path} has no disk")
        return
    if not room.is_writable:
        yield wrong(
            f"{folder} cannot be written: no call could be kept while PostgreSQL is away",
            "Give it to the service's account.",
            f"ls -ld {folder}",
        )
    if room.free_bytes < needed:
        yield wrong(
            f"only {size(room.free_bytes)} free for the spool, which may need {size(needed)} more",
            "Make room on that disk.",
            f"df -h {folder}",
        )
    else:
        for finding in room_findings("spool", folder, room):
            yield finding

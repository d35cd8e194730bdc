"""The folders the service writes to: there, writable, and with room."""

import os
import pwd
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import asyncpg

from app.doctor.aside import aside
from app.doctor.finding import Finding, ok, unseen, warn, wrong
from app.doctor.scene import Scene
from app.doctor.units import size

ROOM_LEAST_BYTES: Final = 1_000_000_000  # twice what the embedded PostgreSQL may need for its write-ahead log
ROOM_GOOD_BYTES: Final = 5_000_000_000
NAMES_LEAST: Final = 1_000  # free inodes; without one no file can be made, whatever the room
HERE: Final = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Room:
    """What is free where a folder lies. `names` is None on file systems that do not count them."""

    free_bytes: int
    names: int | None
    is_writable: bool


def room_of(folder: Path) -> Room | None:
    """Look at a folder; None when it is not there. Raises OSError."""
    try:
        found = os.statvfs(folder)
    except (FileNotFoundError, NotADirectoryError):
        return None
    names = found.f_favail if found.f_files else None
    return Room(shutil.disk_usage(folder).free, names, os.access(folder, os.W_OK | os.X_OK))


def room_findings(name: str, folder: Path, room: Room) -> Iterator[Finding]:
    """Say how much room there is for something."""
    free, where = size(room.free_bytes), f"the disk of {folder}"
    do, run = "Make room there before PostgreSQL stops; look what takes it with:", f"du -xhd1 {folder} | sort -h | tail"
    if room.free_bytes < ROOM_LEAST_BYTES:
        yield wrong(f"{name}: {free} free on {where}", do, run)
    elif room.free_bytes < ROOM_GOOD_BYTES:
        yield warn(f"{name}: {free} free on {where}", do, run)
    else:
        yield ok(f"{name}: {free} free on {where}")
    if room.names is not None and room.names < NAMES_LEAST:
        yield wrong(
            f"{name}: {where} takes only {room.names} more files", "Remove small files there.", f"df -i {folder}"
        )


async def look(scene: Scene) -> AsyncIterator[Finding]:
    whose = await aside(partial(stranger, scene.settings.data_dir))
    if whose:
        yield wrong(
            f"{scene.settings.data_dir} belongs to {whose}, and you are another: what follows may mislead",
            "Ask again as that account, with the environment the service has (docs/operations.md).",
            f"sudo -u {whose} --preserve-env {sys.argv[0]} doctor",
        )
    if scene.fault:
        yield wrong(scene.fault, "Mend the disk, or name the right folder in AUXILIO_DATA_DIR.")
        return
    folder = scene.settings.data_dir
    room = await aside(partial(room_of, folder))
    if room is None:
        yield warn(
            f"no data folder at {folder}",
            "Name the right one in AUXILIO_DATA_DIR; a first start makes it.",
            "env | grep AUXILIO_DATA_DIR",
        )
        return
    if not room.is_writable:
        yield wrong(
            f"{folder} cannot be written by this account",
            "Run this as the account the service runs as, or give it the folder.",
            f"ls -ld {folder}",
        )
    for finding in room_findings("data folder", folder, room):
        yield finding
    async for finding in _database(scene):
        yield finding


def stranger(folder: Path) -> str:
    """Return the account a folder belongs to when that is not ours; the embedded servers do not let others in."""
    try:
        owner = folder.stat().st_uid
    except OSError:
        return ""
    if owner == os.geteuid():
        return ""
    try:
        return pwd.getpwuid(owner).pw_name
    except KeyError:
        return f"#{owner}"


async def _database(scene: Scene) -> AsyncIterator[Finding]:
    """The disk PostgreSQL writes to, where that is on this machine and somebody may say where."""
    if scene.is_embedded:
        folder = scene.home / "pgdata"
    else:
        if not _is_here(scene.host.name):
            yield unseen("PostgreSQL's disk: on another machine; `df -h` there")
            return
        try:
            row = await scene.owner.row("where_data_is")
        except asyncpg.InsufficientPrivilegeError:
            yield unseen("PostgreSQL's disk: this role may not ask where it is; MIGRATE_DATABASE_URL names the owner")
            return
        folder = Path(row["folder"]) if row is not None else Path()
    room = await aside(partial(room_of, folder))
    if room is None:
        yield unseen("PostgreSQL's disk: there are no data of it on this machine")
        return
    for finding in room_findings("PostgreSQL", folder, room):
        yield finding


def _is_here(host: str) -> bool:
    return host.startswith("/") or host.rpartition(":")[0] in HERE

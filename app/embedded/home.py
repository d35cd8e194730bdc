"""The folder an embedded server lives in: data, password, log and private socket."""

import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from app.embedded.engine import ROOT_STORE, Account, account, make_root_store
from app.embedded.errors import EmbeddedError

SOCKET_PATH_BYTES_MAX: Final = 103  # sun_path holds 108 on Linux and 104 on macOS, with a closing zero
SHORT_ROOT: Final = Path("/tmp")  # noqa: S108 - short everywhere and independent of the environment; ownership is checked


def home_for(data_dir: Path) -> Path:
    """Where a server asked to live in `data_dir` really lives.

    That is `data_dir`, except for root when the servers' account cannot reach it: then a folder under /var/lib/auxilio
    named after the absolute path. Moving `data_dir` afterwards means moving that folder too.
    """
    folder = data_dir.resolve()
    who = account()
    if who is None or _can_reach(who, folder):
        return folder
    return ROOT_STORE / f"{folder.name}-{_digest(folder)}"


def make_home(home: Path) -> None:
    """Create the folder; private, or for root passable (not readable) by the servers' account."""
    if home.parent == ROOT_STORE:
        make_root_store()
    mode = 0o700 if account() is None else 0o711
    try:
        for folder in reversed((home, *home.parents)):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(mode)  # whatever the umask was
    except OSError as reason:
        raise EmbeddedError(f"{home} cannot be created: {reason}") from reason
    if not os.access(home, os.W_OK | os.X_OK):
        raise EmbeddedError(f"{home} is not writable by user id {os.geteuid()}; give it to that user or choose another")


def make_private(folder: Path) -> None:
    """Create a 0700 folder of the account that runs the server, or refuse one that is not."""
    who = account()
    uid = os.geteuid() if who is None else who.uid
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass  # looked at below
    else:
        if who is not None:
            os.chown(folder, who.uid, who.gid)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedError(f"{folder} must be a folder of user id {uid} that nobody else can enter; remove it")


def socket_folder(home: Path, socket_name: str) -> Path:
    """`home/run`, or a short folder in /tmp when a socket there would have too long a name. The same at every start."""
    inside = home / "run"
    if len(os.fsencode(inside / socket_name)) <= SOCKET_PATH_BYTES_MAX:
        return inside
    return SHORT_ROOT / f"auxilio-{_digest(home)}"


def keep_password(file: Path) -> str:
    """Read the password kept in `file`, made at the first call; 0600 and of the account that runs the server."""
    try:
        kept = file.read_text("ascii")
    except FileNotFoundError:
        write_private(file, secrets.token_urlsafe(32))
        kept = file.read_text("ascii")
    if not kept:
        raise EmbeddedError(f"{file} is empty; restore it, the server's password was kept there")
    return kept


def write_private(file: Path, text: str) -> None:
    """Replace `file` in one step; at no moment can anybody else read it, nor is it half written."""
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    opened = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(opened, "w", encoding="ascii") as out:
        if (who := account()) is not None:
            os.fchown(opened, who.uid, who.gid)
        out.write(text)
        out.flush()
        os.fsync(opened)
    draft.replace(file)


def _can_reach(who: Account, folder: Path) -> bool:
    """Whether `who` may pass through every folder on the way that exists; the others will be made passable."""
    for step in (folder, *folder.parents):
        try:
            found = step.stat()
        except FileNotFoundError:
            continue
        if found.st_uid == who.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == who.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return False
    return True


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]

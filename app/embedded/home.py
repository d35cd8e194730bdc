"""The folder an embedded server lives in: data, password, log and private socket."""

import contextlib
import hashlib
import logging
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final

from app.embedded.engine import ROOT_STORE, Account, account, make_root_store
from app.embedded.errors import EmbeddedError

_log = logging.getLogger(__name__)

SOCKET_PATH_BYTES_MAX: Final = 103  # sun_path holds 108 on Linux and 104 on macOS, with a closing zero
PLAIN_PATH: Final = re.compile(r"[A-Za-z0-9/._+-]+")  # a comma would part two hosts, a quote end a setting
SHORT_ROOT: Final = Path("/tmp")  # noqa: S108 - short everywhere and independent of the environment; ownership is checked  # nosec B108


def home_for(data_dir: Path) -> Path:
    """Find where a server asked to live in `data_dir` really lives.

    That is `data_dir`, except for root when the servers' account cannot reach it: then a folder of /var/lib/auxilio, to
    which the link `data_dir/home` is made. So the data follows a `data_dir` that is moved, and a new one starts empty.
    """
    folder = data_dir.resolve()
    who = account()
    if who is None:
        return folder
    link = folder / "home"
    if not link.is_symlink():
        barrier = _barrier(who, folder)
        if barrier is None:
            return folder
        if any(folder.glob("*.lock")):
            raise EmbeddedError(f"{folder} holds a server's data, but account {who.name} may not enter {barrier}")
        _link(link, ROOT_STORE / f"{folder.name}-{secrets.token_hex(8)}")
        _log.warning("account %s may not enter %s; the data of %s is in %s", who.name, barrier, folder, link.readlink())
    home = link.readlink()
    if home.parent != ROOT_STORE or link.lstat().st_uid != 0:
        raise EmbeddedError(f"{link} must be root's and lead to a folder of {ROOT_STORE}; it leads to {home}")
    return home


def make_home(home: Path) -> None:
    """Create the folder; private, or for root passable (not readable) by the servers' account."""
    if home.parent == ROOT_STORE:
        make_root_store()
    _make_folders(home)
    if not os.access(home, os.W_OK | os.X_OK):
        raise EmbeddedError(f"{home} is not writable by user id {os.geteuid()}; give it to that user or choose another")


def _make_folders(last: Path) -> None:
    mode = 0o700 if account() is None else 0o711
    try:
        for folder in reversed((last, *last.parents)):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(mode)  # whatever the umask was
                sync_folder(folder.parent)
    except OSError as reason:
        raise EmbeddedError(f"{last} cannot be made: {reason}") from reason


def _link(link: Path, target: Path) -> None:
    _make_folders(link.parent)
    with contextlib.suppress(FileExistsError):  # another start was faster; its link counts
        link.symlink_to(target)
    sync_folder(link.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut, as `fsync` does for the bytes of a file."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


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
    """Choose `home/run`, or a short folder in /tmp when the path is too long or a URL could not carry it.

    The same at every start, so that a running server is found again.
    """
    inside = home / "run"
    if len(os.fsencode(inside / socket_name)) <= SOCKET_PATH_BYTES_MAX and PLAIN_PATH.fullmatch(str(inside)):
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
    with os.fdopen(opened, "wb") as out:
        if (who := account()) is not None:
            os.fchown(opened, who.uid, who.gid)
        out.write(os.fsencode(text))
        out.flush()
        os.fsync(opened)
    draft.replace(file)
    sync_folder(file.parent)


def _barrier(who: Account, folder: Path) -> Path | None:
    """Find a folder on the way that `who` may not enter. Those that do not exist yet will be made passable."""
    for step in (folder, *folder.parents):
        try:
            found = step.stat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        if found.st_uid == who.uid:
            needed = stat.S_IXUSR
        elif found.st_gid == who.gid:
            needed = stat.S_IXGRP
        else:
            needed = stat.S_IXOTH
        if not found.st_mode & needed:
            return step
    return None


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]

"""Programs of Debian that tests need for real: found, or installed where that is allowed."""

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PATHS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# One run of the tests at a time asks apt-get; it gives up at once where another already holds its lists.
LOCK = Path(tempfile.gettempdir()) / "auxilio-apt-get.lock"


class NotToBeHad(RuntimeError):
    """It is not here, and could not be installed; says what apt-get said last."""


def program(name: str, package: str) -> str:
    """Return the path of a program, installing its package when it is missing. Raises NotToBeHad."""
    found = shutil.which(name, path=PATHS)
    if found is not None:
        return found
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = shutil.which(name, path=PATHS)
        return found if found is not None else _installed(name, package)


def _installed(name: str, package: str) -> str:
    as_root = () if os.geteuid() == 0 else ("sudo", "-n")
    for command in (("apt-get", "update"), ("apt-get", "install", "-y", "--no-install-recommends", package)):
        try:
            done = subprocess.run([*as_root, *command], capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
        except FileNotFoundError as error:
            raise NotToBeHad(f"no {name}, and no {error.filename}") from error
        if done.returncode != 0:
            raise NotToBeHad(f"no {name}, and `{' '.join(command)}` failed: {done.stderr[-500:]}")
    found = shutil.which(name, path=PATHS)
    if found is None:
        raise NotToBeHad(f"{package} came without {name}")
    return found

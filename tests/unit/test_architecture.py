"""The direction of imports, and what the pure packages may not touch: geo <- dispatch <- app <- tests, loadtests."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = {"geo", "dispatch", "app", "migrations", "tests", "loadtests"}
MAY_IMPORT = {
    "geo": set[str](),
    "dispatch": {"geo"},
    "app": {"geo", "dispatch", "migrations"},
    "migrations": set[str](),
    "loadtests": {"geo", "dispatch", "app", "migrations"},
    "tests": OURS,
}
OUTSIDE = {"geo": {"h3", "msgspec", "numpy"}, "dispatch": {"msgspec"}}  # beside the standard library
# What waits, tells the time, throws dice, speaks or touches the machine has no place in a decision.
REFUSED_MODULES = {
    "asyncio", "builtins", "concurrent", "ctypes", "importlib", "logging", "multiprocessing", "os", "pathlib",
    "random", "secrets", "select", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess",
    "tempfile", "threading", "time", "urllib", "http", "glob", "fileinput", "getpass", "platform", "sched", "zoneinfo",
}  # fmt: skip
REFUSED_CALLS = {"open", "print", "input", "exec", "eval", "__import__", "breakpoint", "id", "hash"}
REFUSED_ATTRIBUTES = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("uuid", "uuid1"), ("uuid", "uuid4"), ("np", "random"), ("numpy", "random"),
    ("io", "open"), ("sys", "argv"), ("sys", "stdout"),
}  # fmt: skip
REFUSED_NAMES = {"uuid1", "uuid4", "urandom"}
# The web console and the routes only carry; the rules of dispatch are asked through commands.
RULE_MODULES = ("dispatch.rules", "dispatch.decide", "dispatch.fold")


def faults(package: str, source: str) -> list[str]:
    """Return what a module of a package does that its package may not, one line each."""
    tree = ast.parse(source)
    found = [f"imports {name}" for name in imported(tree) if not may_import(package, name)]
    if package in OUTSIDE:
        found += impurities(tree)
    return found


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                yield "a relative name"
            else:
                yield f"{node.module}"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def may_import(package: str, name: str) -> bool:
    top = name.partition(".")[0]
    if top in OURS:
        return top == package or top in MAY_IMPORT[package]
    if package not in OUTSIDE:
        return name != "a relative name"
    return top in OUTSIDE[package] or (top in sys.stdlib_module_names and top not in REFUSED_MODULES)


def impurities(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                found.append("waits")
            case ast.Call(func=ast.Name(id=name)) if name in REFUSED_CALLS:
                found.append(f"calls {name}")
            case ast.Attribute(value=ast.Name(id=of), attr=name) if (of, name) in REFUSED_ATTRIBUTES:
                found.append(f"uses {of}.{name}")
            case ast.ImportFrom(names=names) if any(alias.name in REFUSED_NAMES for alias in names):
                found.append("imports chance")
    return found


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_every_module_keeps_to_its_package_s_direction_and_purity(package: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {fault}"
        for path in modules(package)
        for fault in faults(package, path.read_text(encoding="utf-8"))
    ]
    assert modules(package)
    assert found == []


@pytest.mark.parametrize("folder", ["app/routes", "app/web", "app/stream", "app/contract"])
def test_what_faces_the_world_holds_no_rule_of_dispatch(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules(folder)
        for name in imported(ast.parse(path.read_text(encoding="utf-8")))
        if name.startswith(RULE_MODULES)
    ]
    assert found == []


def test_every_folder_of_code_is_one_of_the_design_s() -> None:
    folders = {path.parent.relative_to(ROOT).parts[0] for path in ROOT.glob("*/*.py")}
    assert {name for name in folders if not name.startswith(".")} <= OURS | {"build"}


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("geo", "import dispatch.board"),
        ("geo", "from app.codec import chain"),
        ("geo", "import orjson"),
        ("dispatch", "import numpy"),
        ("dispatch", "from app import codec"),
        ("dispatch", "from tests.unit import x"),
        ("dispatch", "async def f() -> None: ..."),
        ("dispatch", "from datetime import datetime\nnow = datetime.now()"),
        ("dispatch", "import time"),
        ("dispatch", "from time import monotonic"),
        ("dispatch", "from random import Random"),
        ("dispatch", "import os.path"),
        ("dispatch", "import logging"),
        ("dispatch", "from uuid import uuid4"),
        ("dispatch", "import uuid\nx = uuid.uuid4()"),
        ("dispatch", "def f():\n    import asyncio"),
        ("dispatch", "open('x')"),
        ("dispatch", "print('x')"),
        ("geo", "import numpy as np\nr = np.random.default_rng()"),
        ("geo", "from pathlib import Path"),
        ("app", "import loadtests.rig"),
        ("app", "from tests import conftest"),
        ("loadtests", "import tests.conftest"),
        ("dispatch", "from . import rows"),
    ],
)
def test_the_checker_goes_red_on_planted_code(package: str, source: str) -> None:
    assert faults(package, source)


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("geo", "import h3\nimport numpy as np\nfrom math import cos\nfrom geo.point import Point"),
        ("dispatch", "from datetime import datetime, timedelta\nfrom geo.point import Point\nx = datetime.min"),
        ("app", "import asyncio\nimport orjson\nfrom dispatch.decide import decide"),
        ("loadtests", "from app.verify import verify"),
        ("tests", "from loadtests.rig import Engines"),
    ],
)
def test_the_checker_stays_green_on_lawful_code(package: str, source: str) -> None:
    assert faults(package, source) == []

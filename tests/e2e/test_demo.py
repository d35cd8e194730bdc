"""`auxilio demo` as a stranger runs it: a command of its own, in an empty folder."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest

from app.demo.audit import compare
from app.demo.journal import Entry, read_journal

ROOT = Path(__file__).parents[2]
RUN_S = 120.0  # the first start loads the border; the seconds asked for, the rescues still open, the books
START_S = 60.0
SECONDS = "8"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a folder that keeps its .demo from test to test, as a stranger's would; the engines' account may pass."""
    made = Path(tempfile.mkdtemp(prefix="auxilio-demo-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "demo", "--port", "0", *words],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/not-for-a-demo"},
    )  # fmt: skip


def last_words(demo: subprocess.Popen[str]) -> tuple[int, str]:
    """Return the exit status and everything said."""
    try:
        said, _ = demo.communicate(timeout=RUN_S)
    except subprocess.TimeoutExpired:
        demo.kill()
        raise
    return demo.returncode, said


def journaled(folder: Path) -> int:
    return sum(1 for _ in read_journal(folder / ".demo" / "journal.jsonl"))


def wait_for_calls(folder: Path, wanted: int) -> None:
    until = time.monotonic() + START_S
    while journaled(folder) < wanted:
        assert time.monotonic() < until, "no calls"
        time.sleep(0.1)


def test_the_demo_stops_by_itself_with_every_call_accounted_for(folder: Path) -> None:
    status, said = last_words(start(folder, "--seconds", SECONDS, "--seed", "7"))
    assert status == 0, said
    assert "Nothing lost, nothing doubled." in said
    found = re.search(r"posted (\d+), acknowledged (\d+), in the ledger (\d+); lost 0, doubled 0", said)
    assert found is not None, said
    posted, acknowledged, recorded = map(int, found.groups())
    assert posted == acknowledged == recorded > 0
    offers = re.search(r"offers +(\d+): accepted (\d+)", said)
    assert offers is not None
    assert int(offers[2]) > 0
    assert "first answered call" in said
    assert " odd " not in said, said


def test_a_second_start_loads_nothing_and_ctrl_c_ends_it_with_the_same_summary(folder: Path) -> None:
    before = journaled(folder)
    demo = start(folder, "--seed", "8")
    wait_for_calls(folder, before + 3)
    status, said = last_words(start(folder, "--seconds", "2"))  # a second demo beside it
    assert (status, "another demo runs" in said) == (2, True), said
    mine = psutil.Process(demo.pid)
    children = mine.children(recursive=True)
    demo.send_signal(signal.SIGINT)
    time.sleep(1.0)
    demo.send_signal(signal.SIGINT)  # a second time: do not wait for the open ones
    status, said = last_words(demo)
    assert status == 0, said
    assert "loaded once" not in said
    assert "Nothing lost, nothing doubled." in said
    assert psutil.wait_procs(children, timeout=5)[1] == []


def test_the_demo_survives_the_death_of_its_service(folder: Path) -> None:
    before = journaled(folder)
    demo = start(folder, "--seconds", SECONDS, "--seed", "9")
    wait_for_calls(folder, before + 3)
    (service,) = [p for p in psutil.Process(demo.pid).children() if "serve" in p.cmdline()]
    service.kill()
    status, said = last_words(demo)
    assert status == 0, said
    assert "ended 1 times and was started again" in said


def test_a_call_that_is_in_the_journal_but_not_in_the_ledger_fails_the_demo(folder: Path) -> None:
    journal = folder / ".demo" / "journal.jsonl"
    lost = Entry("call", "psap Tucson", "never-recorded-1", 999_999, "sabotage")
    with journal.open("ab") as out:
        out.write(msgspec.json.encode(lost) + b"\n")
    status, said = last_words(start(folder, "--seconds", "2", "--seed", "10"))
    assert status == 1, said
    assert "LOST: call never-recorded-1" in said
    assert "THE BOOKS DO NOT BALANCE." in said


def test_a_call_that_is_in_the_ledger_twice_counts_as_doubled() -> None:
    entry = Entry("call", "psap Tucson", "a-1", 1, "run")
    row = {"what": "call", "psap": "psap Tucson", "source_id": "a-1", "row_id": 1}
    assert compare([entry], [row], "run").is_clean
    assert compare([entry], [row, row | {"row_id": 2}], "run").doubled == [entry]


def test_the_same_id_of_two_psaps_is_two_calls() -> None:
    entry = Entry("call", "psap Tucson", "a-1", 1, "run")
    row = {"what": "call", "psap": "psap Tucson", "source_id": "a-1", "row_id": 1}
    assert compare([entry], [row, row | {"psap": "psap Yuma", "row_id": 2}], "run").is_clean

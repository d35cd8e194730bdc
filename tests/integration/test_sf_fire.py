"""The real log: fourteen days of San Francisco Fire through `decide`, every promise checked after every decision."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from dispatch.commands import Command
from dispatch.decide import Decision
from dispatch.status import AssignmentStatus
from loadtests.sf_fire import Replay, busy_hour, read_log
from loadtests.sf_log import Log
from tests.simulation.invariants import Invariants

ROOT: Final = Path(__file__).parents[2]
SHARED: Final = Path(os.environ.get("AUXILIO_SHARED", ROOT.parent / "shared"))
DATA: Final = SHARED / "data" / "sf_fire" / "sf_2020-04.csv"

pytestmark = pytest.mark.skipif(not DATA.exists(), reason=f"no San Francisco log at {DATA}")


@pytest.fixture(scope="module")
def log() -> Log:
    return read_log(DATA)


def played(log: Log, crew: int | None) -> Replay:
    replay = Replay(log, crew=crew)
    invariants = Invariants(replay.board, replay.positions)

    def watch(command: Command, decision: Decision, now: datetime) -> None:
        invariants.check(command, decision, now)

    replay.watch = watch
    replay.play()
    invariants.check_all()
    return replay


def test_every_call_of_two_weeks_is_served_by_the_nearest_unit(log: Log) -> None:
    summary = played(log, None).summary()
    assert (summary["calls"], summary["units"]) == (5_292, 199)
    assert summary["served"] == summary["closed"] == 5_292
    assert summary["assignments"] > 10_000
    assert summary["longest_wait_s"] == 0.0


def test_with_too_few_units_calls_wait_in_order_and_all_are_served(log: Log) -> None:
    summary = played(log, 24).summary()
    assert summary["had_to_wait"] > 1_000
    assert summary["served"] == summary["closed"] == 5_292


def test_a_unit_that_never_arrived_clears_all_the_same(log: Log) -> None:
    without = [s for call in log.calls for s in call.services if s.on_scene_s is None]
    total = sum(len(call.services) for call in log.calls)
    assert 0.15 < len(without) / total < 0.18  # cancelled on the way: one row in six
    replay = Replay(Log(log.calls[:400], log.units))
    replay.play()
    cleared = [a for a in replay.board.assignments.values() if a.status is AssignmentStatus.CLEARED]
    assert any(a.on_scene_at is None for a in cleared)
    assert len(cleared) == len(replay.board.assignments)


def test_the_busy_hour_is_a_timed_list_of_requests() -> None:
    actions = busy_hour(DATA)
    assert len(actions) > 30
    assert [a.at_s for a in actions] == sorted(a.at_s for a in actions)
    assert all(0 <= a.at_s < 3_600 and a.path == "/v1/calls" for a in actions)
    assert len({a.sign_id for a in actions}) == len(actions)
    assert all(reports[-1][1] == "cleared" for a in actions for reports in a.agenda)


def test_the_command_prints_one_line() -> None:
    command = [sys.executable, "-m", "loadtests.sf_fire", "--data", str(DATA), "--crew", "60"]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    summary = json.loads(printed.stdout)
    assert summary["served"] == 5_292

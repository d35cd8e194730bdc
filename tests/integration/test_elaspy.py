"""The outside oracle: another simulator's ambulances, sent by our dispatch."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from loadtests.elaspy.dispatcher import CallCame, Fact, NearestOnly, Sent
from loadtests.elaspy.oracle import compare

ROOT: Final = Path(__file__).resolve().parents[2]
DATA: Final = Path(os.environ.get("AUXILIO_SHARED", ROOT.parent / "shared")) / "data" / "elaspy"
BASES: Final = DATA / "Base_Locations_Ambulances_MEXCLP_21_22_23.csv"
CASE: Final = "diesel_3"

pytestmark = pytest.mark.skipif(
    not (DATA / CASE).is_dir(), reason="the ELASPY case is not here (set AUXILIO_SHARED to the folder that holds data/)"
)


def test_the_command_prints_one_line_and_agrees_on_every_call() -> None:
    command = [sys.executable, "-m", "loadtests.elaspy", "--data", str(DATA), "--case", CASE, "--bases", str(BASES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert answer.pop("mean_response_min") == pytest.approx(6.916663, abs=1e-6)
    assert answer == {"case": CASE, "calls": 1400, "same_unit": 1400, "same_time": 1400}


class FirstFree(NearestOnly):
    """A dispatcher that sends whoever is free with the lowest number, near or far."""

    def hear(self, fact: Fact, at_min: float, whereabouts: Mapping[int, int]) -> Sequence[Sent]:  # noqa: ARG002
        if isinstance(fact, CallCame) and whereabouts:
            return [Sent(fact.call, min(whereabouts))]
        return []


def test_the_comparison_goes_red_for_a_dispatch_that_is_not_the_nearest() -> None:
    answer = compare(DATA, CASE, BASES, FirstFree)
    assert answer["same_unit"] < 700
    assert answer["same_time"] < 700

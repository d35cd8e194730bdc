"""The outside oracle: another simulator's ambulances, sent by our dispatch."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from loadtests.elaspy.case import City, read_bases, read_city, read_visits
from loadtests.elaspy.desk import Desk
from loadtests.elaspy.dispatcher import CallCame, Fact, Sent
from loadtests.elaspy.oracle import compare
from loadtests.elaspy.world import World

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


class FirstFree:
    """A dispatcher that sends whoever is free with the lowest number, near or far."""

    def __init__(self, city: City, bases: Sequence[int]) -> None:
        pass

    def hear(self, fact: Fact, at_min: float, whereabouts: Mapping[int, int]) -> Sequence[Sent]:  # noqa: ARG002
        return [Sent(fact.call, min(whereabouts))] if isinstance(fact, CallCame) and whereabouts else []


def test_the_comparison_goes_red_for_a_dispatch_that_is_not_the_nearest() -> None:
    answer = compare(DATA, CASE, BASES, FirstFree)
    assert answer["same_unit"] < 700
    assert answer["same_time"] < 700


class Line:
    """The oracle's rule, sharing nothing with our dispatch: first come, least siren time, lowest number."""

    def __init__(self, city: City) -> None:
        self.siren_min, self.waiting = city.siren_min, list[CallCame]()

    def hear(self, fact: Fact, at_min: float, whereabouts: Mapping[int, int]) -> Sequence[Sent]:  # noqa: ARG002
        free, sent = dict(whereabouts), []
        if isinstance(fact, CallCame):
            self.waiting.append(fact)
        while self.waiting and free:
            call = self.waiting.pop(0)
            unit = min(free, key=lambda unit: (self.siren_min[free[unit], call.node], unit))
            del free[unit]
            sent.append(Sent(call.call, unit))
        return sent


@pytest.mark.parametrize("units", [1, 5, 9])
def test_too_few_units_make_calls_wait_and_the_line_is_still_served_in_order(units: int) -> None:
    city = read_city(DATA)
    bases, visits = read_bases(city, BASES)[:units], read_visits(city, DATA, CASE)[:300]
    ours = list(World(city, bases, visits, Desk(city, bases)).run())
    assert ours == list(World(city, bases, visits, Line(city)).run())
    assert len(ours) == len(visits)
    assert sum(answer.minutes > 60 for _, answer in ours) > 30

"""Run a case and count the calls on which we and the oracle agree."""

from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Final, TypedDict

from loadtests.elaspy.case import City, read_bases, read_city, read_visits
from loadtests.elaspy.desk import Desk
from loadtests.elaspy.dispatcher import Dispatcher
from loadtests.elaspy.world import World

SAME_MIN: Final = 1e-6  # minutes: the oracle writes all its digits, the last ones are rounding

MakeDispatcher = Callable[[City, Sequence[int]], Dispatcher]


class Agreement(TypedDict):
    """What the command prints; `same_unit` and `same_time` count calls."""

    case: str
    calls: int
    same_unit: int
    same_time: int
    mean_response_min: float


def compare(data: Path, case: str, bases: Path, make_dispatcher: MakeDispatcher = Desk) -> Agreement:
    """Run one case. Raises FileNotFoundError or ValueError when its files are not what they should be."""
    city = read_city(data)
    homes, visits = read_bases(city, bases), read_visits(city, data, case)
    answers = dict(World(city, homes, visits, make_dispatcher(city, homes)).run())
    pairs = [(visits[call], answer) for call, answer in sorted(answers.items())]
    return Agreement(
        case=case,
        calls=len(visits),
        same_unit=sum(answer.unit == visit.expected_unit for visit, answer in pairs),
        same_time=sum(abs(answer.minutes - visit.expected_response_min) <= SAME_MIN for visit, answer in pairs),
        mean_response_min=fmean([answer.minutes for _, answer in pairs] or [0.0]),
    )

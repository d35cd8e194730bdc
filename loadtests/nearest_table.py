"""Print the table of docs/nearest.md: four exact ways to find the nearest unit, side by side in one run.

`python -m loadtests.nearest_table [--units 10 1000 ...]`. Per size and method: the least of the rounds' medians.
"""

import argparse
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from statistics import median
from time import perf_counter_ns
from typing import Final

from geo.point import Point
from geo.travel import TravelKind
from loadtests.nearest_methods import Car, Loop, Method, Rings, Scan, Screen

SIZES: Final = (10, 150, 500, 1_000, 10_000, 100_000)
ROUNDS: Final = 9
SEED: Final = 20_260
METHODS: Final[Mapping[str, Callable[[Sequence[Car]], Method]]] = {
    "loop": Loop,
    "scan": Scan,
    "rings": Rings,
    "screen": Screen,
}
BASELINE: Final = "scan"

# A border fleet: trucks mostly. Three of four are free.
MIX: Final = (
    [TravelKind.TRUCK] * 12
    + [TravelKind.ATV] * 3
    + [TravelKind.HORSE, TravelKind.FOOT, TravelKind.HELICOPTER, TravelKind.BOAT, TravelKind.AMBULANCE]
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m loadtests.nearest_table", description=__doc__)
    parser.add_argument("--units", type=int, nargs="+", default=list(SIZES), help="fleet sizes")
    sizes = parser.parse_args().units
    print("One pick of eight, microseconds (ratio to scan); one move, microseconds.\n")
    print("| units | " + " | ".join(METHODS) + " | " + " | ".join(f"{name} move" for name in METHODS) + " |")
    print("|---:" * (1 + 2 * len(METHODS)) + "|")
    for size in sizes:
        print(row(size), flush=True)


def row(size: int) -> str:
    """Measure one fleet size. Raises AssertionError when two methods name different units."""
    rng = random.Random(SEED + size)
    cars = [Car(f"U{n}", place(rng), rng.choice(MIX), rng.random() < 0.75) for n in range(size)]
    methods = {name: make(cars) for name, make in METHODS.items()}
    targets = [place(rng) for _ in range(max(5, min(200, 200_000 // size)))]
    for target in targets[:100]:
        expected = methods[BASELINE].find(target)
        assert all(method.find(target) == expected for method in methods.values())
    picks: dict[str, list[float]] = {name: [] for name in METHODS}
    moves: dict[str, list[float]] = {name: [] for name in METHODS}
    for _ in range(ROUNDS):  # the methods take turns, so that a slow moment of the machine meets them all
        steps = [(rng.randrange(size), place(rng)) for _ in range(500)]
        for name, method in methods.items():
            picks[name].append(median(timed_us(partial(method.find, target)) for target in targets))
            moves[name].append(median(timed_us(partial(method.move, *step)) for step in steps))
    base = min(picks[BASELINE])
    pick_cells = [f"{min(times):,.0f} ({min(times) / base:.2f})" for times in picks.values()]
    move_cells = [f"{min(times):.2f}" for times in moves.values()]
    return f"| {size:,} | " + " | ".join(pick_cells + move_cells) + " |"


def timed_us(act: Callable[[], object]) -> float:
    begun = perf_counter_ns()
    act()
    return (perf_counter_ns() - begun) / 1_000


def place(rng: random.Random) -> Point:
    """A place near the line from San Diego to Brownsville, within about a degree of it."""
    along = rng.random()
    return Point(32.5 - 6.6 * along + rng.uniform(-0.3, 0.7), -117.1 + 19.6 * along + rng.uniform(-0.3, 0.3))


if __name__ == "__main__":
    main()

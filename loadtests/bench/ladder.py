"""How the bench climbs: every rate for every system in turn, until a system fails one twice; then in between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from loadtests.bench.journal import Result, Step
from loadtests.bench.systems import System
from loadtests.bench.table import show

TRIES: Final = 2  # the machine is shared: one bad moment is not a limit
COMMON_RATE: Final = 100.0  # the issue compares the medians here
COMMON_ROUNDS: Final = 3
HALVINGS: Final = 2


@dataclass(slots=True)
class Climb:
    """One system's way up."""

    system: System
    results: dict[float, list[Result]] = field(default_factory=dict)
    failed: float | None = None

    @property
    def held(self) -> float:
        """Return the highest rate held below the first that was not, 0 when none was."""
        limit = self.failed or float("inf")
        held = [rate for rate, found in self.results.items() if rate < limit and any(r.is_held for r in found)]
        return max(held, default=0.0)

    async def try_rate(self, rate: float, seconds: float, seeds: Iterator[int]) -> bool:
        """Run one rate, again if it is not held; say whether it was."""
        for _ in range(TRIES):
            result = await self.system.run(Step(rate, seconds, next(seeds)))
            self.results.setdefault(rate, []).append(result)
            show(self.system.name, rate, result)
            if result.is_held:
                return True
        self.failed = min(rate, self.failed or rate)
        return False

    def median_of(self, rate: float, name: str) -> float:
        """Return the median over this rate's runs of one figure."""
        return median(float(getattr(result, name)) for result in self.results[rate])


async def climb(systems: Sequence[System], rates: Sequence[float], seconds: float, seeds: Iterator[int]) -> list[Climb]:
    """Run the ladder with the systems interleaved, so that a slow minute of the machine is everybody's."""
    climbs = [Climb(system) for system in systems]
    for rate in rates:
        rounds = COMMON_ROUNDS if rate == COMMON_RATE else 1
        for _ in range(rounds):
            for one in climbs:
                if one.failed is None:
                    await one.try_rate(rate, seconds, seeds)
    for one in climbs:
        await narrow(one, seconds, seeds)
    return climbs


async def narrow(one: Climb, seconds: float, seeds: Iterator[int]) -> None:
    """Halve the gap between the highest rate held and the lowest that was not, geometrically."""
    for _ in range(HALVINGS):
        if one.failed is None or not one.held:
            return
        middle = round((one.held * one.failed) ** 0.5)
        await one.try_rate(float(middle), seconds, seeds)

"""One seed: a city talks to dispatch for some thousand steps, and every step is checked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from dispatch.board import Board
from dispatch.commands import Command
from dispatch.decide import decide
from loadtests.chatter import Chatter
from loadtests.city import City
from tests.simulation.invariants import Invariants

FULL_CHECK_EVERY: Final = 500
DRAIN_ROUNDS_MAX: Final = 40


class SeedFailed(AssertionError):
    """A broken promise, with the seed that breaks it and the command that shows it again."""

    def __init__(self, seed: int, step: int, command: object, why: BaseException) -> None:
        again = f"AUXILIO_SIM_SEED={seed} python -m pytest tests/simulation/test_simulation.py"
        text = f"seed {seed} step {step}: {type(why).__name__}: {why}\n  after {command}\n  again: {again}"
        super().__init__(text)


@dataclass(slots=True)
class Run:
    """A board under test with its city and its judges. `seen` counts commands by name, `refused` those refused."""

    seed: int
    city: City = field(init=False)
    board: Board = field(init=False)
    invariants: Invariants = field(init=False)
    seen: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.city = City(self.seed)
        self.board = Board()
        self.invariants = Invariants(self.board, self.city.positions)

    def play(self, steps: int) -> None:
        """Run the seed. Raises SeedFailed."""
        chatter = Chatter(self.city, self.board)
        for number, command in enumerate(self.city.opening()):
            self._step(number - 100, command)
        for number in range(steps):
            self.city.pass_time()
            self.city.drive(self.board, self.invariants.history.board)
            self._step(number, chatter.next())
            if number % FULL_CHECK_EVERY == FULL_CHECK_EVERY - 1:
                self._guard(number, None, self.invariants.check_all)
        self._drain(steps)
        self._guard(steps, None, self.invariants.check_all)

    def _drain(self, step: int) -> None:
        """Let every timer run out: deadlines that come back at once for ever are a bug too."""
        for _ in range(DRAIN_ROUNDS_MAX):
            overdue = self.board.deadlines.overdue(self.city.now, 10_000)
            if not overdue:
                return
            for command in overdue:
                self._step(step, command)
        self.city.now += timedelta(days=1)
        raise SeedFailed(self.seed, step, overdue[0], AssertionError("a deadline never comes to rest"))

    def _step(self, number: int, command: Command) -> None:
        self._guard(number, command, lambda: self._decide(command))

    def _decide(self, command: Command) -> None:
        decision = decide(self.board, command, self.city.now)
        name = type(command).__name__
        self.seen[name] = self.seen.get(name, 0) + 1
        if decision.refusal is not None:
            self.refused[name] = self.refused.get(name, 0) + 1
        for event in decision.events:
            kind = type(event).__name__
            self.events[kind] = self.events.get(kind, 0) + 1
        self.invariants.check(command, decision, self.city.now)

    def _guard(self, number: int, command: Command | None, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as why:
            raise SeedFailed(self.seed, number, command, why) from why

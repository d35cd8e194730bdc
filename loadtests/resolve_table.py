"""How well ids are resolved: `python -m loadtests.resolve_table [--seed N]` prints the tables of docs/resolve.md."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from random import Random
from time import perf_counter
from typing import Final

from geo.place import DeviceFix, PlaceState, Resolution
from geo.registry import Registry
from geo.resolve import Resolver
from geo.sign import LifeCycle
from loadtests.border import make_border
from loadtests.fixes import device_fix
from loadtests.garbles import Garble, Trial, garble

TRIALS: Final = 30_000  # per column, over all kinds in equal shares
GROSS_PSAP_SHARE: Final = 0.08  # calls about a sector their PSAP does not usually have
FALSE_YES_SHARE: Final = 0.02  # wrong ids that a caller agrees to when they are read back: an assumption, see docs


class Known(StrEnum):
    """What stands beside the words."""

    WORDS = "words alone"
    USUAL = "words, usual sectors"
    FINE = "words, device (GPS, Wi-Fi)"
    COARSE = "words, device (cell sector)"
    FINE_USUAL = "words, device (GPS, Wi-Fi), usual sectors"
    READ_BACK = "words, read back"


@dataclass
class Score:
    trials: int = 0
    first: int = 0
    third: int = 0
    confirmed: int = 0
    false_accepts: int = 0
    wrong_probable: int = 0
    seconds: list[float] = field(default_factory=list)

    def count(self, trial: Trial, found: Resolution, seconds: float) -> None:
        ids = [candidate.sign_id for candidate in found.candidates]
        meant = trial.meant.sign_id if trial.meant else ""
        is_right = ids[:1] == [meant]
        self.trials += 1
        self.first += is_right
        self.third += meant in ids[:3]
        self.confirmed += found.state is PlaceState.CONFIRMED
        self.false_accepts += found.state is PlaceState.CONFIRMED and not is_right
        self.wrong_probable += found.state is PlaceState.PROBABLE and not is_right
        self.seconds.append(seconds)

    def add(self, other: "Score") -> None:
        for name in ("trials", "first", "third", "confirmed", "false_accepts", "wrong_probable"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.seconds += other.seconds


class Bench:
    """The synthetic border and everything that is drawn for a trial."""

    def __init__(self, seed: int) -> None:
        border = make_border(seed)
        registry = Registry(border.signs, border.sectors, version=1)
        self.resolver = Resolver(registry)
        self._signs = [sign for sign in registry.signs if sign.life is not LifeCycle.RETIRED]
        self._taken = frozenset(sign.sign_id for sign in registry.signs)
        self._sectors = [sector.sector for sector in border.sectors]
        self._names = {sector.sector: sector.name for sector in border.sectors}

    def score(self, kind: Garble, known: Known, trials: int, rng: Random) -> Score:
        score = Score()
        for _ in range(trials):
            trial = garble(rng.choice(self._signs), kind, self._names, self._taken, rng)
            device = self._device(trial, known, rng)
            usual = self._usual(trial, rng) if known in (Known.USUAL, Known.FINE_USUAL) else ()
            start = perf_counter()
            found = self.resolver.resolve(trial.said, device, usual)
            seconds = perf_counter() - start
            if known is Known.READ_BACK and found.candidates:
                found = self._read_back(trial, found, rng)
            score.count(trial, found, seconds)
        return score

    def _device(self, trial: Trial, known: Known, rng: Random) -> DeviceFix | None:
        if known not in (Known.FINE, Known.FINE_USUAL, Known.COARSE):
            return None
        return device_fix(trial.near.point, known is Known.COARSE, trial.meant is not None, rng)

    def _usual(self, trial: Trial, rng: Random) -> tuple[str, ...]:
        """A PSAP has one sector or two neighbours, and now and then the call is about neither."""
        at = self._sectors.index(trial.near.sector)
        if rng.random() < GROSS_PSAP_SHARE:
            at = (at + rng.choice((-1, 1))) % len(self._sectors)
            return (self._sectors[at],)
        return tuple(self._sectors[at : at + rng.choice((1, 2))])

    def _read_back(self, trial: Trial, found: Resolution, rng: Random) -> Resolution:
        """Read the first candidate back; a caller agrees to the right one, and to FALSE_YES_SHARE of the wrong ones."""
        first = found.candidates[0].sign_id
        is_right = trial.meant is not None and first == trial.meant.sign_id
        if not is_right and rng.random() >= FALSE_YES_SHARE:
            return found
        return self.resolver.resolve(first, read_back=True)


def upper_bound(hits: int, trials: int) -> float:
    """Return the 95 % one-sided upper bound of a share (Clopper and Pearson), by bisection on the binomial tail."""
    low, high = hits / trials, min(1.0, (hits + 10 * sqrt(hits + 1) + 10) / trials)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(hits, trials, middle) > 0.05 else (low, middle)
    return high


def _at_most(hits: int, trials: int, share: float) -> float:
    term = float((1.0 - share) ** trials)
    total = term
    for k in range(1, hits + 1):
        term *= (trials - k + 1) / k * share / (1.0 - share)
        total += term
    return total


def measure(seed: int, trials: int, columns: Sequence[Known]) -> Iterator[tuple[Known, dict[str, Score]]]:
    """Yield each column's scores by kind, and over all kinds in equal shares; the same seed gives the same figures."""
    bench = Bench(seed)
    for known in columns:
        rng = Random(f"{seed} {known}")
        scores = {str(kind): bench.score(kind, known, trials // len(Garble), rng) for kind in Garble}
        whole = Score()
        for score in scores.values():
            whole.add(score)
        yield known, {**scores, "**all, equal shares**": whole}


def _print(known: Known, scores: dict[str, Score]) -> None:
    whole = [*scores.values()][-1]
    print(f"\n### {known}\n\n| garble | top-1 | top-3 | confirmed | false accept | wrong probable |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, one in scores.items():
        share = [f"{100 * hits / one.trials:.1f} %" for hits in (one.first, one.third, one.confirmed)]
        false_accept = f"{100 * one.false_accepts / one.trials:.3f} %"
        wrong = f"{100 * one.wrong_probable / one.trials:.1f} %"
        print(f"| {name} | {share[0]} | {share[1]} | {share[2]} | {false_accept} | {wrong} |")
    bound = 100 * upper_bound(whole.false_accepts, whole.trials)
    times = sorted(whole.seconds)
    p50, p99 = (1e3 * times[int(len(times) * q)] for q in (0.5, 0.99))
    print(
        f"\n{whole.false_accepts} false accepts in {whole.trials} trials: below {bound:.3f} % (95 %, one-sided).",
        end=" ",
    )
    print(f"p50 {p50:.2f} ms, p99 {p99:.2f} ms.")


def main() -> None:
    parser = argparse.ArgumentParser(description="Print how well garbled ids are resolved, as markdown tables.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=TRIALS, help="per column, over all kinds")
    wanted = parser.parse_args()
    for known, scores in measure(wanted.seed, wanted.trials, [*Known]):
        _print(known, scores)


if __name__ == "__main__":
    main()

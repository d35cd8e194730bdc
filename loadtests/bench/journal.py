"""What one step saw: each call's intended start, acknowledgement and delivery, and what follows from them."""

from dataclasses import dataclass, field
from math import ceil
from typing import Final

HELD_P99_MS: Final = 250.0  # the limit for a rate that is held
NEVER_MS: Final = 99_999.9  # stands for the latency of what never came


@dataclass(slots=True)
class Step:
    """One rate for a while. `positions` are fixes a second from all units together."""

    rate: float
    seconds: float
    seed: int
    positions: int = 0


@dataclass(slots=True)
class Result:
    """A step's figures; times in milliseconds from the intended start, CPU as shares of one core."""

    calls: int
    acked: int
    delivered: int
    acts: int
    refused: int
    ack_p50: float
    ack_p99: float
    unit_p50: float
    unit_p99: float
    late_p50: float
    client_cpu: float
    server_cpu: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Whether every call was acknowledged and delivered."""
        return self.acked == self.delivered == self.calls and not self.refused

    @property
    def is_held(self) -> bool:
        return self.is_whole and max(self.ack_p99, self.unit_p99) < HELD_P99_MS


@dataclass(slots=True)
class Journal:
    """Collected while a step runs; call n's intended start is `starts + offsets[n]`."""

    starts: float
    offsets: list[float]
    sent: dict[int, float] = field(default_factory=dict)
    acked: dict[int, float] = field(default_factory=dict)
    incident_of: dict[int, int] = field(default_factory=dict)
    offered: dict[int, float] = field(default_factory=dict)
    acts: int = 0
    refused: int = 0

    def delivered(self) -> dict[int, float]:
        """Return when each acknowledged call's offer reached a unit's socket."""
        return {n: self.offered[i] for n, i in self.incident_of.items() if i in self.offered}

    def is_done(self, acts_a_call: int) -> bool:
        calls = len(self.offsets)
        return len(self.acked) + self.refused >= calls and (
            len(self.offered) >= calls and self.acts >= calls * acts_a_call
        )

    def result(self, client_cpu: float) -> Result:
        acks, units, late = (self._since(when) for when in (self.acked, self.delivered(), self.sent))
        return Result(
            len(self.offsets), len(acks), len(units), self.acts, self.refused,
            percentile(acks, 50), percentile(acks, 99), percentile(units, 50), percentile(units, 99),
            percentile(late, 50), client_cpu,
        )  # fmt: skip

    def _since(self, when: dict[int, float]) -> list[float]:
        return sorted((at - self.starts - self.offsets[n]) * 1000 for n, at in when.items())


def percentile(ordered: list[float], share: float) -> float:
    """Return the nearest-rank percentile; without values there is none."""
    return ordered[ceil(len(ordered) * share / 100) - 1] if ordered else NEVER_MS

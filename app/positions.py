"""Unit positions: not events. The newest per unit, in memory; told once a second, sampled to the track table."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.view import View
from geo.point import Point

SAMPLE: Final = timedelta(seconds=5)  # of a track, by the device's clock; 17,000 a day and unit at most
SAMPLES_MAX: Final = 100_000  # ten hours of 14 phones told in one burst, or 1,000 units while the store is away 8 min


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a unit was, by its own clock; `source` is the app or network that told it, None for our own app."""

    unit_id: str
    point: Point
    fixed_at: datetime
    accuracy_m: float | None = None
    source: str | None = None


class Positions:
    """Takes fixes; the newest by its own time wins, in whatever order they come. `forward` takes them to the desk."""

    def __init__(self, view: View, forward: Callable[[Fix], None]) -> None:
        self._view = view
        self._forward = forward
        self.latest: dict[str, Fix] = {}
        self._to_tell: dict[str, Fix] = {}
        self._to_keep: set[str] = set()
        self._samples: list[Fix] = []
        self._sampled_at: dict[str, datetime] = {}
        self._to_relay: dict[str, Fix] = {}
        self.taken = 0
        self.samples_left_out = 0

    def forward_to(self, forward: Callable[[Fix], None]) -> None:
        """From now on the desk is reached this way."""
        self._forward = forward

    def take(self, fix: Fix, *, is_own: bool = True) -> bool:
        """Take a fix; `is_own` when it arrived in this process. False when the unit is unknown or it is an old fix."""
        if fix.unit_id not in self._view.board.units:
            return False
        known = self.latest.get(fix.unit_id)
        if known is not None and known.fixed_at >= fix.fixed_at:
            return False
        self.taken += 1
        self.latest[fix.unit_id] = fix
        self._view.board.place_unit(fix.unit_id, fix.point, fix.fixed_at)
        self._to_tell[fix.unit_id] = fix
        if is_own:
            self._forward(fix)
            self._to_keep.add(fix.unit_id)
            self._sample(fix)
            self._to_relay[fix.unit_id] = fix
        return True

    def load(self, fixes: Iterable[Fix]) -> None:
        """Learn stored positions without telling anybody."""
        for fix in fixes:
            known = self.latest.get(fix.unit_id)
            if fix.unit_id in self._view.board.units and (known is None or known.fixed_at < fix.fixed_at):
                self.latest[fix.unit_id] = fix
                self._view.board.place_unit(fix.unit_id, fix.point, fix.fixed_at)

    def told(self) -> list[Fix]:
        """Return what changed since the last call, for the clients."""
        fixes, self._to_tell = list(self._to_tell.values()), {}
        return fixes

    def _sample(self, fix: Fix) -> None:
        """Take a fix into the track when five seconds of the device's own time have passed.

        What a phone tells late, after hours without signal, comes in one burst, and is a track all the same.
        """
        before = self._sampled_at.get(fix.unit_id)
        if before is None or fix.fixed_at - before >= SAMPLE:
            self._sampled_at[fix.unit_id] = fix.fixed_at
            self._keep_samples([fix])

    def give_back(self, newest: Iterable[Fix], samples: Iterable[Fix]) -> None:
        """Take back what could not be written; it is tried again with what has come since."""
        self._to_keep.update(fix.unit_id for fix in newest)
        since, self._samples = self._samples, []
        self._keep_samples((*samples, *since))

    def _keep_samples(self, samples: Sequence[Fix]) -> None:
        """Keep samples up to the bound, the oldest first; the newest position of each unit is kept in any case."""
        room = SAMPLES_MAX - len(self._samples)
        self._samples.extend(samples[:room])
        self.samples_left_out += max(len(samples) - room, 0)

    def kept(self) -> tuple[list[Fix], list[Fix]]:
        """Return, for the database, the newest of each unit that moved since the last call, and the tracks' samples."""
        newest = [self.latest[unit_id] for unit_id in self._to_keep]
        samples, self._samples, self._to_keep = self._samples, [], set()
        return newest, samples

    def relayed(self) -> list[Fix]:
        """Return what arrived in this process since the last call, for the other processes."""
        fixes, self._to_relay = list(self._to_relay.values()), {}
        return fixes

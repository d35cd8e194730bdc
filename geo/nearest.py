"""The nearest unit: exact, by travel time, with the reasons for whoever was passed over. See docs/nearest.md."""

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from geo.fleet import NEVER, Fleet
from geo.point import Floats, Point, distances_m
from geo.standing import FREE, Standing, Standings
from geo.travel import Movers, TravelTime

Indices = NDArray[np.int64]

TAKE: Final = 8  # the chosen and the next seven stand in the offer's event
_REASONS: Final = tuple(standing.reason for standing in Standing)


class Pick(Struct, frozen=True, gc=False):
    """A unit that may be sent. `fix_age_s` is None when it never reported and stands where it was put."""

    unit_id: str
    sector: str
    point: Point
    seconds: float
    distance_m: float
    fix_age_s: float | None
    is_stale: bool


class Ranking(Struct, frozen=True, gc=False):
    """Picks, best first: fresh fixes before stale ones, then seconds, then unit id. Counts per reason for the rest."""

    picks: tuple[Pick, ...]
    passed_over: Mapping[str, int]
    eligible: int

    @property
    def best(self) -> Pick | None:
        """Return the unit to send, None when nobody may be."""
        return self.picks[0] if self.picks else None


def nearest(
    fleet: Fleet,
    target: Point,
    travel: TravelTime,
    *,
    needs: Collection[str] = (),
    sectors_allowed: Collection[str],
    excluded: Collection[str] = (),
    now_s: float,
    fix_limit_s: float,
    take: int = TAKE,
) -> Ranking:
    """Rank the eligible units by travel time to the target and return the first `take` (at least 1).

    A fix older than `fix_limit_s` is stale: ranked after every fresh one. `excluded` were asked in this round.
    """
    standings = fleet.standings(needs, sectors_allowed, excluded)
    ready = (standings == FREE).nonzero()[0]
    lats, lons = fleet.lats[ready], fleet.lons[ready]
    away_m = distances_m(target.lat, target.lon, lats, lons)
    seconds = travel.seconds(target, Movers(lats, lons, away_m, fleet.kinds[ready]))
    reached = np.isfinite(seconds)
    if not reached.all():
        standings[ready[~reached]] = Standing.UNREACHABLE
        ready, away_m, seconds = ready[reached], away_m[reached], seconds[reached]
    stale = now_s - fleet.fixed_at_s[ready] > fix_limit_s
    first = _first(seconds, stale, fleet.ranks[ready], take)
    picks = _picks(fleet, ready[first], seconds[first], away_m[first], now_s=now_s, fix_limit_s=fix_limit_s)
    return Ranking(picks, _counts(standings), len(ready))


def _first(seconds: Floats, stale: NDArray[np.bool_], ranks: Indices, take: int) -> Indices:
    """Return the indices of the first `take` in the order (stale, seconds, rank)."""
    if not stale.any():
        return _shortest(seconds, ranks, take)
    fresh, old = (~stale).nonzero()[0], stale.nonzero()[0]
    first = fresh[_shortest(seconds[fresh], ranks[fresh], take)]
    if len(first) == take:
        return first
    rest = old[_shortest(seconds[old], ranks[old], take - len(first))]
    return np.concatenate((first, rest))


def _shortest(seconds: Floats, ranks: Indices, take: int) -> Indices:
    """Return the indices of the `take` shortest, ties by rank: partition, then sort only what can be among them."""
    if take >= len(seconds):
        return np.lexsort((ranks, seconds))
    worst = np.partition(seconds, take - 1)[take - 1]
    near = (seconds <= worst).nonzero()[0]
    first: Indices = near[np.lexsort((ranks[near], seconds[near]))][:take]
    return first


def _picks(
    fleet: Fleet, slots: Indices, seconds: Floats, away_m: Floats, *, now_s: float, fix_limit_s: float
) -> tuple[Pick, ...]:
    picks = []
    for slot, time_s, distance_m, fixed_at_s in zip(
        slots.tolist(), seconds.tolist(), away_m.tolist(), fleet.fixed_at_s[slots].tolist(), strict=True
    ):
        age_s = now_s - fixed_at_s
        known_age_s = None if fixed_at_s == NEVER else max(age_s, 0.0)
        unit_id, sector, point = fleet.unit_ids[slot], fleet.sectors[slot], fleet.points[slot]
        picks.append(Pick(unit_id, sector, point, time_s, distance_m, known_age_s, age_s > fix_limit_s))
    return tuple(picks)


def _counts(standings: Standings) -> dict[str, int]:
    counts = np.bincount(standings, minlength=len(_REASONS)).tolist()
    return {reason: count for reason, count in zip(_REASONS[1:], counts[1:], strict=True) if count}

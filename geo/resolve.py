"""From what was read out to a place: every sign weighed by what was heard, who heard it, and where the phone is.

Each source is a likelihood in nats and they add up, so a candidate's score is its share of all signs' likelihood.
`docs/resolve.md` tells how it works and how well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import exp, isfinite, log
from typing import Final

import numpy as np

from geo.place import Candidate, DeviceFix, PlaceState, Resolution
from geo.point import Floats, distances_m
from geo.registry import Registry
from geo.sign_index import CAP_NATS, HEARINGS_KEPT, RETIRED_NATS, SignIndex, Slots
from geo.spoken import Heard
from geo.verdict import Evidence, Reason, judge

CANDIDATES_MAX: Final = 5
CANDIDATE_NATS_MAX: Final = 11.0  # two ordinary slips; what is less alike is no candidate
SIGHT_M: Final = 150.0  # how far from the sign somebody still stands who has just read it
RADIUS_MIN_M: Final = 10.0  # a phone that claims to know better does not
RADIUS_MAX_M: Final = 100_000.0
WITHIN_SHARE: Final = 0.7  # fixes really within the radius said to hold 90 %; in the open, reported radii flatter
DEVICE_NATS_MAX: Final = 12.0  # a fix may be grossly wrong: stale, another handset's, the far side's cell
UNUSUAL_SHARE: Final = 0.08  # calls about a sector their PSAP does not usually have, spread over all of those
SCORE_DIGITS: Final = 12
PRIORS_KEPT: Final = 256  # one for each PSAP's usual sectors; 70 KB each


@dataclass(frozen=True, slots=True)
class Prior:
    """What speaks for each sign before anything is heard, shape (signs,), and its sum."""

    shares: Floats
    total: float


class Resolver:
    """Resolves against one registry version; remembers what it resolved, never what was said."""

    def __init__(self, registry: Registry) -> None:
        self.registry: Final = registry
        self._index: Final = SignIndex(registry)
        self._printed: dict[str, Heard] = {}  # ids only: what people say is not kept
        self._resolve_heard: Final = lru_cache(maxsize=HEARINGS_KEPT)(self._resolve)
        self._before: Final = lru_cache(maxsize=PRIORS_KEPT)(self._weigh_before)

    def resolve(
        self,
        said: str,
        device: DeviceFix | None = None,
        usual_sectors: tuple[str, ...] = (),
        read_back: bool = False,
    ) -> Resolution:
        """Return at most five candidates, the state of the first and a Reason. Never raises, whatever was said.

        `read_back`: the caller has agreed to this id when it was read to them.
        """
        heard = self._printed.get(said) or self._index.ear.hear(said)
        if device is None:
            return self._resolve_heard(heard, usual_sectors, read_back)
        return self._resolve(heard, usual_sectors, read_back, device)

    def _resolve(
        self, heard: Heard, usual_sectors: tuple[str, ...], read_back: bool, device: DeviceFix | None = None
    ) -> Resolution:
        index = self._index
        if not heard.stretches or not index.signs:
            return Resolution(PlaceState.UNVERIFIED, (), Reason.NOTHING_HEARD)
        alike = index.alike(heard)
        slots, text, exact = alike.slots, alike.nats, alike.exact
        away = self._distances_m(device)
        fix = None if device is None or away is None else _Fix(device, away)
        posterior = self._posterior(slots, text, self._before(usual_sectors), fix)
        likeliest = _likeliest(posterior, text)
        if not likeliest:
            return Resolution(PlaceState.UNVERIFIED, (), Reason.NO_MATCH)
        first = likeliest[0]
        best = int(slots[first])
        state, reason = judge(
            Evidence(
                best=best,
                posterior=float(posterior[first]),
                text_nats=float(text[first]),
                exact=exact,
                is_incomplete=index.is_incomplete(best, heard),
                is_checked=best in index.checked,
                is_retired=bool(index.retired[best]),
                is_usual=self._is_usual(best, usual_sectors),
                is_read_back=read_back,
                device_agrees=None if fix is None else fix.agrees(best),
                exact_device_nats=None if fix is None or not exact else min(fix.nats(slot) for slot in exact),
            )
        )
        shown = tuple(self._candidate(int(slots[i]), float(posterior[i]), fix) for i in likeliest)
        return Resolution(state, shown, reason)

    def rehearse(self) -> Iterator[None]:
        """Hear every sign read out as it is printed, one a step, so that the first caller about it does not wait."""
        for sign in self.registry.signs:
            heard = self._printed[sign.sign_id] = self._index.ear.hear(sign.sign_id)
            self._index.alike(heard)
            yield

    def _posterior(self, slots: Slots, text: Floats, before: Prior, fix: "_Fix | None") -> Floats:
        """Return each of these signs' share of all signs' likelihood; what is like no other sign costs CAP_NATS."""
        shares = before.shares
        total = before.total
        if fix is not None:
            shares = shares * fix.shares
            total = float(shares.sum())
        alike = shares[slots]
        likely: Floats = np.exp(-text) * alike
        rest = max(total - float(alike.sum()), 0.0) * exp(-CAP_NATS)
        # Rounded: where the last digit of an exponential falls must not part what is equally likely.
        return np.round(likely / (float(likely.sum()) + rest), SCORE_DIGITS)

    def _weigh_before(self, usual_sectors: tuple[str, ...]) -> Prior:
        """Return what speaks for each sign before anything is heard: retired ones and unusual sectors weigh less."""
        index = self._index
        nats = RETIRED_NATS * index.retired
        odds = self._unusual_odds(usual_sectors)
        if odds is not None:
            nats = nats + np.where(np.isin(index.sectors, list(usual_sectors)), 0.0, log(odds))
        shares: Floats = np.exp(-nats)
        return Prior(shares, float(shares.sum()))

    def _unusual_odds(self, usual_sectors: tuple[str, ...]) -> float | None:
        """Return how much likelier a sign of a usual sector is; None when that is no reason to prefer any."""
        sectors = self.registry.sectors
        known = {sector for sector in usual_sectors if sector in sectors}
        others = len(sectors) - len(known)
        if not known or not others:
            return None
        return max((1.0 - UNUSUAL_SHARE) / len(known) * others / UNUSUAL_SHARE, 1.0)

    def _is_usual(self, slot: int, usual_sectors: tuple[str, ...]) -> bool:
        odds = self._unusual_odds(usual_sectors)
        return odds is None or odds == 1.0 or self._index.signs[slot].sector in usual_sectors

    def _distances_m(self, device: DeviceFix | None) -> Floats | None:
        """Return metres from the fix to every sign; None without a fix, or with a radius that is no length."""
        if device is None or not isfinite(device.radius_m) or not 0.0 <= device.radius_m <= RADIUS_MAX_M:
            return None
        return distances_m(device.point.lat, device.point.lon, self._index.lats, self._index.lons)

    def _candidate(self, slot: int, posterior: float, fix: "_Fix | None") -> Candidate:
        sign = self._index.signs[slot]
        return Candidate(sign.sign_id, sign.point, sign.sector, posterior, None if fix is None else fix.away_m(slot))


class _Fix:
    """A device's fix against every sign: a heavy-tailed fall-off, P(error > d) = 1 / (1 + d2 / scale2).

    WITHIN_SHARE of the errors lie within the radius (widened by sight); no fix costs more than DEVICE_NATS_MAX.
    """

    def __init__(self, device: DeviceFix, away: Floats) -> None:
        self._away = away
        radius_m = max(device.radius_m, RADIUS_MIN_M)
        self._reach_m = radius_m + SIGHT_M
        self._scale2 = (radius_m**2 + SIGHT_M**2) * (1.0 - WITHIN_SHARE) / WITHIN_SHARE
        self.shares: Floats = np.maximum((1.0 + away * away / self._scale2) ** -2, exp(-DEVICE_NATS_MAX))

    def away_m(self, slot: int) -> float:
        return float(self._away[slot])

    def agrees(self, slot: int) -> bool:
        return self.away_m(slot) <= self._reach_m

    def nats(self, slot: int) -> float:
        return -log(float(self.shares[slot]))


def _likeliest(posterior: Floats, text: Floats) -> list[int]:
    """Return the places of the candidates in these columns, best first; equal ones in order of id."""
    alike = np.flatnonzero(text <= CANDIDATE_NATS_MAX)
    order = alike[np.argsort(-posterior[alike], kind="stable")]
    return [int(place) for place in order[:CANDIDATES_MAX]]

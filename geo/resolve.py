"""From what was read out to a place: every sign weighed by what was heard, who heard it, and where the phone is.

Each source is a likelihood in nats and they add up, so a candidate's score is its share of all signs' likelihood.
`docs/resolve.md` tells how it works and how well.
"""

from math import isfinite, log
from typing import Final

import numpy as np

from geo.place import Candidate, DeviceFix, PlaceState, Resolution
from geo.point import Floats, distances_m
from geo.registry import Registry
from geo.sign_index import RETIRED_NATS, SignIndex
from geo.verdict import Evidence, Reason, judge

CANDIDATES_MAX: Final = 5
CANDIDATE_NATS_MAX: Final = 11.0  # two ordinary slips; what is less alike is no candidate
SIGHT_M: Final = 150.0  # how far from the sign somebody still stands who has just read it
RADIUS_MIN_M: Final = 10.0  # a phone that claims to know better does not
RADIUS_MAX_M: Final = 100_000.0
WITHIN_SHARE: Final = 0.7  # fixes really within the radius said to hold 90 %; in the open, reported radii flatter
DEVICE_NATS_MAX: Final = 12.0  # a fix may be grossly wrong: stale, another handset's, the far side's cell
UNUSUAL_SHARE: Final = 0.08  # calls about a sector their PSAP does not usually have, spread over all of those


class Resolver:
    """Resolves against one registry version; immutable once built, so it may be shared."""

    def __init__(self, registry: Registry) -> None:
        self.registry: Final = registry
        self._index: Final = SignIndex(registry)

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
        index = self._index
        heard = index.ear.hear(said)
        if not heard.stretches or not index.signs:
            return Resolution(PlaceState.UNVERIFIED, (), Reason.NOTHING_HEARD)
        text = index.text_nats(heard).astype(np.float64)
        exact = index.exact(heard)
        for slot, nats in exact.items():
            text[slot] = min(text[slot], nats)
        sector_nats = self._sector_nats(usual_sectors)
        away = self._distances_m(device)
        away_nats = None if away is None or device is None else _device_nats(away, device.radius_m)
        total = text + RETIRED_NATS * index.retired + sector_nats
        if away_nats is not None:
            total = total + away_nats
        weights = np.exp(total.min() - total)
        posterior = weights / weights.sum()
        likeliest = _likeliest(posterior, text)
        if not likeliest:
            return Resolution(PlaceState.UNVERIFIED, (), Reason.NO_MATCH)
        best = likeliest[0]
        state, reason = judge(
            Evidence(
                best=best,
                posterior=float(posterior[best]),
                text_nats=float(text[best]),
                exact=exact,
                is_incomplete=index.is_incomplete(best, heard),
                is_checked=best in index.checked,
                is_retired=bool(index.retired[best]),
                is_usual=bool(sector_nats[best] == 0.0),
                is_read_back=read_back,
                device_agrees=None if away is None or device is None else bool(away[best] <= _reach_m(device.radius_m)),
                exact_device_nats=None if away_nats is None or not exact else min(float(away_nats[s]) for s in exact),
            )
        )
        return Resolution(state, tuple(self._candidate(slot, posterior, away) for slot in likeliest), reason)

    def _sector_nats(self, usual_sectors: tuple[str, ...]) -> Floats:
        """Return what each sign's sector costs: nothing in a usual one, or when no known sector was named."""
        sectors = self.registry.sectors
        known = {sector for sector in usual_sectors if sector in sectors}
        others = len(sectors) - len(known)
        if not known or not others:
            return np.zeros(len(self._index.signs))
        odds = (1.0 - UNUSUAL_SHARE) / len(known) * others / UNUSUAL_SHARE
        nats: Floats = np.where(np.isin(self._index.sectors, list(known)), 0.0, max(log(odds), 0.0))
        return nats

    def _distances_m(self, device: DeviceFix | None) -> Floats | None:
        """Return metres from the fix to every sign; None without a fix, or with a radius that is no length."""
        if device is None or not isfinite(device.radius_m) or not 0.0 <= device.radius_m <= RADIUS_MAX_M:
            return None
        return distances_m(device.point.lat, device.point.lon, self._index.lats, self._index.lons)

    def _candidate(self, slot: int, posterior: Floats, away: Floats | None) -> Candidate:
        sign = self._index.signs[slot]
        distance = None if away is None else float(away[slot])
        return Candidate(sign.sign_id, sign.point, sign.sector, float(posterior[slot]), distance)


def _device_nats(away: Floats, radius_m: float) -> Floats:
    """Return what the fix costs for each sign: a heavy-tailed fall-off, P(error > d) = 1 / (1 + d2 / scale2).

    WITHIN_SHARE of the errors lie within the radius (widened by sight); no fix costs more than DEVICE_NATS_MAX.
    """
    reach2 = max(radius_m, RADIUS_MIN_M) ** 2 + SIGHT_M**2
    scale2 = reach2 * (1.0 - WITHIN_SHARE) / WITHIN_SHARE
    nats: Floats = np.minimum(2.0 * np.log1p(away * away / scale2), DEVICE_NATS_MAX)
    return nats


def _reach_m(radius_m: float) -> float:
    return max(radius_m, RADIUS_MIN_M) + SIGHT_M


def _likeliest(posterior: Floats, text: Floats) -> list[int]:
    """Return the slots of the candidates, best first; equal ones in order of id."""
    alike = np.flatnonzero(text <= CANDIDATE_NATS_MAX)
    order = alike[np.argsort(-posterior[alike], kind="stable")]
    return [int(slot) for slot in order[:CANDIDATES_MAX]]

"""The moving units as columns, so that the pick reads them all at once and a position costs one write."""

from collections.abc import Collection, Iterable
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo.order import UnitOrder, unit_order
from geo.point import Floats, Point
from geo.standing import FREE, Profiles, Standing, Standings
from geo.travel import kind_code

NEVER: Final = float("-inf")  # the fix time of a unit that has not reported: it stands where it was put
FIRST_SLOTS: Final = 256

T = TypeVar("T")
Scalar = TypeVar("Scalar", bound=np.generic)

OWN_STATES: Final = frozenset({Standing.FREE, Standing.OFF_DUTY, Standing.BUSY, Standing.NOT_ANSWERING})


class Fleet:
    """Units in dense slots 0..n-1. Every change is O(1); a method given an id it does not know raises KeyError.

    The columns are for reading, and valid until the next `put` or `drop`.
    """

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self.unit_ids: list[str] = []
        self.points: list[Point] = []
        self.sectors: list[str] = []
        self._orders: list[UnitOrder] = []
        self._ranks: NDArray[np.int64] | None = None
        self._profiles = Profiles()
        self._lats: Floats = np.zeros(FIRST_SLOTS)
        self._lons: Floats = np.zeros(FIRST_SLOTS)
        self._fixed_at_s: Floats = np.zeros(FIRST_SLOTS)
        self._kinds = np.zeros(FIRST_SLOTS, dtype=np.int64)  # int64: numpy gathers by it three times faster
        self._states: Standings = np.zeros(FIRST_SLOTS, dtype=np.uint8)
        self._profile_codes = np.zeros(FIRST_SLOTS, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.unit_ids)

    def __contains__(self, unit_id: str) -> bool:
        return unit_id in self._slots

    def put(
        self,
        unit_id: str,
        *,
        point: Point,
        kind: str,
        sector: str,
        capabilities: Iterable[str] = (),
        status: Standing = Standing.FREE,
        fixed_at_s: float = NEVER,
    ) -> None:
        """Add a unit, or replace all that is known of it. A refusal (UnknownKind, ValueError) changes nothing."""
        code, state = kind_code(kind), _own_state(status)
        slot = self._slots.get(unit_id)
        if slot is None:
            slot = self._add(unit_id, point, sector)
        self.sectors[slot] = sector
        self._kinds[slot] = code
        self._states[slot] = state
        self._profile_codes[slot] = self._profiles.code(sector, frozenset(capabilities))
        self.move(unit_id, point, fixed_at_s)

    def move(self, unit_id: str, point: Point, fixed_at_s: float) -> None:
        """Put a unit where its last fix says it is."""
        slot = self._slots[unit_id]
        self.points[slot] = point
        self._lats[slot] = point.lat
        self._lons[slot] = point.lon
        self._fixed_at_s[slot] = fixed_at_s

    def set_status(self, unit_id: str, status: Standing) -> None:
        """Mark a unit free, off duty, busy or not answering. Raises ValueError for any other standing."""
        self._states[self._slots[unit_id]] = _own_state(status)

    def status(self, unit_id: str) -> Standing:
        """Return what `set_status` or `put` said last."""
        return Standing(int(self._states[self._slots[unit_id]]))

    def point(self, unit_id: str) -> Point:
        """Return where the unit stands."""
        return self.points[self._slots[unit_id]]

    def fixed_at(self, unit_id: str) -> float:
        """Return when the unit's position was fixed, seconds on the caller's clock, -inf for never."""
        return float(self._fixed_at_s[self._slots[unit_id]])

    def drop(self, unit_id: str) -> None:
        """Forget a unit; the last slot moves into its place."""
        slot = self._slots.pop(unit_id)
        last = len(self.unit_ids) - 1
        for column in self._columns():
            column[slot] = column[last]
        for texts in (self.unit_ids, self.sectors):
            _fill_hole(texts, slot)
        _fill_hole(self.points, slot)
        _fill_hole(self._orders, slot)
        if slot != last:
            self._slots[self.unit_ids[slot]] = slot
        self._ranks = None

    def standings(self, needs: Collection[str], sectors: Collection[str], asked: Collection[str]) -> Standings:
        """Return each unit's Standing for one incident, shape (n,), in a new array."""
        n = len(self.unit_ids)
        table = self._profiles.standings(needs, sectors)
        states = self._states[:n]
        standings = np.where(states, states, table[self._profile_codes[:n]])
        for unit_id in asked:
            slot = self._slots.get(unit_id)
            if slot is not None and states[slot] == FREE:
                standings[slot] = Standing.ASKED
        return standings

    @property
    def lats(self) -> Floats:
        """Latitudes in degrees, shape (n,)."""
        return self._lats[: len(self.unit_ids)]

    @property
    def lons(self) -> Floats:
        """Longitudes in degrees, shape (n,)."""
        return self._lons[: len(self.unit_ids)]

    @property
    def fixed_at_s(self) -> Floats:
        """When each position was fixed, seconds on the caller's clock, -inf for never; shape (n,)."""
        return self._fixed_at_s[: len(self.unit_ids)]

    @property
    def kinds(self) -> NDArray[np.int64]:
        """Codes of TravelKind, shape (n,)."""
        return self._kinds[: len(self.unit_ids)]

    @property
    def ranks(self) -> NDArray[np.int64]:
        """Each unit's place in the numeric order of ids, shape (n,); sorted anew only after units came or went."""
        if self._ranks is None:
            n = len(self.unit_ids)
            self._ranks = np.empty(n, dtype=np.int64)
            self._ranks[sorted(range(n), key=self._orders.__getitem__)] = np.arange(n)
        return self._ranks

    def _add(self, unit_id: str, point: Point, sector: str) -> int:
        slot = len(self.unit_ids)
        if slot == len(self._lats):
            self._grow()
        self._slots[unit_id] = slot
        self.unit_ids.append(unit_id)
        self.points.append(point)
        self.sectors.append(sector)
        self._orders.append(unit_order(unit_id))
        self._ranks = None
        return slot

    def _columns(self) -> tuple[NDArray[np.generic], ...]:
        return self._lats, self._lons, self._fixed_at_s, self._kinds, self._states, self._profile_codes

    def _grow(self) -> None:
        self._lats, self._lons = _doubled(self._lats), _doubled(self._lons)
        self._fixed_at_s = _doubled(self._fixed_at_s)
        self._kinds, self._states = _doubled(self._kinds), _doubled(self._states)
        self._profile_codes = _doubled(self._profile_codes)


def _own_state(status: Standing) -> Standing:
    if status not in OWN_STATES:
        raise ValueError(f"status: {status!r} is not a unit's own state")
    return status


def _fill_hole(values: list[T], slot: int) -> None:
    values[slot] = values[-1]
    values.pop()


def _doubled(column: NDArray[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([column, np.zeros_like(column)])

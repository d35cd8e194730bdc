"""The seam between the world and our dispatch: facts go in, "this unit goes to this call" comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from geo.fleet import Fleet
from geo.nearest import nearest
from geo.point import Floats, Point
from geo.standing import Standing
from geo.travel import Movers
from loadtests.elaspy.case import City

SECTOR: Final = "utrecht"


@dataclass(frozen=True, slots=True)
class CallCame:
    """Somebody needs help at a node."""

    call: int
    node: int


@dataclass(frozen=True, slots=True)
class UnitFreed:
    """A unit handed over or finished on scene, and may be sent from where it is."""

    unit: int


Fact = CallCame | UnitFreed


@dataclass(frozen=True, slots=True)
class Sent:
    """The decision: this unit goes to this call, now."""

    call: int
    unit: int


class Dispatcher(Protocol):
    """Whoever decides. `whereabouts` has the node of every free unit at this instant."""

    def hear(self, fact: Fact, at_min: float, whereabouts: Mapping[int, int]) -> Sequence[Sent]:
        """Take one fact and say who is sent because of it."""
        ...


class MatrixTravel:
    """Travel time from the oracle's matrix; every position is a node's own point."""

    def __init__(self, city: City) -> None:
        self._node_of = {(point.lat, point.lon): node for node, point in enumerate(city.points)}
        self._seconds: Floats = city.siren_min * 60.0

    def seconds(self, target: Point, movers: Movers) -> Floats:
        """Return siren seconds, shape (n,). KeyError for a place that is no node."""
        nodes = [self._node_of[place] for place in zip(movers.lats.tolist(), movers.lons.tolist(), strict=True)]
        seconds: Floats = self._seconds[np.array(nodes, dtype=np.int64), self._node_of[target.lat, target.lon]]
        return seconds


class NearestOnly:
    """Nearest and a plain line of waiting calls: what is left when the rules of dispatch are taken away."""

    def __init__(self, city: City, bases: Sequence[int]) -> None:
        self._city = city
        self._travel = MatrixTravel(city)
        self._fleet = Fleet()
        self._waiting: list[CallCame] = []
        for unit, base in enumerate(bases):
            self._fleet.put(unit_id(unit), point=city.points[base], kind="ambulance", sector=SECTOR, fixed_at_s=0.0)

    def hear(self, fact: Fact, at_min: float, whereabouts: Mapping[int, int]) -> Sequence[Sent]:
        """Take one fact and say who is sent because of it."""
        for unit, node in whereabouts.items():
            self._fleet.move(unit_id(unit), self._city.points[node], at_min * 60.0)
        match fact:
            case CallCame():
                self._waiting.append(fact)
            case UnitFreed(unit):
                self._fleet.set_status(unit_id(unit), Standing.FREE)
        sent = []
        while self._waiting and (best := self._best(self._waiting[0], at_min)) is not None:
            self._fleet.set_status(best, Standing.BUSY)
            sent.append(Sent(self._waiting.pop(0).call, unit_number(best)))
        return sent

    def _best(self, call: CallCame, at_min: float) -> str | None:
        target = self._city.points[call.node]
        ranking = nearest(
            self._fleet, target, self._travel, sectors_allowed={SECTOR}, now_s=at_min * 60.0, fix_limit_s=float("inf")
        )
        return ranking.best.unit_id if ranking.best else None


def unit_id(unit: int) -> str:
    """Return the id our side knows a unit by."""
    return f"U{unit}"


def unit_number(name: str) -> int:
    """Return the oracle's number of a unit."""
    return int(name.removeprefix("U"))

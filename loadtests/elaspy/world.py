"""The world of a case: the clock, the driving, the hospital, the way back. It decides nothing."""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from loadtests.elaspy.case import City, Visit
from loadtests.elaspy.dispatcher import CallCame, Dispatcher, Fact, Sent, Step, UnitReported

WITHOUT_SIREN: Final = 0.95  # the way back takes matrix time over this


@dataclass(frozen=True, slots=True)
class WayBack:
    """A straight line from one node to the base, at constant speed."""

    start: int
    base: int
    left_min: float
    there_min: float

    def node(self, city: City, at_min: float) -> int:
        """Return the node nearest to where the unit is."""
        if at_min >= self.there_min:
            return self.base
        done = (at_min - self.left_min) / (self.there_min - self.left_min)
        here = city.grid_m[self.start] + done * (city.grid_m[self.base] - city.grid_m[self.start])
        return city.snap(float(here[0]), float(here[1]))


@dataclass(frozen=True, slots=True)
class Response:
    """What became of a call."""

    unit: int
    minutes: float


class World:
    """Runs one case against a dispatcher; every decision is the dispatcher's."""

    def __init__(self, city: City, bases: Sequence[int], visits: Sequence[Visit], dispatcher: Dispatcher) -> None:
        self._city, self._bases, self._visits, self._dispatcher = city, bases, visits, dispatcher
        self._nodes = list(bases)  # where each unit is, or will be freed
        self._busy: set[int] = set()
        self._ways_back: dict[int, WayBack] = {}  # of the units under way to their base
        self._order = count()
        self._events: list[tuple[float, int, Fact]] = []
        for call, visit in enumerate(visits):
            self._happens(visit.arrives_min, CallCame(call, visit.node))

    def run(self) -> Iterator[tuple[int, Response]]:
        """Yield each call's number and response, in the order units are sent."""
        while self._events:
            at_min, _, fact = heapq.heappop(self._events)
            if isinstance(fact, UnitReported) and fact.step is Step.FREED:
                self._turn_back(fact.unit, at_min)
            for sent in self._dispatcher.hear(fact, at_min, self._whereabouts(at_min)):
                yield sent.call, self._send(sent, at_min)

    def _happens(self, at_min: float, fact: Fact) -> None:
        heapq.heappush(self._events, (at_min, next(self._order), fact))

    def _whereabouts(self, at_min: float) -> dict[int, int]:
        for unit, way in list(self._ways_back.items()):
            self._nodes[unit] = way.node(self._city, at_min)
            if at_min >= way.there_min:
                del self._ways_back[unit]
        return {unit: node for unit, node in enumerate(self._nodes) if unit not in self._busy}

    def _turn_back(self, unit: int, at_min: float) -> None:
        self._busy.discard(unit)
        start, base = self._nodes[unit], self._bases[unit]
        drive_min = float(self._city.siren_min[start, base]) / WITHOUT_SIREN
        self._ways_back[unit] = WayBack(start, base, at_min, at_min + drive_min)

    def _send(self, sent: Sent, at_min: float) -> Response:
        visit, city = self._visits[sent.call], self._city
        drive_min = float(city.siren_min[self._nodes[sent.unit], visit.node])
        there_min = at_min + drive_min
        freed_min, last = there_min + visit.on_site_min, visit.node
        self._happens(there_min, UnitReported(sent.unit, Step.ON_SCENE))
        if visit.to_hospital:
            self._happens(freed_min, UnitReported(sent.unit, Step.TRANSPORTING))
            last = city.nearest_hospital(visit.node)
            freed_min += float(city.siren_min[visit.node, last]) + visit.drop_off_min
        self._happens(freed_min, UnitReported(sent.unit, Step.FREED))
        self._busy.add(sent.unit)
        self._ways_back.pop(sent.unit, None)
        self._nodes[sent.unit] = last
        return Response(sent.unit, there_min - visit.arrives_min)

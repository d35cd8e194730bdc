"""Our dispatch behind the seam: dispatch.decide on a Board, with the oracle's matrix for travel time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from dispatch import commands as c
from dispatch.board import Board
from dispatch.decide import decide
from dispatch.entities import SectorRow, Unit
from dispatch.events import OfferMade
from dispatch.status import AssignmentStatus, Kind, Outcome
from geo.place import Candidate, PlaceState, Resolution
from geo.point import Floats, Point
from geo.travel import Movers
from loadtests.elaspy.case import City
from loadtests.elaspy.dispatcher import CallCame, Fact, Sent, Step, UnitReported

SECTOR: Final = "utrecht"
START: Final = datetime(2022, 1, 1, tzinfo=UTC)
STATUS_OF: Final = {
    Step.ON_SCENE: AssignmentStatus.ON_SCENE,
    Step.TRANSPORTING: AssignmentStatus.TRANSPORTING,
    Step.FREED: AssignmentStatus.CLEARED,
}


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


class Desk:
    """A Dispatcher. Units accept an offer at once, as the oracle's do; an incident closes when its unit clears."""

    def __init__(self, city: City, bases: Sequence[int]) -> None:
        self._city = city
        self._board = Board(MatrixTravel(city))
        self._decide(c.ConfigureSectors((SectorRow(SECTOR, "Utrecht"),)), START)
        units = tuple(
            Unit(_unit_id(unit), "ambulance", SECTOR, city.names[base], home=city.points[base])
            for unit, base in enumerate(bases)
        )
        self._decide(c.RegisterUnits(units), START)
        for unit in units:
            self._decide(c.SetDuty(unit.id, on_duty=True), START)

    def hear(self, fact: Fact, at_min: float, whereabouts: Mapping[int, int]) -> Sequence[Sent]:
        """Take one fact and say who is sent because of it."""
        now = START + timedelta(minutes=at_min)
        for unit, node in whereabouts.items():
            self._board.place_unit(_unit_id(unit), self._city.points[node], now)
        match fact:
            case CallCame(call, node):
                return self._decide(self._report(call, node, now), now)
            case UnitReported(unit, step):
                held = self._board.units[_unit_id(unit)].assignment_id
                sent = self._decide(c.ReportStatus(_unit_id(unit), STATUS_OF[step], now), now)
                if held is not None and step is Step.FREED:
                    incident_id = self._board.assignments[held].incident_id
                    sent += self._decide(c.RecordOutcome(incident_id, Outcome.FOUND_INJURED, by="oracle"), now)
                return sent

    def _report(self, call: int, node: int, now: datetime) -> c.ReportCall:
        # A sign of its own for every call: two open incidents at one sign would wait for a dispatcher.
        found = Candidate(f"{self._city.names[node]}-{call}", self._city.points[node], SECTOR, score=1.0)
        return c.ReportCall(
            psap="oracle",
            psap_call_id=str(call),
            kind=Kind.REAL,
            received_at=now,
            sealed="",
            digest=str(call),
            resolution=Resolution(PlaceState.CONFIRMED, (found,), "oracle"),
            registry_version=0,
        )

    def _decide(self, command: c.Command, now: datetime) -> list[Sent]:
        """Decide, and let every unit that is offered something accept and drive; return who was sent."""
        decision = decide(self._board, command, now)
        if decision.refusal is not None:
            raise decision.refusal
        sent: list[Sent] = []
        for event in decision.events:
            if isinstance(event, OfferMade):
                offered = event.assignment
                sent += self._decide(c.AcceptOffer(offered.unit_id, offered.id, now), now)
                sent += self._decide(c.ReportStatus(offered.unit_id, AssignmentStatus.EN_ROUTE, now), now)
                sent.append(Sent(self._call_of(offered.incident_id), int(offered.unit_id.removeprefix("U"))))
        return sent

    def _call_of(self, incident_id: int) -> int:
        (call_id,) = self._board.incidents[incident_id].calls
        return int(self._board.calls[call_id].psap_call_id or "")


def _unit_id(unit: int) -> str:
    return f"U{unit}"

"""What must hold of each event at the moment it happens, seen from a second board that folds only what is recorded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from dispatch import events as e
from dispatch.board import Board
from dispatch.fold import apply
from tests.simulation.oracle import Positions, is_eligible, line, nearest_of


@dataclass(slots=True)
class History:
    """The mirror board and what rounds, releases and alarms need remembering."""

    board: Board
    positions: Positions
    said_no: set[tuple[int, int, str]] = field(default_factory=set)
    released: set[int] = field(default_factory=set)
    not_reached: set[tuple[int, int]] = field(default_factory=set)
    versions: dict[int, int] = field(default_factory=dict)
    helping: set[tuple[int, str]] = field(default_factory=set)

    def take(self, event: e.Event, now: datetime) -> None:
        """Judge an event by the board as it stands before it, then fold it."""
        assert now >= self.board.at, "time went backwards"
        judge = JUDGES.get(type(event))
        if judge is not None:
            judge(self, event, now)
        apply(self.board, event, self.board.seq + 1, now)

    def check_order(self) -> None:
        """Between turns nobody who waits has an eligible free unit."""
        free = [unit for unit in self.board.units.values() if unit.primary == "Available"]
        for incident in line(self.board) if free else ():
            for unit in free:
                assert not is_eligible(self.board, unit, incident), f"{unit.id} is free for incident {incident.id}"

    def check_helpers(self, incident_id: int) -> None:
        """Mutual aid never ends before its incident does."""
        helpers = {sector for about, sector in self.helping if about == incident_id}
        assert helpers <= self.board.incidents[incident_id].helpers, "a helper was sent away from an open incident"

    def _share_agreed(self, event: e.ShareAgreed, _now: datetime) -> None:
        asked = {x.sector for x in self.board.incidents[event.incident_id].shares if x.agreed_at is None}
        assert event.sector in asked, "a sector helps that nobody asked"
        self.helping.add((event.incident_id, event.sector))

    def _share_declined(self, event: e.ShareDeclined, _now: datetime) -> None:
        assert (event.incident_id, event.sector) not in self.helping, "mutual aid was taken back"

    def _closed(self, event: e.OutcomeRecorded | e.IncidentMerged, _now: datetime) -> None:
        self.helping = {(about, sector) for about, sector in self.helping if about != event.incident_id}

    def check_version(self, incident_id: int, version: int) -> None:
        assert version >= self.versions.get(incident_id, 0), "a version went back"
        self.versions[incident_id] = version

    def _answered_no(self, event: e.OfferDeclined | e.OfferTimedOut, _now: datetime) -> None:
        row = self.board.assignments[event.assignment_id]
        self.said_no.add((row.incident_id, self.board.incidents[row.incident_id].round, row.unit_id))

    def _offered(self, event: e.OfferMade, now: datetime) -> None:
        made = event.assignment
        incident, unit = self.board.incidents[made.incident_id], self.board.units[made.unit_id]
        assert unit.assignment_id is None, f"{unit.id} was sent to two places"
        assert made.exercise == (incident.kind != "real"), "a test paged as real"
        if made.by != "auto":
            return
        assert incident.kind == "real", "a test was offered by itself"
        assert incident.place is not None, "somebody is sent nowhere"
        assert incident.place.state in {"probable", "confirmed"}, "an untrusted place was offered by itself"
        assert (incident.id, incident.round, unit.id) not in self.said_no, f"{unit.id} was asked twice in a round"
        sector = self.board.sectors.get(incident.sector or "")
        assert sector is None or sector.mode == "auto" or incident.id in self.released, "nobody pressed the key"
        assert unit.id in nearest_of(self.board, incident, self.positions, now), f"{unit.id} is not the nearest"
        for ahead in line(self.board):
            if ahead.id == incident.id:
                break
            assert not is_eligible(self.board, unit, ahead), f"incident {ahead.id} was passed over"

    def _queued(self, event: e.IncidentQueued, _now: datetime) -> None:
        if event.new_round:
            self.released.add(event.incident_id)

    def _held(self, event: e.IncidentHeld, _now: datetime) -> None:
        self.released.discard(event.incident_id)

    def _unheard(self, event: e.UnitNotReached, _now: datetime) -> None:
        row = self.board.assignments[event.assignment_id]
        self.not_reached.add((row.id, row.must_hear_seq))

    def _call(self, event: e.CallReceived, _now: datetime) -> None:
        incident = self.board.incidents.get(event.call.incident_id)
        assert event.joined == (incident is not None), "joined or new"
        assert incident is None or incident.kind == event.call.kind, "a test joined a real incident"


JUDGES: Final[dict[type, Callable[[History, Any, datetime], None]]] = {
    e.OfferDeclined: History._answered_no,
    e.OfferTimedOut: History._answered_no,
    e.OfferMade: History._offered,
    e.IncidentQueued: History._queued,
    e.IncidentHeld: History._held,
    e.UnitNotReached: History._unheard,
    e.CallReceived: History._call,
    e.ShareAgreed: History._share_agreed,
    e.ShareDeclined: History._share_declined,
    e.OutcomeRecorded: History._closed,
    e.IncidentMerged: History._closed,
}

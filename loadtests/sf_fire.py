"""Fourteen days of San Francisco Fire through `dispatch.decide`: `python -m loadtests.sf_fire --data FILE`.

The log gives calls, places and how long each step took; who is sent is our own decision. Where the log sent several
units, a dispatcher here sends the nearest free ones after the first. A step the log does not have is not reported.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

from dispatch import commands as c
from dispatch.board import Board
from dispatch.decide import Decision, decide
from dispatch.entities import SectorRow, Unit
from dispatch.events import OfferMade
from dispatch.status import AssignmentStatus, Kind, Outcome, Where
from geo.place import Candidate, PlaceState, Resolution
from geo.point import Point
from loadtests.sf_log import Action, Log, LoggedCall, Service, busy_hour, read_log

__all__ = ["Action", "Replay", "busy_hour", "read_log"]

ACCEPTS_AFTER_S: Final = 3.0
HEARS_AFTER_S: Final = 0.5
CLOSES_AFTER_S: Final = 20.0
FIX_EVERY: Final = timedelta(seconds=30)
Watch = Callable[[c.Command, Decision, datetime], None]
Deed = Callable[[], None]


def _unwatched(_command: c.Command, _decision: Decision, _now: datetime) -> None:
    """Nobody looks."""


@dataclass(slots=True)
class Replay:
    """The log played against a board. `watch` sees every decision; `crew` keeps only so many units, so lines form."""

    log: Log
    watch: Watch = _unwatched
    crew: int | None = None
    board: Board = field(default_factory=Board)
    positions: dict[str, tuple[Point, datetime | None]] = field(default_factory=dict)
    now: datetime = field(init=False)
    took_s: list[float] = field(default_factory=list)
    waited_s: list[float] = field(default_factory=list)
    gaps: int = 0
    queued: int = 0
    _agenda: list[tuple[datetime, int, Deed]] = field(default_factory=list)
    _ties: Iterator[int] = field(default_factory=count)
    _calls: dict[int, LoggedCall] = field(default_factory=dict)
    _fixed_at: datetime | None = None

    def __post_init__(self) -> None:
        self.now = self.log.calls[0].received_at - timedelta(minutes=1)

    def play(self) -> dict[str, Any]:
        """Play the whole log and return the summary."""
        self._open()
        for call in self.log.calls:
            self._at(call.received_at, lambda call=call: self._report(call))  # type: ignore[misc]
        while self._agenda or self.board.open_incidents:
            self._next()
        return self.summary()

    def _open(self) -> None:
        units = self.log.units[: self.crew]
        sectors = sorted({u.battalion for u in self.log.units} | {call.battalion for call in self.log.calls})
        self._say(c.ConfigureSectors(tuple(SectorRow(name, name) for name in sectors)))
        self._say(c.RegisterUnits(tuple(Unit(u.id, u.kind, u.battalion, u.battalion, u.home) for u in units)))
        self.positions.update({unit.id: (unit.home, None) for unit in units})
        for unit in units:
            self._say(c.SetDuty(unit.id, True))

    def _next(self) -> None:
        """Do what is due first: a deadline of the board, or the next thing on the agenda."""
        due = self.board.deadlines.next_due()
        if due is not None and (not self._agenda or due <= self._agenda[0][0]):
            self.now = max(self.now, due)
            for command in self.board.deadlines.overdue(self.now, 64):
                self._say(command)
            return
        at, _, deed = heappop(self._agenda)
        self.now = max(self.now, at)
        deed()

    def _at(self, at: datetime, deed: Deed) -> None:
        heappush(self._agenda, (at, next(self._ties), deed))

    def _in(self, seconds: float, deed: Deed) -> None:
        self._at(self.now + timedelta(seconds=seconds), deed)

    def _say(self, command: c.Command) -> Decision:
        self._fix_positions()
        begin = perf_counter()
        decision = decide(self.board, command, self.now)
        self.took_s.append(perf_counter() - begin)
        self.watch(command, decision, self.now)
        for event in decision.events:
            if isinstance(event, OfferMade):
                self._offered(self.board.assignments[event.assignment.id].id)
        return decision

    def _fix_positions(self) -> None:
        """Let every unit report where it stands, as its phone would."""
        if self._fixed_at is None or self.now - self._fixed_at > FIX_EVERY:
            self._fixed_at = self.now
            for unit_id, (point, _) in self.positions.items():
                if self.board.place_unit(unit_id, point, self.now):
                    self.positions[unit_id] = (point, self.now)

    def _report(self, call: LoggedCall) -> None:
        candidate = Candidate(f"SF-{call.number}", call.point, call.battalion, 1.0)
        decision = self._say(
            c.ReportCall(
                psap="SFFD",
                psap_call_id=call.number,
                kind=Kind.REAL,
                received_at=self.now,
                sealed=call.number,
                digest=call.number,
                resolution=Resolution(PlaceState.CONFIRMED, (candidate,), "log"),
                registry_version=1,
                priority=call.priority,
            )
        )
        incident_id: int = decision.reply["incident_id"]
        self._calls[incident_id] = call
        self.queued += decision.reply["where"] is Where.QUEUED
        if any(isinstance(event, OfferMade) for event in decision.events):
            self._serve(self.board.incidents[incident_id].assignments[0])
        for service in call.services[1:]:
            self._in(service.told_after_s, lambda: self._send_another(incident_id))

    def _send_another(self, incident_id: int) -> None:
        """A dispatcher sends one more unit, the nearest that is free."""
        incident = self.board.incidents[incident_id]
        if not incident.is_open or incident.where is not Where.ASSIGNED or incident.place is None:
            return
        best = self.board.rank(incident, incident.place.point, self.now, everybody=True).best
        if best is not None:
            self._say(c.Assign(incident_id, best.unit_id, "dispatcher", "as the log"))

    def _offered(self, assignment_id: int) -> None:
        row = self.board.assignments[assignment_id]
        self._in(HEARS_AFTER_S, lambda: self._tell(c.HearFrame(row.unit_id, row.must_hear_seq)))
        self._in(ACCEPTS_AFTER_S, lambda: self._tell(c.AcceptOffer(row.unit_id, row.id, self.now)))
        if row.incident_id in self._calls:
            self._serve(assignment_id)

    def _tell(self, command: c.Command) -> None:
        self._say(command)

    def _serve(self, assignment_id: int) -> None:
        """Let the unit do what the log says the first, second, ... unit of this call did."""
        row = self.board.assignments[assignment_id]
        incident, call = self.board.incidents[row.incident_id], self._calls[row.incident_id]
        number = incident.assignments.index(assignment_id)
        if number == 0:
            self.waited_s.append((self.now - call.received_at).total_seconds())
        service: Service = call.services[number % len(call.services)]
        self.gaps += service.on_scene_s is None
        for at_s, status in service.reports():
            step = AssignmentStatus(status)
            self._in(ACCEPTS_AFTER_S + at_s, lambda step=step: self._move(assignment_id, step))  # type: ignore[misc]

    def _move(self, assignment_id: int, status: AssignmentStatus) -> None:
        row = self.board.assignments[assignment_id]
        incident = self.board.incidents[row.incident_id]
        if status is AssignmentStatus.ON_SCENE and incident.place is not None:
            self.positions[row.unit_id] = (incident.place.point, self.positions[row.unit_id][1])
            self._fixed_at = None
        self._say(c.ReportStatus(row.unit_id, status, self.now, assignment_id))
        if status is AssignmentStatus.CLEARED:
            self._in(CLOSES_AFTER_S, lambda: self._close(row.incident_id))

    def _close(self, incident_id: int) -> None:
        incident = self.board.incidents[incident_id]
        if incident.is_open and not self.board.active_assignments(incident):
            self._say(c.RecordOutcome(incident_id, Outcome.FOUND_WELL, "dispatcher"))

    def summary(self) -> dict[str, Any]:
        """Return what became of the log."""
        board = self.board
        arrived = {a.incident_id for a in board.assignments.values() if a.acknowledged_at is not None}
        waits = sorted(self.waited_s)
        return {
            "calls": len(board.calls),
            "units": len(board.units),
            "served": len(arrived),
            "closed": sum(not incident.is_open for incident in board.incidents.values()),
            "assignments": len(board.assignments),
            "without_on_scene": self.gaps,
            "had_to_wait": self.queued,
            "longest_wait_s": round(waits[-1], 1),
            "decisions": len(self.took_s),
            "events": board.seq,
            "decide_p50_us": round(median(self.took_s) * 1e6, 1),
        }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m loadtests.sf_fire", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the log as CSV")
    parser.add_argument("--crew", type=int, default=None, help="keep only so many units")
    options = parser.parse_args()
    print(json.dumps(Replay(read_log(options.data), crew=options.crew).play()))


if __name__ == "__main__":
    main()

"""A small desert to tell stories in: one sentence per step, refusals raised, time in one's own hands."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from dispatch import commands as c
from dispatch.board import Board
from dispatch.decide import Decision, decide
from dispatch.entities import Alarm, Assignment, Incident, Place, SectorRow, Unit
from dispatch.events import Event
from dispatch.status import AlarmKind, AssignmentStatus, Kind, Mode, Outcome
from geo.place import Candidate, PlaceState, Resolution
from geo.point import Point

BEGIN: Final = datetime(2026, 7, 1, 12, tzinfo=UTC)
HERE: Final = Point(31.5, -111.0)
STEP_DEG: Final = 0.1  # about 11 km


def north(steps: float) -> Point:
    """A point that many steps of 11 km north of HERE."""
    return Point(HERE.lat + steps * STEP_DEG, HERE.lon)


def read_out(
    sign: str | None = "TUC-1", point: Point = HERE, state: PlaceState = PlaceState.PROBABLE, sector: str = "tucson"
) -> Resolution:
    """What resolving gave; None is words that fit nothing."""
    if sign is None:
        return Resolution(PlaceState.UNVERIFIED, (), "no match")
    return Resolution(state, (Candidate(sign, point, sector, 1.0),), "told")


def place_at(point: Point, sign: str | None = None, sector: str = "tucson") -> Place:
    return Place(point, PlaceState.CONFIRMED, "dispatcher", point.cell(), sign, sector)


@dataclass(slots=True)
class Scene:
    """A board with its clock. Every method says one thing and returns the decision's reply."""

    board: Board = field(default_factory=Board)
    now: datetime = BEGIN
    events: list[Event] = field(default_factory=list)
    calls: int = 0

    def __post_init__(self) -> None:
        self.say(c.ConfigureSectors((SectorRow("tucson", "Tucson"), SectorRow("yuma", "Yuma", lends=False))))

    def decide(self, command: c.Command) -> Decision:
        decision = decide(self.board, command, self.now)
        self.events.extend(decision.events)
        return decision

    def say(self, command: c.Command) -> dict[str, Any]:
        """Decide, and raise what was refused."""
        decision = self.decide(command)
        if decision.refusal is not None:
            raise decision.refusal
        return decision.reply

    def unit(
        self, name: str = "U1", steps: float = 1, *, sector: str = "tucson", has: tuple[str, ...] = (), on: bool = True
    ) -> str:
        """A truck on duty, so many steps north of HERE, with a fresh fix."""
        self.say(c.RegisterUnits((Unit(name, "truck", sector, "station", north(steps), has),)))
        self.board.place_unit(name, north(steps), self.now + timedelta(days=2))
        if on:
            self.say(c.SetDuty(name, True))
        return name

    def call(self, sign: str | None = "TUC-1", point: Point = HERE, **more: Any) -> dict[str, Any]:
        """A call about a sign. Each has its own id, digest and number unless told otherwise."""
        self.calls += 1
        state = more.pop("state", PlaceState.PROBABLE)
        sector = more.pop("place_sector", "tucson")
        fields: dict[str, Any] = {
            "psap": "PSAP",
            "psap_call_id": f"call{self.calls}",
            "kind": Kind.REAL,
            "received_at": self.now,
            "sealed": "sealed",
            "digest": f"digest{self.calls}",
            "resolution": read_out(sign, point, state, sector),
            "registry_version": 1,
            "caller": f"caller{self.calls}",
        }
        return self.say(c.ReportCall(**(fields | more)))

    def alert(self, tower: str = "T1", source: str | None = "a", **more: Any) -> dict[str, Any]:
        place = Place(HERE, PlaceState.CONFIRMED, "tower", HERE.cell(), tower, "tucson")
        fields: dict[str, Any] = {"kind": Kind.REAL, "occurred_at": self.now, "sealed": "sealed", "place": place}
        return self.say(c.ReportAlert(tower, source, **(fields | more)))

    def wait(self, seconds: float) -> None:
        """Let time pass and every deadline in it be acted on, in order, at its instant."""
        end = self.now + timedelta(seconds=seconds)
        while (due := self.board.deadlines.next_due()) is not None and due <= end:
            self.now = max(self.now, due)
            for command in self.board.deadlines.overdue(self.now, 100):
                self.say(command)
        self.now = end

    def accept(self, unit: str = "U1", seq: int | None = None) -> dict[str, Any]:
        return self.say(c.AcceptOffer(unit, self.held_by(unit).id, self.now, seq))

    def decline(self, unit: str = "U1") -> dict[str, Any]:
        return self.say(c.DeclineOffer(unit, self.held_by(unit).id, "too far"))

    def report(self, status: AssignmentStatus, unit: str = "U1", assignment: int | None = None) -> dict[str, Any]:
        return self.say(c.ReportStatus(unit, status, self.now, assignment))

    def clear(self, unit: str = "U1") -> dict[str, Any]:
        return self.report(AssignmentStatus.CLEARED, unit)

    def hear(self, unit: str = "U1") -> None:
        self.say(c.HearFrame(unit, self.held_by(unit).must_hear_seq))

    def close(self, incident: int = 1, outcome: Outcome = Outcome.FOUND_WELL, **more: Any) -> dict[str, Any]:
        return self.say(c.RecordOutcome(incident, outcome, "d1", **more))

    def mode(self, mode: Mode, sector: str = "tucson") -> None:
        self.say(c.SetMode(sector, mode, "d1"))

    def held_by(self, unit: str) -> Assignment:
        """The assignment a unit holds now, else its last."""
        held = self.board.units[unit].assignment_id
        if held is not None:
            return self.board.assignments[held]
        return [a for a in self.board.assignments.values() if a.unit_id == unit][-1]

    def incident(self, incident_id: int = 1) -> Incident:
        return self.board.incidents[incident_id]

    def units_on(self, incident_id: int = 1) -> list[str]:
        return [a.unit_id for a in self.board.active_assignments(self.incident(incident_id))]

    def ringing(self, kind: AlarmKind, incident: int | None = None) -> list[Alarm]:
        """The open alarms of a kind, unacknowledged."""
        return [
            a
            for a in self.board.alarms.values()
            if a.kind is kind and a.cleared_at is None and a.acknowledged_at is None
            and (incident is None or a.incident_id == incident)
        ]  # fmt: skip

    def happened(self, kind: type) -> int:
        return sum(isinstance(event, kind) for event in self.events)

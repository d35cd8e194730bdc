"""What a city says to its dispatch: every command there is, sensible, stale, repeated and hostile, by weight."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from msgspec.structs import replace

from dispatch import commands as c
from dispatch.board import Board
from dispatch.entities import Incident, Party, SectorRow
from dispatch.status import AssignmentStatus, Kind, Mode, Outcome
from geo.place import PlaceState
from loadtests.city import CAPABILITIES, SECTORS, City

T = TypeVar("T")
NOBODY: Final = 999_999
FIELD: Final = (
    AssignmentStatus.EN_ROUTE, AssignmentStatus.ON_SCENE, AssignmentStatus.SUBJECT_CONTACT,
    AssignmentStatus.TRANSPORTING, AssignmentStatus.AT_DESTINATION, AssignmentStatus.CLEARED,
    AssignmentStatus.CLEARED, AssignmentStatus.OFFERED, AssignmentStatus.DECLINED,
)  # fmt: skip


class Chatter:
    """Draws the next command for the board as it stands. The same seed and board give the same talk."""

    def __init__(self, city: City, board: Board) -> None:
        self.city, self.board, self.rng = city, board, city.rng
        self._sent: list[c.ReportCall] = []
        self._presses = 0

    def next(self) -> c.Command:
        """Return what is said next; a passed deadline usually speaks first, as a busy loop would."""
        overdue = self.board.deadlines.overdue(self.city.now, 4)
        if overdue and self.rng.random() < 0.35:
            return self.rng.choice(overdue)
        speak = self.rng.choices(SPEAKERS, WEIGHTS)[0]
        return speak(self)

    def call(self) -> c.ReportCall:
        rng, now = self.rng, self.city.now
        late = timedelta(hours=rng.choice((0, 0, 0, 0, 30)))
        said = c.ReportCall(
            psap=rng.choice(("PSAP-1", "PSAP-2")),
            psap_call_id=None if rng.random() < 0.1 else f"{rng.randrange(2_000)}",
            kind=rng.choices(tuple(Kind), (16, 1, 1))[0],
            received_at=now - late + timedelta(seconds=rng.choice((0, 0, 0, 900))),
            sealed=self.sealed(),
            digest=f"d{rng.random()}",
            resolution=self.city.resolution(),
            registry_version=1,
            caller=None if rng.random() < 0.3 else rng.choice(self.city.callers),
            party=Party(adults=rng.randrange(3), children=rng.randrange(2), child_alone=rng.random() < 0.05),
            needs=self.needs(),
            type=rng.choice(("SAR", "RESCUE", "WELFARE", "unheard of")),
            priority=rng.choice((None, None, 0, 5, 10, 77, -3)),
            sector=rng.choice((None, "north", "nowhere")),
            unreadable=rng.random() < 0.02,
        )
        self._sent = [*self._sent[-30:], said]
        return said

    def call_again(self) -> c.ReportCall:
        """The PSAP sends a call once more: the same, or with news."""
        if not self._sent:
            return self.call()
        said = self.rng.choice(self._sent)
        if self.rng.random() < 0.5:
            return said
        news = {
            "resolution": self.city.resolution(),
            "caller": self.rng.choice((*self.city.callers, None)),
            "needs": self.needs(),
            "kind": self.rng.choices(tuple(Kind), (8, 1, 1))[0],
        }
        name = self.rng.choice(tuple(news))
        return replace(said, digest=f"d{self.rng.random()}", **{name: news[name]})

    def alert(self) -> c.ReportAlert:
        tower = self.rng.choice(self.city.towers)
        self._presses += self.rng.randrange(2)
        place = None if self.rng.random() < 0.1 else tower.place(PlaceState.CONFIRMED, "tower")
        kind = self.rng.choices(tuple(Kind), (10, 2, 1))[0]
        source = None if self.rng.random() < 0.2 else f"{tower.id}/{self._presses}"
        return c.ReportAlert(tower.id, source, kind, self.past(), self.sealed(), place)

    def tower(self) -> c.ReportTower:
        what = self.rng.choice(("heartbeat", "silent", "tamper", "low_battery", "test", "sings"))
        tower = self.rng.choice(self.city.towers)
        return c.ReportTower(tower.id, tower.sector, what, self.rng.random() < 0.5, self.past())

    def accept(self) -> c.AcceptOffer:
        unit, assignment = self.holding()
        return c.AcceptOffer(unit, assignment, self.past(), self.rng.choice((None, self.board.seq, 1)))

    def decline(self) -> c.DeclineOffer:
        unit, assignment = self.holding()
        return c.DeclineOffer(unit, assignment, "too far")

    def status(self) -> c.ReportStatus:
        unit, assignment = self.holding()
        named = assignment if self.rng.random() < 0.4 else None
        return c.ReportStatus(unit, self.rng.choice(FIELD), self.past(), named)

    def clear(self) -> c.ReportStatus:
        return c.ReportStatus(self.holding()[0], AssignmentStatus.CLEARED, self.city.now)

    def mayday(self) -> c.RaiseMayday:
        return c.RaiseMayday(self.unit(), self.past())

    def hear(self) -> c.HearFrame:
        if self.board.to_hear and self.rng.random() < 0.9:
            return c.HearFrame(*self.rng.choice(list(self.board.to_hear)))
        return c.HearFrame(self.unit(), self.rng.randrange(self.board.seq + 9))

    def miss(self) -> c.MissUnit:
        return c.MissUnit(self.holding()[1], "no live socket")

    def duty(self) -> c.SetDuty:
        return c.SetDuty(self.unit(), self.rng.random() < 0.7)

    def assign(self) -> c.Assign:
        return c.Assign(self.incident(), self.unit(), "d1", "closer", self.rng.random() < 0.4, self.version())

    def reassign(self) -> c.Reassign:
        return c.Reassign(self.holding()[1], self.unit(), "d1", version=None)

    def stand_down(self) -> c.StandDown:
        return c.StandDown(self.holding()[1], "d1")

    def release(self) -> c.Release:
        return c.Release(self.incident(), "d1", self.version())

    def accept_place(self) -> c.AcceptPlace:
        place = self.rng.choice(self.city.signs).place(self.rng.choice(tuple(PlaceState)), "stated")
        return c.AcceptPlace(self.incident(), place, "d1", self.version())

    def priority(self) -> c.SetPriority:
        return c.SetPriority(self.incident(), self.rng.randrange(-1, 12), "d1", self.rng.choice((None, self.needs())))

    def note(self) -> c.AddNote:
        return c.AddNote(self.incident(), "sealed", "d1")

    def outcome(self) -> c.RecordOutcome:
        what = self.rng.choice(tuple(Outcome))
        other = self.incident() if what is Outcome.DUPLICATE or self.rng.random() < 0.05 else None
        agency = "county" if what is Outcome.TRANSFERRED else None
        return c.RecordOutcome(
            self.incident(), what, "d1", self.rng.random() < 0.2, other, agency, self.rng.random() < 0.7, self.version()
        )

    def reopen(self) -> c.Reopen:
        return c.Reopen(self.incident(among_open=False), "d1")

    def link(self) -> c.LinkIncidents:
        relation = self.rng.choice(("related", "possible_duplicate", "follows"))
        return c.LinkIncidents(self.incident(), self.incident(among_open=False), relation, "d1")

    def unlink(self) -> c.UnlinkIncidents:
        incident = self.board.incidents.get(self.incident())
        linked = incident.links[-1].incident_id if incident and incident.links else self.incident()
        return c.UnlinkIncidents(incident.id if incident else NOBODY, linked, "d1")

    def merge(self) -> c.MergeIncidents:
        incident = self.incident()
        return c.MergeIncidents(incident, incident if self.rng.random() < 0.1 else self.incident(), "d1")

    def split(self) -> c.SplitIncident:
        rich = [i for i in self.open() if len(i.calls) + len(i.alerts) > 1]
        incident = self.rng.choice(rich).id if rich else self.incident()
        row = self.board.incidents.get(incident)
        reports = [*row.calls, *row.alerts] if row else [1]
        some = self.rng.sample(reports, self.rng.randrange(len(reports) + 1))
        calls = tuple(x for x in some if row and x in row.calls)
        return c.SplitIncident(incident, calls, tuple(x for x in some if row and x in row.alerts), "d1")

    def hand_off(self) -> c.HandOff:
        return c.HandOff(self.incident(), "county", "d1")

    def offer_share(self) -> c.OfferShare:
        return c.OfferShare(self.incident(), self.rng.choice((*SECTORS, "nowhere")), "d1")

    def answer_share(self) -> c.AgreeShare | c.DeclineShare:
        asked = [(i.id, share.sector) for i in self.open() for share in i.shares]
        incident, sector = self.rng.choice(asked) if asked else (self.incident(), "north")
        return self.rng.choice((c.AgreeShare, c.AgreeShare, c.DeclineShare))(incident, sector, "d1")

    def acknowledge(self) -> c.AcknowledgeAlarm:
        return c.AcknowledgeAlarm(self.alarm(), "d1")

    def clear_alarm(self) -> c.ClearAlarm:
        return c.ClearAlarm(self.alarm(), "d1")

    def system(self) -> c.RaiseSystemAlarm:
        return c.RaiseSystemAlarm(self.rng.choice(("a loop stopped", "an append was refused")), self.incident())

    def early_time(self) -> c.TimeIsUp:
        """A deadline that has not come, or whose row has moved on."""
        due = self.city.now + timedelta(seconds=self.rng.uniform(-90, 90))
        field = self.rng.choice(("answer_by", "hear_by", "ages_at", "held_until", "rearm_at", "id"))
        table = self.rng.choice(("assignments", "incidents", "alarms", "units"))
        return c.TimeIsUp(table, self.rng.randrange(1, 20), field, due)

    def take_over(self) -> c.TakeOver:
        return c.TakeOver(self.board.epoch + 1)

    def register(self) -> c.RegisterUnits:
        unit = self.rng.choice(self.city.units)
        return c.RegisterUnits((replace(unit, capabilities=self.needs(), sector=self.rng.choice(SECTORS)),))

    def configure(self) -> c.ConfigureSectors:
        name = self.rng.choice(SECTORS)
        return c.ConfigureSectors((SectorRow(name, name.title(), Mode.AUTO, self.rng.random() < 0.6),))

    def mode(self) -> c.SetMode:
        return c.SetMode(self.rng.choice((*SECTORS, "nowhere")), self.rng.choice((Mode.AUTO, *Mode)), "d1")

    def registry(self) -> c.RecordRegistryImport:
        return c.RecordRegistryImport(self.board.registry_version + 1, "digest", 24)

    def recall(self) -> c.Recall:
        return c.Recall(self.incident(), ())

    def sealed(self) -> str:
        """The name of a sealed value."""
        return str(UUID(int=self.rng.getrandbits(128)))

    def needs(self) -> tuple[str, ...]:
        return tuple(x for x in CAPABILITIES if self.rng.random() < 0.12)

    def past(self) -> datetime:
        return self.city.now - timedelta(seconds=self.rng.choice((0, 0, 0, 5, 4_000)))

    def open(self) -> list[Incident]:
        return [self.board.incidents[i] for i in sorted(self.board.open_incidents)]

    def incident(self, *, among_open: bool = True) -> int:
        ids = sorted(self.board.open_incidents) if among_open else list(self.board.incidents)
        return self._one_of(ids, NOBODY)

    def unit(self) -> str:
        return self._one_of([unit.id for unit in self.city.units], "U-none")

    def alarm(self) -> int:
        return self._one_of(list(self.board.open_alarms.values()), NOBODY)

    def holding(self) -> tuple[str, int]:
        """A unit and its assignment; now and then an old one, another's or none."""
        roll = self.rng.random()
        if roll < 0.08 and self.board.assignments:
            row = self.board.assignments[self.rng.randrange(1, len(self.board.assignments) + 1)]
            return row.unit_id if roll < 0.05 else self.unit(), row.id
        holding = [unit for unit in self.board.units.values() if unit.assignment_id is not None]
        if not holding:
            return self.unit(), NOBODY
        unit = self.rng.choice(holding)
        return unit.id, unit.assignment_id or NOBODY

    def version(self) -> int | None:
        return self.rng.choices((None, 1), (30, 1))[0]

    def _one_of(self, known: list[T], unknown: T) -> T:
        return _pick(self.rng, known) if known and self.rng.random() < 0.98 else unknown


def _pick(rng: Random, known: list[T]) -> T:
    return rng.choice(known)


SPEAKERS_BY_WEIGHT: Final[dict[Callable[[Chatter], c.Command], float]] = {
    Chatter.call: 12, Chatter.call_again: 4, Chatter.alert: 3, Chatter.tower: 3, Chatter.accept: 12,
    Chatter.decline: 4, Chatter.status: 8, Chatter.clear: 6, Chatter.mayday: 0.5, Chatter.hear: 10, Chatter.miss: 1,
    Chatter.duty: 2, Chatter.assign: 4, Chatter.reassign: 1, Chatter.stand_down: 1, Chatter.release: 4,
    Chatter.accept_place: 2, Chatter.priority: 2, Chatter.note: 0.5, Chatter.outcome: 10, Chatter.reopen: 1,
    Chatter.link: 0.7, Chatter.unlink: 1, Chatter.merge: 1.5, Chatter.split: 1, Chatter.hand_off: 0.5,
    Chatter.acknowledge: 4, Chatter.clear_alarm: 1, Chatter.system: 0.3, Chatter.early_time: 1.5,
    Chatter.take_over: 0.2, Chatter.register: 0.5, Chatter.configure: 0.5, Chatter.mode: 0.7,
    Chatter.registry: 0.1, Chatter.recall: 0.2, Chatter.offer_share: 1, Chatter.answer_share: 1,
}  # fmt: skip
SPEAKERS: Final = tuple(SPEAKERS_BY_WEIGHT)
WEIGHTS: Final = tuple(SPEAKERS_BY_WEIGHT.values())

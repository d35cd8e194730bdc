"""A small seeded city to break dispatch in: sectors, signs, towers, units that drive about, and a clock that jumps."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from dispatch.board import Board
from dispatch.commands import Command, ConfigureSectors, RegisterUnits, SetDuty, TakeOver
from dispatch.entities import Place, SectorRow, Unit
from dispatch.status import Mode
from geo.place import Candidate, PlaceState, Resolution
from geo.point import Point

BEGIN: Final = datetime(2026, 7, 1, 6, tzinfo=UTC)
SECTORS: Final = ("north", "south", "island", "desert")  # the island does not lend, the desert waits for a key
CAPABILITIES: Final = ("medic", "water", "air", "interpreter.es")
KINDS: Final = ("truck", "atv", "horse", "foot", "helicopter", "boat", "ambulance")
CENTRE: Final = Point(31.6, -111.0)
SPREAD_DEG: Final = 0.3


@dataclass(frozen=True, slots=True)
class Sign:
    """A placard or a tower of the city."""

    id: str
    sector: str
    point: Point

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.id, self.point, self.sector, 1.0)

    def place(self, state: PlaceState, source: str) -> Place:
        return Place(self.point, state, source, self.point.cell(), self.id, self.sector)


@dataclass(slots=True)
class City:
    """The world of one seed. `rng` is the only source of chance; positions are the city's own, to check picks with."""

    seed: int
    rng: Random = field(init=False)
    now: datetime = BEGIN
    signs: tuple[Sign, ...] = ()
    towers: tuple[Sign, ...] = ()
    units: tuple[Unit, ...] = ()
    callers: tuple[str, ...] = ()
    positions: dict[str, tuple[Point, datetime | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)
        stations = {sector: self.somewhere() for sector in SECTORS}
        self.signs = tuple(self._sign(f"P-{n}") for n in range(24))
        self.towers = tuple(self._sign(f"T-{n}") for n in range(5))
        self.units = tuple(self._unit(n, stations) for n in range(self.rng.choice((4, 8, 16))))
        self.callers = tuple(f"caller{n}" for n in range(self.rng.choice((6, 40))))
        self.positions = {unit.id: (unit.home, None) for unit in self.units}

    def somewhere(self) -> Point:
        """Return a point of the city; a coarse grid, so that equal distances happen."""
        lat = CENTRE.lat + round(self.rng.uniform(-SPREAD_DEG, SPREAD_DEG), 2)
        return Point(lat, CENTRE.lon + round(self.rng.uniform(-SPREAD_DEG, SPREAD_DEG), 2))

    def _sign(self, sign_id: str) -> Sign:
        return Sign(sign_id, self.rng.choice(SECTORS), self.somewhere())

    def _unit(self, number: int, stations: dict[str, Point]) -> Unit:
        sector = self.rng.choice(SECTORS)
        home = stations[sector] if self.rng.random() < 0.7 else self.somewhere()
        has = tuple(c for c in CAPABILITIES if self.rng.random() < 0.5)
        return Unit(f"U{number}", self.rng.choice(KINDS[:3]), sector, f"{sector} station", home, has)

    def opening(self) -> list[Command]:
        """Return the commands that set the board up."""
        sectors = tuple(
            SectorRow(name, name.title(), Mode.RECOMMEND if name == "desert" else Mode.AUTO, name != "island")
            for name in SECTORS
        )
        on_duty = [SetDuty(unit.id, True) for unit in self.units if self.rng.random() < 0.8]
        return [TakeOver(1), ConfigureSectors(sectors), RegisterUnits(self.units), *on_duty]

    def pass_time(self) -> None:
        """Let some seconds go by, and now and then a long while."""
        roll = self.rng.random()
        longest_s = 3 if roll < 0.7 else 70 if roll < 0.985 else 1_900
        self.now += timedelta(seconds=self.rng.uniform(0.01, longest_s))

    def drive(self, *boards: Board) -> None:
        """Move a unit; sometimes the fix is old or overtaken by a newer one."""
        unit = self.rng.choice(self.units)
        at = self.now - timedelta(seconds=self.rng.choice((0, 0, 0, 30, 600)))
        before = self.positions[unit.id][1]
        if unit.id not in boards[0].units:
            return
        point = self.rng.choice((unit.home, self.somewhere()))
        taken = {board.place_unit(unit.id, point, at) for board in boards}
        assert taken == {before is None or at >= before}, "the newest fix wins"
        if before is None or at >= before:
            self.positions[unit.id] = (point, at)

    def resolution(self) -> Resolution:
        """Return what somebody read out, resolved: mostly probable, sometimes certain, doubtful or nothing at all."""
        sign = self.rng.choice(self.signs)
        state = self.rng.choices(tuple(PlaceState), (2, 6, 1, 1))[0]
        other = self.rng.choice(self.signs).candidate
        candidates: tuple[Candidate, ...] = (sign.candidate, other)
        if state is PlaceState.CONFIRMED:
            candidates = (sign.candidate,)
        if state is PlaceState.UNVERIFIED and self.rng.random() < 0.5:
            candidates = ()
        return Resolution(state, candidates, "seeded")

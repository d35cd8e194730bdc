"""The numbered signs and towers on the ground, and the sectors they stand in."""

from dataclasses import dataclass
from enum import StrEnum

from geo.point import Point


class SignKind(StrEnum):
    LAND_PLACARD = "land_placard"
    WATER_PLACARD = "water_placard"
    RESCUE_TOWER = "rescue_tower"


class LifeCycle(StrEnum):
    """Where a sign stands in its life; an id is never given to another sign, so a retired one stays known."""

    INSTALLED = "installed"
    INSPECTED = "inspected"
    MOVED = "moved"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class AccessNotes:
    """What a unit must know to get there; free text, one thing each, empty when nothing is known."""

    gate: str = ""
    route: str = ""
    landing_zone: str = ""
    landowner: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """One placard or rescue tower as the registry has it. `sign_id` is the printed id in canonical form ("TUC-417")."""

    sign_id: str
    kind: SignKind
    sector: str
    point: Point
    life: LifeCycle = LifeCycle.INSTALLED
    access: AccessNotes = AccessNotes()


@dataclass(frozen=True, slots=True)
class IdFormat:
    """How a sector prints its ids: prefix, number of digits, and whether an ISO 7064 check character follows."""

    prefix: str
    digits: int
    check: bool = False


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector of the region. `lends`: its units may be picked for a neighbour's incident."""

    sector: str
    name: str
    id_formats: tuple[IdFormat, ...]
    lends: bool = True

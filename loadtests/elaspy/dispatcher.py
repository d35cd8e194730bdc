"""The seam between the world and whoever decides: facts go in, "this unit goes to this call" comes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol


class Step(Enum):
    """How far a unit is with its call."""

    ON_SCENE = auto()
    TRANSPORTING = auto()
    FREED = auto()  # handed over or finished on scene: it may be sent from where it is


@dataclass(frozen=True, slots=True)
class CallCame:
    """Somebody needs help at a node."""

    call: int
    node: int


@dataclass(frozen=True, slots=True)
class UnitReported:
    """A unit says how far it is."""

    unit: int
    step: Step


Fact = CallCame | UnitReported


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

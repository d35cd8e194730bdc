"""What an adapter makes of foreign bytes: a report in our own words, and what was wrong with the rest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from dispatch.status import Kind

WARNINGS_MAX: Final = 32


class What(StrEnum):
    """What a foreign message is to us."""

    CALL = "call"
    ALERT = "alert"
    POSITION = "position"
    ADVICE = "advice"  # a warning about an area, an alert nobody presses a button for: shown, never dispatched
    NOTHING = "nothing"  # understood, and there is nothing to record: an acknowledgement, a cancelled test


class Unusable(ValueError):
    """Nothing in it can be used: the one case that costs a 4xx. `field` and `reason` never hold what was sent."""

    def __init__(self, reason: str, field: str = "body") -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True)
class Reading:
    """`report` holds fields of our own contract, `private` what is only ever sealed beside them.

    `understood` names what was taken, in words for an integrator; neither it nor `warnings` ever holds a value.
    `said` are texts that may name a sign, the most trusted first: (where it stood, text). `unreadable`: nothing but its
    raw bytes could be kept, and there may be a person behind it.
    """

    format: str
    what: What
    raw: bytes
    report: dict[str, Any] = field(default_factory=dict)
    said: tuple[tuple[str, str], ...] = ()
    private: dict[str, Any] = field(default_factory=dict)
    understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    unreadable: bool = False
    located: bool = False  # its place was fetched afterwards: the same bytes, and yet something new

    @property
    def kind(self) -> Kind:
        """Whether it is real; what says nothing is real, because a test that is served costs less than the reverse."""
        return Kind(self.report.get("kind", Kind.REAL))


class Findings:
    """Collects, while reading, what was understood and what was wrong; each once, bounded."""

    def __init__(self) -> None:
        self._understood: dict[str, None] = {}
        self._warnings: dict[str, None] = {}

    def take(self, name: str) -> None:
        """Note that something was understood."""
        if len(self._understood) < WARNINGS_MAX:
            self._understood[name] = None

    def warn(self, where: str, reason: str) -> None:
        """Note what could not be used. `where` is a name of the format's, never one the sender made up."""
        if len(self._warnings) < WARNINGS_MAX:
            self._warnings[f"{where}: {reason}"] = None

    def extend(self, warnings: Sequence[str]) -> None:
        for warning in warnings:
            if len(self._warnings) < WARNINGS_MAX:
                self._warnings[warning] = None

    @property
    def understood(self) -> tuple[str, ...]:
        return tuple(self._understood)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)

"""Who asks. Deny by default: a role may do only what a route or a topic names it for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.scopes import BOARD, Scope


class Role(StrEnum):
    PSAP = "psap"
    TOWER = "tower"
    AGENT = "agent"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"  # a dispatcher who answers for a floor
    ADMINISTRATOR = "administrator"  # lets others in; sees no person's data
    AUDITOR = "auditor"  # reads who read what; changes nothing
    PARTNER = "partner"  # another agency: follows incidents, and changes nothing
    TRACKER = "tracker"  # tells where one unit is, and may do nothing else


DESK: Final = (Role.DISPATCHER, Role.SUPERVISOR)
PEOPLE: Final = (Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)  # never a key's role: these act in their own name


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: a key's holder, a person signed in, a device.

    `sectors` empty: the whole region for a dispatcher or partner, no usual sectors for a PSAP. `source` says by what
    (`key:ID`, `session:ID`, `device:ID`), so that it can be asked whether that is still good. `until` (seconds of the
    epoch) is when it ends by itself. `scopes` narrows the role to some actions, by name; `device` to one's reports.
    """

    key_id: str
    role: Role
    name: str
    sectors: tuple[str, ...] = ()
    unit_id: str | None = None
    source: str = ""
    until: float | None = None
    scopes: frozenset[str] | None = None
    device: str | None = None

    def __post_init__(self) -> None:
        if not self.source:
            object.__setattr__(self, "source", f"key:{self.key_id}")

    def topics(self) -> Scope:
        """Return the topics this identity hears when it names none."""
        if self.role is Role.AGENT and self.unit_id is not None:
            return frozenset({f"unit:{self.unit_id}"})
        if self.role in (*DESK, Role.PARTNER):
            return frozenset(f"sector:{s}" for s in self.sectors) if self.sectors else frozenset({BOARD})
        return frozenset()

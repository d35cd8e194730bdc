"""Who is told of what: a webhook, the events it matches, and what is said. No I/O."""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

import orjson

from dispatch.board import Board
from dispatch.entities import Incident
from dispatch.events import KINDS

TEST: Final = "webhook.test"
NAME_SPACE: Final = "webhook:"  # of the signing secrets, beside those of PSAPs' call-backs


@dataclass(frozen=True, slots=True)
class Webhook:
    """`kinds` are kinds of events, `incident.*` and `*` too; no `sectors` means every sector."""

    id: str
    url: str
    kinds: tuple[str, ...]
    sectors: tuple[str, ...] = ()
    from_seq: int = 0

    @property
    def signer(self) -> str:
        return f"{NAME_SPACE}{self.id}"

    def wants(self, kind: str, sector: str | None, seq: int) -> bool:
        """Whether it is told of an event."""
        if seq <= self.from_seq or (self.sectors and sector not in self.sectors):
            return False
        return any(fnmatchcase(kind, pattern) for pattern in self.kinds)


def matches_any_kind(pattern: str) -> bool:
    """Whether a pattern can ever match: what matches nothing is a mistake its author wants to hear of."""
    return any(fnmatchcase(kind, pattern) for kind in KINDS)


def sector_of(event: dict[str, Any], incident: Incident | None, board: Board) -> str | None:
    """Return which sector an event is about: its incident's, else what its rows say, else its unit's."""
    if incident is not None:
        return incident.sector
    for row in (event, *(value for value in event.values() if isinstance(value, dict))):
        if isinstance(row.get("sector"), str):
            return str(row["sector"])
    unit = board.units.get(str(event.get("unit_id")))
    return unit.sector if unit else None


def body_of(line: dict[str, Any], incident: Incident | None) -> bytes:
    """Return what is said of an event: as the ledger has it, with whether it is real, a test or an exercise."""
    data = {name: line[name] for name in ("seq", "by", "event")}
    data |= {
        "incident_id": incident.id if incident else None,
        "incident_kind": incident.kind.value if incident else None,
        "sector": incident.sector if incident else None,
    }
    return orjson.dumps({"type": line["kind"], "timestamp": line["at"], "data": data})

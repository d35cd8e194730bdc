"""The `qualFilter` of a subscription: which incidents a partner wants to hear of.

`type=SAR,RESCUE; priority>=7; sector=TUC; status=Active; kind=real`: terms that all have to hold, each with one or
several values. One we cannot read is not applied, and the answer says so.
"""

import re
from dataclasses import dataclass
from typing import Final

from dispatch.entities import Incident

TERM: Final = re.compile(
    r"\s*(type|priority|sector|status|kind)\s*(=|>=|<=)\s*([A-Za-z0-9_,\s-]{1,128})\s*", re.IGNORECASE
)
TERMS_MAX: Final = 8


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A filter that was understood; without terms everything passes."""

    terms: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def passes(self, incident: Incident) -> bool:
        return all(_holds(term, incident) for term in self.terms)


def read_qualifier(written: str) -> Qualifier | None:
    """Return the filter, None when it cannot be read."""
    terms: list[tuple[str, str, tuple[str, ...]]] = []
    for part in re.split(r";|\band\b", written):
        found = TERM.fullmatch(part)
        if found is None or len(terms) == TERMS_MAX:
            return None
        name, operator, values = found[1].casefold(), found[2], tuple(v.strip().casefold() for v in found[3].split(","))
        if (operator != "=" or name == "priority") and (name != "priority" or not all(v.isdecimal() for v in values)):
            return None
        terms.append((name, operator, values))
    return Qualifier(tuple(terms))


def _holds(term: tuple[str, str, tuple[str, ...]], incident: Incident) -> bool:
    name, operator, values = term
    if name != "priority":
        return str(getattr(incident, name) or "").casefold() in values
    wanted = [int(value[:4]) for value in values]
    if operator == ">=":
        return incident.priority >= min(wanted)
    return incident.priority <= max(wanted) if operator == "<=" else incident.priority in wanted

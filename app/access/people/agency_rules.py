"""How an agency's claims become a role and sectors of ours. Whoever fits none does not get in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access.identity import Role


@dataclass(frozen=True, slots=True)
class Rules:
    """How the agency's claims become a role and sectors. The first role that fits counts."""

    claim: str
    roles: tuple[tuple[str, Role], ...]
    sectors: tuple[tuple[str, str], ...]

    def role_of(self, claims: Mapping[str, Any]) -> Role | None:
        held = self._held(claims)
        return next((role for word, role in self.roles if word in held), None)

    def sectors_of(self, claims: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Return the sectors; () for the whole region where none are told apart, None where none fits."""
        if not self.sectors:
            return ()
        held = self._held(claims)
        return tuple(sector for word, sector in self.sectors if word in held) or None

    def _held(self, claims: Mapping[str, Any]) -> frozenset[str]:
        value = claims.get(self.claim)
        words = value if isinstance(value, list) else [value]
        return frozenset(word for word in words if isinstance(word, str))


def pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return `claim=ours` entries in two halves; a claim may hold `=` itself (a distinguished name)."""
    return [(left, right) for left, _, right in (word.rpartition("=") for word in words)]

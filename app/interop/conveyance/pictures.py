"""What one client may see of the incidents, from this process's view; nothing personal is in it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from app.access.identity import Identity, Role
from app.interop.conveyance.session import JUST_CLOSED_S
from app.interop.eido.names import our_id
from app.interop.eido.write import Issuer, Story, write_eido
from app.services import Services
from dispatch.board import Board
from dispatch.entities import Incident


class ViewPictures:
    """The view, through one identity's eyes."""

    def __init__(self, services: Services, identity: Identity) -> None:
        self._services = services
        self._identity = identity
        self._issuer = Issuer(services.settings.agency_id, services.settings.region)

    @property
    def _board(self) -> Board:
        return self._services.view.board

    def active(self) -> Iterable[Incident]:
        board = self._board
        ids = sorted(board.open_incidents)
        return [board.incidents[i] for i in ids if may_follow(self._services, self._identity, board.incidents[i])]

    def get(self, incident_id: int) -> Incident | None:
        incident = self._board.incidents.get(incident_id)
        return incident if incident and may_follow(self._services, self._identity, incident) else None

    def find(self, named: str) -> Incident | None:
        found = self.get(find_incident(self._board, named, self._issuer, psap_of(self._identity)))
        if found is None or found.closed_at is None:
            return found
        age = self._services.clock.now() - found.closed_at
        return found if age <= timedelta(seconds=JUST_CLOSED_S) else None

    def resources(self, incident_id: int) -> Iterable[str]:
        board = self._board
        return {board.assignments[i].unit_id for i in board.incidents[incident_id].assignments}

    def eido(self, incident_id: int) -> dict[str, Any]:
        return write_eido(Story.on(self._board, self._board.incidents[incident_id]), self._issuer)


def psap_of(identity: Identity) -> str | None:
    """Return under which name this identity's own calls are known, None for who is no PSAP."""
    return identity.name if identity.role is Role.PSAP else None


def may_follow(services: Services, identity: Identity, incident: Incident) -> bool:
    """Whether this identity may see an incident: by its topics, and a PSAP what became of its own callers."""
    if identity.role is Role.PSAP:
        board = services.view.board
        return any(board.calls[i].psap == identity.name for i in incident.calls if i in board.calls)
    return concerns(identity, incident) and services.view.may_see("incidents", incident.id, identity.topics())


def concerns(identity: Identity, incident: Incident) -> bool:
    """Whether another agency is told of it: of its sectors only what is known to lie there."""
    return identity.role is not Role.PARTNER or not identity.sectors or incident.sector is not None


def find_incident(board: Board, named: str, issuer: Issuer, psap: str | None = None) -> int:
    """Return the incident an identifier names: ours, or the one a PSAP's call brought. 0 when there is none.

    PSAPs number their calls as they like: for one that asks, `psap`, only its own count.
    """
    own = our_id(named, issuer.region, issuer.agency)
    if own is not None:
        return own
    if named.isdecimal() and len(named) <= 16:
        return int(named)
    newest = [
        call for call in board.calls.values() if named and call.psap_call_id == named and psap in (None, call.psap)
    ]
    return max((call.incident_id for call in newest), default=0)

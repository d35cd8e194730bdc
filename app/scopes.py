"""Who a row concerns, as a set of topics, and whether it belongs on a live picture.

Topics: `board` (everything), `sector:TUC`, `unit:U12`. A client's picture is exactly the live rows whose scope meets
its topics; the stream keeps it so, and a snapshot is the same thing at one moment. What belongs to no sector is every
sector's: an incident nobody could place yet, a trouble of the service itself.
"""

from typing import Final

from dispatch.board import Board
from dispatch.entities import Alarm, Alert, Assignment, Call, Incident, Row, SectorRow, Tower, Unit

BOARD: Final = "board"
Scope = frozenset[str]
ALL: Final[Scope] = frozenset({BOARD})  # who has the region


class Scopes:
    """The scopes of a board's rows. An incident's is kept until `forget`, because all its rows follow from it."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._whole: dict[int, Scope] = {}
        self._sectors: dict[int, Scope] = {}

    def forget(self, incident_id: int) -> None:
        """The incident, one of its assignments or the unit on one of them has changed."""
        self._whole.pop(incident_id, None)
        self._sectors.pop(incident_id, None)

    def of(self, row: Row) -> Scope:
        """Return the topics a row concerns."""
        match row:
            case Incident():
                return self._incident(row.id, row)
            case Call() | Alert():
                return self._about(row.incident_id)
            case Assignment():
                scope = self._about(row.incident_id)
                concerns_unit = row.is_active or row.heard_at is None
                return scope | {f"unit:{row.unit_id}"} if concerns_unit else scope
            case Unit():
                return frozenset((BOARD, f"sector:{row.sector}", f"unit:{row.id}"))
            case Alarm():
                return self._alarm(row)
            case Tower():
                return frozenset((BOARD, f"sector:{row.sector}")) if row.sector else everywhere(self._board)
            case SectorRow():
                return frozenset((BOARD, f"sector:{row.id}"))

    def _incident(self, incident_id: int, incident: Incident) -> Scope:
        found = self._whole.get(incident_id)
        if found is None:
            found = incident_scope(self._board, incident)
            if incident.is_open:
                self._whole[incident_id] = found
        return found

    def _about(self, incident_id: int) -> Scope:
        """Return who sees what is about an incident: its sectors, not the devices of its units."""
        found = self._sectors.get(incident_id)
        if found is None:
            incident = self._board.incidents.get(incident_id)
            if incident is None:
                return ALL  # a call is told before the incident that its next event opens
            whole = self._incident(incident_id, incident)
            found = frozenset(t for t in whole if not t.startswith("unit:"))
            if incident.is_open:
                self._sectors[incident_id] = found
        return found

    def _alarm(self, alarm: Alarm) -> Scope:
        """Where it was raised, and whoever now has the incident it is about: that may have moved to another sector."""
        if alarm.sector is None and alarm.unit_id is None and alarm.incident_id is None:
            return everywhere(self._board)  # something in the service itself: whoever sits there must know
        topics = {BOARD}
        if alarm.sector:
            topics.add(f"sector:{alarm.sector}")
        if alarm.unit_id:
            topics.add(f"unit:{alarm.unit_id}")
        if alarm.incident_id is not None and alarm.incident_id in self._board.open_incidents:
            topics |= self._about(alarm.incident_id)
        return frozenset(topics)


def everywhere(board: Board) -> Scope:
    """Return the topics of what belongs to no sector: it is everybody's, or it would be on nobody's screen."""
    return frozenset((BOARD, *(f"sector:{sector}" for sector in board.sectors)))


def incident_scope(board: Board, incident: Incident) -> Scope:
    """Return the topics of an incident: its sector, those that help, the units on it and their sectors."""
    topics = {BOARD, *(f"sector:{sector}" for sector in incident.helpers)}
    if incident.sector:
        topics.add(f"sector:{incident.sector}")
    else:
        topics |= everywhere(board)
    for assignment in board.active_assignments(incident):
        topics.add(f"unit:{assignment.unit_id}")
        unit = board.units.get(assignment.unit_id)
        if unit is not None:
            topics.add(f"sector:{unit.sector}")
    return frozenset(topics)


def scope_of(board: Board, row: Row) -> Scope:
    """Return the topics a row concerns, computed anew."""
    return Scopes(board).of(row)


def is_live(board: Board, row: Row) -> bool:
    """Whether a row stands on the live picture: what is open, what must still be heard, and who may be sent."""
    match row:
        case Incident():
            return row.is_open
        case Call() | Alert():
            # A call is told before the incident that its next event opens.
            return row.incident_id in board.open_incidents or row.incident_id not in board.incidents
        case Assignment():
            return row.incident_id in board.open_incidents or (row.heard_at is None and row.hear_by is not None)
        case Alarm():
            return row.cleared_at is None
        case _:
            return True

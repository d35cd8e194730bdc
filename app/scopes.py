"""Who a row concerns, as a set of topics, and whether it belongs on a live picture.

Topics: `board` (everything), `sector:TUC`, `unit:U12`. A client's picture is exactly the live rows whose scope meets
its topics; the stream keeps it so, and a snapshot is the same thing at one moment.
"""

from dispatch.board import Board
from dispatch.entities import Alarm, Alert, Assignment, Call, Incident, Row, SectorRow, Tower, Unit

BOARD = "board"
Scope = frozenset[str]


def scope_of(board: Board, row: Row) -> Scope:
    """Return the topics a row concerns."""
    match row:
        case Incident():
            return _incident(board, row)
        case Call() | Alert():
            incident = board.incidents.get(row.incident_id)
            return _sectors_only(_incident(board, incident)) if incident else frozenset({BOARD})
        case Assignment():
            incident = board.incidents.get(row.incident_id)
            scope = _sectors_only(_incident(board, incident)) if incident else frozenset({BOARD})
            concerns_unit = row.is_active or row.heard_at is None
            return scope | {f"unit:{row.unit_id}"} if concerns_unit else scope
        case Unit():
            return frozenset({BOARD, f"sector:{row.sector}", f"unit:{row.id}"})
        case Alarm():
            return _alarm(board, row)
        case Tower():
            return frozenset({BOARD, f"sector:{row.sector}"}) if row.sector else frozenset({BOARD})
        case SectorRow():
            return frozenset({BOARD, f"sector:{row.id}"})


def _incident(board: Board, incident: Incident) -> Scope:
    topics = {BOARD}
    if incident.sector:
        topics.add(f"sector:{incident.sector}")
    for assignment in board.active_assignments(incident):
        topics.add(f"unit:{assignment.unit_id}")
        unit = board.units.get(assignment.unit_id)
        if unit is not None:
            topics.add(f"sector:{unit.sector}")
    return frozenset(topics)


def _alarm(board: Board, alarm: Alarm) -> Scope:
    """Where it was raised, and whoever now has the incident it is about: that one may have moved to another sector."""
    topics = {BOARD}
    if alarm.sector:
        topics.add(f"sector:{alarm.sector}")
    if alarm.unit_id:
        topics.add(f"unit:{alarm.unit_id}")
    if alarm.incident_id in board.open_incidents:
        topics |= _sectors_only(_incident(board, board.incidents[alarm.incident_id]))
    return frozenset(topics)


def _sectors_only(scope: Scope) -> Scope:
    return frozenset(t for t in scope if not t.startswith("unit:"))


def is_live(board: Board, row: Row) -> bool:
    """Whether a row stands on the live picture: what is open, what must still be heard, and who may be sent."""
    match row:
        case Incident():
            return row.is_open
        case Call() | Alert():
            # A call is told before the incident that its next event opens.
            return _is_open(board, row.incident_id) or row.incident_id not in board.incidents
        case Assignment():
            return _is_open(board, row.incident_id) or (row.heard_at is None and row.hear_by is not None)
        case Alarm():
            return row.cleared_at is None
        case _:
            return True


def _is_open(board: Board, incident_id: int) -> bool:
    return incident_id in board.open_incidents

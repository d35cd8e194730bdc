"""What must hold of each row and of the rows around it, whatever happened before."""

from collections.abc import Callable
from typing import Any, Final

from dispatch.board import Board
from dispatch.entities import Alarm, Alert, Assignment, Call, Incident, Tower, Unit
from tests.simulation.oracle import is_waiting

WAITING: Final = frozenset({"queued", "offered", "with_dispatcher"})
ACTIVE: Final = frozenset(
    {"offered", "acknowledged", "en_route", "on_scene", "subject_contact", "transporting", "at_destination"}
)


def check_incident(board: Board, row: Incident) -> None:
    """P3: an open incident is in exactly one place, and that place is what its assignments say."""
    active = [a for a in (board.assignments[i] for i in row.assignments) if a.status in ACTIVE]
    assert (row.where == "done") == (row.id not in board.open_incidents), "open or done"
    assert (row.held is not None) == (row.where == "with_dispatcher"), "held is why a dispatcher has it"
    assert row.version <= board.seq, "no version from the future"
    assert is_waiting(row) == (row.id in board.queue), "what waits stands in the line, nothing else does"
    if row.where == "done":
        _check_closed(row, active)
        return
    assert row.outcome is None, "no open incident has an outcome"
    assert row.closed_at is None, "no open incident has closed"
    assert row.calls or row.alerts, "an incident holds at least one report"
    accepted = [a for a in active if a.status != "offered"]
    expected = "assigned" if accepted else "offered" if active else None
    assert (row.where in {"assigned", "offered"}) == bool(active), f"{row.where} with {len(active)} active"
    assert expected in {None, row.where}, f"{row.where} should be {expected}"
    _check_alarms(board, row)
    if is_waiting(row):
        assert row.kind == "real", "tests never wait for a unit"
        assert row.place is not None, "nobody is sent nowhere"
        assert row.place.state in {"probable", "confirmed"}, "only trusted places are served by themselves"
    if row.where in WAITING:
        assert row.ages_at is not None, "whoever waits grows older"


def _check_closed(row: Incident, active: list[Assignment]) -> None:
    assert row.outcome is not None, "closed without an outcome"
    assert row.closed_at is not None, "closed without an instant"
    assert row.status in {"Closed", "Cancelled"}, "closed with an open status"
    assert not active, "closed with a unit on it"
    assert row.ages_at is None, "a closed incident grows older"
    assert not row.shares, "mutual aid outlived its incident"


def _check_alarms(board: Board, row: Incident) -> None:
    open_alarms = {board.alarms[i].kind: board.alarms[i] for i in board.alarms_of.get(row.id, ())}
    for where, kind in (("with_dispatcher", "with_dispatcher"), ("queued", "no_unit_available")):
        if row.where == where:
            ringing = open_alarms.get(kind)  # type: ignore[call-overload]  # a StrEnum is its text
            assert ringing is not None, f"{row.where} without its alarm"
            assert ringing.acknowledged_at is None or ringing.rearm_at is not None, "its alarm is not armed"
    if row.agency is not None:
        assert "with_dispatcher" in open_alarms, "an agency is waited for without an alarm"


def check_assignment(board: Board, row: Assignment) -> None:
    """P2 from the assignment's side, and the times its status needs."""
    is_active = row.status in ACTIVE
    unit = board.units[row.unit_id]
    assert is_active == (row.ended_at is None), "active or ended"
    assert (unit.assignment_id == row.id) == is_active, f"{unit.id} and its assignment disagree"
    assert row.id in board.incidents[row.incident_id].assignments, "an assignment its incident does not know"
    assert (row.status == "cleared") == (row.cleared_at is not None), "cleared without an instant"
    taken = row.status in ACTIVE - {"offered"} or row.status == "cleared"
    assert (row.acknowledged_at is not None) or not taken, "on the way without having accepted"
    assert row.status != "offered" or row.acknowledged_at is None, "an offer that was accepted"
    assert (row.overdue_at is not None) == (row.status in ACTIVE - {"offered"}), "asked after is who is out"


def check_unit(board: Board, row: Unit) -> None:
    """P2 from the unit's side."""
    if row.assignment_id is not None:
        held = board.assignments[row.assignment_id]
        assert held.unit_id == row.id, "a unit holds another's assignment"
        assert held.status in ACTIVE, "a unit holds an assignment that ended"
    available = row.on_duty and row.answering and row.assignment_id is None
    assert (row.primary == "Available") == available, "available only when it may be sent"
    assert row.missed < 2 or not row.answering, "two unanswered offers and still asked"


def check_call(board: Board, row: Call) -> None:
    incident = board.incidents[row.incident_id]
    assert incident.calls.count(row.id) == 1, "a call and its incident disagree"
    assert incident.kind == row.kind, "tests and real calls share an incident"


def check_alert(board: Board, row: Alert) -> None:
    incident = board.incidents[row.incident_id]
    assert incident.alerts.count(row.id) == 1, "an alert and its incident disagree"
    assert incident.kind == row.kind, "tests and real alerts share an incident"


def check_alarm(board: Board, row: Alarm) -> None:
    if row.cleared_at is not None:
        assert row.rearm_at is None, "a cleared alarm would ring again"
        assert row.id not in board.open_alarms.values(), "a cleared alarm still open"
    if row.rearm_at is not None:
        assert row.acknowledged_at is not None, "rearmed without having been taken"


CHECKS: Final[dict[type, Callable[[Board, Any], None]]] = {
    Incident: check_incident,
    Assignment: check_assignment,
    Unit: check_unit,
    Call: check_call,
    Alert: check_alert,
    Alarm: check_alarm,
    Tower: lambda _board, _row: None,
}

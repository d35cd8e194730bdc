"""A rescue tower speaks: its button was pressed, or it says how it is."""

from datetime import datetime

from dispatch.board import Board, open_only
from dispatch.commands import ReportAlert, ReportTower
from dispatch.entities import Alert, Incident
from dispatch.events import AlarmRaised, AlertReceived, AlertRepeated, IncidentOpened, TowerChanged
from dispatch.fold.reports import FLAG_TIMES
from dispatch.rules.alarms import alarm
from dispatch.rules.matching import route
from dispatch.rules.turn import Reply, Turn
from dispatch.status import LATE_AFTER, AlarmKind, AssignmentStatus, Kind, ageing_interval

PRIORITY_TOWER = 7  # somebody walked to a button: at least as urgent as a call, and nobody can be asked
ALARM_OF = {
    "tamper": AlarmKind.TOWER_TAMPER,
    "low_battery": AlarmKind.TOWER_BATTERY,
    "silent": AlarmKind.TOWER_SILENT,
}


def report_alert(board: Board, command: ReportAlert, now: datetime) -> Turn:
    """Fold a repeat press into its open alert, or open an incident at the tower."""
    sector = command.place.sector if command.place else None
    if command.kind is Kind.TEST:
        yield TowerChanged(command.tower_id, sector, "tested", True, command.occurred_at)
        return {"alert_id": None, "incident_id": None, "test": True}
    if command.source_id is not None:
        known = board.alert_of.get((command.tower_id, command.source_id))
        if known is not None:
            return _reply(board.alerts[known]) | {"repeated": True}
    open_alert = _open_alert(board, command)
    if open_alert is not None:
        yield AlertRepeated(open_alert.id, command.source_id, command.occurred_at, open_alert.presses + 1)
        incident = board.incidents[open_alert.incident_id]
        presses = board.alerts[open_alert.id].presses
        reason = f"{presses} presses"
        yield AlarmRaised(alarm(board, AlarmKind.CALLED_AGAIN, now, incident=incident, reason=reason))
        return _reply(board.alerts[open_alert.id]) | {"joined": True}
    return (yield from _open(board, command, sector, now))


def _open(board: Board, command: ReportAlert, sector: str | None, now: datetime) -> Turn:
    late = now - command.occurred_at > LATE_AFTER
    alert = Alert(
        id=board.next_id("alerts"),
        incident_id=board.next_id("incidents"),
        tower_id=command.tower_id,
        source_ids=(command.source_id,) if command.source_id else (),
        kind=command.kind,
        occurred_at=command.occurred_at,
        recorded_at=now,
        sealed=command.sealed,
        late=late,
        warnings=command.warnings,
    )
    yield AlertReceived(alert)
    incident = Incident(
        id=alert.incident_id,
        kind=command.kind,
        type="RESCUE",
        priority=PRIORITY_TOWER,
        received_at=now,
        opened_at=now,
        since=now,
        ages_at=now + ageing_interval(PRIORITY_TOWER),
        sector=sector,
        place=command.place,
        alerts=(alert.id,),
        late=late,
    )
    yield IncidentOpened(incident)
    if late:
        yield AlarmRaised(alarm(board, AlarmKind.LATE, now, incident=board.incidents[incident.id]))
    yield from route(board, incident.id, now)
    return _reply(alert)


def _open_alert(board: Board, command: ReportAlert) -> Alert | None:
    """The tower's open alert of the same kind, unless a unit has already cleared it (design 4.5)."""
    for incident in open_only(board, board.open_at_tower.get(command.tower_id, ())):
        cleared = any(board.assignments[a].status is AssignmentStatus.CLEARED for a in incident.assignments)
        if cleared or incident.kind is not command.kind:
            continue
        mine = [a for a in incident.alerts if board.alerts[a].tower_id == command.tower_id]
        if mine:
            return board.alerts[mine[-1]]
    return None


def _reply(alert: Alert) -> Reply:
    return {"alert_id": alert.id, "incident_id": alert.incident_id, "presses": alert.presses}


def report_tower(board: Board, command: ReportTower, now: datetime) -> Turn:
    """Record a transition of the tower's own state; the newest by device time wins, whatever the order of arrival."""
    what, on = ("silent", False) if command.what == "heartbeat" else (command.what, command.on)
    what = "tested" if what == "test" else what
    tower = board.towers.get(command.tower_id)
    last = getattr(tower, FLAG_TIMES[what]) if tower else None
    was = getattr(tower, what, False) if tower and what != "tested" else False
    newer = last is None or command.occurred_at > last
    # Only transitions are events; but a flag remembers its newest proof, so an old message cannot undo a new one.
    if newer and (was != on or what == "tested"):
        yield TowerChanged(command.tower_id, command.sector, what, on, command.occurred_at)
        kind = ALARM_OF.get(what)
        if kind is not None and on:
            yield AlarmRaised(alarm(board, kind, now, tower=command.tower_id))
    return {"tower_id": command.tower_id}

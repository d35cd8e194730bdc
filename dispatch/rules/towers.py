"""A rescue tower speaks: its button was pressed, or it says how it is."""

from datetime import datetime

from dispatch.board import Board
from dispatch.commands import ReportAlert, ReportTower
from dispatch.entities import Alert, Incident, Link
from dispatch.errors import Code, Refusal
from dispatch.events import (
    AlarmCleared,
    AlarmRaised,
    AlertReceived,
    AlertRepeated,
    IncidentLinked,
    IncidentOpened,
    TowerChanged,
)
from dispatch.fold.reports import FLAG_TIMES
from dispatch.rules.alarms import alarm
from dispatch.rules.matching import route
from dispatch.rules.turn import Reply, Steps, Turn
from dispatch.status import JOIN_WINDOW, LATE_AFTER, AlarmKind, AssignmentStatus, Kind, ageing_interval

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
        yield from _change(board, command.tower_id, sector, "tested", True, command.occurred_at)
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
        place=command.place,
    )
    before = _last_incident(board, command, now)
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
    if before is not None:
        yield IncidentLinked(incident.id, Link(before, "follows"))
    if late:
        yield AlarmRaised(alarm(board, AlarmKind.LATE, now, incident=board.incidents[incident.id]))
    yield from route(board, incident.id, now)
    return _reply(alert)


def _open_alert(board: Board, command: ReportAlert) -> Alert | None:
    """The tower's open alert of the same kind, unless a unit has already cleared it (design 4.5)."""
    for alert_id in reversed(board.alerts_at_tower.get(command.tower_id, ())):
        alert = board.alerts[alert_id]
        incident = board.incidents[alert.incident_id]
        cleared = any(board.assignments[a].status is AssignmentStatus.CLEARED for a in incident.assignments)
        if incident.is_open and not cleared and incident.kind is command.kind:
            return alert
    return None


def _last_incident(board: Board, command: ReportAlert, now: datetime) -> int | None:
    """The incident of the tower's last alert of this kind, if it was within the window in which calls are related."""
    for alert_id in reversed(board.alerts_at_tower.get(command.tower_id, ())):
        alert = board.alerts[alert_id]
        if alert.kind is command.kind:
            return alert.incident_id if alert.recorded_at >= now - JOIN_WINDOW else None
    return None


def _reply(alert: Alert) -> Reply:
    return {"alert_id": alert.id, "incident_id": alert.incident_id, "presses": alert.presses}


def report_tower(board: Board, command: ReportTower, now: datetime) -> Turn:
    """Record a transition of the tower's own state; the newest by device time wins, whatever the order of arrival."""
    what, on = ("silent", False) if command.what == "heartbeat" else (command.what, command.on)
    what, on = ("tested", True) if what == "test" else (what, on)
    if what not in FLAG_TIMES:
        allowed = ("heartbeat", "silent", "tamper", "low_battery", "test")
        raise Refusal(Code.INVALID, f"a tower does not report {what!r}", field="what", allowed=allowed)
    was = _is_on(board, command.tower_id, what)
    yield from _change(board, command.tower_id, command.sector, what, on, command.occurred_at)
    if what != "tested":
        yield from _ring(board, ALARM_OF[what], command.tower_id, was, _is_on(board, command.tower_id, what), now)
    return {"tower_id": command.tower_id}


def _is_on(board: Board, tower_id: str, what: str) -> bool:
    tower = board.towers.get(tower_id)
    return tower is not None and (what == "tested" or bool(getattr(tower, what)))


def _change(board: Board, tower_id: str, sector: str | None, what: str, on: bool, occurred_at: datetime) -> Steps:
    """Record what is newer than what is known; at the same instant the graver message wins.

    A message that changes nothing is still kept, so that an older one arriving later cannot undo it. Heartbeats are
    the exception, there are too many of them: of a tower that is heard, none is recorded.
    """
    tower = board.towers.get(tower_id)
    last = getattr(tower, FLAG_TIMES[what]) if tower else None
    was = _is_on(board, tower_id, what)
    if what == "silent" and not on and not was:
        return
    if last is None or (occurred_at, on) > (last, was):
        yield TowerChanged(tower_id, sector, what, on, occurred_at)


def _ring(board: Board, kind: AlarmKind, tower_id: str, was: bool, is_on: bool, now: datetime) -> Steps:
    """Ring once when it begins; a tower that is heard again or charged rings no more.

    An opened box stays an alarm until a person has looked.
    """
    ringing = board.open_alarm(kind, tower=tower_id)
    if is_on and not was:
        yield AlarmRaised(alarm(board, kind, now, tower=tower_id))
    elif was and not is_on and ringing is not None and kind is not AlarmKind.TOWER_TAMPER:
        yield AlarmCleared(ringing.id)

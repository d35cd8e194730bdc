"""Raising alarms, and what a person or a clock does with them."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from dispatch.board import Board
from dispatch.commands import AcknowledgeAlarm, ClearAlarm, RaiseSystemAlarm
from dispatch.entities import Alarm, Incident
from dispatch.errors import Code, Refusal, not_found
from dispatch.events import AlarmAcknowledged, AlarmCleared, AlarmRaised, IncidentHeld
from dispatch.rules.turn import Turn
from dispatch.status import DISPATCHER_REARM, AlarmKind, Held

# Alarms about a condition that lasts come back after being acknowledged, until the condition ends (design 4.4).
COMES_BACK: Final = frozenset({AlarmKind.WITH_DISPATCHER, AlarmKind.NO_UNIT, AlarmKind.MAYDAY, AlarmKind.SHARE_OFFERED})
# These end when the incident moves on or the question is answered, and by nothing that is said about the alarm.
ENDS_BY_ITSELF: Final = frozenset({AlarmKind.WITH_DISPATCHER, AlarmKind.NO_UNIT, AlarmKind.SHARE_OFFERED})


def alarm(
    board: Board,
    kind: AlarmKind,
    now: datetime,
    *,
    incident: Incident | None = None,
    unit: str | None = None,
    tower: str | None = None,
    reason: str = "",
) -> Alarm:
    """Build the alarm row: a new one, or the open one about the same thing raised once more."""
    incident_id = incident.id if incident else None
    again = board.open_alarm(kind, incident=incident_id, unit=unit, tower=tower, reason=reason)
    if again is not None:
        return replace(
            again,
            raised_at=now,
            reason=reason,
            times=again.times + 1,
            acknowledged_at=None,
            acknowledged_by=None,
            rearm_at=None,
        )
    return Alarm(
        id=board.next_id("alarms"),
        kind=kind,
        raised_at=now,
        reason=reason,
        incident_id=incident_id,
        unit_id=unit,
        tower_id=tower,
        sector=_sector(board, incident, unit, tower),
    )


def _sector(board: Board, incident: Incident | None, unit: str | None, tower: str | None) -> str | None:
    if incident is not None:
        return incident.sector
    if unit is not None and unit in board.units:
        return board.units[unit].sector
    return board.towers[tower].sector if tower is not None and tower in board.towers else None


def hold(board: Board, incident_id: int, reason: Held, now: datetime, until: datetime | None = None) -> IncidentHeld:
    """Give the incident to a dispatcher, with an armed alarm that says why."""
    incident = board.incidents[incident_id]
    raised = alarm(board, AlarmKind.WITH_DISPATCHER, now, incident=incident, reason=reason)
    return IncidentHeld(incident_id, reason, raised, until)


def acknowledge(board: Board, command: AcknowledgeAlarm, now: datetime) -> Turn:
    row = board.alarms.get(command.alarm_id)
    if row is None:
        raise not_found("alarm")
    if row.acknowledged_at is None and row.cleared_at is None:
        rearm_at = now + DISPATCHER_REARM if row.kind in COMES_BACK else None
        yield AlarmAcknowledged(row.id, command.by, rearm_at)
    return {"alarm_id": row.id}


def clear(board: Board, command: ClearAlarm, now: datetime) -> Turn:  # noqa: ARG001 - one signature for all rules
    """End an alarm whose cause a person knows to be gone; what still waits for somebody goes on ringing."""
    row = board.alarms.get(command.alarm_id)
    if row is None:
        raise not_found("alarm")
    if row.cleared_at is None:
        if row.kind in ENDS_BY_ITSELF:
            message = f"alarm {row.id} ends when incident {row.incident_id} moves on"
            raise Refusal(Code.NOT_ALLOWED_NOW, message, field="alarm_id", allowed=("acknowledge",))
        yield AlarmCleared(row.id)
    return {"alarm_id": row.id}


def raise_system(board: Board, command: RaiseSystemAlarm, now: datetime) -> Turn:
    incident = board.incidents.get(command.incident_id) if command.incident_id is not None else None
    yield AlarmRaised(alarm(board, AlarmKind.SYSTEM, now, incident=incident, reason=command.reason))
    return {}

"""The board's indexes: they answer at once what a dispatcher would search for, and follow from the rows alone."""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, TypeVar

from dispatch.deadlines import Deadlines
from dispatch.entities import Alarm, Alert, Assignment, Call, Incident, Row, Unit
from dispatch.queue import Queue
from dispatch.status import AlarmKind, Held, Where
from geo.fleet import NEVER, Fleet
from geo.standing import Standing

configured: Final = attrgetter("kind", "sector", "station", "home", "capabilities")  # of a unit; the rest is its doing
TOLD_APART: Final = frozenset({AlarmKind.SYSTEM, AlarmKind.SHARE_OFFERED})  # by their reason: none hides another
MARKED: Final = frozenset({Incident, Assignment, Alarm})  # the rows that carry deadlines
AlarmSubject = tuple[AlarmKind, int | None, str | None, str | None, str]
K = TypeVar("K")


class Indexes:
    """`index` is told every change of a row; whatever order rows come in, the same rows give the same indexes."""

    def __init__(self) -> None:
        self.queue = Queue()
        self.fleet = Fleet()
        self.deadlines = Deadlines()
        self.call_of: dict[tuple[str, str], int] = {}
        self.alert_of: dict[tuple[str, str], int] = {}
        self.calls_by_caller: defaultdict[str, list[int]] = defaultdict(list)
        self.alerts_at_tower: defaultdict[str, list[int]] = defaultdict(list)
        self.open_at_sign: defaultdict[str, set[int]] = defaultdict(set)
        self.open_alarms: dict[AlarmSubject, int] = {}
        self.alarms_of: defaultdict[int, set[int]] = defaultdict(set)
        self.open_incidents: set[int] = set()
        self.to_hear: dict[tuple[str, int], int] = {}
        self._by_type: dict[type, Callable[[Any, Any], None]] = {
            Call: self._index_call,
            Alert: self._index_alert,
            Incident: self._index_incident,
            Assignment: self._index_assignment,
            Unit: self._index_unit,
            Alarm: self._index_alarm,
        }

    def index(self, before: Row | None, row: Row) -> None:
        """Follow a row's change; `before` is None when the row is new."""
        cls = type(row)
        if cls in MARKED:
            self.deadlines.replace(before, row)
        follow = self._by_type.get(cls)
        if follow is not None:
            follow(before, row)

    def unindex(self, row: Row) -> None:
        """Forget a row that is over: a call, an alert, an assignment; what else is over stands in no index."""
        match row:
            case Call():
                if row.psap_call_id is not None:
                    drop(self.call_of, (row.psap, row.psap_call_id), row.id)
                if row.caller is not None:
                    leave(self.calls_by_caller, row.caller, row.id)
            case Alert():
                for source_id in row.source_ids:
                    drop(self.alert_of, (row.tower_id, source_id), row.id)
                leave(self.alerts_at_tower, row.tower_id, row.id)
            case Assignment():
                drop(self.to_hear, (row.unit_id, row.must_hear_seq), row.id)
            case _:
                pass

    def _index_incident(self, before: Incident | None, row: Incident) -> None:
        if row.where is Where.QUEUED or row.held is Held.NOBODY_LEFT:
            self.queue.put(row)
        else:
            self.queue.drop(row.id)
        if before is not None and before.place is row.place and before.is_open == row.is_open:
            return
        was_at = before.place.sign_id if before is not None and before.place else None
        sign = row.place.sign_id if row.place and row.is_open else None
        if was_at is not None and was_at != sign:
            discard(self.open_at_sign, was_at, row.id)
        if sign is not None:
            self.open_at_sign[sign].add(row.id)
        if row.is_open:
            self.open_incidents.add(row.id)
        else:
            self.open_incidents.discard(row.id)

    def _index_assignment(self, before: Assignment | None, row: Assignment) -> None:
        if before is not None:
            self.to_hear.pop((before.unit_id, before.must_hear_seq), None)
        if row.must_hear is not None and row.heard_at is None:
            self.to_hear[row.unit_id, row.must_hear_seq] = row.id

    def _index_call(self, before: Call | None, row: Call) -> None:
        if before is None and row.psap_call_id is not None:
            self.call_of[row.psap, row.psap_call_id] = row.id
        was = before.caller if before is not None else None
        if was != row.caller:
            if was is not None:
                self.calls_by_caller[was].remove(row.id)
            if row.caller is not None:
                insort(self.calls_by_caller[row.caller], row.id)

    def _index_alert(self, before: Alert | None, row: Alert) -> None:
        for source_id in row.source_ids:
            self.alert_of[row.tower_id, source_id] = row.id
        if before is None:
            insort(self.alerts_at_tower[row.tower_id], row.id)

    def _index_unit(self, before: Unit | None, row: Unit) -> None:
        if before is not None and configured(before) == configured(row):
            self.fleet.set_status(row.id, standing_of(row))
            return
        # A unit configured anew stands where it stands; only one that never reported stands at its home.
        fixed_at_s = self.fleet.fixed_at(row.id) if row.id in self.fleet else NEVER
        self.fleet.put(
            row.id,
            point=row.home if fixed_at_s == NEVER else self.fleet.point(row.id),
            kind=row.kind,
            sector=row.sector,
            capabilities=row.capabilities,
            status=standing_of(row),
            fixed_at_s=fixed_at_s,
        )

    def _index_alarm(self, _before: Alarm | None, row: Alarm) -> None:
        subject = subject_of(row)
        if row.cleared_at is None:
            self.open_alarms[subject] = row.id
            if row.incident_id is not None:
                self.alarms_of[row.incident_id].add(row.id)
        else:
            if self.open_alarms.get(subject) == row.id:
                del self.open_alarms[subject]
            if row.incident_id is not None:
                discard(self.alarms_of, row.incident_id, row.id)


def subject_of(alarm: Alarm) -> AlarmSubject:
    """What an alarm is about; some are told apart by their reason too."""
    reason = alarm.reason if alarm.kind in TOLD_APART else ""
    return alarm.kind, alarm.incident_id, alarm.unit_id, alarm.tower_id, reason


def discard(index: defaultdict[K, set[int]], key: K, row_id: int) -> None:
    """Take a row out of an index; an empty entry goes too, so that the index never outgrows what is open."""
    rows = index[key]
    rows.discard(row_id)
    if not rows:
        del index[key]


def drop(index: dict[K, int], key: K, row_id: int) -> None:
    """Take a row out of an index of one row each, unless another stands there by now."""
    if index.get(key) == row_id:
        del index[key]


def leave(index: defaultdict[K, list[int]], key: K, row_id: int) -> None:
    """Take a row out of an index of rows in order."""
    index[key].remove(row_id)
    if not index[key]:
        del index[key]


def standing_of(unit: Unit) -> Standing:
    """What a unit's own row says about picking it."""
    if not unit.on_duty:
        return Standing.OFF_DUTY
    if unit.assignment_id is not None:
        return Standing.BUSY
    return Standing.FREE if unit.answering else Standing.NOT_ANSWERING

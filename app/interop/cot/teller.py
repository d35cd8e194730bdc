"""What a TAK server has to be told, from the open incidents and what it was told before. No I/O, no clock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from app.interop.cot import write
from dispatch.entities import Incident
from dispatch.status import IncidentStatus, Kind
from geo.point import Point

RENEW_AFTER: Final = timedelta(minutes=2)  # well before it goes stale after five
TOLD_MAX: Final = 5_000  # incidents on the map at once
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
UNANSWERED: Final = frozenset({IncidentStatus.ACTIVE, IncidentStatus.REOPENED})


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of an incident: which version of it, when, where, and whether its alert is on."""

    incident: Incident
    point: Point
    at: datetime
    is_alert: bool


class Teller:
    """Remembers what the server knows. A new connection knows nothing: `forget_times` makes all of it be said again."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._told: dict[int, Told] = {}

    def forget_times(self) -> None:
        """Let everything be due: a server that was restarted knows nothing, and an end it missed is said again."""
        self._told = {key: replace(told, at=LONG_AGO) for key, told in self._told.items()}

    def tell(self, incidents: Iterable[Incident], now: datetime) -> list[bytes]:
        """Return the events to send now."""
        said: list[bytes] = []
        open_now: set[int] = set()
        for incident in incidents:
            if incident.is_open and incident.place is not None and incident.kind is not Kind.TEST:
                open_now.add(incident.id)
                said += self._one(incident, incident.place.point, now)
        for gone in self._told.keys() - open_now:
            said += self._end(self._told.pop(gone), now)
        return said

    def _one(self, incident: Incident, point: Point, now: datetime) -> list[bytes]:
        before = self._told.get(incident.id)
        if before is None and len(self._told) >= TOLD_MAX:
            return []
        is_alert = incident.kind is Kind.REAL and incident.status in UNANSWERED
        is_same = before is not None and before.incident.version == incident.version
        if before is not None and is_same and now - before.at < RENEW_AFTER:
            return []
        said = [write.marker(incident, point, self._region, now), write.circle(incident, point, self._region, now)]
        if is_alert or (before is not None and before.is_alert):
            said.append(write.alert(incident, point, self._region, now, is_on=is_alert))
        self._told[incident.id] = Told(incident, point, now, is_alert)
        return said

    def _end(self, told: Told, now: datetime) -> list[bytes]:
        uid = write.marker_uid(self._region, told.incident.id)
        said = [write.alert(told.incident, told.point, self._region, now, is_on=False)] if told.is_alert else []
        return [
            *said,
            write.deletion(uid, write.SPOT, now),
            write.deletion(f"{uid}.search", write.CIRCLE, now),
        ]

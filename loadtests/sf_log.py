"""Reading San Francisco Fire's log of calls for service: who called when and where, and what each unit did about it."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from geo.point import Point

KIND_OF: Final = {"MEDIC": "ambulance", "PRIVATE": "ambulance", "ENGINE": "truck", "TRUCK": "truck"}
# The log's letters and digits are response codes: E and 3 go with lights and siren, A and 2 without.
PRIORITY_OF: Final = {"E": 9, "3": 8, "C": 6, "B": 5, "2": 4, "A": 3, "I": 2}
TURNOUT_MAX_S: Final = 50.0  # an answer has to come within the offer's 60 s
SHORT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Service:
    """What one unit did for a call, as seconds from when it was told. None: it never came that far, or nobody wrote."""

    told_after_s: float
    en_route_s: float
    on_scene_s: float | None
    transporting_s: float | None
    at_destination_s: float | None
    cleared_s: float

    def reports(self) -> list[tuple[float, str]]:
        """Return the reports the unit makes, in order, each some seconds after it was told."""
        steps = (
            (self.en_route_s, "en_route"),
            (self.on_scene_s, "on_scene"),
            (self.transporting_s, "transporting"),
            (self.at_destination_s, "at_destination"),
            (self.cleared_s, "cleared"),
        )
        return [(at_s, status) for at_s, status in steps if at_s is not None]


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call. `services` has one entry per unit that went, in the order they were sent."""

    number: str
    received_at: datetime
    point: Point
    battalion: str
    priority: int
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class LoggedUnit:
    """A unit of the log; `home` is where it is first seen."""

    id: str
    kind: str
    battalion: str
    home: Point


@dataclass(frozen=True, slots=True)
class Log:
    calls: tuple[LoggedCall, ...]
    units: tuple[LoggedUnit, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """Something to do over HTTP `at_s` seconds into the hour, about a sign to be registered at `point`.

    `agenda` is what each unit offered the call then does: for the first, second, ... unit its reports, as seconds
    after it accepts and the status.
    """

    at_s: float
    method: str
    path: str
    body: dict[str, Any]
    sign_id: str
    point: Point
    agenda: tuple[tuple[tuple[float, str], ...], ...]


def read_log(path: Path) -> Log:
    """Read the CSV. Raises OSError, KeyError or ValueError for a file that is not this log."""
    rows: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    units: dict[str, LoggedUnit] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            rows[row["Call Number"]].append(row)
            unit_id = row["Unit ID"]
            kind = KIND_OF.get(row["Unit Type"], "truck")
            units.setdefault(unit_id, LoggedUnit(unit_id, kind, row["Battalion"], _point(row)))
    calls = sorted((_call(number, found) for number, found in rows.items()), key=lambda c: (c.received_at, c.number))
    return Log(tuple(calls), tuple(units.values()))


def busy_hour(path: Path) -> list[Action]:
    """Return the hour with the most calls as timed HTTP requests, with what the units that answer them do."""
    calls = read_log(path).calls
    by_hour: defaultdict[datetime, list[LoggedCall]] = defaultdict(list)
    for call in calls:
        by_hour[call.received_at.replace(minute=0, second=0)].append(call)
    begin, busiest = max(by_hour.items(), key=lambda hour: (len(hour[1]), hour[0]))
    return [_action(call, f"SFF-{number:03d}", begin) for number, call in enumerate(busiest, 1)]


def _action(call: LoggedCall, sign_id: str, begin: datetime) -> Action:
    body = {
        "call_id": call.number,
        "said": sign_id,
        "device": {"lat": call.point.lat, "lon": call.point.lon, "radius_m": 30},
        "priority": call.priority,
        "kind": "real",
    }
    agenda = tuple(tuple(service.reports()) for service in call.services)
    at_s = (call.received_at - begin).total_seconds()
    return Action(at_s, "POST", "/v1/calls", body, sign_id, call.point, agenda)


def _call(number: str, rows: list[dict[str, str]]) -> LoggedCall:
    rows.sort(key=lambda row: (_time(row["Dispatch DtTm"]) or datetime.max.replace(tzinfo=UTC), row["Unit ID"]))
    first = rows[0]
    received_at = _time(first["Received DtTm"])
    if received_at is None:
        raise ValueError(f"call {number} was never received")
    priority = PRIORITY_OF.get(first["Original Priority"], 5)
    services = tuple(_service(row, received_at) for row in rows)
    return LoggedCall(number, received_at, _point(first), first["Battalion"], priority, services)


def _service(row: dict[str, str], received_at: datetime) -> Service:
    """Read what a unit did. Times in the log are typed by people: whatever goes backwards is pushed forward."""
    told = _time(row["Dispatch DtTm"]) or received_at
    reached_s = 0.0
    after: list[float | None] = []
    for column in ("Response DtTm", "On Scene DtTm", "Transport DtTm", "Hospital DtTm", "Available DtTm"):
        at = _time(row[column])
        if at is not None:
            reached_s = max(reached_s + SHORT_S, (at - told).total_seconds())
        after.append(None if at is None else reached_s)
    en_route_s, on_scene_s, transporting_s, at_destination_s, cleared_s = after
    if cleared_s is None:
        cleared_s = reached_s + timedelta(minutes=30).total_seconds()
    en_route_s = min(en_route_s or SHORT_S, TURNOUT_MAX_S)
    told_after_s = max((told - received_at).total_seconds(), 0.0)
    return Service(told_after_s, en_route_s, on_scene_s, transporting_s, at_destination_s, cleared_s)


def _time(text: str) -> datetime | None:
    return datetime.strptime(text, "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC) if text else None


def _point(row: dict[str, str]) -> Point:
    lat, lon = row["Location"].strip("()").split(",")
    return Point(float(lat), float(lon))

"""What each route answers when it succeeds: a schema and an example, by method and path."""

from typing import Any, Final

from app.access.identity import Role
from app.contract import samples
from app.contract.samples import plain
from app.contract.schemas import FLAG, INSTANT, NUMBER, TEXT, WHOLE, Schema, listed, nullable, obj, ref, rows_by_table

REPORTED: Final[Schema] = {"repeated": FLAG, "updated": FLAG, "test": FLAG}
NAMED: Final[dict[str, Schema]] = {
    "CallRecorded": obj(
        {"repeated": FLAG, "updated": FLAG},
        seq=WHOLE,
        call_id=WHOLE,
        incident_id=WHOLE,
        joined=FLAG,
        calls=WHOLE,
        where=ref("Where"),
        place_state=ref("PlaceState"),
        sign_id=nullable(TEXT),
        warnings=listed(TEXT),
    ),
    "AlertRecorded": obj(
        {"alert_id": nullable(WHOLE), "incident_id": nullable(WHOLE), "presses": WHOLE, "tower_id": TEXT}
        | {"repeated": FLAG, "joined": FLAG, "test": FLAG},
        seq=WHOLE,
        warnings=listed(TEXT),
    ),
    "UnitSent": obj(seq=WHOLE, assignment_id=nullable(WHOLE), incident_id=WHOLE, unit_id=TEXT),
    "StoodDown": obj(seq=WHOLE, assignment_id=WHOLE, incident_id=WHOLE),
    "IncidentDone": obj(
        {"status": ref("IncidentStatus"), "priority": WHOLE, "note": TEXT, "split_from": WHOLE, "agency": TEXT},
        seq=WHOLE,
        incident_id=WHOLE,
    ),
    "DutyDone": obj(seq=WHOLE, unit_id=TEXT, on_duty=FLAG),
    "StatusDone": obj(
        {"incident_id": WHOLE, "status": ref("AssignmentStatus")}, seq=WHOLE, assignment_id=nullable(WHOLE)
    ),
    "AlarmDone": obj(seq=WHOLE, alarm_id=WHOLE),
    "ModeDone": obj(seq=WHOLE, sector_id=TEXT, mode=ref("Mode")),
    "Position": obj(unit_id=TEXT, lat=NUMBER, lon=NUMBER, fixed_at=INSTANT, accuracy_m=nullable(NUMBER)),
    "LedgerLine": {
        **obj(seq=WHOLE, at=INSTANT, kind=TEXT, v=WHOLE, command=TEXT, by=TEXT, event={"type": "object"}),
        "description": "One event as the ledger holds it; the AsyncAPI document says what each kind's `event` is.",
    },
    "IncidentWhole": obj(
        incident=ref("Incident"),
        calls=listed(ref("Call")),
        alerts=listed(ref("Alert")),
        assignments=listed(ref("Assignment")),
        alarms=listed(ref("Alarm")),
        timeline=listed(ref("LedgerLine")),
        timeline_is_whole=FLAG,
    ),
    "Board": obj(cursor=TEXT, seq=WHOLE, at=INSTANT, rows=rows_by_table()),
    "SignFound": obj(sign=ref("Sign"), cell=TEXT, registry_version=WHOLE),
    "Resolved": obj(resolution=ref("Resolution"), registry_version=WHOLE),
    "Task": obj(
        assignment=nullable(ref("Assignment")),
        incident=nullable(ref("Incident")),
        sign=nullable(ref("Sign")),
        distance_m=nullable(NUMBER),
        bearing_deg=nullable(NUMBER),
        travel_s=nullable(NUMBER),
    ),
    "Track": obj(unit_id=TEXT, hours=NUMBER, points=listed(obj(lat=NUMBER, lon=NUMBER, fixed_at=INSTANT))),
    "Station": obj(id=TEXT, sector=TEXT, lat=NUMBER, lon=NUMBER, units=WHOLE),
    "Gazetteer": obj(registry_version=WHOLE, signs=listed(ref("Sign")), stations=listed(ref("Station"))),
    "Activations": obj(days=WHOLE, resolution=WHOLE, cells=listed(obj(cell=TEXT, count=WHOLE))),
    "Archives": obj(archives=listed(obj(name=TEXT, url=TEXT, bytes=WHOLE))),
    "Me": obj(name=TEXT, role={"enum": [*Role]}, sectors=listed(TEXT), unit_id=nullable(TEXT)),
    "Ticket": obj(ticket=TEXT, subprotocols=listed(TEXT), seconds=NUMBER),
    "Private": {"type": "object", "description": "What was sealed, as JSON; `raw` is the body in base64."},
    "Live": obj(status=TEXT),
    "Ready": obj(status=TEXT, seq=WHOLE, checks={"type": "object", "additionalProperties": {"type": "object"}}),
    "Problem": {
        **obj(
            {"field": TEXT, "allowed": listed(TEXT)},
            type=TEXT,
            title=TEXT,
            status=WHOLE,
            code=TEXT,
            detail=TEXT,
        ),
        "description": "RFC 9457. `field` names what it is about, `allowed` what would do. It never holds the input.",
    },
}

CALL_DONE: Final[dict[str, Any]] = {
    "seq": 73, "call_id": 71, "incident_id": 72, "joined": False, "calls": 1, "where": "offered",
    "place_state": "confirmed", "sign_id": "TUC-417", "warnings": [],
}  # fmt: skip
ALERT_DONE: Final[dict[str, Any]] = {"seq": 83, "alert_id": 81, "incident_id": 82, "presses": 1, "warnings": []}
SENT: Final[dict[str, Any]] = {"seq": 73, "assignment_id": 73, "incident_id": 72, "unit_id": "U12"}
DONE: Final[dict[str, Any]] = {"seq": 95, "incident_id": 72}
CLOSED: Final[dict[str, Any]] = {"seq": 96, "incident_id": 72, "status": "Closed"}
ALARM_DONE: Final[dict[str, Any]] = {"seq": 91, "alarm_id": 90}
TOLD: Final[dict[str, Any]] = {"seq": 75, "assignment_id": 73, "incident_id": 72, "status": "en_route"}
UNIT_SHOWN: Final[dict[str, Any]] = plain(samples.UNIT) | {"position": samples.POSITION}
WHOLE_INCIDENT: Final[dict[str, Any]] = {
    "incident": plain(samples.INCIDENT),
    "calls": [plain(samples.CALL)],
    "alerts": [],
    "assignments": [plain(samples.ASSIGNMENT)],
    "alarms": [plain(samples.ALARM)],
    "timeline": [samples.LEDGER_LINE],
    "timeline_is_whole": True,
}
BOARD: Final[dict[str, Any]] = {
    "cursor": f"{samples.LEDGER}.73",
    "seq": 73,
    "at": "2026-11-22T14:03:07.250000Z",
    "rows": {"incidents": [plain(samples.INCIDENT)], "units": [plain(samples.UNIT)]},
}
TICKET: Final[dict[str, Any]] = {
    "ticket": "pYw3n0e8",
    "subprotocols": ["auxilio.v1", "ticket.pYw3n0e8"],
    "seconds": 30.0,
}
READY: Final[dict[str, Any]] = {
    "status": "ok",
    "seq": 73,
    "checks": {"postgresql": {"ok": True}, "loop timers": {"ok": True, "last_tick_s": 0.1}},
}
STATION: Final[dict[str, Any]] = {"id": "TUC-A", "sector": "TUC", "lat": 31.9, "lon": -111.1, "units": 12}
GAZETTEER: Final[dict[str, Any]] = {
    "registry_version": 1,
    "signs": [plain(samples.SIGN)],
    "stations": [STATION],
}
TASK: Final[dict[str, Any]] = {
    "assignment": plain(samples.ASSIGNMENT), "incident": plain(samples.INCIDENT), "sign": plain(samples.SIGN),
    "distance_m": 21350.0, "bearing_deg": 208.8, "travel_s": 2178.2,
}  # fmt: skip
TRACK: Final[dict[str, Any]] = {
    "unit_id": "U12",
    "hours": 4.0,
    "points": [{"lat": 31.9012, "lon": -111.1034, "fixed_at": "2026-11-22T14:03:05Z"}],
}
ACTIVATIONS: Final[dict[str, Any]] = {
    "days": 30, "resolution": 6, "cells": [{"cell": samples.POINT.cell(6), "count": 4}],
}  # fmt: skip
OUTLOOK: Final[dict[str, Any]] = {
    "joins": 72,
    "related": [{"incident_id": 72, "relations": ["same_number", "same_sign", "near"], "distance_m": 0.0}],
}
ARCHIVES: Final[dict[str, Any]] = {
    "archives": [{"name": "border.pmtiles", "url": "/v1/tiles/border.pmtiles", "bytes": 734003200}]
}
PRIVATE: Final[dict[str, Any]] = {"callback_number": "+1 520 555 0142", "said": "TUC four one seven", "raw": "e30="}

_I: Final = "/v1/incidents/{incident_id}"
ANSWERS: Final[dict[tuple[str, str], tuple[Schema, Any]]] = {
    ("post", "/v1/calls"): (ref("CallRecorded"), CALL_DONE),
    ("post", "/v1/alerts"): (ref("AlertRecorded"), ALERT_DONE),
    ("get", "/v1/incidents"): (listed(ref("Incident")), [plain(samples.INCIDENT)]),
    ("get", _I): (ref("IncidentWhole"), WHOLE_INCIDENT),
    ("get", f"{_I}/recommend"): (listed(ref("Recommendation")), [plain(samples.RECOMMENDATION)]),
    ("post", f"{_I}/assign"): (ref("UnitSent"), SENT),
    ("post", f"{_I}/reassign"): (ref("UnitSent"), SENT),
    ("post", f"{_I}/stand-down"): (ref("StoodDown"), {"seq": 95, "assignment_id": 73, "incident_id": 72}),
    ("put", f"{_I}/priority"): (ref("IncidentDone"), DONE | {"priority": 9}),
    ("post", f"{_I}/notes"): (ref("IncidentDone"), DONE | {"note": samples.SEALED}),
    ("post", f"{_I}/outcome"): (ref("IncidentDone"), CLOSED),
    ("post", f"{_I}/cancel"): (ref("IncidentDone"), CLOSED | {"status": "Cancelled"}),
    ("post", f"{_I}/split"): (ref("IncidentDone"), {"seq": 95, "incident_id": 94, "split_from": 72}),
    **{
        ("post", f"{_I}/{verb}"): (ref("IncidentDone"), DONE)
        for verb in ("release", "place", "reopen", "link", "unlink", "merge", "hand-off")
    },
    ("get", "/v1/units"): (listed(ref("UnitShown")), [UNIT_SHOWN]),
    ("get", "/v1/units/{unit_id}"): (ref("UnitShown"), UNIT_SHOWN),
    ("get", "/v1/units/{unit_id}/task"): (ref("Task"), TASK),
    ("get", "/v1/units/{unit_id}/track"): (ref("Track"), TRACK),
    ("put", "/v1/units/{unit_id}/duty"): (ref("DutyDone"), {"seq": 60, "unit_id": "U12", "on_duty": True}),
    ("post", "/v1/units/{unit_id}/status"): (ref("StatusDone"), TOLD),
    ("post", "/v1/units/{unit_id}/mayday"): (ref("AlarmDone"), ALARM_DONE),
    ("get", "/v1/board"): (ref("Board"), BOARD),
    ("get", "/v1/alarms"): (listed(ref("Alarm")), [plain(samples.ALARM)]),
    ("post", "/v1/alarms/{alarm_id}/acknowledge"): (ref("AlarmDone"), ALARM_DONE),
    ("post", "/v1/alarms/{alarm_id}/clear"): (ref("AlarmDone"), ALARM_DONE),
    ("post", "/v1/private/{sealed_id}"): (ref("Private"), PRIVATE),
    ("get", "/v1/sectors"): (listed(ref("SectorRow")), [plain(samples.SECTOR)]),
    ("put", "/v1/sectors/{sector_id}/mode"): (ref("ModeDone"), {"seq": 4, "sector_id": "TUC", "mode": "recommend"}),
    ("get", "/v1/signs/{sign_id}"): (
        ref("SignFound"),
        {"sign": plain(samples.SIGN), "cell": samples.POINT.cell(), "registry_version": 1},
    ),
    ("post", "/v1/resolve"): (ref("Resolved"), {"resolution": plain(samples.RESOLUTION), "registry_version": 1}),
    ("post", "/v1/duplicates"): (ref("Outlook"), OUTLOOK),
    ("get", "/v1/signs"): (ref("Gazetteer"), GAZETTEER),
    ("get", "/v1/activations"): (ref("Activations"), ACTIVATIONS),
    ("get", "/v1/tiles"): (ref("Archives"), ARCHIVES),
    ("get", "/v1/me"): (ref("Me"), {"name": "unit U12", "role": "agent", "sectors": [], "unit_id": "U12"}),
    ("post", "/v1/tickets"): (ref("Ticket"), TICKET),
    ("get", "/health/live"): (ref("Live"), {"status": "ok"}),
    ("get", "/health/ready"): (ref("Ready"), READY),
}

ASKED: Final[dict[str, dict[str, Any]]] = {
    "AssignBody": {"unit_id": "U12", "reason": "knows the wash", "version": 73},
    "ReassignBody": {"assignment_id": 73, "unit_id": "U14", "reason": "flat tyre"},
    "StandDownBody": {"assignment_id": 73, "reason": "found by the rancher"},
    "ReleaseBody": {"version": 73},
    "PlaceBody": {"sign_id": "TUC-417"},
    "PriorityBody": {"priority": 9, "needs": ["medic"]},
    "NoteBody": {"text": "the mother called back"},
    "OutcomeBody": {"outcome": "found_well", "version": 95},
    "OtherBody": {"other_id": 82, "relation": "related"},
    "MergeBody": {"into_id": 82},
    "SplitBody": {"calls": [71]},
    "HandOffBody": {"agency": "Pima County Sheriff"},
    "DutyBody": {"on_duty": True},
    "StatusBody": {"status": "en_route", "assignment_id": 73, "occurred_at": "2026-11-22T14:05:00Z"},
    "PositionBody": {"lat": 31.9012, "lon": -111.1034, "fixed_at": "2026-11-22T14:03:05Z", "accuracy_m": 8.0},
    "MaydayBody": {"occurred_at": "2026-11-22T14:05:00Z"},
    "ModeBody": {"mode": "recommend"},
    "ResolveBody": {"said": "TUC four one seven", "device": {"lat": 31.73, "lon": -111.21, "radius_m": 60}},
    "DeviceBody": {"lat": 31.73, "lon": -111.21, "radius_m": 60},
    "DuplicatesBody": {"sign_id": "TUC-417", "callback_number": "+1 520 555 0142"},
    "PurposeBody": {"purpose": "call back"},
}

"""What each route answers when it succeeds: a schema and an example, by method and path."""

from typing import Any, Final

from app.access.identity import Role
from app.contract import admission, samples
from app.contract.people import PEOPLE_ANSWERS, PEOPLE_ASKED, PEOPLE_NAMED
from app.contract.samples import plain
from app.contract.schemas import FLAG, INSTANT, NUMBER, TEXT, WHOLE, Schema, listed, nullable, obj, ref, rows_by_table
from app.routes.hazard_examples import CAP_EXAMPLE
from app.trail import Act

REPORTED: Final[Schema] = {"repeated": FLAG, "updated": FLAG, "test": FLAG}
_HAZARD: Final[dict[str, Schema]] = {
    "id": TEXT,
    "source": TEXT,
    "event": TEXT,
    "exposure": nullable(TEXT),
    "headline": TEXT,
    "description": TEXT,
    "instruction": TEXT,
    "area": TEXT,
    "zones": listed(TEXT),
    "severity": TEXT,
    "urgency": TEXT,
    "certainty": TEXT,
    "sent": INSTANT,
    "onset": nullable(INSTANT),
    "ends": nullable(INSTANT),
    "in_force": FLAG,
    "suggested_priority": nullable(WHOLE),
}
NAMED: Final[dict[str, Schema]] = {
    **PEOPLE_NAMED,
    **admission.NAMED,
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
    "CallTaken": obj(
        {"repeated": FLAG, "updated": FLAG},
        seq=WHOLE,
        call_id=WHOLE,
        incident_id=WHOLE,
        joined=FLAG,
        calls=WHOLE,
        where=ref("Where"),
        place_state=ref("PlaceState"),
        sign_id=nullable(TEXT),
        format=TEXT,
        understood=listed(TEXT),
        warnings=listed(TEXT),
    ),
    "Eido": {
        "type": "object",
        "description": "An EIDO 1.0; its schema is NENA's (STA-021). It holds nothing personal.",
        "properties": {
            "$id": TEXT,
            "lastUpdateTimeStamp": INSTANT,
            "updatedByAgencyReference": {"type": "object"},
            "eidoVersion": TEXT,
            "issuingElementIdentification": TEXT,
        },
        "required": ["$id", "lastUpdateTimeStamp", "updatedByAgencyReference", "eidoVersion"],
    },
    "Callback": obj(
        id=WHOLE,
        psap=TEXT,
        seq=WHOLE,
        psap_call_id=TEXT,
        event=TEXT,
        incident_id=WHOLE,
        state=TEXT,
        tries=WHOLE,
        reason=nullable(TEXT),
        made_at=INSTANT,
        due_at=INSTANT,
        done_at=nullable(INSTANT),
    ),
    "CallbackDone": obj(callback_id=WHOLE, state=TEXT),
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
    "ShareDone": obj(seq=WHOLE, incident_id=WHOLE, sector=TEXT),
    "DutyDone": obj(seq=WHOLE, unit_id=TEXT, on_duty=FLAG),
    "StatusDone": obj(
        {"incident_id": WHOLE, "status": ref("AssignmentStatus")}, seq=WHOLE, assignment_id=nullable(WHOLE)
    ),
    "AlarmDone": obj(seq=WHOLE, alarm_id=WHOLE),
    "ModeDone": obj(seq=WHOLE, sector_id=TEXT, mode=ref("Mode")),
    "Position": obj(
        unit_id=TEXT,
        lat=NUMBER,
        lon=NUMBER,
        fixed_at=INSTANT,
        accuracy_m=nullable(NUMBER),
        source=nullable(TEXT),
    ),
    "CapTaken": obj(
        messages=listed({"type": "object", "description": "`what` it is to us, and what it `became`"}),
        understood=listed(TEXT),
        warnings=listed(TEXT),
    ),
    "Hazard": obj(**_HAZARD),
    "HazardFeature": obj(
        type=TEXT,
        geometry={"anyOf": [{"type": "object"}, {"type": "null"}]},
        properties=obj(**_HAZARD, incidents=listed(WHOLE), radius_m=nullable(NUMBER)),
    ),
    "HazardsOver": obj(hazards=listed(ref("Hazard")), suggested_priority=nullable(WHOLE)),
    "Webhook": obj(
        id=TEXT,
        url=TEXT,
        kinds=listed(TEXT),
        sectors=listed(TEXT),
        made_by=TEXT,
        made_at=INSTANT,
        stopped_at=nullable(INSTANT),
        waiting=WHOLE,
        delivered=WHOLE,
        dead=WHOLE,
    ),
    "WebhookDelivery": obj(
        id=WHOLE,
        seq=WHOLE,
        kind=TEXT,
        state=TEXT,
        tries=WHOLE,
        said=nullable(TEXT),
        made_at=INSTANT,
        due_at=INSTANT,
        ended_at=nullable(INSTANT),
    ),
    "PositionTaken": obj(taken=FLAG, why=TEXT, warnings=listed(TEXT)),
    "TowerDevice": obj(
        device_id=TEXT,
        tower_id=TEXT,
        decoder=nullable(TEXT),
        heartbeat_s=nullable(WHOLE),
        kind=TEXT,
        warnings=listed(TEXT),
    ),
    "TowerLink": obj(
        device_id=TEXT,
        is_bound=FLAG,
        network=nullable(TEXT),
        kind=nullable(TEXT),
        decoder=nullable(TEXT),
        heartbeat_s=WHOLE,
        heard_at=nullable(INSTANT),
        quiet_until=INSTANT,
        battery_percent=nullable(NUMBER),
        battery_v=nullable(NUMBER),
        external_power=nullable(FLAG),
        solar_v=nullable(NUMBER),
        temperature_c=nullable(NUMBER),
        rssi_dbm=nullable(NUMBER),
        snr_db=nullable(NUMBER),
        gateways=nullable(WHOLE),
        fault=nullable(TEXT),
    ),
    "TowerShown": obj(
        tower_id=TEXT,
        sector=nullable(TEXT),
        lat=nullable(NUMBER),
        lon=nullable(NUMBER),
        state=TEXT,
        tamper=FLAG,
        low_battery=FLAG,
        heard_at=nullable(INSTANT),
        silent_at=nullable(INSTANT),
        tested_at=nullable(INSTANT),
        devices=listed(ref("TowerLink")),
    ),
    "Delivered": obj(
        messages=listed(
            obj(
                {
                    "tower_id": TEXT,
                    "seq": WHOLE,
                    "alert_id": nullable(WHOLE),
                    "incident_id": nullable(WHOLE),
                    "presses": WHOLE,
                    "call_id": WHOLE,
                    "calls": WHOLE,
                    "where": ref("Where"),
                    "place_state": ref("PlaceState"),
                    "sign_id": nullable(TEXT),
                }
                | dict.fromkeys(("repeated", "updated", "joined", "test"), FLAG),
                understood=listed(TEXT),
                warnings=listed(TEXT),
            )
        )
    ),
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
    "Hold": obj(
        id=WHOLE,
        incident_id=WHOLE,
        kind={"enum": ["legal", "inquiry"]},
        set_by=TEXT,
        set_at=INSTANT,
        released_by=nullable(TEXT),
        released_at=nullable(INSTANT),
        sector=nullable(TEXT),
    ),
    "HoldingFound": obj(sealed=TEXT, kind=TEXT, incident_id=WHOLE, is_open=FLAG, is_held=FLAG, sector=nullable(TEXT)),
    "Erased": obj(
        values=WHOLE,
        incidents=listed(WHOLE),
        kept=listed(obj(incident_id=WHOLE, why={"enum": ["open", "held"]})),
        gone_from_backups_in_days=WHOLE,
    ),
    "TrailRow": obj(
        seq=WHOLE,
        at=INSTANT,
        act={"enum": [*Act]},
        by=TEXT,
        role=nullable(TEXT),
        about=nullable(TEXT),
        incident_id=nullable(WHOLE),
        reason=nullable(TEXT),
        more={"type": "object"},
    ),
    "IncidentExported": obj(
        id=WHOLE,
        kind=TEXT,
        type=TEXT,
        priority=WHOLE,
        sector=nullable(TEXT),
        received_at=INSTANT,
        closed_at=nullable(INSTANT),
        outcome=nullable(TEXT),
        sign_id=nullable(TEXT),
        place_state=nullable(TEXT),
        lat=nullable(NUMBER),
        lon=nullable(NUMBER),
    ),
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
CALLBACK: Final[dict[str, Any]] = {
    "id": 7, "psap": "psap-1", "seq": 73, "psap_call_id": "TPD-4711", "event": "dispatched", "incident_id": 72,
    "state": "delivered", "tries": 1, "reason": None, "made_at": "2026-11-22T14:03:07.250000Z",
    "due_at": "2026-11-22T14:03:07.250000Z", "done_at": "2026-11-22T14:03:07.900000Z",
}  # fmt: skip
HOLD_DONE: Final[dict[str, Any]] = {"hold_id": 3, "incident_id": 72}
HOLD: Final[dict[str, Any]] = {
    "id": 3, "incident_id": 72, "kind": "legal", "set_by": "M. Ortiz", "set_at": "2026-11-22T18:00:00Z",
    "released_by": None, "released_at": None, "sector": "TUC",
}  # fmt: skip
HOLDING: Final[dict[str, Any]] = {
    "sealed": samples.SEALED, "kind": "call", "incident_id": 72, "is_open": False, "is_held": False, "sector": "TUC",
}  # fmt: skip
ERASED: Final[dict[str, Any]] = {"values": 3, "incidents": [72], "kept": [], "gone_from_backups_in_days": 35}
TRAIL_ROW: Final[dict[str, Any]] = {
    "seq": 11, "at": "2026-11-22T14:10:00Z", "act": "read", "by": "dispatcher-1", "role": "dispatcher",
    "about": samples.SEALED, "incident_id": 72, "reason": "call back", "more": {"what": "call"},
}  # fmt: skip
TRAIL_COUNT: Final[dict[str, Any]] = {"month": "2026-11", "by": "dispatcher-1", "act": "read", "n": 41}
EXPORTED: Final[dict[str, Any]] = {
    "id": 72, "kind": "real", "type": "SAR", "priority": 8, "sector": "TUC", "received_at": "2026-11-22T14:03:07Z",
    "closed_at": "2026-11-22T17:20:00Z", "outcome": "found_well", "sign_id": "TUC-417", "place_state": "confirmed",
    "lat": 31.9012, "lon": -111.1034,
}  # fmt: skip
CALL_TAKEN: Final[dict[str, Any]] = CALL_DONE | {
    "format": "EIDO-JSON 1.0", "understood": ["identifier", "location: Caller"],
}  # fmt: skip
EIDO: Final[dict[str, Any]] = {
    "$id": "urn:emergency:uid:incidentid:southwest.72:southwest.auxilio.invalid",
    "lastUpdateTimeStamp": "2026-11-22T14:03:07.250000+00:00",
    "updatedByAgencyReference": {"$ref": "southwest.auxilio.invalid"},
    "eidoVersion": "1.0",
    "issuingElementIdentification": "southwest.auxilio.invalid",
}
ALERT_DONE: Final[dict[str, Any]] = {"seq": 83, "alert_id": 81, "incident_id": 82, "presses": 1, "warnings": []}
SENT: Final[dict[str, Any]] = {"seq": 73, "assignment_id": 73, "incident_id": 72, "unit_id": "U12"}
DONE: Final[dict[str, Any]] = {"seq": 95, "incident_id": 72}
CLOSED: Final[dict[str, Any]] = {"seq": 96, "incident_id": 72, "status": "Closed"}
SHARED: Final[dict[str, Any]] = {"seq": 97, "incident_id": 72, "sector": "YUM"}
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

TOWER_DEVICE: Final[dict[str, Any]] = {
    "device_id": "0101010101010101", "tower_id": "TUCR-07", "decoder": "netvox_r312a", "heartbeat_s": 3600,
    "kind": "real", "warnings": [],
}  # fmt: skip
TOWER_LINK: Final[dict[str, Any]] = {
    "device_id": "0101010101010101", "is_bound": True, "network": "chirpstack", "kind": "real",
    "decoder": "netvox_r312a", "heartbeat_s": 3600, "heard_at": "2026-11-22T14:03:07.250000Z",
    "quiet_until": "2026-11-22T17:03:07.250000Z", "battery_percent": None, "battery_v": 3.4, "external_power": None,
    "solar_v": None, "temperature_c": None, "rssi_dbm": -104.0, "snr_db": 4.5, "gateways": 2, "fault": None,
}  # fmt: skip
TOWER: Final[dict[str, Any]] = {
    "tower_id": "TUCR-07", "sector": "TUC", "lat": 31.7321, "lon": -111.2103, "state": "heard", "tamper": False,
    "low_battery": False, "heard_at": "2026-11-22T14:03:07.250000Z", "silent_at": None, "tested_at": None,
    "devices": [TOWER_LINK],
}  # fmt: skip
_W: Final = "/v1/webhooks/{webhook_id}"
WEBHOOK: Final[dict[str, Any]] = {
    "id": "5f0c1a2b3c4d", "url": "https://partner.example.org/auxilio", "kinds": ["incident.*"], "sectors": ["TUC"],
    "made_by": "dispatcher-1", "made_at": "2026-11-22T14:03:07.250000Z", "stopped_at": None, "waiting": 0,
    "delivered": 12, "dead": 0,
}  # fmt: skip
WEBHOOK_MADE: Final[dict[str, Any]] = {
    "id": "5f0c1a2b3c4d", "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "from_seq": 73,
}  # fmt: skip
DELIVERY: Final[dict[str, Any]] = {
    "id": 31, "seq": 74, "kind": "incident.opened", "state": "delivered", "tries": 1, "said": "HTTP 204",
    "made_at": "2026-11-22T14:03:07.250000Z", "due_at": "2026-11-22T14:03:07.250000Z",
    "ended_at": "2026-11-22T14:03:07.310000Z",
}  # fmt: skip
HAZARD: Final[dict[str, Any]] = {
    "id": "w-nws.webmaster@noaa.gov,urn:oid:2.49.0.1.840.0.4805bd40.001.1", "source": "nws",
    "event": "Excessive Heat Warning", "exposure": "heat", "headline": "Excessive Heat Warning until Friday",
    "description": "", "instruction": "", "area": "Tohono O'odham Nation", "zones": ["AZZ502"], "severity": "Severe",
    "urgency": "Expected", "certainty": "Likely", "sent": "2026-07-02T19:00:00Z", "onset": "2026-07-02T19:00:00Z",
    "ends": "2026-07-04T03:00:00Z", "in_force": True, "suggested_priority": 8,
}  # fmt: skip
HAZARD_FEATURE: Final[dict[str, Any]] = {
    "type": "Feature",
    "geometry": None,
    "properties": HAZARD | {"incidents": [72], "radius_m": None},
}
CAP_TAKEN: Final[dict[str, Any]] = {
    "messages": [
        {
            "id": "towers@example.org,T-1", "what": "alert", "message_type": "Alert", "became": "recorded", "seq": 83,
            "alert_id": 81, "incident_id": 82, "presses": 1, "warnings": [],
        }
    ],
    "understood": ["Alert, Actual"],
    "warnings": [],
}  # fmt: skip
NWS_TAKEN: Final[dict[str, Any]] = {
    "counts": {
        "new": 1, "updated": 0, "cancelled": 0, "repeated": 0, "superseded": 0, "over": 0, "not_real": 0,
    },
    "warnings": [],
}  # fmt: skip
DELIVERED: Final[dict[str, Any]] = {
    "messages": [
        {
            "tower_id": "TUCR-07", "seq": 83, "alert_id": 81, "incident_id": 82, "presses": 1,
            "understood": ["event up", "a pressed button", "battery_v"], "warnings": [],
        }
    ]
}  # fmt: skip

_I: Final = "/v1/incidents/{incident_id}"
ANSWERS: Final[dict[tuple[str, str], tuple[Schema, Any]]] = {
    **admission.ANSWERS,
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
    **{("post", f"{_I}/share{verb}"): (ref("ShareDone"), SHARED) for verb in ("", "/agree", "/decline")},
    ("get", "/v1/units"): (listed(ref("UnitShown")), [UNIT_SHOWN]),
    ("get", "/v1/units/{unit_id}"): (ref("UnitShown"), UNIT_SHOWN),
    ("get", "/v1/units/{unit_id}/task"): (ref("Task"), TASK),
    ("get", "/v1/units/{unit_id}/track"): (ref("Track"), TRACK),
    ("put", "/v1/units/{unit_id}/duty"): (ref("DutyDone"), {"seq": 60, "unit_id": "U12", "on_duty": True}),
    ("post", "/v1/units/{unit_id}/status"): (ref("StatusDone"), TOLD),
    ("post", "/v1/units/{unit_id}/mayday"): (ref("AlarmDone"), ALARM_DONE),
    ("get", "/v1/towers"): (listed(ref("TowerShown")), [TOWER]),
    ("get", "/v1/towers/devices"): (listed(ref("TowerDevice")), [TOWER_DEVICE]),
    ("put", "/v1/towers/devices/{device_id}"): (ref("TowerDevice"), TOWER_DEVICE),
    **{
        ("post", f"/v1/networks/{name}"): (ref("Delivered"), DELIVERED)
        for name in ("chirpstack", "tts", "rockblock", "inreach")
    },
    ("post", "/v1/eido"): (ref("CallTaken"), CALL_TAKEN),
    ("post", "/v1/pidf-lo"): (ref("CallTaken"), CALL_TAKEN | {"format": "PIDF-LO", "understood": ["tuple: Circle"]}),
    ("get", f"{_I}/eido"): (ref("Eido"), EIDO),
    ("get", "/v1/eido/{incident}"): (ref("Eido"), EIDO),
    ("get", "/v1/callbacks"): (listed(ref("Callback")), [CALLBACK]),
    ("post", "/v1/callbacks/{callback_id}/retry"): (ref("CallbackDone"), {"callback_id": 7, "state": "pending"}),
    ("get", f"{_I}/cap"): (TEXT, CAP_EXAMPLE),
    ("get", "/v1/webhooks"): (listed(ref("Webhook")), [WEBHOOK]),
    ("post", "/v1/webhooks"): (obj(id=TEXT, secret=TEXT, from_seq=WHOLE), WEBHOOK_MADE),
    ("get", f"{_W}/deliveries"): (listed(ref("WebhookDelivery")), [DELIVERY]),
    ("post", f"{_W}/test"): (obj(waiting=WHOLE), {"waiting": 1}),
    ("post", f"{_W}/replay"): (obj({"waiting": WHOLE, "upto_seq": WHOLE, "is_whole": FLAG}), {"waiting": 3}),
    ("post", "/v1/cap"): (ref("CapTaken"), CAP_TAKEN),
    ("post", "/v1/hazards/nws"): (obj(counts={"type": "object"}, warnings=listed(TEXT)), NWS_TAKEN),
    ("put", "/v1/hazards/zones"): (obj(zones=WHOLE, warnings=listed(TEXT)), {"zones": 1, "warnings": []}),
    ("get", "/v1/hazards"): (
        obj(type=TEXT, features=listed(ref("HazardFeature"))),
        {"type": "FeatureCollection", "features": [HAZARD_FEATURE]},
    ),
    **{
        ("get", path): (ref("HazardsOver"), {"hazards": [HAZARD], "suggested_priority": 8})
        for path in (f"{_I}/hazards", "/v1/signs/{sign_id}/hazards")
    },
    **{
        (method, "/v1/positions/osmand"): (ref("PositionTaken"), {"taken": True, "why": "taken", "warnings": []})
        for method in ("get", "post")
    },
    ("post", "/v1/positions/owntracks"): (listed({"type": "object"}), []),
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
    **PEOPLE_ANSWERS,
    ("post", f"{_I}/holds"): (obj(hold_id=WHOLE, incident_id=WHOLE, kind=TEXT), HOLD_DONE | {"kind": "legal"}),
    ("post", "/v1/holds/{hold_id}/release"): (obj(hold_id=WHOLE, incident_id=WHOLE), HOLD_DONE),
    ("get", "/v1/holds"): (listed(ref("Hold")), [HOLD]),
    ("post", "/v1/holdings"): (listed(ref("HoldingFound")), [HOLDING]),
    ("post", "/v1/erasures"): (ref("Erased"), ERASED),
    ("post", "/v1/audit"): (obj(rows=listed(ref("TrailRow")), is_whole=FLAG), {"rows": [TRAIL_ROW], "is_whole": True}),
    ("get", "/v1/audit/counts"): (listed(obj(month=TEXT, by=TEXT, act=TEXT, n=WHOLE)), [TRAIL_COUNT]),
    ("get", "/v1/audit/counts.csv"): (TEXT, "month,by,act,n\n2026-11,dispatcher-1,read,41\n"),
    ("get", "/v1/export/counts.csv"): (TEXT, "month,cell,incidents,found,not_found\n2026-11,8748c5b65ffffff,12,9,\n"),
    ("get", "/v1/export/counts"): (
        listed(obj(month=TEXT, cell=TEXT, incidents=WHOLE, found=nullable(WHOLE), not_found=nullable(WHOLE))),
        [{"month": "2026-11", "cell": "8748c5b65ffffff", "incidents": 12, "found": 9, "not_found": None}],
    ),
    ("post", "/v1/export/incidents"): (listed(ref("IncidentExported")), [EXPORTED]),
    ("get", "/health/live"): (ref("Live"), {"status": "ok"}),
    ("get", "/health/ready"): (ref("Ready"), READY),
}

# Answers that are not plain JSON, by their media type.
MEDIA: Final = {
    ("get", "/v1/incidents/{incident_id}/eido"): "application/emergency.eido+json",
    ("get", "/v1/eido/{incident}"): "application/emergency.eido+json",
    ("get", "/v1/incidents/{incident_id}/cap"): "application/cap+xml",
    ("get", "/v1/hazards"): "application/geo+json",
    ("get", "/v1/audit/counts.csv"): "text/csv",
    ("get", "/v1/export/counts.csv"): "text/csv",
}

ASKED: Final[dict[str, dict[str, Any]]] = {
    **PEOPLE_ASKED,
    **admission.ASKED,
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
    "ShareBody": {"sector": "YUM"},
    "DutyBody": {"on_duty": True},
    "StatusBody": {"status": "en_route", "assignment_id": 73, "occurred_at": "2026-11-22T14:05:00Z"},
    "PositionBody": {"lat": 31.9012, "lon": -111.1034, "fixed_at": "2026-11-22T14:03:05Z", "accuracy_m": 8.0},
    "TowerDeviceBody": {"tower_id": "TUCR-07", "decoder": "netvox_r312a", "heartbeat_s": 3600},
    "WebhookBody": {"url": "https://partner.example.org/auxilio", "kinds": ["incident.*"], "sectors": ["TUC"]},
    "ReplayBody": {"since_seq": 73},
    "MaydayBody": {"occurred_at": "2026-11-22T14:05:00Z"},
    "ModeBody": {"mode": "recommend"},
    "ResolveBody": {"said": "TUC four one seven", "device": {"lat": 31.73, "lon": -111.21, "radius_m": 60}},
    "DeviceBody": {"lat": 31.73, "lon": -111.21, "radius_m": 60},
    "DuplicatesBody": {"sign_id": "TUC-417", "callback_number": "+1 520 555 0142"},
    "PurposeBody": {"purpose": "call back"},
    "HoldBody": {"kind": "legal", "reason": "order of the county court"},
    "ReasonBody": {"reason": "the order was lifted"},
    "FindBody": {"number": "+1 520 555 0142", "reason": "asked by the person"},
    "EraseBody": {"incident_id": 72, "reason": "asked by the person"},
    "TrailBody": {"act": "read", "limit": 100},
    "ExportBody": {
        "since": "2026-11-01T00:00:00Z",
        "until": "2026-12-01T00:00:00Z",
        "reason": "study of response times",
    },
}

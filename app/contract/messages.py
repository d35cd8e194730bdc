"""The stream's messages as schemas: what the server sends, what a client may send. Events come from their classes."""

from functools import cache
from typing import Any, Final

import msgspec

from app.contract import samples
from app.contract.answers import NAMED, TOLD
from app.contract.schemas import INSTANT, NUMBER, TEXT, WHOLE, Schema, components, listed, obj, ref, rows_by_table
from app.field import SHAPES
from app.frames import NOT_FOR_UNITS
from app.stream.session import HELLO_TOPICS_MAX
from dispatch.entities import TABLES
from dispatch.events import KINDS, VERSIONS

COMMAND_ID: Final[Schema] = {"type": "string", "format": "uuid"}


def _kind(name: str) -> Schema:
    return {"type": "string", "const": name}


def event_frame(kind: str) -> Schema:
    """Return the schema of one event's frame: the ledger's line, with the rows that result and those that went."""
    gone = {"type": "array", "prefixItems": [{"enum": list(TABLES.values())}, {"type": ["integer", "string"]}]}
    event = ref(KINDS[kind].__name__)
    if KINDS[kind] in NOT_FOR_UNITS:
        event = {"anyOf": [event, {"type": "object", "maxProperties": 0, "description": "to a unit's own device"}]}
    return obj(
        {"gone": {**listed(gone), "description": "rows that left your picture: table and id"}},
        seq=WHOLE,
        at=INSTANT,
        kind=_kind(kind),
        v={"type": "integer", "const": VERSIONS[kind]},
        command=COMMAND_ID,
        by=TEXT,
        event=event,
        after=ref("RowsByTable"),
    )


# What has no seq and never moves the cursor.
PLAIN: Final[dict[str, tuple[str, Schema, dict[str, Any]]]] = {
    "welcome": (
        "The first frame after hello. `cursor` is where the past that follows ends.",
        obj(kind=_kind("welcome"), cursor=TEXT, topics=listed(TEXT)),
        {"kind": "welcome", "cursor": f"{samples.LEDGER}.73", "topics": ["unit:U12"]},
    ),
    "resync": (
        "Instead of welcome: the past asked for is gone. Fetch the snapshot, go on; live frames follow.",
        obj(kind=_kind("resync"), url=TEXT, cursor=TEXT),
        {"kind": "resync", "url": "/v1/board?topics=unit:U12", "cursor": f"{samples.LEDGER}.73"},
    ),
    "pulse": (
        "You have everything you may see up to `seq`; the desk was heard `age_s` ago. Silence means: old.",
        obj(
            {
                "late_loops": listed(TEXT),
                "degraded": {"type": "object", "additionalProperties": TEXT},
                "floods": {"type": "object", "additionalProperties": WHOLE, "description": "calls a minute by PSAP"},
            },
            kind=_kind("pulse"),
            seq=WHOLE,
            age_s=NUMBER,
        ),
        {"kind": "pulse", "seq": 73, "age_s": 0.1},
    ),
    "positions": (
        "The newest positions of a topic's units, at most once a second.",
        obj(kind=_kind("positions"), at=INSTANT, positions=listed(ref("Position"))),
        {"kind": "positions", "at": "2026-11-22T14:03:06Z", "positions": [samples.POSITION]},
    ),
    "answer": (
        "What became of a device's frame. One without an answer is sent again under the same id.",
        obj(
            {
                "seq": WHOLE, "assignment_id": {"type": ["integer", "null"]}, "incident_id": WHOLE, "alarm_id": WHOLE,
                "status": ref("AssignmentStatus"), "unit_id": TEXT, "on_duty": {"type": "boolean"}, "code": TEXT,
                "detail": TEXT, "field": TEXT, "allowed": listed(TEXT),
            },
            kind=_kind("answer"),
            id={"type": ["string", "null"]},
            outcome={"enum": ["done", "refused", "failed", "unavailable"]},
        ),
        {"kind": "answer", "id": "a-17", "outcome": "done", **TOLD},
    ),
}  # fmt: skip
HELLO: Final[Schema] = obj(
    {"since": TEXT, "topics": {**listed(TEXT), "maxItems": HELLO_TOPICS_MAX}}, kind=_kind("hello")
)
RENEW: Final[Schema] = obj({"id": TEXT}, kind=_kind("renew"), token=TEXT)
SAID: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "accept": (
        "Yes to an offer, or, with the `seq` of the frame seen, to a changed place.",
        {"kind": "accept", "id": "a-17", "assignment_id": 73, "occurred_at": "2026-11-22T14:03:20Z"},
    ),
    "decline": ("No to an offer.", {"kind": "decline", "id": "a-18", "assignment_id": 73, "reason": "no fuel"}),
    "status": (
        "A fact from the field; never refused, however late.",
        {"kind": "status", "id": "a-19", "status": "en_route", "assignment_id": 73},
    ),
    "mayday": ("The unit itself needs help.", {"kind": "mayday", "id": "a-20"}),
    "duty": ("On or off duty.", {"kind": "duty", "id": "a-21", "on_duty": True}),
    "received": ("The device has a frame it must hear.", {"kind": "received", "id": "a-22", "seq": 73}),
    "renew": (
        "A device goes on under a fresh token; without it the socket ends with the one it was opened with.",
        {"kind": "renew", "id": "a-23", "token": "axd_Zk3v0aBc"},
    ),
    "position": (
        "Where the unit is; not answered.",
        {"kind": "position", "lat": 31.9, "lon": -111.1, "fixed_at": "2026-11-22T14:03:05Z"},
    ),
}


@cache
def client_schemas() -> Schema:
    """Return the schemas of what a client sends, from the very shapes its frames are read with."""
    _, found = msgspec.json.schema_components(SHAPES.values(), ref_template="#/components/schemas/{name}")
    read = dict(found)
    for kind, shape in SHAPES.items():
        schema = dict(read.pop(shape.__name__))
        schema["properties"] = schema["properties"] | {"kind": _kind(kind)}
        read[f"Say{shape.__name__}"] = schema
    read.pop("AssignmentStatus", None)  # the same as the event's
    return {"SayHello": HELLO, "SayRenew": RENEW, **read}


@cache
def all_schemas() -> Schema:
    """Return every schema the AsyncAPI document refers to."""
    rows = {"RowsByTable": rows_by_table(), "Position": NAMED["Position"]}
    return {**components(), **rows, **client_schemas()}

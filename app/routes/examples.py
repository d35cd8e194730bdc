"""What the OpenAPI document says of the two lenient routes, whose bodies no model may refuse."""

from typing import Any, Final

CALL_EXAMPLE: Final[dict[str, Any]] = {
    "call_id": "TPD-2026-004711",
    "callback_number": "+1 520 555 0142",
    "said": "TUC four one seven",
    "device": {"lat": 31.7321, "lon": -111.2103, "radius_m": 60},
    "language": "es",
    "party": {"adults": 1, "children": 1},
    "needs": ["medic"],
    "narrative": "out of water since yesterday",
}
ALERT_EXAMPLE: Final[dict[str, Any]] = {"type": "activation", "tower_id": "TUCR-07", "alert_id": "7f3a-0001"}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


CALL: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "Every field is optional, and a field that cannot be used becomes a warning, never a refusal.",
        "content": {
            "application/json": {
                "example": CALL_EXAMPLE,
                "schema": {
                    "type": "object",
                    "properties": {
                        "call_id": _text("the PSAP's own id of the call; the same again is the same call"),
                        "callback_number": _text("sealed; only tells callers apart"),
                        "said": _text("what was read out of the sign, as it was heard; sealed"),
                        "device": {
                            "type": "object",
                            "properties": {
                                "lat": {"type": "number", "description": "degrees, WGS 84"},
                                "lon": {"type": "number", "description": "degrees, WGS 84"},
                                "radius_m": {"type": "number", "description": "uncertainty in metres, 90 %"},
                            },
                        },
                        "read_back": {"type": "boolean", "description": "the id was read back and confirmed"},
                        "language": _text("BCP 47"),
                        "party": {
                            "type": "object",
                            "properties": {
                                "adults": {"type": "integer"},
                                "children": {"type": "integer"},
                                "child_alone": {"type": "boolean"},
                                "kept_together": {"type": "boolean"},
                            },
                        },
                        "needs": {"type": "array", "items": {"type": "string"}, "description": "capability codes"},
                        "name": _text("sealed"),
                        "health": _text("sealed"),
                        "narrative": _text("sealed"),
                        "kind": {"type": "string", "description": "real, test or exercise"},
                        "type": _text("SAR, RESCUE, EXPOSURE, PERMISS, WELFARE, OTHER"),
                        "priority": {"type": "integer", "description": "0-10, 10 highest"},
                        "sector": _text("the sector the call is about, if the PSAP knows"),
                        "occurred_at": _text("when the person called, RFC 3339"),
                    },
                },
            }
        },
    }
}

ALERT: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "What has no readable type is taken as an activation.",
        "content": {
            "application/json": {
                "example": ALERT_EXAMPLE,
                "schema": {
                    "type": "object",
                    "properties": {
                        "type": _text("activation, heartbeat, tamper, low_battery or test"),
                        "tower_id": _text("the tower's id in the registry"),
                        "alert_id": _text("the sender's own id; the same again is the same press"),
                        "occurred_at": _text("when it happened, RFC 3339"),
                        "on": {"type": "boolean", "description": "for tamper and low_battery: false when it is over"},
                        "kind": _text("real, test or exercise"),
                    },
                },
            }
        },
    }
}

_PROBLEM: Final[dict[str, Any]] = {"content": {"application/problem+json": {}}}
# Never a report of somebody whose key is known.
_TOO_MANY: Final[dict[str, Any]] = {"description": "too often; `Retry-After` says how long to wait", **_PROBLEM}
REPORTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "known already: the same again, or an update"},
    201: {"description": "recorded; the seq is its place in the ledger"},
    400: {"description": "not one letter or digit in it", **_PROBLEM},
    401: {"description": "no valid key", **_PROBLEM},
    403: {"description": "not this key's to do", **_PROBLEM},
    409: {"description": "the idempotency key was used for another body", **_PROBLEM},
    413: {"description": "over 64 KB", **_PROBLEM},
    429: _TOO_MANY,
    503: {
        "description": "not recorded: send it again. With `spooled` it is on disk, and is recorded under that id when"
        " the store is back; give the id back in the header Spool-Id",
        **_PROBLEM,
    },
}
ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    401: {"description": "no valid key", **_PROBLEM},
    403: {"description": "not this key's to do", **_PROBLEM},
    404: {"description": "no such row, or not yours to see", **_PROBLEM},
    409: {"description": "does not fit now; `allowed` says what would", **_PROBLEM},
    413: {"description": "over 64 KB", **_PROBLEM},
    422: {"description": "a field is wrong; it is named", **_PROBLEM},
    429: _TOO_MANY,
    503: {"description": "the desk is not there: send it again", **_PROBLEM},
}
TOO_MANY: Final[dict[int | str, dict[str, Any]]] = {
    429: {"description": "too many tries; `Retry-After` says for how long", **_PROBLEM}
}
DELIVERED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "taken; what must be recorded is"},
    400: {"description": "nothing usable in it: no device named, or not the network's format", **_PROBLEM},
    401: {"description": "no valid key", **_PROBLEM},
    403: {"description": "not this key's to do", **_PROBLEM},
    409: {"description": "does not fit now; `allowed` says what would", **_PROBLEM},
    413: {"description": "over 64 KB", **_PROBLEM},
    422: {"description": "a parameter is wrong; it is named", **_PROBLEM},
    429: _TOO_MANY,
    503: {"description": "the desk is not there: send it again", **_PROBLEM},
}

"""What the OpenAPI document says of the position apps' requests."""

from typing import Any, Final

KEY: Final = "a tracker's key; also HTTP Basic with it as the password, or `Authorization: Bearer`"


def _query(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name, "in": "query", "required": False, "description": description,
        "schema": {"type": "string", "maxLength": 200},
    }  # fmt: skip


ID: Final = _query("id", f"the app's device identifier: {KEY}")
PLACE: Final = [
    _query("lat", "degrees, WGS 84"),
    _query("lon", "degrees, WGS 84"),
    _query("timestamp", "seconds or milliseconds since 1970, or a date and time"),
    _query("accuracy", "metres"),
    _query("alarm", "`sos` is the unit's own mayday"),
]
OSMAND_QUERY: Final[dict[str, Any]] = {"parameters": [ID, *PLACE]}
OSMAND: Final[dict[str, Any]] = {
    "parameters": [ID],
    "requestBody": {
        "required": False,
        "description": "A form with the same fields, or the JSON of newer clients.",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {
                    "device_id": "phone-of-u12",
                    "location": {
                        "timestamp": "2026-11-22T14:03:05Z",
                        "coords": {"latitude": 31.9012, "longitude": -111.1034, "accuracy": 8},
                        "battery": {"level": 0.79},
                    },
                },
            }
        },
    },
}
OWNTRACKS: Final[dict[str, Any]] = {
    "parameters": [_query("key", KEY)],
    "requestBody": {
        "required": False,
        "description": "A message of OwnTracks; an empty one says nothing.",
        "content": {
            "application/json": {
                "schema": {"type": "object"},
                "example": {
                    "_type": "location", "lat": 31.9012, "lon": -111.1034, "tst": 1795356185, "acc": 8, "tid": "U1",
                    "batt": 79,
                },
            }
        },
    },
}  # fmt: skip

"""What the OpenAPI document says of weather alerts, zones and CAP."""

from typing import Any, Final

_SQUARE: Final = {
    "type": "Polygon",
    "coordinates": [[[-111.6, 31.4], [-110.6, 31.4], [-110.6, 32.2], [-111.6, 32.2], [-111.6, 31.4]]],
}


def _takes(media: str, description: str, example: Any, schema: str = "object") -> dict[str, Any]:
    return {
        "requestBody": {
            "required": True,
            "description": description,
            "content": {media: {"schema": {"type": schema}, "example": example}},
        }
    }


NWS: Final = _takes(
    "application/geo+json",
    "A feature collection of api.weather.gov/alerts, or one feature. Up to 1 MB.",
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": _SQUARE,
                "properties": {
                    "id": "urn:oid:2.49.0.1.840.0.4805bd40.001.1", "sender": "w-nws.webmaster@noaa.gov",
                    "event": "Excessive Heat Warning", "status": "Actual", "messageType": "Alert",
                    "severity": "Severe", "certainty": "Likely", "urgency": "Expected",
                    "sent": "2026-07-02T12:00:00-07:00", "onset": "2026-07-02T12:00:00-07:00",
                    "ends": "2026-07-03T20:00:00-07:00", "geocode": {"UGC": ["AZZ502"]},
                },
            }
        ],
    },
)  # fmt: skip
ZONES: Final = _takes(
    "application/geo+json",
    "Zones with their code as `id`, `zone_id` or `STATE_ZONE`. Up to 4 MB.",
    {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"id": "AZZ502"}, "geometry": _SQUARE}],
    },
)
CAP_EXAMPLE: Final = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>T-1</identifier>\
<sender>towers@example.org</sender><sent>2026-11-22T14:03:07-00:00</sent><status>Actual</status>\
<msgType>Alert</msgType><scope>Restricted</scope><restriction>rescue</restriction><info><category>Rescue</category>\
<event>Tower pressed</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>\
<parameter><valueName>tower_id</valueName><value>TUCR-07</value></parameter>\
<area><areaDesc>TUCR-07</areaDesc></area></info></alert>"""
CAP: Final = _takes(
    "application/cap+xml", "CAP 1.1 or 1.2, alone, in EDXL-DE 1.0 or in an Atom feed.", CAP_EXAMPLE, "string"
)

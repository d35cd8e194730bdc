"""What the OpenAPI document says of the routes that speak EIDO and PIDF-LO."""

from typing import Any, Final

from app.interop.eido.write import MEDIA_TYPE

PIDF_TYPE: Final = "application/pidf+xml"
EIDO_EXAMPLE: Final[dict[str, Any]] = {
    "$id": "urn:emergency:uid:incidentid:a56e556d871:psap.example.org",
    "lastUpdateTimeStamp": "2026-11-22T14:03:05-07:00",
    "updatedByAgencyReference": {"$ref": "psap.example.org"},
    "eidoVersion": "1.0",
    "issuingElementIdentification": "chfe.psap.example.org",
    "agencyComponent": [
        {
            "$id": "psap.example.org",
            "lastUpdateTimeStamp": "2026-11-22T14:03:05-07:00",
            "updatedByAgencyReference": {"$ref": "psap.example.org"},
            "agencyRoleDescriptionRegistryText": ["CallReceiving"],
            "agencyType": ["psap"],
        }
    ],
    "locationComponent": [
        {
            "$id": "location-1",
            "lastUpdateTimeStamp": "2026-11-22T14:03:05-07:00",
            "updatedByAgencyReference": {"$ref": "psap.example.org"},
            "locationTypeDescriptionRegistryText": "Caller",
            "localIdentifier": ["TUC-417"],
        }
    ],
}
PIDF_EXAMPLE: Final = (
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"'
    ' xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0"'
    ' entity="pres:caller@psap.example.org"><tuple id="a"><status><gp:geopriv><gp:location-info>'
    '<gs:Circle srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>31.7321 -111.2103</gml:pos>'
    '<gs:radius uom="urn:ogc:def:uom:EPSG::9001">60</gs:radius></gs:Circle></gp:location-info><gp:usage-rules/>'
    "</gp:geopriv></status></tuple></presence>"
)
EIDO: Final[dict[str, Any]] = {
    "type": "object",
    "description": "NENA-STA-021 EIDO 1.0; its schema is NENA's. `$id` and `$ref` are fields of the document.",
}


def _asked(media: dict[str, Any], description: str) -> dict[str, Any]:
    return {"requestBody": {"required": True, "description": description, "content": media}}


POST_EIDO: Final = _asked(
    {
        "application/json": {"schema": EIDO, "example": EIDO_EXAMPLE},
        MEDIA_TYPE: {"schema": EIDO, "example": EIDO_EXAMPLE},
    },
    "An EIDO. What its schema would refuse becomes a warning.",
)
POST_PIDF: Final = _asked(
    {PIDF_TYPE: {"schema": {"type": "string"}, "example": PIDF_EXAMPLE}},
    "A PIDF-LO document, or a HELD answer around one.",
)

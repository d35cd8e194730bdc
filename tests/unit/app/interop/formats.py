"""Every format of docs/interop.md that comes in: a lawful message, who reads it, and the door it comes in by."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from app.interop.additional import read_additional
from app.interop.cap.meaning import read_hazard, reading_of
from app.interop.cap.read import read_cap
from app.interop.conveyance.messages import BadMessage, read_message
from app.interop.conveyance.qualifier import read_qualifier
from app.interop.cot.read import read_event
from app.interop.cot.splitter import Splitter
from app.interop.eido.read import read_eido
from app.interop.hazard import nws
from app.interop.lorawan import chirpstack, tts
from app.interop.pidf.report import read_location
from app.interop.position.osmand import read_osmand
from app.interop.position.owntracks import read_owntracks
from app.interop.reading import Findings, Unusable
from app.interop.satellite import inreach, rockblock
from app.routes.eido_examples import EIDO_EXAMPLE, PIDF_EXAMPLE
from app.routes.hazard_examples import CAP_EXAMPLE
from loadtests.transfer import transfer
from tests.unit.app.interop.samples import SAMPLES

NOW: Final = datetime(2026, 7, 2, tzinfo=UTC)
FORM, XML, JSON = "application/x-www-form-urlencoded", "application/xml", "application/json"
BYTES: Final = "application/x-protobuf"
Reader = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True)
class Format:
    """`door` is a path to post to, empty where the format comes by a socket or inside another."""

    syntax: str
    sample: bytes
    read: Reader
    door: str = ""
    media: str = JSON
    role: str = "psap"


def nobody(_: str) -> None:
    return None


def all_of_cap(raw: bytes) -> None:
    """Read a document and make of each alert in it what it would become."""
    alerts, findings = read_cap(raw)
    for alert in alerts:
        reading_of(alert, raw, findings.warnings)
        read_hazard(alert, NOW)


def _osmand(raw: bytes) -> Any:
    return read_osmand("", raw)


def _form(raw: bytes) -> Any:
    return rockblock.read_message(raw, FORM)


def _json(raw: bytes) -> Any:
    return rockblock.read_message(raw, JSON)


def _uplink(raw: bytes) -> Any:
    return chirpstack.read_event(raw, None, nobody)


def _protobuf(raw: bytes) -> Any:
    return chirpstack.read_event(raw, "up", nobody, is_protobuf=True)


EDXL: Final = (
    '<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionID>d</distributionID>'
    "<senderID>s@example.org</senderID><dateTimeSent>2026-11-22T14:03:07-00:00</dateTimeSent><distributionStatus>Actual"
    "</distributionStatus><distributionType>Report</distributionType><combinedConfidentiality>U"
    "</combinedConfidentiality><contentObject><xmlContent><embeddedXMLContent>"
    + CAP_EXAMPLE.partition("?>")[2].strip().replace(">T-1<", ">E-1<")
    + "</embeddedXMLContent></xmlContent></contentObject></EDXLDistribution>"
)
LINGO: Final = json.dumps({
    "id": "1", "identity": {"hardware": {"imei": "300234010753370"}}, "message": b64encode(b"SOS").decode(),
    "receivedAt": {"year": 2026, "month": 11, "day": 22, "hour": 14, "minute": 3, "second": 7},
}).encode()  # fmt: skip
COT: Final = (
    b'<event version="2.0" uid="U1" type="a-f-G-U-C" how="m-g" time="2026-07-02T00:00:00Z" start="2026-07-02T00:00:00Z"'
    b' stale="2026-07-02T00:05:00Z"><point lat="31.9" lon="-111.1" hae="1200.5" ce="8" le="9999999"/><detail>'
    b'<contact callsign="U1"/><remarks>here</remarks></detail></event>'
)
SUBSCRIBE: Final = json.dumps({
    "subscribe": {"requestId": "r", "requestSubType": "new", "qualFilter": "type=SAR", "expires": 60, "minRate": 20}
}).encode()  # fmt: skip
FORMATS: Final[dict[str, Format]] = {
    "EIDO": Format("json", json.dumps(EIDO_EXAMPLE).encode(), read_eido, "/v1/eido"),
    "EIDO, a transfer": Format("json", transfer(1, "TUC-417"), read_eido, "/v1/eido"),
    "PIDF-LO": Format("xml", PIDF_EXAMPLE.encode(), read_location, "/v1/pidf-lo", XML),
    "additional data": Format(
        "xml",
        json.loads(transfer(1, "TUC-417"))["additionalDataComponent"][1]["additionalDataByValue"].encode(),
        lambda raw: read_additional(raw, Findings()),
    ),
    "conveyance": Format("json", SUBSCRIBE, lambda raw: read_message(raw.decode(errors="replace"))),
    "qualifier": Format(
        "form", b"type=SAR&priority=7", lambda raw: read_qualifier(raw.decode(errors="replace").replace("&", ";"))
    ),
    "ChirpStack, JSON": Format("json", SAMPLES["chirpstack"][0], _uplink, "/v1/networks/chirpstack"),
    "ChirpStack, Protobuf": Format(
        "bytes", SAMPLES["chirpstack protobuf"][0], _protobuf, "/v1/networks/chirpstack?event=up", BYTES
    ),
    "The Things Stack": Format(
        "json", SAMPLES["tts"][0], lambda raw: tts.read_message(raw, nobody), "/v1/networks/tts"
    ),
    "RockBLOCK, form": Format("form", SAMPLES["rockblock"][1], _form, "/v1/networks/rockblock", FORM),
    "RockBLOCK, JSON": Format("json", SAMPLES["rockblock"][0], _json, "/v1/networks/rockblock"),
    "Cloudloop": Format("json", LINGO, _json, "/v1/networks/rockblock"),
    "inReach": Format("json", SAMPLES["inreach"][0], inreach.read_outbound, "/v1/networks/inreach"),
    "CAP": Format("xml", CAP_EXAMPLE.encode(), all_of_cap, "/v1/cap", XML),
    "EDXL-DE": Format("xml", EDXL.encode(), all_of_cap, "/v1/cap", XML),
    "weather": Format("json", SAMPLES["nws"][0], lambda raw: nws.read_alerts(raw, NOW), "/v1/hazards/nws"),
    "Cursor-on-Target": Format("xml", COT, lambda raw: [read_event(each) for each in (raw, *Splitter().feed(raw))]),
    "OsmAnd, form": Format(
        "form", b"id=1&lat=31.9&lon=-111.1&timestamp=1795356185&accuracy=8&batt=79", _osmand, "/v1/positions/osmand",
        FORM, "agent",
    ),
    "OsmAnd, JSON": Format("json", SAMPLES["osmand"][0], _osmand, "/v1/positions/osmand", JSON, "agent"),
    "OwnTracks": Format("json", SAMPLES["owntracks"][0], read_owntracks, "/v1/positions/owntracks", JSON, "agent"),
}  # fmt: skip


def is_read(reader: Reader, raw: bytes) -> bool:
    """Read; return whether anything usable was there. Whatever else is raised is our bug."""
    try:
        reader(raw)
    except (Unusable, BadMessage) as refused:
        assert len(str(refused)) < 200  # noqa: PT017 - the refusal is what is looked at
        return False
    return True

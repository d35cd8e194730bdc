"""A test, an exercise or a drill in each format that has a word for one, as its senders say it."""

import json
from base64 import b64encode

from app.routes.eido_examples import EIDO_EXAMPLE
from app.routes.hazard_examples import CAP_EXAMPLE
from dispatch.status import Kind


def cap_of(status: str, envelope: str | None = None, **named: str) -> bytes:
    """Return a CAP alert that names a tower or a sign; with an envelope's status wrapped in EDXL-DE."""
    ((what, where),) = named.items()
    inner = CAP_EXAMPLE.replace("T-1<", f"{status}-{envelope}-{what}<").replace(">Actual<", f">{status}<")
    inner = inner.replace("tower_id", what).replace("TUCR-07", where)
    if envelope is None:
        return inner.encode()
    return (
        f'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionID>d</distributionID>'
        f"<senderID>s@example.org</senderID><dateTimeSent>2026-11-22T14:03:07-00:00</dateTimeSent>"
        f"<distributionStatus>{envelope}</distributionStatus><distributionType>Report</distributionType>"
        f"<contentObject><xmlContent><embeddedXMLContent>{inner}</embeddedXMLContent></xmlContent></contentObject>"
        f"</EDXLDistribution>"
    ).encode()


def rehearsals(sign: str, tower: str) -> list[tuple[str, str, Kind]]:
    """Return a test and an exercise or drill in each format that has a word for them: path, body, what it must be."""

    def eido(number: int, **parts: object) -> str:
        place = {"$id": "l", "locationTypeDescriptionRegistryText": "Caller", "localIdentifier": [sign]}
        own = f"urn:emergency:uid:incidentid:rehearsal{number}:psap.example.org"
        return json.dumps(EIDO_EXAMPLE | {"$id": own, "locationComponent": [place]} | parts)

    def plain(kind: str) -> str:
        return json.dumps({"call_id": f"r-{kind}", "said": sign, "read_back": True, "kind": kind})

    def weather(status: str) -> str:
        times = {"sent": "2026-11-22T14:03:07Z", "expires": "2036-11-22T14:03:07Z"}
        properties = {"id": f"w-{status}", "event": "Flood", "status": status, "messageType": "Alert"} | times
        return json.dumps({"type": "Feature", "geometry": None, "properties": properties})

    def chirpstack(device: str, payload: dict[str, object] | bytes) -> str:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        said = {"deduplicationId": device, "deviceInfo": {"devEui": device}, "fPort": 6}
        return json.dumps(said | {"data": b64encode(data).decode()})

    def sos(imei: str) -> str:
        point = {"latitude": 31.7, "longitude": -111}
        event = {"imei": imei, "messageCode": 4, "timeStamp": 1795356187250, "point": point}
        return json.dumps({"Version": "2.0", "Events": [event]})

    button = bytes.fromhex("014D011E01000000000000")
    up, tts = "/v1/networks/chirpstack?event=up", "/v1/networks/tts"
    named = {"end_device_ids": {"device_id": tower}}
    pressed = {"session_key_id": "s", "f_cnt": 1, "decoded_payload": {"pressed": True}}
    simulated = named | {"simulated": True, "uplink_message": pressed}
    said_test = named | {"uplink_message": pressed | {"f_cnt": 2, "decoded_payload": {"pressed": True, "test": True}}}
    return [
        ("/v1/calls", plain("test"), Kind.TEST),
        ("/v1/calls", plain("exercise"), Kind.EXERCISE),
        ("/v1/alerts", json.dumps({"type": "activation", "tower_id": tower, "kind": "test"}), Kind.TEST),
        ("/v1/alerts", json.dumps({"type": "activation", "tower_id": tower, "kind": "exercise"}), Kind.EXERCISE),
        ("/v1/alerts", json.dumps({"type": "test", "tower_id": tower}), Kind.TEST),
        ("/v1/eido", eido(1, incidentComponent={"incidentTypeCommonRegistryText": "NCRTESTF"}), Kind.TEST),
        ("/v1/eido", eido(2, incidentComponent={"incidentTypeInternalCode": "exercise"}), Kind.EXERCISE),
        ("/v1/eido", eido(3, callComponent=[{"standardSecondaryCallType": "Drill"}]), Kind.EXERCISE),
        ("/v1/eido", eido(4, callComponent=[{"queueIdentifier": "urn:service:test.sos"}]), Kind.TEST),
        ("/v1/cap", cap_of("Test", tower_id=tower).decode(), Kind.TEST),
        ("/v1/cap", cap_of("Exercise", tower_id=tower).decode(), Kind.EXERCISE),
        ("/v1/cap", cap_of("Test", sign_id=sign).decode(), Kind.TEST),
        ("/v1/cap", cap_of("Actual", "Exercise", sign_id=sign).decode(), Kind.EXERCISE),
        ("/v1/cap", cap_of("Actual", "Test", tower_id=tower).decode(), Kind.TEST),
        ("/v1/hazards/nws", weather("Test"), Kind.TEST),
        ("/v1/hazards/nws", weather("Exercise"), Kind.EXERCISE),
        (up, chirpstack("ed01", button), Kind.TEST),
        (up, chirpstack("ed02", button), Kind.EXERCISE),
        (up, chirpstack("ed03", {"pressed": True, "test": True}), Kind.TEST),
        (tts, json.dumps(simulated), Kind.TEST),
        (tts, json.dumps(said_test), Kind.TEST),
        ("/v1/networks/rockblock", f"imei=ed04&momsn=1&data={b'TEST'.hex()}", Kind.TEST),
        ("/v1/networks/rockblock", f"imei=ed01&momsn=2&data={b'SOS'.hex()}", Kind.TEST),
        ("/v1/networks/inreach", sos("ed01"), Kind.TEST),
        ("/v1/networks/inreach", sos("ed02"), Kind.EXERCISE),
    ]

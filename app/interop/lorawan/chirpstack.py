"""ChirpStack v4 events, as JSON or Protocol Buffers: `POST ...?event=up` and MQTT `application/+/device/+/event/+`."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from app.interop.lorawan import decoders
from app.interop.lorawan.document import number, part, parts, read_object
from app.interop.lorawan.protobuf import read_protobuf
from app.interop.lorawan.times import instant
from app.interop.lorawan.uplink import DECODER_TAG, names_of, tell, vitals_of
from app.interop.reading import Findings, Unusable
from app.interop.tower.message import TowerMessage, Vitals
from dispatch.status import Kind

NETWORK: Final = "chirpstack"
EVENTS: Final = ("up", "status", "join", "log", "location", "ack", "txack", "integration")
HEARD: Final = frozenset({"up", "status", "join", "ack"})  # what a device sent; the others are the server's own words
# Without its name an event is known by a field only it has.
SIGNS: Final = (
    ("log", "code"), ("log", "level"), ("txack", "gatewayId"), ("txack", "downlinkId"),
    ("integration", "integrationName"), ("location", "location"), ("status", "margin"), ("status", "batteryLevel"),
    ("status", "externalPowerSource"), ("status", "batteryLevelUnavailable"), ("ack", "queueItemId"),
    ("ack", "acknowledged"), ("ack", "fCntDown"), ("up", "data"), ("up", "rxInfo"), ("up", "object"), ("up", "fPort"),
    ("join", "devAddr"),
)  # fmt: skip
LOG_LEVELS: Final = ("INFO", "WARNING", "ERROR")
LOG_CODES: Final = (
    "UNKNOWN", "DOWNLINK_PAYLOAD_SIZE", "UPLINK_CODEC", "DOWNLINK_CODEC", "OTAA", "UPLINK_F_CNT_RESET", "UPLINK_MIC",
    "UPLINK_F_CNT_RETRANSMISSION", "DOWNLINK_GATEWAY", "RELAY_NEW_END_DEVICE", "F_CNT_DOWN", "EXPIRED",
)  # fmt: skip
DecoderOf = Callable[[str], str | None]


def read_event(raw: bytes, event: str | None, decoder_of: DecoderOf, *, is_protobuf: bool = False) -> TowerMessage:
    """Return what an event says of its tower. Raises Unusable: no event, or no device in it."""
    findings = Findings()
    if is_protobuf:
        if event not in EVENTS:
            findings.warn("event", "missing or unknown, taken as up")
            event = "up"
        said = read_protobuf(event, raw)
    else:
        said = read_object(raw)
        event = event if event in EVENTS else _event_of(said, findings)
    info = part(said, "deviceInfo")
    device_id = info.get("devEui")
    if not isinstance(device_id, str) or not any(c.isalnum() for c in device_id):
        raise Unusable("names no device", "deviceInfo.devEui")
    tags = part(info, "tags")
    names = names_of(tags, info.get("deviceName"))
    at = instant(said.get("time"), "time", findings)
    findings.take(f"event {event}")
    key = said.get("deduplicationId")
    message_id = key[:64] if isinstance(key, str) and key else None
    if event == "up":
        tagged = tags.get(DECODER_TAG)
        chosen = decoder_of(device_id) or (tagged if isinstance(tagged, str) else None)
        return _up(said, device_id, message_id, at, names, chosen, findings)
    vitals, low = _vitals(event, said, findings)
    return TowerMessage(
        NETWORK, device_id, message_id, at, is_heard=event in HEARD, low_battery=low, vitals=vitals, names=names,
        understood=findings.understood, warnings=findings.warnings,
    )  # fmt: skip


def _event_of(said: dict[str, Any], findings: Findings) -> str:
    findings.warn("event", "missing or unknown, told from its fields")
    return next((event for event, field in SIGNS if field in said), "up")


def _up(
    said: dict[str, Any],
    device_id: str,
    message_id: str | None,
    at: datetime | None,
    names: tuple[str, ...],
    decoder: str | None,
    findings: Findings,
) -> TowerMessage:
    info = part(said, "deviceInfo")
    models = tuple(m for m in (info.get("deviceProfileName"),) if isinstance(m, str))
    data = payload(said.get("data"), "data", findings)
    port = int(number(said, "fPort", 0, 255, absent=0) or 0)
    found = decoders.decode(decoder, models, port, data, said.get("object"))
    tell(findings, found, data)
    links = [(number(rx, "rssi", -200, 50, 0), number(rx, "snr", -50, 50, 0)) for rx in parts(said, "rxInfo", findings)]
    return TowerMessage(
        NETWORK,
        device_id,
        message_id,
        at,
        pressed=found is not None and found.pressed,
        kind=Kind.TEST if found is not None and found.is_test else Kind.REAL,
        tamper=found.tamper if found else None,
        low_battery=found.low_battery if found else None,
        vitals=vitals_of(found, links),
        names=names,
        point=found.point if found else None,
        is_readable=found is not None or not data,
        understood=findings.understood,
        warnings=findings.warnings,
    )


def _vitals(event: str, said: dict[str, Any], findings: Findings) -> tuple[Vitals, bool | None]:
    """Return what the other events say of the device. Protocol Buffers leave out what is zero or false."""
    if event == "log":
        level, code = _word(said.get("level"), LOG_LEVELS), _word(said.get("code"), LOG_CODES)
        findings.take("a fault of the network server")
        return Vitals(fault=f"{level} {code}"), None
    if event != "status":
        return Vitals(), None
    is_external = said.get("externalPowerSource") is True
    if said.get("batteryLevelUnavailable") is True or is_external:
        return Vitals(external_power=True if is_external else None), None
    percent = number(said, "batteryLevel", 0, 100, absent=0)
    if percent is None:
        findings.warn("batteryLevel", "not within 0 and 100")
    return Vitals(battery_percent=percent), None


def _word(value: Any, words: tuple[str, ...]) -> str:
    """Return a log's level or code as one of the words; the first is what its absence means."""
    if isinstance(value, int) and 0 <= value < len(words):
        return words[value]
    return value if isinstance(value, str) and value in words else words[0]


def payload(value: Any, name: str, findings: Findings) -> bytes:
    """Return bytes written in base64; nothing when they are not."""
    if value is None:
        return b""
    try:
        return b64decode(value, validate=True) if isinstance(value, str) else b""
    except (binascii.Error, ValueError):
        findings.warn(name, "not base64")
        return b""

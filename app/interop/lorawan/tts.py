"""The Things Stack's application messages, by webhook and MQTT. Its JSON leaves out what is zero or false."""

from datetime import datetime
from typing import Any, Final

from app.interop.lorawan import decoders
from app.interop.lorawan.chirpstack import DecoderOf, payload
from app.interop.lorawan.document import number, part, parts, read_object
from app.interop.lorawan.times import instant
from app.interop.lorawan.uplink import DECODER_TAG, names_of, tell, vitals_of
from app.interop.reading import Findings, Unusable
from app.interop.tower.message import TowerMessage, Vitals
from dispatch.status import Kind

NETWORK: Final = "tts"
UPLINK: Final = "uplink_message"
# What a device sent, and what is the server's own doing. `uplink_normalized` repeats an uplink in other units.
KINDS: Final = {
    UPLINK: True, "join_accept": True, "downlink_ack": True, "downlink_nack": True, "uplink_normalized": True,
    "downlink_sent": False, "downlink_failed": False, "downlink_queued": False, "downlink_queue_invalidated": False,
    "location_solved": False, "service_data": False, "downlinks": False,
}  # fmt: skip


def read_message(raw: bytes, decoder_of: DecoderOf) -> TowerMessage:
    """Return what a message says of its tower. Raises Unusable: no device in it, or not a message of the stack's."""
    findings = Findings()
    said = read_object(raw)
    ids = part(said, "end_device_ids")
    eui, name = ids.get("dev_eui"), ids.get("device_id")
    device_id = next((i for i in (eui, name) if isinstance(i, str) and any(c.isalnum() for c in i)), None)
    if device_id is None:
        raise Unusable("names no device", "end_device_ids")
    kind = next((kind for kind in KINDS if kind in said), None)
    if kind is None:
        raise Unusable("not a message of The Things Stack", "uplink_message")
    findings.take(kind)
    body = part(said, kind)
    at = instant(body.get("received_at") or said.get("received_at"), "received_at", findings)
    attributes = part(body, "attributes")
    names = names_of(attributes, name)
    is_test = said.get("simulated") is True
    if is_test:
        findings.take("a simulated message")
    if kind == UPLINK:
        tagged = attributes.get(DECODER_TAG)
        chosen = decoder_of(device_id) or (tagged if isinstance(tagged, str) else None)
        return _uplink(body, device_id, at, names, chosen, findings, is_test=is_test)
    return TowerMessage(
        NETWORK, device_id, None, at, is_heard=KINDS[kind] and not is_test, names=names,
        vitals=Vitals(fault=_fault(body)) if kind == "downlink_failed" else Vitals(),
        understood=findings.understood, warnings=findings.warnings,
    )  # fmt: skip


def _uplink(
    body: dict[str, Any],
    device_id: str,
    at: datetime | None,
    names: tuple[str, ...],
    decoder: str | None,
    findings: Findings,
    *,
    is_test: bool,
) -> TowerMessage:
    model = part(body, "version_ids").get("model_id")
    data = payload(body.get("frm_payload"), "frm_payload", findings)
    port = int(number(body, "f_port", 0, 255, absent=0) or 0)
    found = decoders.decode(
        decoder, (model,) if isinstance(model, str) else (), port, data, body.get("decoded_payload")
    )
    tell(findings, found, data)
    links = [
        (number(rx, "rssi", -200, 50, 0), number(rx, "snr", -50, 50, 0)) for rx in parts(body, "rx_metadata", findings)
    ]
    level = body.get("last_battery_percentage")
    percent = number(level, "value", 0, 100, absent=0) if isinstance(level, dict) else None
    said_percent = found is not None and found.battery_percent is not None
    return TowerMessage(
        NETWORK,
        device_id,
        _message_id(body),
        at,
        is_heard=not is_test,
        pressed=found is not None and found.pressed,
        kind=Kind.TEST if is_test or (found is not None and found.is_test) else Kind.REAL,
        tamper=found.tamper if found and not is_test else None,
        low_battery=found.low_battery if found and not is_test else None,
        vitals=Vitals() if is_test else vitals_of(found, links, battery_percent=None if said_percent else percent),
        names=names,
        point=found.point if found else None,
        is_readable=found is not None or not data,
        understood=findings.understood,
        warnings=findings.warnings,
    )


def _message_id(body: dict[str, Any]) -> str | None:
    """Return what stays the same when the webhook is sent again: the session and its frame counter, 0 when absent."""
    session = body.get("session_key_id")
    counter = number(body, "f_cnt", 0, 2**32, absent=0)
    return f"{session[:64]}:{int(counter)}" if isinstance(session, str) and counter is not None else None


def _fault(body: dict[str, Any]) -> str | None:
    """Return the name of an error: the stack's own words, never the device's."""
    name = part(body, "error").get("name")
    return name[:64] if isinstance(name, str) and name.replace("_", "").isalnum() and name.isascii() else None

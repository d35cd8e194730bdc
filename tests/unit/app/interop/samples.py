"""Samples to mutate, by reader: others' where they are at hand, and the published examples of our own document.

Our own stands first in each list.
"""

import json
from base64 import b64decode, b64encode
from urllib.parse import urlencode

from chirpstack_api.integration import integration_pb2
from google.protobuf import json_format

from app.interop.lorawan.protobuf import classes
from app.routes.eido_examples import EIDO_EXAMPLE, PIDF_EXAMPLE
from app.routes.hazard_examples import CAP_EXAMPLE, NWS
from app.routes.network_examples import CHIRPSTACK, INREACH, ROCKBLOCK, TTS
from app.routes.position_examples import OSMAND, OWNTRACKS
from tests.vectors import VECTORS, dev_files

FORM = "application/x-www-form-urlencoded"


def _example(of: dict[str, object], media: str = "application/json") -> bytes:
    value = of["requestBody"]["content"][media]["example"]  # type: ignore[index]
    return urlencode(value).encode() if media == FORM else json.dumps(value).encode()


def _others(folder: str) -> list[bytes]:
    return [(VECTORS / name).read_bytes() for name in dev_files(folder)]


def _cases(name: str) -> list[dict[str, str]]:
    path = VECTORS / name
    return list(json.loads(path.read_bytes())) if path.is_file() else []


def _uplink() -> bytes:
    message = classes()["up"](deduplication_id="a", f_port=6, data=b64decode("AU0BHgEAAAAAAAA="))
    message.device_info.dev_eui = "0101010101010101"  # type: ignore[attr-defined]
    message.rx_info.add(rssi=-100, snr=3.5)  # type: ignore[attr-defined]
    return message.SerializeToString()


def _protobufs() -> list[bytes]:
    """Return ChirpStack's sample uplink as its own library writes it."""
    path = VECTORS / "lorawan/chirpstack/event_up.json"
    found = [_uplink()]
    if path.is_file():
        found.append(json_format.Parse(path.read_bytes(), integration_pb2.UplinkEvent()).SerializeToString())
    return found


def _payloads() -> list[bytes]:
    """Return the bytes devices' makers give as examples, each in an uplink of ChirpStack's."""
    found = []
    for name in ("netvox_r312a", "dragino_trackerd"):
        path = VECTORS / f"lorawan/devices/{name}_examples.json"
        for example in json.loads(path.read_bytes())["uplink_examples"] if path.is_file() else ():
            info = {"devEui": "01", "deviceProfileName": name}
            data = b64encode(bytes.fromhex(example["bytes"])).decode()
            said = {"deviceInfo": info, "fPort": example["fPort"], "data": data, "object": example["data"]}
            found.append(json.dumps(said).encode())
    return found


SAMPLES: dict[str, list[bytes]] = {
    "eido": [json.dumps(EIDO_EXAMPLE).encode(), *_others("eido/samples")],
    "pidf": [PIDF_EXAMPLE.encode(), *_others("pidf-lo"), *_others("ng911-tamu/HTTP_messages/HTTP_HELD")],
    "additional": [b'["vcard", [["fn", {}, "text", "A"]]]', *_others("additional-data")],
    "conveyance": [b'{"subscribe": {"requestSubType": "new", "qualFilter": "type=SAR"}}', *_others("eido/conveyance")],
    "chirpstack": [_example(CHIRPSTACK), *_others("lorawan/chirpstack"), *_payloads()],
    "chirpstack protobuf": _protobufs(),
    "tts": [_example(TTS), *_others("lorawan/tts")],
    "rockblock": [_example(ROCKBLOCK), _example(ROCKBLOCK, FORM)],
    "inreach": [_example(INREACH)],
    "cot": [
        b"<event uid='e' type='a-f-G' stale='2026-11-22T14:03:07Z'><point lat='1' lon='1' ce='1'/></event>",
        *_others("cot"),
    ],
    "cap": [CAP_EXAMPLE.encode(), *_others("cap")],
    "nws": [
        json.dumps(NWS["requestBody"]["content"]["application/geo+json"]["example"]).encode(),
        *_others("nws"),
    ],
    "osmand": [
        _example(OSMAND),
        *(case["body"].lstrip("/?").encode() for case in _cases("traccar/osmand_requests.json")),
    ],
    "owntracks": [
        _example(OWNTRACKS),
        *(case["body"].encode() for case in _cases("traccar/owntracks_requests.json")),
    ],
}

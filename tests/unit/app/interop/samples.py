"""Samples to mutate, by reader: others' where they are at hand, and the published examples of our own document."""

import json
from base64 import b64decode
from urllib.parse import urlencode

from app.interop.lorawan.protobuf import classes
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


SAMPLES: dict[str, list[bytes]] = {
    "chirpstack": [_example(CHIRPSTACK), *_others("lorawan/chirpstack")],
    "chirpstack protobuf": [_uplink()],
    "tts": [_example(TTS), *_others("lorawan/tts")],
    "rockblock": [_example(ROCKBLOCK), _example(ROCKBLOCK, FORM)],
    "inreach": [_example(INREACH)],
    "cot": _others("cot/node-cot") or [b"<event uid='e' type='a-f-G'><point lat='1' lon='1' ce='1'/></event>"],
    "cap": [CAP_EXAMPLE.encode(), *_others("cap")],
    "nws": [json.dumps(NWS["requestBody"]["content"]["application/geo+json"]["example"]).encode()],
    "osmand": [
        _example(OSMAND),
        *(case["body"].lstrip("/?").encode() for case in _cases("traccar/osmand_requests.json")),
    ],
    "owntracks": [
        _example(OWNTRACKS),
        *(case["body"].encode() for case in _cases("traccar/owntracks_requests.json")),
    ],
}

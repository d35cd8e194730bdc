"""`auxilio interop check` knows every sample of towers, trackers, alerts and maps for what it is."""

import json

import pytest

from app.interop.check import check, lines
from app.interop.reading import What
from app.routes.hazard_examples import CAP_EXAMPLE
from tests.unit.app.interop.samples import SAMPLES
from tests.vectors import dev_files, vector

FOLDERS = {
    "lorawan/chirpstack": "ChirpStack v4",
    "lorawan/tts": "The Things Stack",
    "cap": "CAP",
    "nws": "NWS alerts",
    "cot": "Cursor-on-Target",
}
TOO_LONG = {"cap/ibm/nws_atom_feed_example.xml"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sample_is_known_for_what_it_is(folder: str) -> None:
    names = dev_files(folder)
    if not names:
        pytest.skip("no samples at ../shared/vectors")
    verdicts = {name: check(vector(name)) for name in names}
    assert {name: verdict.format for name, verdict in verdicts.items()} == dict.fromkeys(names, FOLDERS[folder])
    assert {name for name, verdict in verdicts.items() if verdict.reading is None} <= TOO_LONG


@pytest.mark.parametrize(("name", "format_"), [("osmand", "OsmAnd"), ("owntracks", "OwnTracks")])
def test_every_request_of_a_phone_is_known(name: str, format_: str) -> None:
    for case in json.loads(vector(f"traccar/{name}_requests.json")):
        if case["assertion"] != "verifyNull":  # names no device, so nothing tells it from any query
            assert check(case["body"].encode()).format == format_


def test_our_own_examples_are_known_and_distress_is_called_so() -> None:
    found = {name: check(samples[0]) for name, samples in SAMPLES.items() if "protobuf" not in name}
    assert {verdict.format for verdict in found.values()} == {
        "ChirpStack v4", "The Things Stack", "RockBLOCK or Cloudloop", "Garmin inReach", "OsmAnd", "OwnTracks", "CAP",
        "NWS alerts", "Cursor-on-Target", "EIDO-JSON 1.0", "PIDF-LO", "additional data", "EIDO conveyance",
    }  # fmt: skip
    assert "is: alert (real)" in lines(check(CAP_EXAMPLE.encode()))
    sos = check(SAMPLES["inreach"][0]).reading
    assert sos is not None
    assert sos.what is What.CALL
    pressed = check(SAMPLES["chirpstack"][0]).reading
    assert pressed is not None
    assert pressed.report["type"] == "activation"


@pytest.mark.parametrize("raw", [b"", b"[]", b"a=1&b=2", b"hello", b"\x00\xff", b"<a/>", b"{}"])
def test_what_is_nothing_is_called_so(raw: bytes) -> None:
    assert check(raw).reading is None

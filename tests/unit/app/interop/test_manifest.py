"""Every dev file of the manifest has an expected reading, written from the file; others have a verdict.

The tables themselves stand beside each format's own tests.
"""

import pytest

from app.interop.check import check
from tests.unit.app.interop import test_cap, test_cot, test_eido, test_lorawan, test_pidf
from tests.unit.app.interop.test_hostile import CASES, every_dev_file
from tests.vectors import vector

READ = {
    *(f"pidf-lo/{name}" for name in test_pidf.READINGS),
    *test_eido.SAMPLES,
    *(f"eido/conveyance/{name}" for name in test_eido.MESSAGES),
    *(f"additional-data/{name}" for name in test_eido.ADDITIONAL),
    *(f"lorawan/chirpstack/{name}" for name in test_lorawan.CHIRPSTACK),
    *(f"lorawan/tts/{name}" for name in test_lorawan.TTS),
    *(f"lorawan/devices/{name}_examples.json" for name in test_lorawan.DEVICES),
    *(f"cap/{name}" for name in (*test_cap.ONE, *test_cap.LINKS, *test_cap.TOO_LONG)),
    *(f"nws/{name}" for name in test_cap.NWS),
    *(f"cot/{name}" for name in test_cot.EVENTS),
    *CASES,
    "ng911-tamu/HTTP_messages/HTTP_HELD/Location_response",
}
HELD, LOST, SIP = "a HELD request", "LoST (RFC 5222)", "a SIPp scenario"
TAMU, UNKNOWN = "ng911-tamu", "unknown"
# Folder or file, the longest that fits counts: what the check calls it. None of it is of a format an issue names.
CALLED = {
    "aml/": UNKNOWN, "lost/": LOST, "pfif/": "PFIF", "satellite/inreach_mapshare_kml/": "KML",
    "traccar/spot_requests.json": UNKNOWN,  # a satellite feed that is asked for, not sent
    f"{TAMU}/HTTP_messages/HTTP_ADR/": "additional data", f"{TAMU}/HTTP_messages/HTTP_HELD/": HELD,
    f"{TAMU}/HTTP_messages/HTTP_LoST/": LOST,
    f"{TAMU}/HTTP_messages/HTTP_LoST/findServiceResponse_malformed.xml": UNKNOWN,  # its first letter is cut off
    f"{TAMU}/JSON/": UNKNOWN, f"{TAMU}/SIP/": SIP, f"{TAMU}/XML/": "XACML",
}  # fmt: skip
USABLE = {f"{TAMU}/HTTP_messages/HTTP_ADR/EmergencyCallData.{kind}Info" for kind in ("Device", "Provider", "Service")}


def called(name: str) -> str | None:
    fitting = [prefix for prefix in CALLED if name.startswith(prefix)]
    return CALLED[max(fitting, key=len)] if fitting else None


def test_every_dev_file_has_an_expected_reading() -> None:
    names = every_dev_file()
    if not names:
        pytest.skip("no samples at ../shared/vectors")
    assert [name for name in names if name not in READ and called(name) is None] == []
    assert READ - set(names) == set()


def test_what_nobody_asked_for_is_called_by_its_name() -> None:
    others = [name for name in every_dev_file() if name not in READ]
    verdicts = {name: check(vector(name)) for name in others}
    assert {name: verdict.format for name, verdict in verdicts.items()} == {name: called(name) for name in others}
    assert {name for name, verdict in verdicts.items() if verdict.reading is not None} == USABLE & set(others)

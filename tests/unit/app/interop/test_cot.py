"""Cursor-on-Target: samples are read as they say, ours are valid by the schemas and end when they should."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.contract import samples
from app.interop.cot import write
from app.interop.cot.read import read_event
from app.interop.cot.splitter import EVENT_BYTES_MAX, Splitter
from app.interop.cot.teller import RENEW_AFTER, Teller
from app.interop.reading import Unusable
from dispatch.status import IncidentStatus, Kind, Outcome, Where
from geo.place import PlaceState
from geo.point import Point
from tests.vectors import VECTORS, dev_files, vector

NOW = datetime(2026, 11, 22, 14, 3, 7, 250_000, tzinfo=UTC)
# type, latitude, longitude, error in metres: read from each file. Only friends (a-f-) and alarms (b-a-) concern us.
EVENTS: dict[str, tuple[str, float | None, float | None, float | None]] = {
    "node-cot/chat_01.xml": ("b-t-f-d", None, None, None),
    "node-cot/chat_02.xml": ("b-t-f-r", None, None, None),
    "node-cot/cot-emergency_04.xml": ("b-a-o", 41.8838397, -87.6590334, 17.75),
    "takcot/examples/Marker - Spot.cot": ("b-m-p-s-m", 38.85606343062312, -77.0563755018233, None),
    "takcot/examples/Marker - 2525.cot": ("a-u-G", 38.856650047254725, -77.06364199776728, None),
    "takcot/examples/Drawing Shapes - Circle.cot": ("u-d-c-c", 38.83737606453269, -77.0729993250914, None),
    "node-cot/cot-uas-tool_14.xml": ("a-f-A-M-H-Q", None, None, None),
}


def friends() -> set[str]:
    """The samples about a friend, by their type alone."""
    return {
        "node-cot/cot-uas-tool_14.xml", "node-cot/milicon_27.xml", "node-cot/validation_30.xml",
        "node-cot/validation_31.xml",
    }  # fmt: skip


def test_every_sample_is_read_and_only_what_concerns_us_is_taken() -> None:
    names = dev_files("cot")
    if not names:
        pytest.skip("no samples at ../shared/vectors")
    read = {name.removeprefix("cot/"): read_event(vector(name)) for name in names}
    assert {name for name, event in read.items() if event.type.startswith("a-f-")} == friends()
    assert {name for name, event in read.items() if event.is_alarm} == {"node-cot/cot-emergency_04.xml"}
    assert all(event.at is not None and not event.is_exercise and not event.is_cancel for event in read.values())


@pytest.mark.parametrize("name", EVENTS)
def test_a_sample_says_what_it_says(name: str) -> None:
    raw = vector(f"cot/{name}")
    event, (kind, lat, lon, error) = read_event(raw), EVENTS[name]
    assert event.type == kind
    if lat is not None and lon is not None:
        assert event.point is not None
        assert (event.point.lat, event.point.lon) == (lat, lon)
        assert event.accuracy_m == error


def test_an_alarm_is_about_the_device_its_link_names() -> None:
    event = read_event(vector("cot/node-cot/cot-emergency_04.xml"))
    assert event.about == "WEAROS_dce34c83708172e9"


def event(kind: str, detail: str = "", attributes: str = "", place: str = "lat='31' lon='-111' ce='9'") -> bytes:
    return (
        f"<event version='2.0' uid='X-9-1-1' type='{kind}' time='2026-11-22T14:03:07Z' start='2026-11-22T14:03:07Z' "
        f"stale='2026-11-22T14:08:07Z' how='m-g' {attributes}><point {place} hae='0' le='0'/>"
        f"<detail>{detail}</detail></event>"
    ).encode()


def test_what_is_pretended_or_taken_back_is_known_as_such() -> None:
    assert read_event(event("b-a-o-tbl")).about == "X"
    assert read_event(event("b-a-o-tbl", attributes="opex='e-2026'")).is_exercise
    assert read_event(event("b-a-o-tbl", "<emergency type='Drill'>x</emergency>")).is_exercise
    assert read_event(event("b-a-o-can")).is_cancel
    assert read_event(event("b-a-o-tbl", "<emergency cancel='TRUE'>x</emergency>")).is_cancel
    assert read_event(event("a-f-G", place="lat='0' lon='0' ce='9999999'")).point is None
    assert read_event(event("a-f-G", place="lat='NaN' lon='1e999' ce='-1'")).point is None


@pytest.mark.parametrize("raw", [b"", b"<a/>", b"<event/>", b"<event uid='1'/>", b"not xml"])
def test_what_is_no_event_is_unusable(raw: bytes) -> None:
    with pytest.raises(Unusable):
        read_event(raw)


def schema(name: str) -> etree.XMLSchema:
    path = VECTORS / "cot" / "takcot" / name
    if not path.is_file():
        pytest.skip(f"no schema at ../shared/vectors/cot/takcot/{name}")
    return etree.XMLSchema(etree.parse(path))


INCIDENTS: dict[str, dict[str, Any]] = {
    "waiting": {},
    "urgent": {"priority": 9, "needs": ("medic", "interp_es")},
    "an exercise": {"kind": Kind.EXERCISE},
    "unsure": {"place": replace(samples.PLACE, state=PlaceState.UNVERIFIED, sign_id=None)},
}


@pytest.mark.parametrize("name", INCIDENTS)
def test_what_we_write_is_valid_by_mitre_s_and_tak_s_schemas(name: str) -> None:
    incident = replace(samples.INCIDENT, **INCIDENTS[name])
    base = schema("mitre/CoT Base-Event Schema  (PUBLIC RELEASE).xsd")
    at = (incident, samples.POINT, "southwest", NOW)
    spot, circle = write.marker(*at), write.circle(*at)
    others = [write.alert(*at, is_on=True), write.alert(*at, is_on=False), write.ping("southwest", NOW)]
    others.append(write.deletion("auxilio.southwest.incident.72", write.SPOT, NOW))
    for raw in (spot, circle, *others):
        base.assertValid(etree.fromstring(raw))
        assert b"ALIEN" not in raw
        read = read_event(raw)
        assert read.at is not None
        assert read.is_exercise == (incident.kind is Kind.EXERCISE and b"opex" in raw)
    if incident.kind is Kind.REAL:  # TAK's own schema knows no opex; that of spots is itself not well-formed
        schema("xsd/Drawing Shapes - Circle.xsd").assertValid(etree.fromstring(circle))
    assert (
        read_event(spot).accuracy_m == write.RADIUS_M[incident.place.state if incident.place else PlaceState.PROBABLE]
    )


def kinds(said: list[bytes]) -> list[str]:
    return [read_event(raw).type for raw in said]


def test_an_incident_s_life_on_the_map() -> None:
    teller, waiting = Teller("southwest"), replace(samples.INCIDENT, status=IncidentStatus.ACTIVE, version=1)
    assert kinds(teller.tell([waiting], NOW)) == [write.SPOT, write.CIRCLE, write.ALERT]
    assert teller.tell([waiting], NOW + timedelta(seconds=1)) == []
    assert kinds(teller.tell([waiting], NOW + RENEW_AFTER)) == [write.SPOT, write.CIRCLE, write.ALERT]
    taken = replace(waiting, status=IncidentStatus.RESOURCES_ASSIGNED, version=2)
    assert kinds(teller.tell([taken], NOW + RENEW_AFTER)) == [write.SPOT, write.CIRCLE, write.ALERT_OFF]
    assert kinds(teller.tell([taken], NOW + 2 * RENEW_AFTER)) == [write.SPOT, write.CIRCLE]
    teller.forget_times()
    assert kinds(teller.tell([taken], NOW + 2 * RENEW_AFTER)) == [write.SPOT, write.CIRCLE]
    done = replace(taken, where=Where.DONE, status=IncidentStatus.CLOSED, outcome=Outcome.FOUND_WELL, closed_at=NOW)
    assert kinds(teller.tell([done], NOW + 3 * RENEW_AFTER)) == [write.DELETE, write.DELETE]
    assert teller.tell([done], NOW + 9 * RENEW_AFTER) == []


def test_an_alert_that_still_rings_ends_with_its_incident() -> None:
    teller = Teller("southwest")
    teller.tell([samples.INCIDENT], NOW)
    assert kinds(teller.tell([], NOW)) == [write.ALERT_OFF, write.DELETE, write.DELETE]


def test_tests_and_places_unknown_are_not_told_and_exercises_never_alert() -> None:
    teller = Teller("southwest")
    hidden = [replace(samples.INCIDENT, id=1, kind=Kind.TEST), replace(samples.INCIDENT, id=2, place=None)]
    assert teller.tell(hidden, NOW) == []
    exercise = replace(samples.INCIDENT, id=3, kind=Kind.EXERCISE)
    assert kinds(teller.tell([exercise], NOW)) == [write.SPOT, write.CIRCLE]


@given(st.lists(st.integers(1, 200), max_size=60), st.integers(1, 8))
def test_a_stream_is_cut_into_the_same_events_however_it_arrives(sizes: list[int], number: int) -> None:
    one = write.marker(samples.INCIDENT, Point(31.7, -111.2), "southwest", NOW)
    stream, found, at = b"\n".join([one] * number) + b"<event uid='e' type='t-x-c-t'/>", [], 0
    splitter = Splitter()
    for size in [*sizes, len(stream)]:
        found += splitter.feed(stream[at : at + size])
        at += size
    assert [read_event(raw).type for raw in found] == [write.SPOT] * number + ["t-x-c-t"]


def test_a_stream_without_an_end_costs_a_bounded_buffer() -> None:
    splitter = Splitter()
    for _ in range(100):
        assert splitter.feed(b"<event uid='x'>" + b"y" * 30_000) == []
    assert len(splitter._buffer) <= EVENT_BYTES_MAX
    whole = write.ping("southwest", NOW)
    assert splitter.feed(b"</event>" + whole)[-1].endswith(b"</event>")

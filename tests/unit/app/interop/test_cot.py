"""Cursor-on-Target: samples are read as they say, ours are valid by the schemas and end when they should."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

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
# type, uid, place, error in metres, time, call sign: read from each file. No fix is 0, 0 there; no error 9999999.
EVENTS: dict[str, tuple[str, str, tuple[float, float] | None, float | None, str, str]] = {
    "node-cot/chat_01.xml": (
        "b-t-f-d", "f77dae64-3573-4dae-8447-c0c7a0219d7a.d", (49.2695677890608, -123.112677849291),
        None, "2026-07-02T16:19:11Z", "",
    ),
    "node-cot/chat_02.xml": (
        "b-t-f-r", "f77dae64-3573-4dae-8447-c0c7a0219d7a", (49.2695677890608, -123.112677849291),
        None, "2026-07-02T16:19:28Z", "",
    ),
    "node-cot/cot-emergency_04.xml": (
        "b-a-o", "17eaa1c4-e137-4328-b5e4-294d2a7fd01d", (41.8838397, -87.6590334),
        17.75, "2026-02-04T13:40:15.895Z", "SP-Dev\nManual Alert: Gunshot",
    ),
    "node-cot/cot-routes_07.xml": (
        "b-m-r", "9bb32cff-9eb2-4330-a9ba-a92ba01e9eb7", None,
        None, "2025-06-26T00:03:05.328Z", "Route 1",
    ),
    "node-cot/cot-routes_08.xml": (
        "b-m-r", "9bb32cff-9eb2-4330-a9ba-a92ba01e9eb7", None,
        None, "2025-06-26T00:03:05.328Z", "Route 1",
    ),
    "node-cot/cot-shapes_09.xml": (
        "u-r-b-c-c", "96bba41c-e6fd-44d5-be90-8d816c6b873b", (41.8988499, -113.9094586),
        None, "2025-07-10T16:49:54Z", "R&B Circle 1",
    ),
    "node-cot/cot-shapes_10.xml": (
        "u-d-c-e", "b76cb411-a36d-4308-be55-506729eace92", (39.9127697, -102.7876738),
        None, "2026-04-14T19:02:19.212Z", "Ellipse 1",
    ),
    "node-cot/cot-spotted_11.xml": (
        "b-m-p-s-m", "9405e320-9356-41c4-8449-f46990aa17f8", (38.85606343062312, -77.0563755018233),
        None, "2020-12-16T19:59:34.913Z", "R 1",
    ),
    "node-cot/cot-uas-tool_14.xml": (
        "a-f-A-M-H-Q", "1581F5BKB244G00F011K", None,
        0.0, "2024-09-18T22:09:39Z", "UAS-Phoenix 2",
    ),
    "node-cot/cot-user-draw_15.xml": (
        "u-d-c-c", "32c312f0-e146-42ee-86b3-ad357d1b76fd", (38.9456255, -108.5333539),
        None, "2026-02-13T18:08:22.479Z", "TRANSPARENT",
    ),
    "node-cot/cot-user-draw_16.xml": (
        "u-d-c-c", "dd80d848-4614-412c-9890-9e7157450a6b", (38.9133019, -108.6033285),
        None, "2026-02-13T18:08:22.479Z", "Filled",
    ),
    "node-cot/cot-user-draw_17.xml": (
        "u-d-f", "8B1868AD-6175-43CE-A240-B924431A6884", (38.3689249, -104.6749594),
        None, "2026-06-12T16:53:44.458Z", "Shape 338",
    ),
    "node-cot/cot-user-draw_18.xml": (
        "u-d-f", "5BE43454-9B05-4F95-A19B-DB847DA6F4AD", (38.3707822, -104.6673224),
        None, "2026-06-12T16:53:44.454Z", "Shape 287",
    ),
    "node-cot/cot-video_19.xml": (
        "b-m-p-s-p-loc", "0ed16b9e-a0c8-480f-8860-284b9afb2b1d", (38.2089117, -104.6282182),
        None, "2023-11-15T20:48:16.097Z", "",
    ),
    "node-cot/cot-video_20.xml": (
        "b-m-p-s-p-loc", "0ed16b9e-a0c8-480f-8860-284b9afb2b1d", (38.2089117, -104.6282182),
        None, "2023-11-15T20:48:16.097Z", "I-25 .8 mi S CO-45",
    ),
    "node-cot/creator_21.xml": (
        "a-n-G", "a471cec4-4d18-41b4-a1c5-d79e52b5a678", (39.0664644, -108.4328957),
        None, "2025-04-24T15:23:11.088Z", "N.24.090921",
    ),
    "node-cot/creator_22.xml": (
        "a-n-G", "a471cec4-4d18-41b4-a1c5-d79e52b5a678", (39.0664644, -108.4328957),
        None, "2025-04-24T15:23:11.088Z", "N.24.090921",
    ),
    "node-cot/milicon_24.xml": (
        "a-n-G", "a471cec4-4d18-41b4-a1c5-d79e52b5a678", (39.0664644, -108.4328957),
        None, "2025-04-24T15:23:11.088Z", "",
    ),
    "node-cot/milicon_25.xml": (
        "a-U-G", "a471cec4-4d18-41b4-a1c5-d79e52b5a678", (39.0664644, -108.4328957),
        None, "2025-04-24T15:23:11.088Z", "",
    ),
    "node-cot/milicon_26.xml": (
        "a-n-G", "a471cec4-4d18-41b4-a1c5-d79e52b5a678", (39.0664644, -108.4328957),
        None, "2025-04-24T15:23:11.088Z", "",
    ),
    "node-cot/milicon_27.xml": (
        "a-f-G-E-V-C", "a471cec4-4d18-41b4-a1c5-d79e52b5a678", (39.0664644, -108.4328957),
        None, "2025-04-24T15:23:11.088Z", "",
    ),
    "node-cot/milsym_28.xml": (
        "a-n-G", "a471cec4-4d18-41b4-a1c5-d79e52b5a678", (39.0664644, -108.4328957),
        None, "2025-04-24T15:23:11.088Z", "",
    ),
    "node-cot/validation_30.xml": (
        "a-f-G", "xml-escape-remarks", (2.2, 1.1),
        None, "2023-08-04T15:17:43.649Z", "Test",
    ),
    "node-cot/validation_31.xml": (
        "a-f-G", "xml-roundtrip", (2.2, 1.1),
        None, "2023-08-04T15:17:43.649Z", "Alpha & Bravo",
    ),
    "node-cot/validation_32.xml": (
        "u-d-f", "case-insensitive-bool", None,
        None, "2026-03-26T00:00:00Z", "Test",
    ),
    "takcot/examples/Drawing Shapes - Circle.cot": (
        "u-d-c-c", "6d09b6f6-720a-4eef-a197-183012512316", (38.83737606453269, -77.0729993250914),
        None, "2020-12-16T19:59:34.915Z", "Drawing Circle 1",
    ),
    "takcot/examples/Drawing Shapes - Free Form.cot": (
        "u-d-f", "b112202e-dd33-4fc7-8d3d-09a14e296011", (38.837566759240914, -77.06585180074342),
        None, "2020-12-16T19:59:34.921Z", "Shape 1",
    ),
    "takcot/examples/Drawing Shapes - Rectangle.cot": (
        "u-d-r", "f48ad69d-31de-4089-bbf0-6533cbb1aa77", (38.83771744357615, -77.06824708113128),
        None, "2020-12-16T19:59:34.920Z", "Rectangle 1",
    ),
    "takcot/examples/Drawing Shapes - Telestration.cot": (
        "u-d-f-m", "455a0f80-09d1-4088-beb8-ce30cfd34103", None,
        None, "2020-12-16T19:59:34.916Z", "Freehand 1",
    ),
    "takcot/examples/Geo Fence.cot": (
        "u-d-c-c", "d0be1c6b-4d86-40ec-bf8f-0e94b621eb3b", (38.830898851915514, -77.06586686880725),
        None, "2020-12-16T19:59:34.919Z", "Geo Fence Circle",
    ),
    "takcot/examples/Marker - 2525.cot": (
        "a-u-G", "a0c524c6-0422-4382-9981-e39d1dc71730", (38.856650047254725, -77.06364199776728),
        None, "2020-12-16T19:59:34.910Z", "U.16.135057",
    ),
    "takcot/examples/Marker - Icon Set.cot": (
        "a-u-G", "4a0f4f84-240c-4ff9-b7b0-d08beec900b3", (38.85513174538468, -77.05143976872927),
        None, "2020-12-16T19:59:34.911Z", "hiker 1",
    ),
    "takcot/examples/Marker - Spot.cot": (
        "b-m-p-s-m", "9405e320-9356-41c4-8449-f46990aa17f8", (38.85606343062312, -77.0563755018233),
        None, "2020-12-16T19:59:34.913Z", "R 1",
    ),
    "takcot/examples/Range & Bearing - Bullseye.cot": (
        "u-r-b-bullseye", "4f9c3ccf-7dfc-4ff6-be97-dad745401c5f", (38.81531363752994, -77.0562908588726),
        None, "2020-12-16T19:59:34.923Z", "Bullseye 1",
    ),
    "takcot/examples/Range & Bearing - Circle.cot": (
        "u-r-b-c-c", "9655dd2a-a8ee-4ca0-aae4-ac3c0522e5e5", (38.817590020847064, -77.04678401125244),
        None, "2020-12-16T19:59:34.926Z", "R&B Circle 1",
    ),
    "takcot/examples/Range & Bearing - Line.cot": (
        "u-rb-a", "58df2fcd-e33e-414f-a718-b18b50cd3137", (38.82080657998482, -77.05494586670942),
        None, "2020-12-16T19:59:34.925Z", "R&B 1",
    ),
    "takcot/examples/Route.cot": (
        "b-m-r", "9017073e-5658-42e7-baa8-b98f3c9c1622", None,
        None, "2020-12-16T19:59:34.914Z", "Route 1",
    ),
}  # fmt: skip


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


def test_the_table_holds_every_sample() -> None:
    names = {name.removeprefix("cot/") for name in dev_files("cot")}
    if not names:
        pytest.skip("no samples at ../shared/vectors")
    assert names == EVENTS.keys()


@pytest.mark.parametrize("name", EVENTS)
def test_a_sample_says_what_it_says(name: str) -> None:
    event, (kind, uid, place, error, at, callsign) = read_event(vector(f"cot/{name}")), EVENTS[name]
    assert (event.type, event.uid, event.accuracy_m, event.at) == (kind, uid, error, datetime.fromisoformat(at))
    assert (event.point and (event.point.lat, event.point.lon)) == place
    assert event.callsign == callsign
    assert event.is_position == (kind.startswith("a-f-") and place is not None)
    assert event.is_alarm == kind.startswith("b-a-")


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

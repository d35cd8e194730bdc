"""PIDF-LO against the samples of others: what each says, read by eye from the file, and what hostile ones cost."""

from datetime import UTC, datetime
from math import cos, pi, radians, sin
from random import Random

import h3
import pytest
from lxml import etree

from app.interop.pidf.read import Location, read_pidf
from app.interop.pidf.report import read_location
from app.interop.pidf.shapes import Shape
from app.interop.pidf.write import write_pidf
from app.interop.reading import Findings, Unusable
from geo.point import Point, distance_m
from tests.vectors import VECTORS, dev_files, vector

# By file: each location in the order that counts: element, shape, lat, lon, radius in metres, height, one civic field.
Expected = tuple[str, str | None, float | None, float | None, float | None, float | None, tuple[str, str] | None]
READINGS: dict[str, list[Expected]] = {
    "dec112/rfc5491_point-example.xml": [("device", "Point", -34.407, 150.883, None, None, None)],
    "dec112/simple-circle-with-altitude_valid-circle.xml": [("tuple", "Circle", 48.123, 14.456, 24.0, 20.7, None)],
    "dec112/simple-circle_valid-circle.xml": [("tuple", "Circle", 48.123, 14.456, 24.0, None, None)],
    "dec112/simple-civic_valid-civic-address.xml": [("tuple", None, None, None, None, None, ("NAM", "Hospital"))],
    "dec112/simple-point_valid-point.xml": [("tuple", "Point", 12.345, 67.89, None, 36.7, None)],
    "gcs-requests/geocode_civic_address.xml": [("tuple", None, None, None, None, None, ("HNO", "802"))],
    "gcs-requests/geocode_interpolated_point.xml": [("tuple", None, None, None, None, None, ("RD", "Del Rio"))],
    "gcs-requests/geocode_no_match.xml": [("tuple", None, None, None, None, None, ("RD", "Xyzzyquartz"))],
    "gcs-requests/reverse_circle.xml": [("tuple", "Circle", 46.8357, -100.8022, 100.0, None, None)],
    "gcs-requests/reverse_no_match.xml": [("tuple", "Point", 0.0, 0.0, None, None, None)],
    "gcs-requests/reverse_point.xml": [("tuple", "Point", 46.83568676, -100.80216135, None, None, None)],
    "phrsite/DeviceAndPerson.xml": [
        ("device", None, None, None, None, None, ("A3", "Simi Valley")),
        ("person", "Circle", 34.247493, -118.791885, 50.0, None, None),
    ],
    "phrsite/DeviceCircleDynamic1.xml": [("device", "Circle", 42.5463, -73.2512, 100.0, None, None)],
    "phrsite/DeviceCircleLocation.xml": [("device", "Circle", 41.760537, -88.261914, 50.0, None, None)],
    "phrsite/DeviceCivicLocation.xml": [("device", None, None, None, None, None, ("RD", "NEW YORK"))],
    "phrsite/DeviceDynamicOnly1.xml": [],
    "phrsite/DevicePointLocation.xml": [("device", "Point", 41.772035, -88.473291, None, None, None)],
    "phrsite/RFC5491TupleCircleLocation.xml": [("tuple", "Circle", 42.5463, -73.2512, 850.24, None, None)],
    "phrsite/RFC5491TupleCivicLocation.xml": [("tuple", None, None, None, None, None, ("LOC", "Suite 75"))],
    "phrsite/RFC5491TupleEllipseLocation.xml": [("tuple", "Ellipse", 42.5463, -73.2512, 1275.0, None, None)],
    "phrsite/RFC5491TupleEllipsoidLocation.xml": [("tuple", "Ellipsoid", 42.5463, -73.2512, 7.7156, 26.3, None)],
    # 37:46:30 N, 122:25:10 W in degrees.
    "phrsite/RFC5491TuplePointLocation.xml": [("tuple", "Point", 37.775, -122.4194444, None, None, None)],
    # A symmetric hexagon about the meridian 73.272 W; its farthest corner lies 0.1583 degrees of latitude south.
    "phrsite/RFC5491TuplePolygonLocation.xml": [("tuple", "Polygon", 43.2693333, -73.272, 18_065.0, None, None)],
    "phrsite/RFC5491TupleSphereLocation.xml": [("tuple", "Sphere", 42.5463, -73.2512, 850.24, 26.3, None)],
    "phrsite/RFC6848CivicExtendedExample1.xml": [("tuple", None, None, None, None, None, ("bridge", "21451338"))],
    "phrsite/RFC6848Section3.4Example.xml": [("tuple", None, None, None, None, None, ("gate", "36B"))],
}
NAMESPACES = (
    'xmlns="urn:ietf:params:xml:ns:pidf" xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"'
    ' xmlns:gml="http://www.opengis.net/gml" xmlns:gs="http://www.opengis.net/pidflo/1.0"'
    ' xmlns:con="urn:ietf:params:xml:ns:geopriv:conf" xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"'
)
SRS = 'srsName="urn:ogc:def:crs:EPSG::4326"'


def document(*infos: str, element: str = "tuple") -> str:
    parts = "".join(
        f'<{element} id="t{n}"><status><gp:geopriv><gp:location-info>{info}</gp:location-info><gp:usage-rules/>'
        f"</gp:geopriv></status></{element}>"
        for n, info in enumerate(infos)
    )
    return f'<presence {NAMESPACES} entity="pres:x@example.org">{parts}</presence>'


def read(*infos: str) -> tuple[Location, tuple[str, ...]]:
    findings = Findings()
    found = read_pidf(document(*infos), findings)
    assert found, findings.warnings
    return found[0], findings.warnings


def shape_of(info: str) -> tuple[Shape, tuple[str, ...]]:
    location, warnings = read(info)
    assert location.shape is not None
    return location.shape, warnings


def seen(location: Location, expected: Expected) -> bool:
    element, kind, lat, lon, radius, height, civic = expected
    shape = location.shape
    if location.element != element or (shape.kind if shape else None) != kind:
        return False
    if civic is not None and location.civic.get(civic[0]) != civic[1]:
        return False
    if shape is None or lat is None or lon is None:
        return True
    near = distance_m(shape.center, Point(lat, lon)) < 1.0
    sized = shape.radius_m == radius or abs((shape.radius_m or 0) - (radius or 0)) < 5
    return near and sized and shape.altitude_m == height


@pytest.mark.parametrize("name", READINGS)
def test_a_sample_says_what_a_reader_of_it_sees(name: str) -> None:
    found = read_pidf(vector(f"pidf-lo/{name}"), Findings())
    assert len(found) == len(READINGS[name])
    for location, expected in zip(found, READINGS[name], strict=True):
        assert seen(location, expected), (location, expected)


def test_every_sample_of_the_manifest_has_a_reading() -> None:
    assert {f"pidf-lo/{name}" for name in READINGS} >= set(dev_files("pidf-lo"))


def test_a_location_inside_a_held_answer_is_found() -> None:
    found = read_pidf(vector("ng911-tamu/HTTP_messages/HTTP_HELD/Location_response"), Findings())
    assert seen(found[0], ("tuple", "Point", 40.71668300756087, -73.99069756654683, None, None, None))


def test_a_device_counts_before_a_tuple_and_a_person_last() -> None:
    def geopriv(lat: int) -> str:
        point = f"<gml:Point {SRS}><gml:pos>{lat} 1</gml:pos></gml:Point>"
        return f"<gp:geopriv><gp:location-info>{point}</gp:location-info><gp:usage-rules/></gp:geopriv>"

    parts = f"<person>{geopriv(3)}</person><tuple id='t'><status>{geopriv(2)}</status></tuple>"
    parts += f"<device>{geopriv(1)}</device>"
    found = read_pidf(f'<presence {NAMESPACES} entity="x:y">{parts}</presence>', Findings())
    assert [location.shape.center.lat for location in found if location.shape] == [1, 2, 3]


@pytest.mark.parametrize(
    ("uom", "metres"),
    [
        ("urn:ogc:def:uom:EPSG::9001", 100.0), ("EPSG:9001", 100.0), ("m", 100.0), ("", 100.0), ("furlong", 100.0),
        ("urn:ogc:def:uom:EPSG::9002", 30.48), ("urn:ogc:def:uom:EPSG::9036", 100_000.0), ("km", 100_000.0),
    ],
)  # fmt: skip
def test_a_radius_is_in_metres_whatever_unit_it_came_in(uom: str, metres: float) -> None:
    shape, warnings = shape_of(
        f'<gs:Circle {SRS}><gml:pos>31.5 -111</gml:pos><gs:radius uom="{uom}">100</gs:radius></gs:Circle>'
    )
    assert shape.radius_m == pytest.approx(metres)
    assert bool(warnings) == (not uom.endswith("9001"))


@pytest.mark.parametrize(
    ("pos", "srs"),
    [
        ("31.5 -111", "urn:ogc:def:crs:EPSG::4326"), ("-111 31.5", "urn:ogc:def:crs:EPSG::4326"),
        ("-111 31.5", "urn:ogc:def:crs:OGC:1.3:CRS84"), ("31.5,-111", "epsg:4326"),
        ("31.5 -111 1200", "urn:ogc:def:crs:EPSG::4979"),
    ],
)  # fmt: skip
def test_the_order_of_the_axes_is_found_out(pos: str, srs: str) -> None:
    shape, _ = shape_of(f'<gml:Point srsName="{srs}"><gml:pos>{pos}</gml:pos></gml:Point>')
    assert shape.center == Point(31.5, -111.0)


@pytest.mark.parametrize("height", ["NaN", "INF", "-1e9", "deep", ""])
def test_a_height_that_is_none_costs_only_the_height(height: str) -> None:
    shape, _ = shape_of(f"<gml:Point {SRS}><gml:pos>31.5 -111 {height}</gml:pos></gml:Point>")
    assert (shape.center, shape.altitude_m) == (Point(31.5, -111.0), None)


def test_an_arc_band_s_circle_holds_the_band() -> None:
    """A sector of an antenna: from 1 to 3 km, bearing 20 to 80 degrees; checked against points of the band."""
    info = (
        f"<gs:ArcBand {SRS}><gml:pos>31.5 -111</gml:pos>"
        '<gs:innerRadius uom="urn:ogc:def:uom:EPSG::9001">1000</gs:innerRadius>'
        '<gs:outerRadius uom="urn:ogc:def:uom:EPSG::9001">3000</gs:outerRadius>'
        '<gs:startAngle uom="urn:ogc:def:uom:EPSG::9102">20</gs:startAngle>'
        f'<gs:openingAngle uom="urn:ogc:def:uom:EPSG::9101">{pi / 3}</gs:openingAngle></gs:ArcBand>'
    )
    shape, warnings = shape_of(info)
    assert warnings == ()
    assert shape.radius_m is not None
    assert shape.radius_m < 3000
    for bearing in (20, 35, 50, 65, 80):
        for away in (1000, 2000, 3000):
            at = Point(
                31.5 + away * cos(radians(bearing)) / 111_195.0,
                -111.0 + away * sin(radians(bearing)) / (111_195.0 * cos(radians(31.5))),
            )
            assert distance_m(shape.center, at) <= shape.radius_m * 1.01


@pytest.mark.parametrize("opening", [200, 360, 0, -10])
def test_an_arc_band_that_is_no_sector_is_the_circle_around_its_antenna(opening: float) -> None:
    info = (
        f"<gs:ArcBand {SRS}><gml:pos>31.5 -111</gml:pos><gs:innerRadius>0</gs:innerRadius>"
        "<gs:outerRadius>3000</gs:outerRadius><gs:startAngle>0</gs:startAngle>"
        f"<gs:openingAngle>{opening}</gs:openingAngle></gs:ArcBand>"
    )
    shape, _ = shape_of(info)
    assert (shape.center, shape.radius_m) == (Point(31.5, -111.0), 3000.0)


def test_a_prism_is_its_base() -> None:
    ring = "31.0 -111.0 1 31.0 -110.9 1 31.1 -110.9 1 31.1 -111.0 1 31.0 -111.0 1"
    info = (
        '<gs:Prism srsName="urn:ogc:def:crs:EPSG::4979"><gs:base><gml:Polygon><gml:exterior><gml:LinearRing>'
        f"<gml:posList>{ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gs:base>"
        '<gs:height uom="urn:ogc:def:uom:EPSG::9001">30</gs:height></gs:Prism>'
    )
    shape, warnings = shape_of(info)
    assert warnings == ()
    assert distance_m(shape.center, Point(31.05, -110.95)) < 1.0
    assert shape.radius_m == pytest.approx(distance_m(Point(31.05, -110.95), Point(31.0, -111.0)), rel=0.001)


def test_the_cells_of_a_shape_cover_it() -> None:
    rng = Random(7)
    for radius in (0.0, 24.0, 850.0, 5_000.0, 60_000.0):
        shape = Shape("Circle", Point(rng.uniform(25, 37), rng.uniform(-117, -94)), radius)
        cells = set(shape.cells())
        assert 0 < len(cells) <= 500
        size = h3.get_resolution(next(iter(cells)))
        for _ in range(200):
            away, bearing = radius * rng.random() ** 0.5, rng.uniform(0, 2 * pi)
            lat = shape.center.lat + away * cos(bearing) / 111_195.0
            lon = shape.center.lon + away * sin(bearing) / (111_195.0 * cos(radians(shape.center.lat)))
            assert h3.latlng_to_cell(lat, lon, size) in cells


def test_less_confidence_means_a_wider_circle() -> None:
    """RFC 7459, 5.4.2, in two dimensions, at the 90 % that 911 carries."""
    circle = f"<gs:Circle {SRS}><gml:pos>31 -111</gml:pos><gs:radius>100</gs:radius></gs:Circle>"
    low, _ = read(circle + "<con:confidence>39.35</con:confidence>")
    high, _ = read(circle + '<con:confidence pdf="normal">95</con:confidence>')
    none, _ = read(circle)
    assert high.radius_m == none.radius_m == 100.0
    assert low.radius_m is not None
    # At 39.35 % each axis reaches 0.8929 sigma, at 90 % 1.9486: erfinv of the roots of both.
    assert low.radius_m == pytest.approx(100.0 * 1.9486 / 0.8929, rel=0.01)


def test_what_we_write_is_valid_and_read_back_as_it_was() -> None:
    whole = "pidf-lo/schema/gcs/gcs-pidflo.xsd"
    schema = etree.XMLSchema(etree.fromstring(vector(whole), base_url=f"{VECTORS}/{whole}"))
    ring = (Point(31.0, -111.0), Point(31.0, -110.5), Point(31.4, -110.7))
    for shape in (
        Shape("Point", Point(31.7321, -111.2103)),
        Shape("Circle", Point(31.7321, -111.2103), 62.5),
        Shape("Polygon", Point(31.13, -110.73), 1.0, ring=ring),
    ):
        written = write_pidf(
            shape,
            entity="pres:desk@example.org",
            at=datetime(2026, 11, 22, 14, 3, 5, tzinfo=UTC),
            method="Manual",
            civic={"country": "US", "LMK": "TUC-417"},
            confidence=90,
        )
        schema.assertValid(etree.fromstring(written))
        findings = Findings()
        (location,) = read_pidf(written, findings)
        assert findings.warnings == ()
        assert location.shape is not None
        assert location.landmarks == ("TUC-417",)
        assert (location.shape.kind, location.confidence) == (shape.kind, 90)
        if shape.ring:
            assert location.shape.ring == shape.ring
        else:
            assert (location.shape.center, location.shape.radius_m) == (shape.center, shape.radius_m)


def test_a_location_that_comes_alone_is_a_call_with_a_device() -> None:
    reading = read_location(vector("pidf-lo/phrsite/RFC5491TupleCircleLocation.xml"), "c-1")
    assert reading.report == {"call_id": "c-1", "device": {"lat": 42.5463, "lon": -73.2512, "radius_m": 850.24}}
    for nothing in (b"<a/>", document().encode(), b"{}", b"", b"\xff\xfe\x00"):
        with pytest.raises(Unusable):
            read_location(nothing)


def test_a_location_is_found_in_the_sip_message_it_came_in() -> None:
    held = document(f"<gml:Point {SRS}><gml:pos>31.5 -111</gml:pos></gml:Point>")
    other = document(f"<gml:Point {SRS}><gml:pos>40 -74</gml:pos></gml:Point>")
    lines = ("INVITE urn:service:sos SIP/2.0", "To: <sip:presence@x>", "Event: presence", "", "--b",
             "Content-Type: application/pidf+xml", "", "")  # fmt: skip
    head = "\r\n".join(lines)
    reading = read_location(f"{head}{held}\r\n--b\r\n\r\n{other}\r\n--b--".encode())
    assert reading.report["device"] == {"lat": 31.5, "lon": -111.0}
    assert "body: not a document of its own, the first one in it is taken" in reading.warnings
    for nothing in (b"presence", b"x presence>", b"x <presence", b"x <presence>" * 5_000):
        with pytest.raises(Unusable):
            read_location(nothing)


def test_no_location_is_made_of_a_position_that_is_none() -> None:
    for pos in ("", "31.5", "NaN NaN", "1e999 1", "200 300", "north west"):
        findings = Findings()
        assert read_pidf(document(f"<gml:Point {SRS}><gml:pos>{pos}</gml:pos></gml:Point>"), findings) == ()
        assert findings.warnings

"""npm's pidf-lo, which others use, reads what we write, and we read what it writes."""

from datetime import UTC, datetime
from typing import Any

from app.interop.pidf.report import read_location
from app.interop.pidf.shapes import Shape
from app.interop.pidf.write import write_pidf
from geo.point import Point
from tests.foreign.node import ask

HERE = Point(31.7321, -111.2103)
CIVIC = {"country": "US", "LMK": "TUC-417"}
SCRIPT = """
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
const p = createRequire(process.cwd() + "/")("pidf-lo");
p.XMLCompat.initialize(p.getNodeImpl());
const asked = JSON.parse(readFileSync(0, "utf8"));
const made = asked.make.map(l => p.XMLCompat.toXMLString(p.PidfLo.fromSimpleLocation(l, "psap.example.org").toXML()));
const read = asked.read.map(x => p.PidfLo.fromXML(x).simple);
console.log(JSON.stringify({made, read}));
"""


def foreign(make: list[dict[str, Any]], read: list[str]) -> dict[str, Any]:
    """Let the library make documents of locations, and read documents."""
    return ask(SCRIPT, {"make": make, "read": read})


def test_a_foreign_library_reads_what_we_write() -> None:
    at = datetime(2026, 11, 22, 14, 3, 5, tzinfo=UTC)
    written = [
        write_pidf(shape, entity="pres:desk@example.org", at=at, method="Manual", civic=civic).decode()
        for shape, civic in ((Shape("Point", HERE), CIVIC), (Shape("Circle", HERE, 60.0), None))
    ]
    point, circle = foreign([], written)["read"]
    for seen in (point, circle):
        assert (seen["latitude"], seen["longitude"], seen["method"]) == (HERE.lat, HERE.lon, "Manual")
        assert seen["timestamp"] == "2026-11-22T14:03:05.000Z"
    assert (point["civic"], circle["radius"]) == (CIVIC, 60)


def test_we_read_what_a_foreign_library_writes() -> None:
    place = {"latitude": HERE.lat, "longitude": HERE.lon, "method": "GPS"}
    made = foreign([place | {"radius": 60}, place | {"altitude": 1200}, {"civic": CIVIC, "method": "GPS"}], [])["made"]
    circle, point, address = (read_location(document.encode()) for document in made)
    assert circle.report["device"] == {"lat": HERE.lat, "lon": HERE.lon, "radius_m": 60.0}
    assert point.report["device"] == {"lat": HERE.lat, "lon": HERE.lon}
    assert point.private["locations"][0]["altitude_m"] == 1200
    assert address.said == (("landmark", "TUC-417"),)
    for reading in (circle, point, address):
        assert reading.warnings == ("geopriv: its parts are out of order",)

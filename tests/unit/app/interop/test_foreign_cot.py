"""npm's @tak-ps/node-cot, which CloudTAK runs on, reads what we write, and we read what it writes."""

from datetime import UTC, datetime
from typing import Any

from app.contract import samples
from app.interop.cot import write
from app.interop.cot.read import read_event
from geo.point import Point
from tests.foreign.node import ask

HERE = Point(31.7321, -111.2103)
NOW = datetime(2026, 11, 22, 14, 3, 7, 250_000, tzinfo=UTC)
SCRIPT = """
import { readFileSync } from "node:fs";
import { CoTParser } from "@tak-ps/node-cot";
const asked = JSON.parse(readFileSync(0, "utf8"));
const made = [], read = [];
for (const feature of asked.make) made.push(CoTParser.to_xml(await CoTParser.from_geojson(feature)));
for (const xml of asked.read) read.push(await CoTParser.to_geojson(CoTParser.from_xml(xml)));
console.log(JSON.stringify({ made, read }));
"""


def feature(uid: str, kind: str, callsign: str = "Ranger 7") -> dict[str, Any]:
    properties = {"type": kind, "how": "m-g", "callsign": callsign}
    geometry = {"type": "Point", "coordinates": [HERE.lon, HERE.lat, 0]}
    return {"id": uid, "type": "Feature", "properties": properties, "geometry": geometry}


def made(*features: dict[str, Any]) -> list[bytes]:
    return [raw.encode() for raw in ask(SCRIPT, {"make": features, "read": []})["made"]]


def test_a_foreign_library_reads_what_we_write() -> None:
    at = (samples.INCIDENT, HERE, "southwest", NOW)
    written = [write.marker(*at), write.circle(*at), write.alert(*at, is_on=True)]
    said = ask(SCRIPT, {"make": [], "read": [raw.decode() for raw in written]})["read"]
    for raw, seen in zip(written, said, strict=True):
        ours = read_event(raw)
        assert (seen["id"], seen["properties"]["type"]) == (ours.uid, ours.type)
        assert seen["properties"]["callsign"] == ours.callsign
        assert seen["properties"]["center"][:2] == [HERE.lon, HERE.lat]
        assert datetime.fromisoformat(seen["properties"]["stale"]) == ours.stale
    assert [seen["geometry"]["type"] for seen in said] == ["Point", "Polygon", "Point"]


def test_we_read_what_a_foreign_library_writes() -> None:
    written = made(feature("ANDROID-1", "a-f-G-U-C"), feature("ANDROID-1-9-1-1", "b-a-o-tbl"))
    team, alarm = (read_event(raw) for raw in written)
    for event in (team, alarm):
        assert (event.point, event.accuracy_m, event.callsign) == (HERE, None, "Ranger 7")
        assert event.about == "ANDROID-1"
        assert event.at is not None
        assert not event.warnings
    assert (team.is_position, alarm.is_alarm, alarm.is_exercise, alarm.is_cancel) == (True, True, False, False)


def test_an_ampersand_it_does_not_escape_costs_a_warning_and_no_alarm() -> None:
    (alarm,) = (read_event(raw) for raw in made(feature("ANDROID-1-9-1-1", "b-a-o-tbl", "Ranger & Sons")))
    assert (alarm.is_alarm, alarm.about, alarm.point) == (True, "ANDROID-1", HERE)
    assert alarm.warnings == ("body: not well-formed XML, read as far as it goes",)

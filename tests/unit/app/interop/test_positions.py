"""Phone apps' requests get the verdict Traccar's own server gives them, and are read as they say."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.interop.position.osmand import read_osmand
from app.interop.position.owntracks import read_owntracks
from app.interop.position.report import PositionReport
from app.interop.reading import Unusable
from geo.point import Point
from tests.vectors import dev_files, vector


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc,arg-type]


# In the file's order, read by eye: device, place, time, accuracy, battery. None: Traccar takes nothing (no device).
OSMAND: list[tuple[str, Point | None, datetime | None, float | None, float | None] | None] = [
    ("48241179", Point(37.4219983, -122.084), utc(2025, 6, 15, 13, 45, 12, 862000), 5, 100),
    ("48241179", Point(37.4219983, -122.084), utc(2025, 6, 15, 13, 45, 12, 862000), 5, 100),
    ("658765", Point(37.785834, -122.406417), utc(2025, 5, 9, 4, 11, 30, 579000), 5, None),
    ("8737767034", Point(-6.1148096, 106.6837015), utc(2021, 7, 21, 8, 6, 34, 444000), 3.8, 79),
    ("123456", None, utc(2013, 8, 22, 13, 14, 27), None, None),  # cell towers and WLANs only
    None,
    ("902064", Point(42.06288, -88.23412), utc(2016, 1, 27, 18, 55, 47), None, None),
    ("902064", Point(42.06288, -88.23412), utc(2015, 9, 12, 14, 38, 6, 579000), None, None),
    ("353861053849681", Point(49.60688, 6.15788), utc(2014, 6, 4, 9, 10, 11), None, None),
    ("123456", Point(60.0, 30.0), utc(2013, 8, 22, 13, 14, 27), None, None),
    ("123456", Point(60.0, 30.0), utc(2013, 8, 22, 13, 14, 27), None, None),
    ("123456", Point(60.0, 30.0), None, 0, None),
    ("861001000719969", Point(41.666667, -0.883333), None, None, 87),
    ("123456", Point(60.0, 30.0), utc(2013, 8, 22, 13, 14, 27), None, None),
    ("123456789012345", Point(40.7232948571, -74.0061408571), utc(2017, 9, 7, 5, 56, 50), None, None),
]
OWNTRACKS: list[tuple[str, Point, datetime, float | None, float | None]] = [
    ("5t", Point(46.0681247, 11.1512805), utc(2019, 3, 6, 12, 21, 18), 15, 46),
    ("JJ", Point(48.85833, 2.29513), utc(2017, 6, 13, 10, 21, 56), None, None),
    ("JJ", Point(48.85833, 2.29513), utc(2017, 6, 13, 10, 21, 56), 5, 67),
    ("JJ", Point(48.85, 2.295), utc(2017, 6, 14, 21, 40, 56), None, None),
    ("owntracks/ckrey/22A67880-15C3-41A6-9157-25545C7993AC", Point(37, -122), utc(2025, 1, 6, 10, 59, 29), 5, None),
    ("owntracks/qtripp/865284041968706", Point(47.420051, 13.654704), utc(2025, 1, 10, 14, 26, 7), 10, None),
]


def cases(name: str) -> list[dict[str, str]]:
    return list(json.loads(vector(f"traccar/{name}_requests.json")))


def read(body: str) -> PositionReport:
    return read_osmand(body.removeprefix("/?")) if body.startswith("/?") else read_osmand("", body.encode())


def shown(report: PositionReport) -> tuple[Any, ...]:
    return report.device_id, report.point, report.at, report.accuracy_m, report.battery_percent


def test_every_osmand_request_gets_traccars_verdict_and_the_reading_in_it() -> None:
    found = cases("osmand")
    assert len(found) == len(OSMAND)
    for case, expected in zip(found, OSMAND, strict=True):
        if case["assertion"] == "verifyNull":
            assert expected is None
            with pytest.raises(Unusable, match="names no device"):
                read(case["body"])
            continue
        report = read(case["body"])
        assert shown(report) == expected, case["body"]
        assert (report.point is not None) == (case["assertion"] in ("verifyPosition", "verifyAttribute"))


def test_every_owntracks_message_gets_traccars_verdict_and_the_reading_in_it() -> None:
    found = cases("owntracks")
    assert [case["assertion"] for case in found] == ["verifyPosition"] * len(OWNTRACKS)
    assert [shown(read_owntracks(case["body"].encode())) for case in found] == OWNTRACKS


def test_the_samples_are_all_in_the_tables() -> None:
    # spot_requests.json is a satellite feed that is asked for, not sent; no issue names it.
    known = {"traccar/osmand_requests.json", "traccar/owntracks_requests.json", "traccar/spot_requests.json"}
    assert set(dev_files("traccar")) | set(dev_files("owntracks")) <= known


def test_a_phones_sos_and_what_it_does_not_know() -> None:
    report = read_osmand("id=1&lat=31.9&lon=-111.1&alarm=sos&accuracy=-1&batt=101&valid=false")
    assert (report.is_sos, report.point, report.accuracy_m, report.battery_percent) == (True, None, None, None)
    assert report.warnings == ("valid: the device says its fix is not valid",)
    assert read_osmand("", b"id=1&lat=31.9&lon=-111.1").point == Point(31.9, -111.1)


@pytest.mark.parametrize("place", ["lat=91&lon=0", "lat=nan&lon=0", "lat=1e999&lon=0", "lat=x&lon=0", "location=1"])
def test_no_place_is_made_of_what_is_none(place: str) -> None:
    report = read_osmand(f"id=1&{place}")
    assert (report.point, report.warnings) == (None, ("lat, lon: not a place",))


@pytest.mark.parametrize("kind", ["transition", "status", "lwt", "waypoint", "steps", "card", "cmd"])
def test_other_messages_of_owntracks_say_nothing(kind: str) -> None:
    assert read_owntracks(json.dumps({"_type": kind, "lat": 1, "lon": 1}).encode()).point is None


def test_an_empty_message_of_owntracks_is_none_and_an_encrypted_one_is_refused() -> None:
    assert read_owntracks(b"").point is None
    for body in (b'{"_type": "encrypted", "data": "x"}', b'{"_type": "location"}', b"{}", b"[]", b"x"):
        with pytest.raises(Unusable):
            read_owntracks(body)

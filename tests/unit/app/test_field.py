"""What a device says becomes a command; what is not of the contract is named, never said again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.field import FUTURE_MAX, PAST_MAX, SHAPES, BadField, read_field, when
from app.positions import Fix
from dispatch.commands import AcceptOffer, DeclineOffer, HearFrame, RaiseMayday, ReportStatus, SetDuty
from dispatch.status import AssignmentStatus

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
STATUS = AssignmentStatus.EN_ROUTE


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ({"kind": "accept", "assignment_id": 7, "seq": 9}, AcceptOffer("U1", 7, NOW, 9)),
        ({"kind": "decline", "assignment_id": 7, "reason": "fuel"}, DeclineOffer("U1", 7, "fuel")),
        ({"kind": "status", "status": "en_route"}, ReportStatus("U1", STATUS, NOW, None)),
        ({"kind": "status", "status": "acknowledged", "assignment_id": 7}, AcceptOffer("U1", 7, NOW)),
        ({"kind": "status", "status": "declined", "assignment_id": 7}, DeclineOffer("U1", 7, "")),
        ({"kind": "mayday"}, RaiseMayday("U1", NOW)),
        ({"kind": "duty", "on_duty": True}, SetDuty("U1", True)),
        ({"kind": "received", "seq": 9}, HearFrame("U1", 9)),
    ],
)
def test_each_kind_is_the_command_it_means(said: dict[str, object], meant: object) -> None:
    assert read_field("U1", said, NOW) == meant


def test_a_position_is_a_fix() -> None:
    fix = read_field("U1", {"kind": "position", "lat": 31.0, "lon": -111, "accuracy_m": 4}, NOW)
    assert isinstance(fix, Fix)
    assert (fix.unit_id, fix.point.lat, fix.fixed_at) == ("U1", 31.0, NOW)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "accept"}, "assignment_id"),
        ({"kind": "accept", "assignment_id": 0}, "assignment_id"),
        ({"kind": "accept", "assignment_id": 7, "Ana": 1}, "unknown_field"),
        ({"kind": "accept", "assignment_id": 7, "odd": 1}, "odd"),
        ({"kind": "status", "status": "Quauhtli"}, "status"),
        ({"kind": "status", "status": "timed_out", "assignment_id": 7}, "status"),
        ({"kind": "status", "status": "acknowledged"}, "assignment_id"),
        ({"kind": "position", "lat": float("nan"), "lon": 0}, "lat"),
        ({"kind": "position", "lat": 0, "lon": 181}, "lon"),
        ({"kind": "Quauhtli"}, "kind"),
    ],
)
def test_a_field_that_is_not_of_the_contract_is_named(said: dict[str, object], field: str) -> None:
    with pytest.raises(BadField) as fault:
        read_field("U1", said, NOW)
    assert fault.value.field == field
    assert "Quauhtli" not in str(fault.value)
    assert "Ana" not in str(fault.value)


json_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers(), max_size=2)
names = st.sampled_from(
    ("id", "assignment_id", "occurred_at", "reason", "status", "on_duty", "seq", "lat", "lon", "fixed_at", "accuracy_m")
)


@given(st.sampled_from(sorted(SHAPES)), st.dictionaries(names | st.text(max_size=6), json_values))
def test_anything_is_a_command_or_a_named_fault(kind: str, body: dict[str, Any]) -> None:
    fields = []
    try:
        read_field("U1", {**body, "kind": kind}, NOW)
    except BadField as fault:
        fields.append(fault.field)
    assert all(fields)


@pytest.mark.parametrize(
    ("said", "believed"),
    [
        (None, NOW),
        (datetime(2026, 11, 22, 4, 0), NOW),  # noqa: DTZ001 - a device without a time zone
        (NOW - timedelta(hours=5), NOW - timedelta(hours=5)),
        (NOW - PAST_MAX - timedelta(seconds=1), NOW),
        (NOW + timedelta(seconds=30), NOW),
        (NOW + FUTURE_MAX + timedelta(days=1), NOW),
        (datetime.min.replace(tzinfo=UTC), NOW),
        (datetime.max.replace(tzinfo=UTC), NOW),
    ],
)
def test_a_device_s_clock_is_believed_within_bounds(said: datetime | None, believed: datetime) -> None:
    assert when(said, NOW) == believed

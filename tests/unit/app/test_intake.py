"""Reading distress: whatever can be read is taken, the rest is a warning, nothing personal stands outside the seal."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.codec import to_json
from app.intake.alerts import read_alert
from app.intake.calls import Intake, read_call
from app.intake.lenient import (
    DIGITS_MAX,
    FUTURE_MAX,
    PAST_MAX,
    WARNINGS_MAX,
    Fields,
    NothingReadable,
    Warnings,
    read_body,
)
from app.intake.numbers import usable_number
from app.sealing import KeyFile, Sealer
from app.settings import Settings, load_sectors
from app.signs import Signs
from dispatch.commands import ReportAlert, ReportCall, ReportTower
from dispatch.status import Kind

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    sealer = Sealer(KeyFile(tmp_path_factory.mktemp("keys") / "keys.json"), "test")
    return Intake(sealer, Signs(load_sectors(Settings(data_dir=Path("unused")))[0]), frozenset({"5205550100"}))


def call(intake: Intake, body: Any) -> tuple[ReportCall, tuple[str, ...]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked, warnings = read_call(raw, "psap-1", (), NOW, intake)
    assert isinstance(asked.command, ReportCall)
    to_json(asked.command)  # what goes into the ledger can be written
    return asked.command, warnings.all()


def test_a_clean_call_has_no_warnings(intake: Intake) -> None:
    said = {
        "call_id": "1", "callback_number": "520 555 0142", "said": "TUC-417", "language": "es-MX", "priority": 9,
        "needs": ["medic", "interp_es"], "kind": "exercise", "occurred_at": "2026-11-22T03:59:00Z", "read_back": True,
        "party": {"adults": 2, "children": 1, "child_alone": False, "kept_together": True},
        "device": {"lat": 31.7, "lon": -111.2, "radius_m": 50},
    }  # fmt: skip
    command, warnings = call(intake, said)
    assert warnings == ()
    assert (command.kind, command.priority, command.party.adults, command.needs) == (
        Kind.EXERCISE, 9, 2, ("medic", "interp_es"),
    )  # fmt: skip


@given(st.binary(max_size=400))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_recorded_or_hold_nothing_readable(intake: Intake, raw: bytes) -> None:
    try:
        call(intake, raw)
    except NothingReadable:
        assert not any(c.isalnum() for c in raw.decode("utf-8-sig", errors="replace").replace("\ufffd", ""))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
CALL_FIELDS = (
    "call_id", "callback_number", "said", "device", "read_back", "language", "party", "needs", "name", "health",
    "narrative", "kind", "type", "priority", "sector", "occurred_at", "odd",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(CALL_FIELDS), anything))
@settings(max_examples=400, deadline=None)
def test_any_json_in_any_field_is_a_recorded_call(intake: Intake, body: dict[str, Any]) -> None:
    command, _ = call(intake, body)
    assert command.priority is None or 0 <= command.priority <= 10


@given(st.dictionaries(st.sampled_from(("type", "tower_id", "alert_id", "occurred_at", "kind", "on", "odd")), anything))
@settings(max_examples=300, deadline=None)
def test_any_json_in_any_field_is_a_recorded_alert(intake: Intake, body: dict[str, Any]) -> None:
    asked, _ = read_alert(json.dumps(body).encode(), "towers", NOW, intake)
    assert isinstance(asked.command, ReportAlert | ReportTower)
    to_json(asked.command)


def test_a_key_that_may_be_personal_is_neither_said_again_nor_recorded(intake: Intake) -> None:
    command, warnings = call(intake, {"Ana Lopez 5205550142": 1, "maria_lopez": 2, "said": "x"})
    assert warnings == (
        "body: unknown field, kept in the sealed original",
        "maria_lopez: unknown field, kept in the sealed original",
    )
    assert command.warnings == ("body: unknown field, kept in the sealed original",)


def test_no_warning_ever_holds_a_value(intake: Intake) -> None:
    word = "Quauhtli"
    body = {name: word for name in CALL_FIELDS if name not in ("said", "narrative", "name", "health", "call_id")}
    command, warnings = call(intake, body | {"device": {"lat": word, word: word}, "party": {"adults": word}})
    assert word not in str(warnings)
    assert word not in str(command)


def test_warnings_are_bounded() -> None:
    warnings = Warnings()
    for number in range(1000):
        warnings.add("f", str(number))
    assert len(warnings.all()) == WARNINGS_MAX


@pytest.mark.parametrize("digits", [DIGITS_MAX, DIGITS_MAX + 1, 5_000, 60_000])
def test_a_number_of_any_length_does_not_cost_the_other_fields(digits: int) -> None:
    warnings = Warnings()
    body = read_body(b'{"priority": ' + b"9" * digits + b', "said": "TUC-417"}', warnings)
    assert body["said"] == "TUC-417"
    assert Fields(body, warnings).number("priority", 0, 10) is None


@pytest.mark.parametrize("raw", [b"", b" \n", b"{{{", b"\x00\x00", b"\xff\xfe", "…—".encode()])
def test_nothing_readable_is_only_what_has_no_letter_and_no_digit(raw: bytes) -> None:
    with pytest.raises(NothingReadable):
        read_body(raw, Warnings())


@pytest.mark.parametrize(
    ("off", "believed"),
    [(-PAST_MAX, True), (-PAST_MAX - timedelta(seconds=1), False), (FUTURE_MAX, True), (timedelta(days=3650), False)],
)
def test_a_clock_is_believed_within_bounds(off: timedelta, believed: bool) -> None:
    warnings = Warnings()
    at = Fields({"occurred_at": (NOW + off).isoformat()}, warnings).instant("occurred_at", NOW)
    assert (at is not None) == believed == (warnings.all() == ())


@pytest.mark.parametrize(
    ("number", "usable"),
    [
        ("+1 (520) 555-0142", "5205550142"),
        ("15205550142", "5205550142"),
        ("+52 631 311 1234", "526313111234"),
        ("911-555-0142", None),
        ("0000000", None),
        ("520 555 0100", None),
        ("", None),
        ("12", None),
        ("9" * 16, None),
        ("٥٢٠٥٥٥٠١٤٢", "5205550142"),
        ("tel:+1-520-555-0142", "5205550142"),
        ("011 52 662 123 4567", "526621234567"),
        ("+52 1 662 123 4567", "526621234567"),
        ("5550142", "5550142"),
        ("not a number", None),
    ],
)
def test_a_number_that_cannot_tell_callers_apart_is_not_used(number: str, usable: str | None) -> None:
    assert usable_number(number, frozenset({"5205550100"})) == usable


@pytest.mark.parametrize("body", [{}, {"type": "activaton"}, {"type": 5}, {"type": None, "tower_id": "T"}])
def test_what_has_no_readable_type_is_an_activation(intake: Intake, body: dict[str, Any]) -> None:
    asked, _ = read_alert(json.dumps(body).encode(), "towers", NOW, intake)
    assert isinstance(asked.command, ReportAlert)

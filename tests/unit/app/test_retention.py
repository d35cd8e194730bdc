"""When what is sealed ends: counted from the outcome, to the end of that month, never into one that is over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.retention.rules import BACKUP_DAYS, DAYS, MONTH_DAYS, Rules
from app.retention.wrapping import WrapName, month_of, read_name
from app.settings import BadSettings, load_settings

RULES = Rules()
NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["call/open/2026-11", "raw/until/2027-02", "note/until/2027-11#3"])
def test_a_name_reads_back(name: str) -> None:
    assert str(read_name(name)) == name


def test_a_name_of_old_is_one_of_keeping_and_others_wrap_nothing() -> None:
    assert read_name("call/2026-11") == WrapName("call", "2026-11", until=False)
    assert read_name("lookup") is None
    assert read_name("heads") is None


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=3_000)))
def test_a_value_ends_with_the_month_of_its_last_day_and_not_before(ended_at: datetime, later: timedelta) -> None:
    now = ended_at + later
    name = RULES.wanted("call", ended_at, now, 1)
    assert name.until
    assert not RULES.is_over(name, ended_at + timedelta(days=DAYS["call"]))
    assert not RULES.is_over(name, now), "never under a key that is destroyed at any moment"
    assert name.month == max(month_of(ended_at + timedelta(days=DAYS["call"])), month_of(now))


def test_what_has_no_end_moves_on_from_month_to_month() -> None:
    assert str(RULES.wanted("note", None, NOW, 1)) == "note/open/2026-11"
    assert str(RULES.wanted("note", None, NOW + timedelta(days=10), 2)) == "note/open/2026-12#2"


def test_reasons_of_staff_end_by_themselves_and_a_kind_nobody_named_is_kept_like_a_call() -> None:
    assert str(RULES.at_sealing("purpose", NOW, 1)) == "staff/until/2029-11"
    assert str(RULES.at_sealing("something new", NOW, 1)) == "call/open/2026-11"


@given(INSTANTS, st.sampled_from(sorted(DAYS)))
def test_by_its_end_no_open_key_it_was_under_is_left_in_any_backup_s_days(sealed_at: datetime, of: str) -> None:
    """The last open key holding it is of the month of the outcome at the latest, and emptied by the month's end."""
    emptied = (sealed_at.replace(day=1) + timedelta(days=MONTH_DAYS)).replace(day=1)
    ends = sealed_at + timedelta(days=DAYS[of])
    assert emptied + timedelta(days=BACKUP_DAYS) <= (ends.replace(day=1) + timedelta(days=MONTH_DAYS)).replace(day=1)


@pytest.mark.parametrize(
    ("days", "backup", "said"),
    [
        ("30", "35", "AUXILIO_KEEP_CALLS_DAYS: "),
        ("65", "35", "at least 66"),
        ("90", "60", "at least 91"),
        ("x", "35", "AUXILIO_KEEP_CALLS_DAYS: "),
        ("400", "0", "AUXILIO_BACKUP_DAYS: "),
    ],
)
def test_days_that_could_not_be_kept_to_are_refused(
    monkeypatch: pytest.MonkeyPatch, days: str, backup: str, said: str
) -> None:
    monkeypatch.setenv("AUXILIO_KEEP_CALLS_DAYS", days)
    monkeypatch.setenv("AUXILIO_BACKUP_DAYS", backup)
    with pytest.raises(BadSettings, match=said):
        load_settings()


def test_days_that_can_be_kept_to_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUXILIO_KEEP_CALLS_DAYS", "66")
    assert load_settings().rules.days["call"] == 66
    monkeypatch.setenv("AUXILIO_KEEP_CALLS_DAYS", "38")
    monkeypatch.setenv("AUXILIO_BACKUP_DAYS", "7")
    assert load_settings().rules == Rules({**DAYS, "call": 38}, 7)

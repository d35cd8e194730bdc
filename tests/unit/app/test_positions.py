"""What is kept of positions: the newest for the pick, and a track by the device's own clock."""

from datetime import UTC, datetime, timedelta

import pytest

from app import positions as module
from app.positions import SAMPLE, Fix, Positions
from geo.point import Point
from tests.unit.app.pictures import Town, empty_view

BEGAN = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)


def positions() -> tuple[Positions, str]:
    """Return positions over a view with a town's units, and one of these."""
    town, view = Town(1), empty_view()
    for events in town.opening():
        view.fold(events, b"")
    return Positions(view, lambda _: None), next(iter(view.board.units))


def fixes(unit_id: str, count: int, every: timedelta) -> list[Fix]:
    return [Fix(unit_id, Point(31.0 + n / 10_000, -111.0), BEGAN + n * every) for n in range(count)]


def test_a_burst_of_late_fixes_is_kept_as_a_track() -> None:
    kept, unit_id = positions()
    late = fixes(unit_id, 60, timedelta(seconds=10))
    assert all(kept.take(fix) for fix in late)
    assert kept.kept() == ([late[-1]], late)


def test_one_who_reports_each_second_is_sampled_each_five() -> None:
    kept, unit_id = positions()
    said = fixes(unit_id, 61, timedelta(seconds=1))
    samples: list[Fix] = []
    for n, fix in enumerate(said):
        kept.take(fix)
        if n % 7 == 0:  # whenever the loop happens to come by
            samples += kept.kept()[1]
    samples += kept.kept()[1]
    assert samples == said[::5]


def test_what_was_kept_is_not_kept_again() -> None:
    kept, unit_id = positions()
    kept.take(fixes(unit_id, 1, SAMPLE)[0])
    kept.kept()
    assert kept.kept() == ([], [])


def test_what_could_not_be_written_comes_again_and_no_more_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, unit_id = positions()
    said = fixes(unit_id, 8, timedelta(seconds=10))
    for fix in said[:4]:
        kept.take(fix)
    kept.give_back(*kept.kept())
    kept.take(said[4])
    assert kept.kept() == ([said[4]], said[:5])
    monkeypatch.setattr(module, "SAMPLES_MAX", 2)
    for fix in said[5:]:
        kept.take(fix)
    assert kept.kept() == ([said[-1]], said[5:7])
    assert kept.samples_left_out == 1

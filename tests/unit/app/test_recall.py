"""Recalling: an incident is brought back when some process may not hold it any more."""

from msgspec.structs import replace

from app.recall import MARGIN, RECENT, forgotten, incidents_named
from dispatch.commands import AddNote, MergeIncidents
from dispatch.status import Outcome, Where
from tests.unit.app.pictures import Town


def test_what_a_young_board_would_not_hold_is_forgotten() -> None:
    town = Town(1)
    for _ in [*town.opening(), *(town.step() for _ in range(200))]:
        pass
    board, now = town.board, town.city.now
    open_id = min(board.open_incidents)
    row = board.incidents[open_id]
    assert forgotten([open_id, 999_999], board, now) == [999_999]
    for age, expected in ((RECENT - 2 * MARGIN, []), (RECENT, [open_id])):
        board.put(replace(row, where=Where.DONE, outcome=Outcome.FOUND_WELL, closed_at=now - age))
        assert forgotten([open_id], board, now) == expected


def test_a_command_names_every_incident_in_its_fields() -> None:
    assert incidents_named(AddNote(7, "s", "d")) == {7}
    assert incidents_named(MergeIncidents(3, 4, "d")) == {3, 4}

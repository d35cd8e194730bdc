"""Two hundred cities, two thousand steps each, every promise checked after every step; and proof that it can fail.

AUXILIO_SIM_SEED replays one seed (or several, with commas); AUXILIO_SIM_SEEDS=400-600 tries others;
AUXILIO_SIM_STEPS makes them longer.
"""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from typing import Any, Final

import pytest
from msgspec.structs import replace

from dispatch import commands
from dispatch import events as e
from dispatch.board import Board
from dispatch.entities import Alarm, Incident
from dispatch.errors import Code, Refusal
from dispatch.events import KINDS
from dispatch.fold import FOLDS
from dispatch.fold.settle import put_incident
from dispatch.rules import alarms, field, matching
from dispatch.status import Where
from geo.nearest import Ranking
from tests.simulation.simulation import Run, SeedFailed

STEPS: Final = int(os.environ.get("AUXILIO_SIM_STEPS", "2000"))
PROCESSES: Final = 2
# Kinds the city never causes: its board never forgets an incident.
UNSEEN_EVENTS: Final = {"IncidentRecalled"}


def seeds() -> list[int]:
    chosen = os.environ.get("AUXILIO_SIM_SEED")
    if chosen:
        return [int(seed) for seed in chosen.split(",")]
    first, last = os.environ.get("AUXILIO_SIM_SEEDS", "0-199").split("-")
    return list(range(int(first), int(last) + 1))


def play(seed: int) -> tuple[str | None, Counter[str]]:
    run = Run(seed)
    try:
        run.play(STEPS)
    except SeedFailed as failed:
        return str(failed), Counter()
    return None, Counter(run.seen) + Counter(run.events)


def test_no_promise_breaks_in_two_hundred_cities() -> None:
    chosen = seeds()
    with ProcessPoolExecutor(PROCESSES) as pool:
        results = list(pool.map(play, chosen, chunksize=max(1, len(chosen) // (8 * PROCESSES))))
    failed = [text for text, _ in results if text is not None]
    assert not failed, f"{len(failed)} of {len(chosen)} seeds failed\n" + "\n".join(failed[:5])
    if len(chosen) > 10:
        seen = sum((counts for _, counts in results), Counter[str]())
        every = {cls.__name__ for cls in KINDS.values()} - UNSEEN_EVENTS | command_names()
        assert every <= set(seen), f"never happened: {every - set(seen)}"


def command_names() -> set[str]:
    return {cls.__name__ for cls in commands.Command.__args__}


Wound = Callable[[pytest.MonkeyPatch], None]
Fold = Callable[[Board, Any, datetime], None]


def nobody_is_matched(patch: pytest.MonkeyPatch) -> None:
    """A unit that clears walks down no line."""

    def match_units(_board: Board, _freed: object, _now: datetime) -> Any:
        yield from ()

    patch.setattr(field, "match_units", match_units)


def a_declined_offer_frees_nobody(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.OfferDeclined]

    def declined(board: Board, event: e.OfferDeclined, at: datetime) -> None:
        unit_id = board.assignments[event.assignment_id].unit_id
        before = board.units[unit_id]
        fold(board, event, at)
        board.put(before)

    patch.setitem(FOLDS, e.OfferDeclined, declined)


def held_without_an_alarm(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.IncidentHeld]

    def held(board: Board, event: e.IncidentHeld, at: datetime) -> None:
        fold(board, event, at)
        board.put(replace(event.alarm, cleared_at=at, rearm_at=None))

    patch.setitem(FOLDS, e.IncidentHeld, held)


def the_second_nearest_is_sent(patch: pytest.MonkeyPatch) -> None:
    best = Board.rank

    def rank(self: Board, *args: Any, **options: Any) -> Ranking:
        ranking = best(self, *args, **options)
        return replace(ranking, picks=ranking.picks[1:] or ranking.picks)

    patch.setattr(Board, "rank", rank)


def the_line_is_served_last_come_first(patch: pytest.MonkeyPatch) -> None:
    def place_in_line(incident: Incident) -> Any:
        return (-incident.priority, -incident.received_at.timestamp(), incident.id)

    patch.setattr("dispatch.queue.place_in_line", place_in_line)


def a_test_is_routed_like_a_real_call(patch: pytest.MonkeyPatch) -> None:
    needs = matching._needs_dispatcher

    def needs_dispatcher(board: Board, incident: Incident) -> Any:
        reason = needs(board, incident)
        return None if reason == "test_or_exercise" and incident.place is not None else reason

    patch.setattr(matching, "_needs_dispatcher", needs_dispatcher)


def the_round_forgets_who_said_no(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.OfferTimedOut]

    def timed_out(board: Board, event: e.OfferTimedOut, at: datetime) -> None:
        fold(board, event, at)
        incident = board.incidents[board.assignments[event.assignment_id].incident_id]
        put_incident(board, incident, at, asked=())

    patch.setitem(FOLDS, e.OfferTimedOut, timed_out)


def deciding_moves_what_events_do_not(patch: pytest.MonkeyPatch) -> None:
    def add_note(board: Board, command: commands.AddNote, now: datetime) -> Any:
        incident = board.incidents.get(command.incident_id)
        if incident is not None:
            put_incident(board, incident, now, notes=incident.notes + 1)
        yield from ()
        return {}

    patch.setitem(__import__("dispatch.decide", fromlist=["RULES"]).RULES, commands.AddNote, add_note)


def an_outcome_is_lost(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.OutcomeRecorded]

    def recorded(board: Board, event: e.OutcomeRecorded, at: datetime) -> None:
        fold(board, event, at)
        board.put(replace(board.incidents[event.incident_id], outcome=None))

    patch.setitem(FOLDS, e.OutcomeRecorded, recorded)


def an_unheard_frame_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.AssignmentCancelled]

    def cancelled(board: Board, event: e.AssignmentCancelled, at: datetime) -> None:
        fold(board, event, at)
        board.put(replace(board.assignments[event.assignment_id], hear_by=None))

    patch.setitem(FOLDS, e.AssignmentCancelled, cancelled)


def an_alarm_taken_never_rings_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alarms, "COMES_BACK", frozenset())


def an_open_incident_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """Units clear, and the incident is left in the line of a place nobody looks at."""
    fold = FOLDS[e.IncidentQueued]

    def queued(board: Board, event: e.IncidentQueued, at: datetime) -> None:
        fold(board, event, at)
        board.queue.drop(event.incident_id)

    patch.setitem(FOLDS, e.IncidentQueued, queued)


def a_unit_is_sent_twice(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.OfferMade]

    def made(board: Board, event: e.OfferMade, at: datetime) -> None:
        fold(board, event, at)
        unit = board.units[event.assignment.unit_id]
        board.put(replace(unit, assignment_id=None, primary="Available"))

    patch.setitem(FOLDS, e.OfferMade, made)


def a_fact_is_refused(patch: pytest.MonkeyPatch) -> None:
    def out_of_order(*_: object) -> Alarm:
        raise Refusal(Code.STALE, "too late")

    patch.setattr(field, "_out_of_order", out_of_order)


def a_takeover_gives_no_time_to_hear(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.DeskTookOver]

    def took_over(board: Board, event: e.DeskTookOver, at: datetime) -> None:
        fold(board, replace(event, to_hear=()), at)

    patch.setitem(FOLDS, e.DeskTookOver, took_over)


def mutual_aid_ends_before_its_incident(patch: pytest.MonkeyPatch) -> None:
    fold = FOLDS[e.IncidentRaised]

    def raised(board: Board, event: e.IncidentRaised, at: datetime) -> None:
        fold(board, event, at)
        put_incident(board, board.incidents[event.incident_id], at, shares=())

    patch.setitem(FOLDS, e.IncidentRaised, raised)


WOUNDS: Final[tuple[Wound, ...]] = (
    mutual_aid_ends_before_its_incident,
    nobody_is_matched,
    a_declined_offer_frees_nobody,
    held_without_an_alarm,
    the_second_nearest_is_sent,
    the_line_is_served_last_come_first,
    a_test_is_routed_like_a_real_call,
    the_round_forgets_who_said_no,
    deciding_moves_what_events_do_not,
    an_outcome_is_lost,
    an_unheard_frame_is_forgotten,
    an_alarm_taken_never_rings_again,
    an_open_incident_is_forgotten,
    a_unit_is_sent_twice,
    a_fact_is_refused,
    a_takeover_gives_no_time_to_hear,
)


def play_some_seeds() -> None:
    for seed in range(6):
        Run(seed).play(STEPS)


@pytest.mark.parametrize("wound", WOUNDS, ids=lambda wound: wound.__name__)
def test_the_simulation_goes_red_when(wound: Wound, monkeypatch: pytest.MonkeyPatch) -> None:
    wound(monkeypatch)
    with pytest.raises(SeedFailed) as failed:
        play_some_seeds()
    assert "AUXILIO_SIM_SEED=" in str(failed.value)


def test_the_same_seed_gives_the_same_history() -> None:
    one, other = Run(7), Run(7)
    one.play(300)
    other.play(300)
    assert one.board.tables == other.board.tables
    assert one.board.incidents[1].where in set(Where)

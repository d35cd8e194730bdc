"""Frames: what each viewer is sent of one event, and what a frame costs to keep."""

import tracemalloc

import orjson

from app.codec import encode_event
from app.scopes import BOARD
from dispatch import commands as c
from dispatch.events import CallReceived, OfferMade
from dispatch.status import AssignmentStatus
from tests.unit.app.pictures import Town, empty_view

EVERYBODY = frozenset({BOARD})


def told_town(seed: int = 5, steps: int = 300) -> tuple[Town, list[bytes]]:
    town, view = Town(seed), empty_view()
    frames = []
    for events in town.opening():
        frames += view.fold(events, b"")
    for _ in range(steps):
        frames += view.fold(town.step(), b"")
    return town, [data for frame in frames if (data := frame.bytes_for(EVERYBODY)) is not None]


def test_a_frame_is_the_ledgers_line_with_the_rows_that_follow() -> None:
    town, frames = told_town()
    for data in frames:
        body = orjson.loads(data)
        assert list(body)[:7] == ["seq", "at", "kind", "v", "command", "by", "event"]
        assert body["after"] or body["gone"]
    assert len(frames) > town.board.seq * 0.9


def test_viewers_with_the_same_topics_share_the_bytes() -> None:
    town, view = Town(1), empty_view()
    frames = [frame for events in town.opening() for frame in view.fold(events, b"")]
    shared = [frame for frame in frames if frame.bytes_for(EVERYBODY) is not None]
    assert shared
    assert all(frame.bytes_for(frozenset({BOARD})) is frame.bytes_for(EVERYBODY) for frame in shared)


def test_a_viewer_whom_nothing_concerns_leaves_no_trace_in_a_frame() -> None:
    town, view = Town(1), empty_view()
    frames = [frame for events in town.opening() for frame in view.fold(events, b"")]
    for frame in frames:
        assert frame.bytes_for(frozenset({"unit:nobody"})) is None
        assert not frame._cache


def test_a_unit_hears_its_offer_and_loses_the_incident_when_it_clears() -> None:
    town, view = Town(2), empty_view()
    for events in town.opening():
        view.fold(events, b"")
    offer = None
    while offer is None:
        for frame in view.fold(town.step(), b""):
            if isinstance(frame.recorded.event, OfferMade):
                offer = frame.recorded.event.assignment
    mine = frozenset({f"unit:{offer.unit_id}"})
    accept = c.AcceptOffer(offer.unit_id, offer.id, town.city.now)
    clear = c.ReportStatus(offer.unit_id, AssignmentStatus.CLEARED, town.city.now, offer.id)
    view.fold(town.record(accept), b"")
    (cleared, *_) = view.fold(town.record(clear), b"")
    data = cleared.bytes_for(mine)
    assert data is not None
    assert ["incidents", offer.incident_id] in orjson.loads(data)["gone"]


def test_a_call_is_never_told_to_a_unit() -> None:
    town, view = Town(4), empty_view()
    units = [frozenset({f"unit:{unit.id}"}) for unit in town.city.units]
    calls = own_picks = 0
    for events in [*town.opening(), *(town.step() for _ in range(600))]:
        for frame in view.fold(events, b""):
            calls += isinstance(frame.recorded.event, CallReceived)
            for topics in units:
                data = frame.bytes_for(topics)
                body = orjson.loads(data) if data is not None else {"after": {}, "event": {}}
                assert not {"calls", "alerts"} & set(body["after"])
                assert not {"call", "calls", "alert"} & set(body["event"]), frame.recorded.kind
                picks = {f"unit:{pick['unit_id']}" for pick in body["event"].get("picks", ())}
                assert picks <= topics, "other units' places"
                own_picks += len(picks)
    assert calls > 20
    assert own_picks > 5, "an offered unit reads how long its own way is"


def test_a_kept_line_holds_no_more_memory_than_it_is_long() -> None:
    town, view = Town(1), empty_view()
    for events in town.opening():
        view.fold(events, b"")
    recorded = view.frames[-1].recorded
    tracemalloc.start()
    try:
        kept = [encode_event(n, recorded.at, recorded.event, __import__("uuid").UUID(int=n), "x") for n in range(1_000)]
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < sum(map(len, kept)) + 200 * len(kept)

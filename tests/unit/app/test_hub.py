"""The hub: one frame once to each client it concerns, a bounded box for each, and a seam without gap or duplicate."""

from collections.abc import Iterator
from random import Random

import orjson
import pytest

from app.access.identity import Role
from app.scopes import BOARD, Scope
from app.stream import hub as hub_module
from app.stream.hub import OUTBOX_BYTES_MAX, OUTBOX_FRAMES_MAX, STUCK_S, WRITE_BYTES, Client, Hub
from tests.unit.app.pictures import Picture, Town, empty_view, snapshot_rows


def drained(client: Client) -> Iterator[bytes]:
    while texts := client.take():
        yield from texts


def a_client(*topics: str, unit_id: str | None = None) -> Client:
    return Client(frozenset(topics), Role.AGENT if unit_id else Role.DISPATCHER, unit_id)


def test_each_frame_comes_once_however_many_topics_match() -> None:
    town, view, hub = Town(3), empty_view(), Hub()
    client = a_client(BOARD, "sector:north", "sector:south", "unit:U0", "unit:U1")
    hub.join(client)
    for events in town.opening():
        hub.publish(view.fold(events, b""))
    seqs = [orjson.loads(data)["seq"] for data in drained(client)]
    assert seqs == sorted(set(seqs))
    assert len(seqs) > 10


@pytest.mark.parametrize("topics", [frozenset({BOARD}), frozenset({"sector:north", "unit:U1"})])
def test_a_client_that_comes_and_goes_misses_nothing_and_hears_nothing_twice(topics: Scope) -> None:
    town, view, hub, rng = Town(6), empty_view(), Hub(), Random(1)
    picture, client = Picture(topics), None
    seq = 0
    for events in town.opening():
        hub.publish(view.fold(events, b""))
    for _ in range(400):
        if client is None and rng.random() < 0.2:
            client = Client(topics, Role.DISPATCHER)
            hub.join(client)
            for frame in view.since(f"{view.ledger_id}.{seq}") or ():
                if (data := frame.bytes_for(topics)) is not None:
                    client.say(data)
        elif client is not None and rng.random() < 0.1:
            hub.leave(client)
            for data in drained(client):
                picture.take(data)
            seq, client = view.seq, None
        hub.publish(view.fold(town.step(), b""))
    for frame in view.since(f"{view.ledger_id}.{seq}") or () if client is None else ():
        if (data := frame.bytes_for(topics)) is not None:
            picture.take(data)
    for data in drained(client) if client is not None else ():
        picture.take(data)
    assert picture.seqs == sorted(set(picture.seqs))
    assert picture.rows == snapshot_rows(view, topics)


@pytest.mark.parametrize("data", [b"x", b"x" * (OUTBOX_BYTES_MAX // 100)])
def test_a_box_is_bounded_in_frames_and_in_bytes(data: bytes) -> None:
    client = a_client(BOARD)
    for _ in range(OUTBOX_FRAMES_MAX + 1):
        client.say(data)
    assert client.cut
    assert not client.outbox
    assert client.outbox_bytes == 0
    client.say(data)
    assert not client.outbox


def test_what_is_taken_makes_room() -> None:
    client = a_client(BOARD)
    for _ in range(4 * OUTBOX_FRAMES_MAX):
        client.say(b"x" * 10_000)
        assert client.take() == [b"x" * 10_000]
    assert (client.cut, client.outbox_bytes) == (False, 0)


def test_what_waits_is_taken_together_and_in_order_up_to_one_write() -> None:
    client = a_client(BOARD)
    said = [bytes([number]) * 10_000 for number in range(10)]
    for data in said:
        client.say(data)
    first, second = client.take(), client.take()
    assert (first + second, client.take()) == (said, [])
    assert sum(map(len, first[:-1])) < WRITE_BYTES <= sum(map(len, first))


def test_a_cut_client_is_no_listener_and_stuck_after_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(hub_module, "monotonic", lambda: now)
    hub, client = Hub(), a_client("unit:U1", unit_id="U1")
    hub.join(client)
    assert hub.hears("U1")
    client.say(b"x" * (OUTBOX_BYTES_MAX + 1))
    assert not hub.hears("U1")
    assert not client.is_stuck(now + STUCK_S - 0.1)
    assert client.is_stuck(now + STUCK_S + 0.1)


def test_a_console_that_listens_to_a_unit_is_not_its_device() -> None:
    hub = Hub()
    hub.join(a_client(BOARD, "unit:U1"))
    assert not hub.hears("U1")


def test_who_leaves_leaves_nothing_behind() -> None:
    hub = Hub()
    clients = [a_client(BOARD, f"sector:{n}") for n in range(9)]
    for client in clients:
        hub.join(client)
    for client in clients:
        hub.leave(client)
        hub.leave(client)
    assert (hub.clients, hub.topics()) == (set(), [])


def test_a_watcher_sees_every_frame_in_order_until_it_stops() -> None:
    town, view, hub = Town(3), empty_view(), Hub()
    seen: list[int] = []
    stop = hub.watch(lambda frame: seen.append(frame.seq))
    for events in town.opening():
        hub.publish(view.fold(events, b""))
    assert seen == list(range(1, view.seq + 1))
    stop()
    while view.seq == seen[-1]:
        hub.publish(view.fold(town.step(), b""))
    assert seen[-1] < view.seq

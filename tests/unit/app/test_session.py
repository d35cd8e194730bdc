"""The conversation on one websocket, without a socket."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.identity import Identity, Role
from app.stream.session import FRAME_BYTES_MAX, FRAMES, BadFrame, FieldFrame, Hello, Session

AGENT = Identity("k1", Role.AGENT, "unit U1", unit_id="U1")
DISPATCHER = Identity("k2", Role.DISPATCHER, "anna")
SECTOR = Identity("k3", Role.DISPATCHER, "ben", sectors=("TUC",))


@pytest.mark.parametrize(
    ("who", "topics", "heard"),
    [
        (AGENT, [], {"unit:U1"}),
        (DISPATCHER, [], {"board"}),
        (DISPATCHER, ["sector:TUC", "unit:U7"], {"sector:TUC", "unit:U7"}),
        (SECTOR, [], {"sector:TUC"}),
    ],
)
def test_hello_is_answered_with_the_topics_one_may_hear(who: Identity, topics: list[str], heard: set[str]) -> None:
    hello = Session(who).feed(json.dumps({"kind": "hello", "topics": topics, "since": "x.1"}))
    assert hello == Hello(frozenset(heard), "x.1")


@pytest.mark.parametrize(
    ("who", "topic"),
    [(AGENT, "unit:U2"), (AGENT, "board"), (SECTOR, "sector:YUM"), (SECTOR, "board"), (DISPATCHER, "x")],
)
def test_another_s_topic_is_refused(who: Identity, topic: str) -> None:
    with pytest.raises(BadFrame, match="topics"):
        Session(who).feed(json.dumps({"kind": "hello", "topics": [topic]}))


def test_the_first_frame_is_hello_and_there_is_one() -> None:
    session = Session(AGENT)
    with pytest.raises(BadFrame):
        session.feed('{"kind": "duty", "on_duty": true}')
    session.feed('{"kind": "hello"}')
    with pytest.raises(BadFrame):
        session.feed('{"kind": "hello"}')


@pytest.mark.parametrize("kind", sorted(FRAMES))
def test_only_an_agent_s_device_speaks_for_the_field(kind: str) -> None:
    agent, dispatcher = Session(AGENT), Session(DISPATCHER)
    for session in (agent, dispatcher):
        session.feed('{"kind": "hello"}')
    frame = json.dumps({"kind": kind, "id": "1"})
    assert agent.feed(frame) == FieldFrame(kind, "1", {"kind": kind, "id": "1"})
    with pytest.raises(BadFrame):
        dispatcher.feed(frame)


@given(st.text() | st.binary())
def test_any_frame_is_understood_or_bad(frame: str | bytes) -> None:
    with pytest.raises(BadFrame):
        Session(AGENT).feed(frame)


@pytest.mark.parametrize(
    "frame",
    [
        "[" * 15_000,
        '{"kind":"hello","since":"' + "é" * FRAME_BYTES_MAX + '"}',
        '{"kind":"\\ud800"}',
        b'{"kind":"hello"}',
    ],
)
def test_what_could_break_a_parser_is_bad(frame: str | bytes) -> None:
    with pytest.raises(BadFrame):
        Session(AGENT).feed(frame)


def test_a_reason_never_holds_what_was_said() -> None:
    session = Session(AGENT)
    session.feed('{"kind": "hello"}')
    with pytest.raises(BadFrame) as fault:
        session.feed('{"kind": "Quauhtli"}')
    assert "Quauhtli" not in str(fault.value)

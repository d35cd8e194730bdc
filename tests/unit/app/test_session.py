"""The conversation on one websocket, without a socket."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.identity import Identity, Role
from app.access.policy import FRAMES
from app.stream.session import FRAME_BYTES_MAX, BadFrame, FieldFrame, Hello, Renewal, Session

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


@pytest.mark.parametrize("kind", sorted(FRAMES.keys() - {"renew"}))
def test_only_an_agent_s_device_speaks_for_the_field(kind: str) -> None:
    agent, dispatcher = Session(AGENT), Session(DISPATCHER)
    for session in (agent, dispatcher):
        session.feed('{"kind": "hello"}')
    frame = json.dumps({"kind": kind, "id": "1"})
    assert agent.feed(frame) == FieldFrame(kind, "1", {"kind": kind, "id": "1"})
    with pytest.raises(BadFrame):
        dispatcher.feed(frame)


def test_only_a_unit_s_device_renews_itself() -> None:
    agent, dispatcher = Session(AGENT), Session(DISPATCHER)
    for session in (agent, dispatcher):
        session.feed('{"kind": "hello"}')
    assert agent.feed('{"kind": "renew", "id": "1", "token": "axd_x"}') == Renewal("1", "axd_x")
    with pytest.raises(BadFrame, match="token"):
        agent.feed('{"kind": "renew", "token": 7}')
    with pytest.raises(BadFrame, match="kind"):
        dispatcher.feed('{"kind": "renew", "token": "axd_x"}')


def test_each_frame_is_held_against_the_identity_as_it_is_now() -> None:
    session = Session(AGENT)
    session.feed('{"kind": "hello"}')
    session.feed('{"kind": "duty", "id": "1"}')
    session.identity = replace(AGENT, scopes=frozenset({"watch"}))
    with pytest.raises(BadFrame, match="kind"):
        session.feed('{"kind": "duty", "id": "2"}')


def test_topics_that_are_no_longer_one_s_own_are_left_out() -> None:
    session = Session(replace(SECTOR, sectors=("TUC", "YUM")))
    session.feed('{"kind": "hello", "topics": ["sector:TUC", "sector:YUM"]}')
    session.identity = SECTOR
    assert session.topics() == {"sector:TUC"}
    session.identity = replace(SECTOR, sectors=("SDC",))
    assert not session.topics()


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

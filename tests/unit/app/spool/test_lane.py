"""The unrecorded lane: who is told what is held, on joining."""

from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest

from app.access.identity import Role
from app.spool.lane import Lane
from app.spool.report import Line
from app.stream.hub import Client, Hub
from dispatch.status import Kind

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.mark.parametrize(
    ("role", "topic", "told"),
    [
        (Role.DISPATCHER, "board", ["nowhere", "tucson"]),
        (Role.SUPERVISOR, "board", ["nowhere", "tucson"]),
        (Role.SUPERVISOR, "sector:tucson", ["nowhere", "tucson"]),
        (Role.DISPATCHER, "sector:yuma", ["nowhere"]),
        (Role.AGENT, "unit:U1", []),
    ],
)
def test_whoever_works_the_board_is_told_on_joining_and_nobody_else(role: Role, topic: str, told: list[str]) -> None:
    lane = Lane(Hub(), lambda: NOW)
    for sector in (None, "tucson"):
        lane.add(Line(uuid4(), "call", NOW, Kind.REAL, sector or "nowhere", sector, None))
    client = Client(frozenset({topic}), role)
    lane.greet(client)
    frames = [orjson.loads(frame) for frame in client.outbox]
    assert [line["sender"] for frame in frames for line in frame["reports"]] == told

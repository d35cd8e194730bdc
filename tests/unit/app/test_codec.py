"""What is written is read back the same; a line of the ledger is canonical, and its hash covers every byte."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.codec import chain, decode_event, decode_row, encode_event, encode_row
from app.contract import samples
from dispatch.entities import TABLES, Row
from dispatch.events import KINDS, CallReceived

COMMAND = UUID(samples.COMMAND)
AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROWS: tuple[Row, ...] = (
    samples.CALL, samples.ALERT, samples.INCIDENT, samples.ASSIGNMENT, samples.UNIT, samples.ALARM, samples.SECTOR,
)  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: type(row).__name__)
def test_a_row_comes_back_the_same(row: Row) -> None:
    assert decode_row(TABLES[type(row)], encode_row(row)) == row


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_kind_of_event_comes_back_the_same(kind: str, data: st.DataObject) -> None:
    event = data.draw(built(KINDS[kind]))
    line = encode_event(7, AT, event, COMMAND, "somebody")
    back = decode_event(line)
    assert (back.seq, back.at, back.kind, back.event) == (7, AT, kind, event)
    assert encode_event(7, back.at, back.event, COMMAND, "somebody") == line


def built(cls: type) -> st.SearchStrategy[Any]:
    """Return a strategy for an event class from its annotations; instants are those a ledger can hold."""
    instants = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
    for type_, strategy in (
        (datetime, instants),
        (str, st.text(st.characters(codec="utf-8"), max_size=20)),
        (int, st.integers(0, 2**53)),
        (float, st.floats(-80, 80)),
    ):
        st.register_type_strategy(type_, strategy)
    return st.builds(cls)


def test_a_line_s_fields_stand_in_one_order_and_its_instants_end_in_z() -> None:
    line = encode_event(7, AT, CallReceived(samples.CALL, joined=False), COMMAND, "psap-1")
    assert list(orjson.loads(line)) == ["seq", "at", "kind", "v", "command", "by", "event"]
    assert orjson.loads(line)["at"] == "2026-11-22T04:00:00Z"
    assert b": " not in line
    assert b"+00:00" not in line


def test_the_chain_changes_with_every_byte() -> None:
    line = encode_event(7, AT, CallReceived(samples.CALL, joined=False), COMMAND, "psap-1")
    whole = chain(b"\0" * 32, line)
    assert all(chain(b"\0" * 32, line[:i] + bytes([line[i] ^ 1]) + line[i + 1 :]) != whole for i in range(0, 200, 7))
    assert chain(b"\1" * 32, line) != whole

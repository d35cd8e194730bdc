"""Frames as a client's library reads them."""

import asyncio

import pytest
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from app.stream.wire import PASS_AT_ONCE, Turnstile, framed


@pytest.mark.parametrize("sizes", [[0, 1, 125], [126, 65_535], [65_536, 70_000], []])
def test_a_library_reads_what_is_framed_by_hand(sizes: list[int]) -> None:
    texts = ["\u00e9".encode() * (size // 2) + b"x" * (size % 2) for size in sizes]
    reader = ClientProtocol(parse_uri("ws://localhost/"), max_size=100_000)
    reader.state = State.OPEN
    reader.parser = reader.parse()
    next(reader.parser)
    reader.receive_data(framed(texts))
    frames = [event for event in reader.events_received() if isinstance(event, Frame)]
    assert [(frame.opcode, frame.fin, frame.data) for frame in frames] == [(Opcode.TEXT, True, text) for text in texts]
    assert reader.parser_exc is None


async def test_a_turnstile_lets_a_few_in_at_a_time_and_in_their_order() -> None:
    turnstile, entered = Turnstile(), list[int]()
    for number in range(3 * PASS_AT_ONCE):
        turnstile.queue(lambda number=number: entered.append(number))  # type: ignore[misc]
    most, before = 0, 0
    while len(entered) < 3 * PASS_AT_ONCE:
        await asyncio.sleep(0)
        most, before = max(most, len(entered) - before), len(entered)
    assert (entered, most) == (list(range(3 * PASS_AT_ONCE)), PASS_AT_ONCE)

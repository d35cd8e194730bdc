"""Logs: a line says which request it was written for, in both forms, and the answer names the same id."""

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from msgspec.structs import replace
from starlette.types import Receive, Scope, Send

from app.http import Headers
from app.link.wire import ask_of, request_of
from app.logs import TEXT, JsonLines, request_id, with_request
from app.requests import Request
from dispatch.commands import RaiseSystemAlarm

log = logging.getLogger("auxilio.test")


async def an_app(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    log.warning("seen")
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.addFilter(with_request)
        self.lines: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((JsonLines().format(record), logging.Formatter(TEXT).format(record)))


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler = Kept()
    log.addHandler(handler)
    yield handler
    log.removeHandler(handler)


async def ask(**headers: str) -> str:
    transport = httpx.ASGITransport(Headers(an_app))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
        return (await http.get("/", headers=headers)).headers["x-request-id"]


async def test_a_line_carries_the_id_its_answer_names(kept: Kept) -> None:
    own_id = await ask()
    as_json, as_text = kept.lines[-1]
    assert json.loads(as_json)["request_id"] == own_id
    assert as_text.endswith(f"seen [{own_id}]")


async def test_a_sender_s_own_id_is_not_taken_into_the_log(kept: Kept) -> None:
    own_id = await ask(**{"X-Request-Id": "5205550100"})
    assert own_id != "5205550100"
    assert "5205550100" not in "".join(kept.lines[-1])


def test_a_line_outside_a_request_names_none(kept: Kept) -> None:
    log.warning("seen")
    as_json, as_text = kept.lines[-1]
    assert "request_id" not in json.loads(as_json)
    assert as_text.endswith("seen")


def test_the_desk_s_line_about_a_command_names_the_request_it_came_by(kept: Kept) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    token = request_id.set("0123456789abcdef")
    try:
        asked = replace(Request(RaiseSystemAlarm("seen"), "test"), trace=trace)
    finally:
        request_id.reset(token)
    travelled = request_of(ask_of(asked))
    log.warning("seen", extra=travelled.marks)
    as_json, as_text = kept.lines[-1]
    assert json.loads(as_json)["request_id"] == "0123456789abcdef"
    assert json.loads(as_json)["trace_id"] == "a" * 32
    assert as_text.endswith(f"seen [0123456789abcdef {'a' * 32}]")
    assert Request(RaiseSystemAlarm("seen"), "test").marks == {"request_id": "", "trace_id": ""}

"""Traces: one call is followed from the gateway's POST over the desk to a socket, and a collector can break nothing."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import httpx
import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app.link.wire import Ask, ask_of, request_of
from app.metrics.meters import TRACE_SPANS
from app.requests import Request
from app.tracing.context import span_of
from app.tracing.exporter import WAITING_MAX, Exporter
from app.tracing.followed import Followed
from app.tracing.tracer import Tracer
from dispatch.commands import RaiseSystemAlarm
from loadtests.rig import Engines, Service
from tests.integration.stage import stage
from tests.integration.watcher import until

TRIES: Final = 6
TRY_S: Final = 4.0
NUMBER: Final = "5205550142"
SAID: Final = "Ramona Quintero, asthma"
WITHIN: Final = {
    "report.read": "POST /v1/calls",
    "place.resolve": "report.read",
    "desk.ask": "POST /v1/calls",
    "desk.wait": "desk.ask",
    "desk.decide": "desk.ask",
    "desk.append": "desk.ask",
    "publish": "desk.ask",
    "socket.write": "publish",
}


@dataclass(slots=True)
class Collector:
    """Takes OTLP over HTTP on loopback. `spans` are what it took, with the process each is of."""

    status: int = 200
    port: int = 0
    spans: list[tuple[int, Span]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/traces"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                assert head.startswith("post /v1/traces ")
                assert "content-type: application/x-protobuf" in head
                size = next(int(line.partition(":")[2]) for line in head.splitlines() if "content-length" in line)
                self._take(await reader.readexactly(size))
                writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _take(self, body: bytes) -> None:
        self.bodies.append(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans if self.status == 200 else ():
            pid = next(a.value.int_value for a in resource.resource.attributes if a.key == "process.pid")
            self.spans += [(pid, span) for scope in resource.scope_spans for span in scope.spans]

    def traces(self) -> dict[bytes, list[tuple[int, Span]]]:
        found: dict[bytes, list[tuple[int, Span]]] = defaultdict(list)
        for pid, span in self.spans:
            found[span.trace_id].append((pid, span))
        return found

    def of_calls(self) -> list[list[tuple[int, Span]]]:
        """Return the traces that have reached a socket in both processes."""
        return [
            spans
            for spans in self.traces().values()
            if any(span.name == "POST /v1/calls" for _, span in spans)
            and len({pid for pid, span in spans if span.name == "socket.write"}) == 2
        ]

    def of_request(self, answer: httpx.Response) -> list[tuple[int, Span]]:
        """Return the trace of the request that was answered so, if it is whole."""
        own = answer.headers["x-request-id"]
        of_calls = self.of_calls()
        return next((t for t in of_calls if any(attributes(s).get("auxilio.request_id") == own for _, s in t)), [])


@asynccontextmanager
async def a_collector() -> AsyncIterator[Collector]:
    collector = Collector()
    server = await asyncio.start_server(collector.serve, "127.0.0.1", 0)
    collector.port = server.sockets[0].getsockname()[1]
    try:
        yield collector
    finally:
        server.close()


def attributes(span: Span) -> dict[str, Any]:
    return {a.key: getattr(a.value, str(a.value.WhichOneof("value"))) for a in span.attributes}


def became(what: str) -> float:
    return float(TRACE_SPANS.labels(what)._value.get())


async def test_a_call_s_trace_joins_gateway_desk_and_socket_and_names_nobody(rig: Engines) -> None:
    async with a_collector() as collector:
        env = {"AUXILIO_TRACE_URL": collector.url, "AUXILIO_TRACE_RATIO": "1"}
        async with stage(rig, "tracing", agents=1, **env) as world:
            desk = world.service
            gateway = Service(desk.database, desk.redis, desk.folder, "gateway", env=env)
            await gateway.start()
            assert desk.process is not None
            assert gateway.process is not None
            pids = {"desk": desk.process.pid, "gateway": gateway.process.pid}
            try:
                async with (
                    world.console(service=gateway) as there,
                    world.console(service=desk) as here,
                    world.psap(gateway) as psap,
                ):
                    for _ in range(TRIES):  # until the relay reaches the gateway: what it reads itself is in no trace
                        call = {**world.call(), "callback_number": NUMBER, "narrative": SAID, "name": SAID}
                        answer = await psap.post(
                            "/v1/calls", json=call, headers={"traceparent": f"00-{'5' * 32}-{'5' * 16}-01"}
                        )
                        assert answer.status_code in (200, 201), answer.text
                        await until(partial(there.told, "call.received"), "the call, at the gateway")
                        await until(partial(here.told, "call.received"), "the call, at the desk")
                        with suppress(AssertionError):
                            await until(partial(collector.of_request, answer), "a trace to both sockets", TRY_S)
                            break
                    before = len(collector.of_calls())
                    collector.status = 503  # a collector that is in trouble costs spans, and no call
                    assert (await psap.post("/v1/calls", json=world.call())).status_code == 201
                    collector.status = 200
                    await until(lambda: len(collector.of_calls()) > before, "the second trace, sent again")
            finally:
                assert await gateway.stop() == 0, gateway.last_words()
    trace = collector.of_request(answer)
    assert trace, "no trace of the call reaches both sockets"
    ids = {span.span_id: span.name for _, span in trace}
    for pid, span in trace:
        if span.name != "POST /v1/calls":
            assert ids[span.parent_span_id] == WITHIN[span.name], span.name
        at_desk = span.name in ("desk.wait", "desk.decide", "desk.append")
        at_gateway = span.name in ("POST /v1/calls", "report.read", "place.resolve", "desk.ask")
        assert pid in ([pids["desk"]] if at_desk else [pids["gateway"]] if at_gateway else pids.values()), span.name
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
        assert not span.events or span.name == "publish"
    root, ask = (next(s for _, s in trace if s.name == name) for name in ("POST /v1/calls", "desk.ask"))
    assert not root.parent_span_id, "a sender's own trace is not taken"
    assert attributes(root)["http.response.status_code"] == 201
    assert attributes(ask)["auxilio.outcome"] == "done"
    assert {attributes(s)["auxilio.recorded"] for _, s in trace if s.name == "desk.append"} == {True}
    told = b"".join(collector.bodies)
    for word in (NUMBER, "Quintero", call["said"], call["call_id"], world.keys.psap):
        assert word.encode() not in told, word


@pytest.mark.parametrize("status", [200, 400])
async def test_what_finds_no_room_or_is_refused_is_counted_and_costs_nothing_else(status: int) -> None:
    async with a_collector() as collector:
        collector.status = status
        exporter = Exporter(collector.url)
        tracer = Tracer("southwest", 1.0, exporter.waiting)
        before = {what: became(what) for what in ("no_room", "sent", "refused")}
        for _ in range(WAITING_MAX + 10):
            with tracer.span("one"):
                pass
        assert became("no_room") - before["no_room"] == 10
        await exporter.send()
        took = "sent" if status == 200 else "refused"
        assert became(took) - before[took] == len(collector.bodies) * 64 == WAITING_MAX
        await exporter.close()
    gone = Exporter(collector.url)
    tracer = Tracer("southwest", 1.0, gone.waiting)
    with tracer.span("one"):
        pass
    await gone.send()
    assert len(gone.waiting.first()) == 1, "kept for the next round"
    await gone.close()


def test_only_a_whole_trace_is_taken_from_another_process() -> None:
    whole = f"00-{'a' * 32}-{'b' * 16}-01"
    assert span_of(whole) is not None
    for broken in ("", whole[:-1], whole + "1", whole.replace("a", "0"), whole.upper(), f"{whole}\n"):
        assert span_of(broken) is None


async def test_a_trace_s_errors_name_their_kind_and_not_their_words() -> None:
    ended = Exporter("http://127.0.0.1:9/")
    tracer = Tracer("southwest", 1.0, ended.waiting)
    with pytest.raises(httpx.InvalidURL), tracer.span("one"):
        raise httpx.InvalidURL(SAID)
    (span,) = ended.waiting.first()
    assert span.status.description == "InvalidURL"
    assert span.events == ()
    await ended.close()


def test_a_fault_of_tracing_is_counted_and_goes_no_further() -> None:
    before = became("broken")
    Tracer("southwest", 1.0, Exporter("http://127.0.0.1:9/").waiting).sent([Followed(b"lacks what is told of it")])
    assert became("broken") - before == 1


def test_what_another_release_sent_or_spooled_without_a_trace_is_read() -> None:
    ask = msgspec.msgpack.decode(msgspec.msgpack.encode(ask_of(Request(RaiseSystemAlarm("seen"), "test"))))
    del ask["origin"], ask["trace"]
    read = request_of(msgspec.msgpack.decode(msgspec.msgpack.encode(ask), type=Ask))
    assert (read.origin, read.trace, read.command) == ("", None, RaiseSystemAlarm("seen"))

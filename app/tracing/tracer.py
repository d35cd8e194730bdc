"""Spans of one process. A trace begins with a request, or with a command that no request brought; a share is kept."""

import logging
import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from secrets import token_hex
from time import monotonic_ns, time_ns
from typing import Any, ParamSpec

from msgspec.structs import replace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, set_span_in_context
from starlette.types import ASGIApp

from app.logs import request_id, trace_id
from app.metrics.meters import TRACE_SPANS
from app.requests import Answer, Request
from app.signs import Signs
from app.tracing.context import span_of, traceparent
from app.tracing.followed import Followed
from app.tracing.http import Watched
from app.tracing.seam import Made, Submit
from geo.place import DeviceFix, Resolution
from geo.sign import Sector

log = logging.getLogger(__name__)
Given = ParamSpec("Given")


def harmless(work: Callable[Given, None]) -> Callable[Given, None]:
    """Let nothing out of what only watches: a fault in it is logged and counted, and the rescue goes on."""

    @wraps(work)
    def guarded(*args: Given.args, **kwargs: Given.kwargs) -> None:
        try:
            work(*args, **kwargs)
        except Exception:
            log.exception("tracing broke")
            TRACE_SPANS.labels("broken").inc()

    return guarded


@contextmanager
def named(span: Span) -> Iterator[None]:
    """Let log lines name the trace of a span, if it is kept."""
    if not span.is_recording():
        yield
        return
    token = trace_id.set(f"{span.get_span_context().trace_id:032x}")
    try:
        yield
    finally:
        trace_id.reset(token)


class Tracer:
    """Makes spans of ids and kinds; `expected` and `telling` hold, by seq, the traces of what is being published."""

    def __init__(self, region: str, ratio: float, ended: SpanProcessor) -> None:
        resource = Resource(
            {
                "service.name": "auxilio",
                "service.instance.id": token_hex(8),
                "process.pid": os.getpid(),
                "auxilio.region": region,
            }
        )
        sampler = ParentBased(TraceIdRatioBased(ratio))
        provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(ended)
        self._tracer = provider.get_tracer("auxilio")
        self.expected: Mapping[int, str] = {}
        self.telling: dict[int, Span] = {}

    @contextmanager
    def span(self, name: str, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any) -> Iterator[Span]:
        """Watch a block. Of an error only its type is kept: its words may be a person's."""
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    def begin(self, name: str, parent: Span) -> Span:
        """Begin a span that somebody else's code runs in."""
        return self._tracer.start_span(name, set_span_in_context(parent, Context()))

    def tell(
        self,
        name: str,
        parent: Span,
        began_ns: int,
        ended_ns: int,
        about: Mapping[str, str | int | bool],
        links: Iterable[SpanContext] = (),
    ) -> SpanContext:
        """Tell of what is over, by the monotonic clock; return where it stands."""
        wall_ns = time_ns() - monotonic_ns()
        span = self._tracer.start_span(
            name,
            set_span_in_context(parent, Context()),
            attributes=about,
            links=[Link(link) for link in links],
            start_time=wall_ns + began_ns,
        )
        span.end(wall_ns + ended_ns)
        return span.get_span_context()

    def watch_requests(self, app: ASGIApp) -> ASGIApp:
        return Watched(app, self.request)

    @contextmanager
    def request(self, method: str) -> Iterator[Span]:
        """Watch a request, whose log lines then name its trace."""
        # Never a sender's own trace: it could hold a number, and would let anybody have all of theirs traced.
        with self.span(method, SpanKind.SERVER, **{"http.request.method": method}) as span:
            if span.is_recording():
                span.set_attribute("auxilio.request_id", request_id.get())
            with named(span):
                yield span

    def read(self, read: Callable[[bytes], Made], raw: bytes) -> Made:
        with self.span("report.read"):
            return read(raw)

    async def _ask(self, request: Request, submit: Submit) -> Answer:
        kind = {"auxilio.command": type(request.command).__name__, "auxilio.lane": request.lane.value}
        with self.span("desk.ask", SpanKind.CLIENT, **kind) as span, named(span):
            if span.is_recording():
                span.set_attribute("auxilio.command_id", str(request.id))
                request = replace(request, trace=traceparent(span.get_span_context()))
            answer = await submit(request)
            span.set_attributes({"auxilio.outcome": answer.outcome.value, "auxilio.seq": answer.seq})
            return answer

    def ask(self, request: Request, submit: Submit) -> Awaitable[Answer]:
        return self._ask(request, submit)

    def expect(self, traces: Mapping[int, str]) -> None:
        self.expected = traces

    def expected_spans(self) -> dict[int, Span]:
        """Take what was expected: by seq, the span of whoever asked for that event."""
        expected, self.expected = self.expected, {}
        known = {travelled: span_of(travelled) for travelled in set(expected.values())}
        return {seq: span for seq, travelled in expected.items() if (span := known[travelled]) is not None}

    @harmless
    def sent(self, texts: Iterable[bytes]) -> None:
        for text in texts:
            if isinstance(text, Followed):
                self.tell("socket.write", text.span, text.since_ns, monotonic_ns(), text.about)


class TracedSigns(Signs):
    """Signs whose resolving shows within the reading."""

    def __init__(self, tracer: Tracer, sectors: tuple[Sector, ...]) -> None:
        super().__init__(sectors)
        self._tracer = tracer

    def resolve(
        self, said: str | None, device: DeviceFix | None, sectors: tuple[str, ...], *, read_back: bool = False
    ) -> Resolution:
        """Resolve as ever."""
        with self._tracer.span("place.resolve") as span:
            found = super().resolve(said, device, sectors, read_back=read_back)
            span.set_attribute("auxilio.place_state", found.state.value)
            return found

"""The way out: ended spans wait in a bounded queue, and a loop posts them to a collector by OTLP over HTTP."""

import logging
from collections import deque
from contextlib import AsyncExitStack
from itertools import islice
from time import monotonic
from typing import Final

import httpx
from google.protobuf.message import DecodeError
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor

from app.interop.outgoing import open_client
from app.metrics.meters import TRACE_SPANS

log = logging.getLogger(__name__)

WAITING_MAX: Final = 4_096  # spans, some 8 MB: 20 s of 20 traced calls a second; then the newest are dropped
POST_SPANS: Final = 64  # encoding them takes the event loop 1 ms
PAUSE_S: Final = 1.0
POST_S: Final = 2.0
ROUND_S: Final = 3.0  # with one post more the loop still ticks before it would be late
LATER: Final = (429, 502, 503, 504)  # OTLP's answers after which the same is sent again
HEADERS: Final = {"Content-Type": "application/x-protobuf"}


class Waiting(SpanProcessor):
    """Ended spans, oldest first. `put` waits for nothing; what finds no room is dropped and counted."""

    def __init__(self) -> None:
        self._spans: deque[ReadableSpan] = deque()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Take note of nothing: a span is of use when it is over."""

    def on_end(self, span: ReadableSpan) -> None:
        if len(self._spans) < WAITING_MAX:
            self._spans.append(span)
        else:
            TRACE_SPANS.labels("no_room").inc()

    def first(self) -> list[ReadableSpan]:
        """Return what is sent next."""
        return list(islice(self._spans, POST_SPANS))

    def let_go(self, spans: int) -> None:
        """Forget the oldest: they were sent, or will never be taken."""
        for _ in range(spans):
            self._spans.popleft()

    def shutdown(self) -> None:
        """Nothing: the exporter is closed by whoever opened it."""

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the library's signature
        return not self._spans


class Exporter:
    """Sends what waits. A collector that is away or slow costs spans, which are counted, and nothing else."""

    def __init__(self, url: str) -> None:
        self.waiting = Waiting()
        self._url = url
        self._http = open_client(POST_S)
        self._state = "ok"

    async def send(self) -> None:
        """Send what waits, for one round; what is not taken now is sent again in the next."""
        ends = monotonic() + ROUND_S
        while (spans := self.waiting.first()) and monotonic() < ends:
            body = encode_spans(spans).SerializeToString()
            try:
                answer = await self._http.post(self._url, content=body, headers=HEADERS)
            except (httpx.HTTPError, OSError) as error:
                self._say(type(error).__name__)
                return
            self._say("ok" if answer.is_success else f"it answered {answer.status_code}")
            if answer.status_code in LATER:
                return
            refused = _refused(answer.content) if answer.is_success else len(spans)
            TRACE_SPANS.labels("refused").inc(refused)
            TRACE_SPANS.labels("sent").inc(len(spans) - refused)
            self.waiting.let_go(len(spans))

    def _say(self, state: str) -> None:
        """Log a change once: a collector may be away for a week."""
        if state != self._state:
            self._state = state
            level = logging.INFO if state == "ok" else logging.WARNING
            log.log(level, "traces: %s", "taken again" if state == "ok" else f"not taken, {state}")

    async def close(self) -> None:
        """Send what was still waiting, for one round."""
        try:
            await self.send()
        finally:
            await self._http.aclose()


def _refused(body: bytes) -> int:
    """Return how many spans of a batch a collector says it has not taken."""
    try:
        return ExportTraceServiceResponse.FromString(body).partial_success.rejected_spans
    except DecodeError:
        return 0


def open_exporter(stack: AsyncExitStack, url: str) -> Exporter:
    """Return an exporter that ends with the stack."""
    exporter = Exporter(url)
    stack.push_async_callback(exporter.close)
    return exporter

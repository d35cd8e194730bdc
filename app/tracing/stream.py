"""From a published event to the sockets: the fold, and the first few clients each traced frame goes to."""

from collections.abc import Iterable, Sequence
from heapq import nsmallest
from time import monotonic_ns
from typing import Final

from opentelemetry.trace import Span

from app.codec import Recorded
from app.frames import Frame
from app.publishing import Publisher
from app.store.ledger import Batch
from app.stream.hub import Hub
from app.tracing.followed import Followed
from app.tracing.tracer import Tracer, harmless

FOLLOWED_MAX: Final = 8  # clients of a frame, devices first; a frame for 500 consoles would be 500 spans


class TracedPublisher(Publisher):
    """A publisher that tells, in each trace with an event in a batch, how long folding and handing out took."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    def publish(self, batch: Batch) -> None:
        """Publish as ever."""
        if batch.traces is not None:
            self._tracer.expect(batch.traces)
        super().publish(batch)

    def tell(self, events: Sequence[Recorded], head_hash: bytes) -> None:
        """Tell as ever."""
        self._begin(len(events))
        try:
            super().tell(events, head_hash)
        finally:
            self._end()

    @harmless
    def _begin(self, events: int) -> None:
        spans: dict[Span, Span] = {}
        for seq, parent in self._tracer.expected_spans().items():
            if parent not in spans:
                spans[parent] = self._tracer.begin("publish", parent)
                spans[parent].set_attribute("auxilio.batch_events", events)
            self._tracer.telling[seq] = spans[parent]

    @harmless
    def _end(self) -> None:
        for span in set(self._tracer.telling.values()):
            span.end()
        self._tracer.telling.clear()


class TracedHub(Hub):
    """A hub that lets a frame's trace go along to the sockets of its first clients."""

    def __init__(self, tracer: Tracer) -> None:
        super().__init__()
        self._tracer = tracer

    def publish(self, frames: Iterable[Frame]) -> None:
        """Publish as ever, frame by frame."""
        for frame in frames:
            super().publish((frame,))
            span = self._tracer.telling.get(frame.seq)
            if span is not None:
                self._follow(frame, span)

    @harmless
    def _follow(self, frame: Frame, span: Span) -> None:
        """Mark what was just put into the outboxes; how many sockets it is for stands at the publishing."""
        listeners = {client for topic in frame.topics for client in self._by_topic.get(topic, ()) if client.outbox}
        given = [client for client in listeners if client.outbox[-1] is frame.bytes_for(client.topics)]
        kind = frame.recorded.kind
        span.add_event(kind, {"auxilio.seq": frame.seq, "auxilio.sockets": len(given)})
        for client in nsmallest(FOLLOWED_MAX, given, key=lambda one: one.unit_id is None):
            followed = Followed(client.outbox[-1])
            followed.span, followed.since_ns = span, monotonic_ns()
            followed.about = {"auxilio.seq": frame.seq, "auxilio.event": kind, "auxilio.role": client.role.value}
            client.outbox[-1] = followed

"""The desk's side: how long a command waited, was decided and was appended, told after it is out of the way."""

import asyncio
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

from opentelemetry.trace import SpanContext

from app.clock import Clock
from app.lanes import Waiting
from app.scribe import Scribe
from app.store.ledger import Batch
from app.tracing.context import span_of
from app.tracing.tracer import Tracer, harmless
from app.turn import Turn


class TracedTurn(Turn):
    """A turn that notes, for each traced command, when it was taken up and when it was decided."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.decided: list[tuple[Waiting, int, int]] = []

    def take(self, one: Waiting) -> None:
        """Decide one more request, as ever."""
        began_ns = monotonic_ns()
        try:
            super().take(one)
        finally:
            if one.request.trace is not None:
                self.decided.append((one, began_ns, monotonic_ns()))

    def traces(self) -> dict[int, str]:
        """Return to which traces this turn's events belong, by seq."""
        traces = {one.request.id: one.request.trace for one, *_ in self.decided}
        pairs = zip(self.batch.events, self.batch.command_ids, strict=True)
        return {event.seq: trace for event, command_id in pairs if (trace := traces.get(command_id)) is not None}


class TracedScribe(Scribe):
    """A scribe whose turns are traced. What it tells is told by a callback of its own, in which nothing can fail it."""

    TURN = TracedTurn

    def __init__(
        self, tracer: Tracer, dsn: str, region: str, secret: str, clock: Clock, publish: Callable[[Batch], None]
    ) -> None:
        super().__init__(dsn, region, secret, clock, publish)
        self._tracer = tracer

    async def append(self, turn: Turn) -> bool:
        """Append as ever; once it is over the turn is told of, whatever became of it."""
        began_ns, recorded = monotonic_ns(), False
        try:
            recorded = await super().append(turn)
        finally:
            if isinstance(turn, TracedTurn) and turn.decided:
                asyncio.get_running_loop().call_soon(self._tell, turn, began_ns, monotonic_ns(), recorded)
        return recorded

    def publish(self, turn: Turn) -> None:
        """Publish as ever, with the traces beside it."""
        if isinstance(turn, TracedTurn) and turn.decided:
            turn.batch.traces = turn.traces()
        super().publish(turn)

    @harmless
    def _tell(self, turn: TracedTurn, began_ns: int, ended_ns: int, recorded: bool) -> None:
        """The first command's trace gets the append, linked to all others in it, and each of those a link back."""
        asked = [span.get_span_context() for one, *_ in turn.decided if (span := span_of(one.request.trace or ""))]
        about = {
            "auxilio.batch_commands": len(turn.answers),
            "auxilio.batch_events": len(turn.batch.events),
            "auxilio.recorded": recorded,
        }
        batch: SpanContext | None = None
        for one, decide_ns, decided_ns in turn.decided:
            parent = span_of(one.request.trace or "")
            if parent is None:
                continue
            kind = type(one.request.command).__name__
            self._tracer.tell("desk.wait", parent, int(one.since * 1e9), decide_ns, {"auxilio.tries": one.tries})
            self._tracer.tell("desk.decide", parent, decide_ns, decided_ns, {"auxilio.command": kind})
            links = [c for c in asked if c != parent.get_span_context()] if batch is None else [batch]
            told = self._tracer.tell("desk.append", parent, began_ns, ended_ns, about, links)
            batch = batch or told

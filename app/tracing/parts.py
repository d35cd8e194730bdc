"""The classes a process is built of: the plain ones, or with tracing on those that tell what they do."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from app.desk import MakeScribe
from app.loops.loop import Loops
from app.publishing import Publisher
from app.scribe import Scribe
from app.settings import Settings
from app.signs import Signs
from app.stream.hub import Hub
from app.tracing.seam import Tracing
from geo.sign import Sector


@dataclass(frozen=True, slots=True)
class Parts:
    """How to make what has a traced form. `watch` names the loop that sends what was traced."""

    tracing: Tracing | None = None
    publisher: Callable[[], Publisher] = Publisher
    hub: Callable[[], Hub] = Hub
    signs: Callable[[tuple[Sector, ...]], Signs] = Signs
    scribe: MakeScribe = Scribe
    watch: Callable[[Loops], None] = lambda _: None


def open_parts(stack: AsyncExitStack, settings: Settings) -> Parts:
    """Return what this process is made of; tracing, if it is on, ends with the stack."""
    if settings.trace_url is None:
        return Parts()
    # Whoever does not trace pays neither the 60 ms nor the memory of the library.
    from app.tracing.desk import TracedScribe  # noqa: PLC0415
    from app.tracing.exporter import PAUSE_S, open_exporter  # noqa: PLC0415
    from app.tracing.stream import TracedHub, TracedPublisher  # noqa: PLC0415
    from app.tracing.tracer import TracedSigns, Tracer  # noqa: PLC0415

    exporter = open_exporter(stack, settings.trace_url)
    tracer = Tracer(settings.region, settings.trace_ratio, exporter.waiting)
    return Parts(
        tracer,
        partial(TracedPublisher, tracer),
        partial(TracedHub, tracer),
        partial(TracedSigns, tracer),
        partial(TracedScribe, tracer),
        lambda loops: loops.add("traces", PAUSE_S, exporter.send),
    )

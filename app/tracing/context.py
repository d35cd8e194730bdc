"""Where in which trace something belongs, as it travels: W3C Trace Context's `traceparent`."""

import re
from typing import Final

from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

# Only what is sampled travels, so the flags are always 01.
TRACEPARENT: Final = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-01")


def traceparent(context: SpanContext) -> str:
    """Return a span as it travels."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def span_of(travelled: str) -> NonRecordingSpan | None:
    """Return the span that travelled, as a parent; None for anything else than one."""
    found = TRACEPARENT.fullmatch(travelled)
    if found is None:
        return None
    context = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(1))
    return NonRecordingSpan(context) if context.is_valid else None

"""Bytes on their way to a socket whose trace goes with them."""

from collections.abc import Mapping

from opentelemetry.trace import Span


class Followed(bytes):
    """A frame as a client's outbox holds it, with what will be told once the socket has taken it."""

    span: Span
    since_ns: int
    about: Mapping[str, str | int]

"""Counting what failed from where, so that nobody can try codes by the thousand. Only failures count, only briefly."""

from collections import OrderedDict, deque
from time import monotonic
from typing import Final

WITHIN_S: Final = 60.0
SOURCES_MAX: Final = 10_000


class Failures:
    """`most` failures of one source within a minute; then it waits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, source: str) -> None:
        times = self._seen.setdefault(source, deque(maxlen=self._most))
        times.append(monotonic())
        self._seen.move_to_end(source)
        if len(self._seen) > SOURCES_MAX:
            self._seen.popitem(last=False)

    def are_too_many(self, source: str) -> bool:
        """Whether this source has to wait."""
        times = self._seen.get(source)
        return times is not None and len(times) == self._most and monotonic() - times[0] < WITHIN_S

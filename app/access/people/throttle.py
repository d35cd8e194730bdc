"""Failures slow down whoever guesses, and nobody else: no account is ever locked, no session ever touched.

A stranger's failures count for where they come from and for the account they try. Whoever has signed in from here
before counts apart, so that guessing from elsewhere cannot keep a dispatcher from their own desk. Passkeys are not
throttled: nobody guesses one. Without I/O and clock; kept in memory, bounded, for each process.
"""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

FREE: Final = 5  # a person mistypes that often
FORGET_S: Final = 900.0
STRANGER_WAIT_S_MAX: Final = 300.0
KNOWN_WAIT_S_MAX: Final = 30.0  # somebody beside a dispatcher may guess in their name: they wait for a moment at most
BUCKETS_MAX: Final = 20_000

Key = tuple[str, ...]


@dataclass(slots=True)
class Bucket:
    failures: int
    until: float
    last: float


class Throttle:
    """Counts failures by key: ("source", address), ("account", login), ("known", person, source)."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[Key, Bucket] = OrderedDict()

    def wait_s(self, keys: Iterable[Key], now: float) -> float:
        """Return how long to wait before the next try; 0 means: try."""
        return max([0.0, *(self._alive(key, now).until - now for key in keys)])

    def try_one(self, keys: Iterable[Key], now: float) -> None:
        """Count a try as a failure before it is looked at, so that many at once gain nothing."""
        for key in keys:
            bucket = self._alive(key, now)
            bucket.failures += 1
            bucket.last = now
            over = bucket.failures - FREE
            if over >= 0:
                most = KNOWN_WAIT_S_MAX if key[0] == "known" else STRANGER_WAIT_S_MAX
                bucket.until = now + min(2.0 ** min(over, 16), most)
            self._buckets[key] = bucket
            self._buckets.move_to_end(key)
        while len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)

    def succeeded(self, keys: Iterable[Key]) -> None:
        """Forget the failures of an account whose person came in; a source keeps its own but for this try."""
        for key in keys:
            bucket = self._buckets.get(key)
            if bucket is not None and key[0] == "source":
                bucket.failures -= 1
                bucket.until = 0.0 if bucket.failures < FREE else bucket.until
            else:
                self._buckets.pop(key, None)

    def _alive(self, key: Key, now: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None or now - bucket.last > FORGET_S:
            return Bucket(0, 0.0, now)
        return bucket

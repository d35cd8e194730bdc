"""Floods of calls: counted a minute at a time by sender, flagged, never refused (docs/access.md)."""

from collections import OrderedDict
from typing import Final

MINUTE_S: Final = 60.0
SENDERS_MAX: Final = 1_000  # PSAPs with a key


class Floods:
    """`count` tells when a sender's calls become a flood; `now` shows those under way, for the pulse.

    Of the last minute: what came in this one, and of the one before the part that is not over.
    """

    def __init__(self, calls_max: int) -> None:
        self._calls_max = calls_max
        self._counts: OrderedDict[str, tuple[int, int, int]] = OrderedDict()  # the minute, calls in it and before it
        self._flooding: set[str] = set()

    def count(self, sender: str, at_s: float) -> bool:
        """Count a new call. True once, when the sender's last minute has more than it may; again after it subsided."""
        minute, here, before = self._rolled(sender, at_s)
        self._counts[sender] = (minute, here + 1, before)
        self._counts.move_to_end(sender)
        if len(self._counts) > SENDERS_MAX:
            gone, _ = self._counts.popitem(last=False)
            self._flooding.discard(gone)
        is_new = self.last_minute(sender, at_s) > self._calls_max and sender not in self._flooding
        if is_new:
            self._flooding.add(sender)
        return is_new

    def last_minute(self, sender: str, at_s: float) -> int:
        _, here, before = self._rolled(sender, at_s)
        return here + int(before * (1 - at_s % MINUTE_S / MINUTE_S))

    def now(self, at_s: float) -> dict[str, int]:
        """Return who floods, with the calls of the last minute; one that fell to half its limit floods no more."""
        counts = {sender: self.last_minute(sender, at_s) for sender in self._flooding}
        self._flooding = {sender for sender, calls in counts.items() if calls > self._calls_max // 2}
        return {sender: counts[sender] for sender in sorted(self._flooding)}

    def _rolled(self, sender: str, at_s: float) -> tuple[int, int, int]:
        minute = int(at_s // MINUTE_S)
        then, here, before = self._counts.get(sender, (minute, 0, 0))
        if then == minute:
            return minute, here, before
        return minute, 0, here if then == minute - 1 else 0

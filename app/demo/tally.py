"""The driver's counts and times, as seen from outside the service."""

from pathlib import Path
from time import perf_counter, time

import msgspec


class Tally(msgspec.Struct):
    """What one run asked and got. Times in ms; `first_answer_s` counts from the start of the command."""

    began: float
    run: str = ""
    calls_posted: int = 0
    calls_acknowledged: int = 0
    repeats: int = 0
    presses_posted: int = 0
    presses_acknowledged: int = 0
    first_answer_s: float | None = None
    withdrawn: int = 0  # offers a dispatcher gave to another unit because nobody answered
    left_open: int = 0
    to_answer_ms: list[float] = []
    to_socket_ms: list[float] = []
    events: dict[str, int] = {}
    odd: dict[str, int] = {}  # answers nobody in the demo has planned for

    def see(self, kind: str) -> None:
        """Count an event of the dispatcher's stream."""
        self.events[kind] = self.events.get(kind, 0) + 1

    def seen(self, kind: str) -> int:
        return self.events.get(kind, 0)

    def wonder(self, what: str) -> None:
        self.odd[what] = self.odd.get(what, 0) + 1


def keep_tally(file: Path, tally: Tally) -> None:
    file.write_bytes(msgspec.json.encode(tally))


def read_tally(file: Path) -> Tally | None:
    """Return what the driver kept; None when it never came to an end."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Tally)
    except FileNotFoundError:
        return None


class Stopwatch:
    """Times a call from its post to its answer, and to the socket of the first unit that is offered it."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._posted: dict[int, float] = {}
        self._heard: dict[int, float] = {}

    def answered(self, posted: float) -> None:
        """Take a call's answer; `posted` is perf_counter() when it was sent."""
        self._tally.to_answer_ms.append((perf_counter() - posted) * 1e3)
        if self._tally.first_answer_s is None:
            self._tally.first_answer_s = time() - self._tally.began

    def offered_at_once(self, incident_id: int, posted: float) -> None:
        """Remember when a call was posted that the service offered in the same breath."""
        heard = self._heard.pop(incident_id, None)
        if heard is None:
            self._posted[incident_id] = posted
        else:
            self._tally.to_socket_ms.append((heard - posted) * 1e3)

    def heard(self, incident_id: int) -> None:
        """Take an offer that arrived at a unit's socket; the answer to the call may still be on its way."""
        posted = self._posted.pop(incident_id, None)
        if posted is None:
            self._heard.setdefault(incident_id, perf_counter())
        else:
            self._tally.to_socket_ms.append((perf_counter() - posted) * 1e3)


def percentile(values: list[float], share: float) -> float:
    """Return the value that `share` of all do not pass (nearest rank); 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0

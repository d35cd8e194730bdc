"""A client's own memory of what it was promised: one line per 2xx or answer, on disk before the client goes on."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class CallAcked:
    """A call that was answered 2xx. `incident_id` is the one the answer named."""

    psap: str
    call_id: str
    incident_id: int


@dataclass(frozen=True, slots=True)
class FieldAcked:
    """A unit's acceptance or status that was answered `done`. `status` is what was reported."""

    unit_id: str
    assignment_id: int
    status: str


@dataclass(frozen=True, slots=True)
class OutcomeAcked:
    incident_id: int
    outcome: str


@dataclass(frozen=True, slots=True)
class CallSpooled:
    """A call that was answered 503 with a spool id, and that nobody sends again."""

    spool_id: str


Acked = CallAcked | CallSpooled | FieldAcked | OutcomeAcked
SHAPES: dict[str, type[Acked]] = {cls.__name__: cls for cls in (CallAcked, CallSpooled, FieldAcked, OutcomeAcked)}


class Journal:
    """Written line by line and synced to disk, so that it outlives its client, too. Also counts what was posted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("ab")
        self.posted = 0
        self._calls: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def keep(self, fact: Acked) -> None:
        """Write down an acknowledgement; on disk when this returns."""
        line = json.dumps({"kind": type(fact).__name__, **asdict(fact)})
        self._file.write(line.encode() + b"\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())
        if isinstance(fact, CallAcked):
            self._calls.add(fact.call_id)

    @property
    def acked(self) -> int:
        """How many calls were answered 2xx at least once."""
        return len(self._calls)

    def read(self) -> Iterator[Acked]:
        """Yield everything that was kept, oldest first."""
        for line in self._path.read_bytes().splitlines():
            fields: dict[str, Any] = json.loads(line)
            yield SHAPES[fields.pop("kind")](**fields)

"""A command on its way to the desk, and the answer on its way back; the same in-process and over the internal link."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct, field

from app.logs import request_id
from app.sealing import SealedValue
from dispatch.commands import (
    AcceptOffer,
    Command,
    DeclineOffer,
    HearFrame,
    RaiseMayday,
    ReportAlert,
    ReportCall,
    ReportStatus,
    SetDuty,
)


class Lane(StrEnum):
    """What is served first when much waits: distress, then the field, then everything else (design 1)."""

    DISTRESS = "distress"
    FIELD = "field"
    DESK = "desk"


_DISTRESS = (ReportCall, ReportAlert, RaiseMayday)
_FIELD = (AcceptOffer, DeclineOffer, ReportStatus, HearFrame, SetDuty)


class Request(Struct, frozen=True, gc=False):
    """A command with its unique id, who asks, what it carries sealed, and a keyed digest that tells a re-send apart.

    `origin` is the id of the HTTP request or socket it came by, `trace` where in which trace it belongs, if in any.
    """

    command: Command
    by: str
    id: UUID = field(default_factory=uuid4)
    sealed: tuple[SealedValue, ...] = ()
    caller_hash: bytes | None = None
    digest: bytes | None = None
    origin: str = field(default_factory=request_id.get)
    trace: str | None = None

    @property
    def marks(self) -> dict[str, str]:
        """What a log line about it names: as `extra`, where the line is written for many."""
        return {"request_id": self.origin, "trace_id": trace_id_of(self.trace)}

    @property
    def lane(self) -> Lane:
        if isinstance(self.command, _DISTRESS):
            return Lane.DISTRESS
        return Lane.FIELD if isinstance(self.command, _FIELD) else Lane.DESK


def trace_id_of(trace: str | None) -> str:
    """Return the id of a trace as log lines name it; `trace` is as W3C's `traceparent`."""
    return "" if trace is None else trace[3:35]


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"  # a bug or a poisoned command: recorded as far as it could be, and alarmed


class Answer(Struct, frozen=True, gc=False):
    """What became of a request. `seq` is the ledger's head when it was recorded; the rest is a refusal's."""

    outcome: Outcome
    seq: int
    reply: dict[str, Any]
    code: str = ""
    message: str = ""
    field: str = ""
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for the desk here: commands by lane, and how long the oldest has waited."""

    commands: dict[str, float]
    oldest_s: float = 0.0


class DeskUnavailable(RuntimeError):
    """No desk took the request; whether an earlier try was recorded is found by its id when it is sent again."""


class Spooled(DeskUnavailable):
    """A distress report is on disk, sealed, and is recorded under this id as soon as that is possible again."""

    def __init__(self, spool_id: UUID) -> None:
        self.spool_id = spool_id
        super().__init__("spooled")

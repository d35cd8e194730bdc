"""A command on its way to the desk, and the answer on its way back; the same in-process and over the internal link."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from msgspec import Struct, field

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
    """A command with its unique id, who asks, what it carries sealed, and a keyed digest that tells a re-send apart."""

    command: Command
    by: str
    id: UUID = field(default_factory=uuid4)
    sealed: tuple[SealedValue, ...] = ()
    caller_hash: bytes | None = None
    digest: bytes | None = None

    @property
    def lane(self) -> Lane:
        if isinstance(self.command, _DISTRESS):
            return Lane.DISTRESS
        return Lane.FIELD if isinstance(self.command, _FIELD) else Lane.DESK


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

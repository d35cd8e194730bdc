"""A person's free words for why: sealed like a note, so that the ledger and the rows hold a reference or a code."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from app.sealing import SealedValue, Sealer
from dispatch.commands import Assign, Command, DeclineOffer, Reassign, StandDown

CODES: Final = frozenset({"", "vehicle", "busy", "too_far", "other"})  # what the agents' app offers to choose from
OTHER: Final = "other"
WITH_REASON: Final = (Assign, Reassign, StandDown, DeclineOffer)


def seal_reason(sealer: Sealer, command: Command, by: str, now: datetime) -> tuple[Command, tuple[SealedValue, ...]]:
    """Return the command with its free words sealed, and what has to be stored with it."""
    if not isinstance(command, WITH_REASON) or command.reason in CODES:
        return command, ()
    value = sealer.seal("note", {"text": command.reason, "by": by}, now)
    code = OTHER if isinstance(command, DeclineOffer) else ""
    return replace(command, reason=code, sealed=str(value.id)), (value,)

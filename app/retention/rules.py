"""How long each class of value is kept, counted from the incident's outcome, or from its making where there is none."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from app.retention.wrapping import WrapName, month_of

# Which class a kind of value belongs to. A kind nobody named is kept like a call's contents if it is with an incident,
# and else until somebody names it.
CLASS_OF: Final = {"call": "call", "alert": "call", "raw": "raw", "note": "note", "purpose": "staff", "report": "call"}
BY_ITSELF: Final = frozenset({"staff"})  # classes whose time runs from the making: they belong to no incident
MONTH_DAYS: Final = 31

DAYS: Final = {"call": 365, "note": 365, "raw": 90, "staff": 1_095}
BACKUP_DAYS: Final = 35


@dataclass(frozen=True, slots=True)
class Rules:
    """Days by class, and for how long a database backup may be needed."""

    days: dict[str, int] = field(default_factory=lambda: dict(DAYS))
    backup_days: int = BACKUP_DAYS

    def at_sealing(self, kind: str, now: datetime, generation: int) -> WrapName:
        """Return what a new value is wrapped under."""
        of = CLASS_OF.get(kind, "call")
        if of in BY_ITSELF:
            return WrapName(of, month_of(now + timedelta(days=self.days[of])), until=True, generation=generation)
        return WrapName(of, month_of(now), until=False, generation=generation)

    def wanted(self, of: str, ended_at: datetime | None, now: datetime, generation: int) -> WrapName:
        """Return what a value of this class is to be wrapped under: this month's open key, or that of its last month.

        Never a month that is over: what is late ends with the present one.
        """
        if ended_at is None:
            return WrapName(of, month_of(now), until=False, generation=generation)
        ends = max(month_of(ended_at + timedelta(days=self.days[of])), month_of(now))
        return WrapName(of, ends, until=True, generation=generation)

    def is_over(self, name: WrapName, now: datetime) -> bool:
        """Whether the last day of this key's month has passed."""
        return name.month < month_of(now)

    def is_unneeded(self, empty_since: datetime, now: datetime) -> bool:
        """Whether no backup that is still kept can hold anything under a key that has been empty since then."""
        return now - empty_since >= timedelta(days=self.backup_days)

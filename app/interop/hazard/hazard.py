"""A hazard in our words, whether it came as CAP or as the National Weather Service's GeoJSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dispatch.status import Kind
from geo.area import Area

# What a person outdoors suffers from, by a word of the event's name.
EXPOSURES: Final = {
    "heat": ("heat",),
    "cold": ("freez", "frost", "cold", "chill", "ice ", "blizzard", "winter", "snow"),
    "flood": ("flood", "debris flow", "storm surge", "tsunami", "hydrologic"),
    "fire": ("red flag", "fire weather", "fire warning", "extreme fire"),
    "storm": ("thunderstorm", "tornado", "hurricane", "tropical", "lightning", "squall"),
    "wind": ("wind", "dust"),
}
# How urgent somebody caught in it at least is; a watch or a slight chance suggests nothing.
PRIORITY_OF: Final = {"Extreme": 9, "Severe": 8, "Moderate": 7}
SUGGESTING: Final = frozenset({"Observed", "Likely"})


@dataclass(frozen=True, slots=True)
class Hazard:
    """`id` is sender and identifier of its newest message, `refers_to` those it takes the place of."""

    id: str
    source: str
    event: str
    sent: datetime
    kind: Kind = Kind.REAL
    headline: str = ""
    description: str = ""
    instruction: str = ""
    area_text: str = ""
    severity: str = "Unknown"
    urgency: str = "Unknown"
    certainty: str = "Unknown"
    onset: datetime | None = None
    ends: datetime | None = None
    area: Area = Area()
    zones: tuple[str, ...] = ()
    refers_to: tuple[str, ...] = ()
    is_cancel: bool = False

    @property
    def exposure(self) -> str | None:
        """What it does to somebody outdoors; None for what is none of our business, like small craft."""
        name = f"{self.event.casefold()} "
        return next((what for what, words in EXPOSURES.items() if any(word in name for word in words)), None)

    def is_over(self, now: datetime) -> bool:
        return self.ends is not None and self.ends <= now

    def is_in_force(self, now: datetime) -> bool:
        return not self.is_over(now) and (self.onset is None or self.onset <= now)

    def suggested_priority(self, now: datetime) -> int | None:
        """Return how urgent an incident inside at least is; a person decides."""
        if self.exposure is None or self.certainty not in SUGGESTING or not self.is_in_force(now):
            return None
        return PRIORITY_OF.get(self.severity)

"""A CAP message as it was read; what it is to us is decided elsewhere."""

from dataclasses import dataclass, field
from datetime import datetime

from dispatch.status import Kind
from geo.area import Area


@dataclass(frozen=True, slots=True)
class CapInfo:
    """One `info` block: of several languages the English one, else the first."""

    categories: tuple[str, ...] = ()
    event: str = ""
    codes: tuple[str, ...] = ()
    severity: str = "Unknown"
    urgency: str = "Unknown"
    certainty: str = "Unknown"
    onset: datetime | None = None
    expires: datetime | None = None
    headline: str = ""
    description: str = ""
    instruction: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    area_text: str = ""
    area: Area = Area()
    geocodes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CapAlert:
    """`kind` is None for what asks for nothing: drafts, system messages, acknowledgements."""

    identifier: str
    sender: str
    sent: datetime | None
    status: str
    message_type: str
    kind: Kind | None
    references: tuple[str, ...] = ()
    info: CapInfo | None = None

    @property
    def id(self) -> str:
        return f"{self.sender},{self.identifier}"

    @property
    def is_cancel(self) -> bool:
        return self.message_type == "Cancel"

"""Times as network servers write them: RFC 3339 with nanoseconds."""

from datetime import UTC, datetime
from typing import Any

from app.interop.reading import Findings


def instant(value: Any, name: str, findings: Findings) -> datetime | None:
    """Return the instant in UTC; None when it is absent or no time."""
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        if at is not None:
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    findings.warn(name, "not a time")
    return None

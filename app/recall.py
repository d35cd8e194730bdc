"""Which incidents a command names, so that archived ones can be brought back before it is decided."""

from typing import Final

from dispatch.commands import Command

_FIELDS: Final = ("incident_id", "other_id", "into_id", "duplicate_of")


def incidents_named(command: Command) -> set[int]:
    """Return the incident ids in a command's fields."""
    values = (getattr(command, name, None) for name in _FIELDS)
    return {value for value in values if isinstance(value, int)}

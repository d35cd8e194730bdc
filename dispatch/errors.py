"""The refusals: few, typed and coded. Anything else that is raised while deciding is a bug."""

from enum import StrEnum


class Code(StrEnum):
    """Why a request was refused; one table in `app` turns these into HTTP statuses."""

    NOT_FOUND = "not_found"
    STALE = "stale"  # what the person saw is no longer so
    NOT_ALLOWED_NOW = "not_allowed_now"  # the state does not permit it; `allowed` says what it does
    INVALID = "invalid"
    ALREADY_DONE = "already_done"


class Refusal(Exception):
    """A request that does not fit. Carries the field it is about and what would be allowed instead."""

    def __init__(self, code: Code, message: str, *, field: str = "", allowed: tuple[str, ...] = ()) -> None:
        self.code = code
        self.field = field
        self.message = message
        self.allowed = allowed
        super().__init__(f"{code}: {message}")


def not_found(noun: str) -> Refusal:
    """Build the refusal for an id nobody knows; `noun` is the field. What was asked for is not said again."""
    return Refusal(Code.NOT_FOUND, f"no such {noun}", field=noun)

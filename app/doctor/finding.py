"""What a check found, in words: one line for what is, and where it is not well, what to do and the exact command."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad it is. `UNSEEN` says that nobody looked: the reason is another finding, or another machine."""

    OK = "ok"
    UNSEEN = "unseen"
    WARN = "warn"
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """`do` is a sentence for whoever reads it at night; `run` the command to type, empty where there is none."""

    state: State
    what: str
    do: str = ""
    run: str = ""


class Away(Exception):
    """Something that has to be asked does not answer; says what and why. Another finding says what to do."""


def ok(what: str) -> Finding:
    return Finding(State.OK, what)


def unseen(what: str) -> Finding:
    return Finding(State.UNSEEN, what)


def warn(what: str, do: str, run: str = "") -> Finding:
    return Finding(State.WARN, what, do, run)


def wrong(what: str, do: str, run: str = "") -> Finding:
    return Finding(State.WRONG, what, do, run)

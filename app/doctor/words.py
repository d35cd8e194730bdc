"""What the findings look like: for a terminal, lines that can be searched; for machines, one JSON object."""

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final

import orjson
import typer

from app.doctor.examination import Line, status
from app.doctor.finding import State
from app.doctor.units import count

COLORS: Final = {
    State.OK: typer.colors.GREEN, State.WARN: typer.colors.YELLOW,
    State.WRONG: typer.colors.RED, State.UNSEEN: typer.colors.BRIGHT_BLACK,
}  # fmt: skip
MARGIN: Final = 20  # state and check
WIDTH_LEAST: Final = 60


def text(lines: Sequence[Line], width: int | None) -> Iterator[str]:
    """Yield the lines; `width` breaks long ones for a terminal. A command is never broken: it is to be copied."""
    for line in lines:
        found = line.finding
        state = typer.style(f"{found.state.value:<7}", fg=COLORS[found.state], bold=found.state is State.WRONG)
        yield from _indented(f"{state}{line.check:<13}", found.what, width)
        if found.do:
            yield from _indented(" " * MARGIN, found.do, width)
        if found.run:
            yield " " * MARGIN + typer.style(found.run if "://" in found.run else f"$ {found.run}", bold=True)
    yield ""
    yield summary(lines)


def _indented(head: str, words: str, width: int | None) -> Iterator[str]:
    room = max(width or 0, WIDTH_LEAST) - MARGIN
    parts = wrap(words, room, break_long_words=False, break_on_hyphens=False) if width is not None else [words]
    for number, part in enumerate(parts):
        yield (" " * MARGIN if number else head) + part


def summary(lines: Sequence[Line]) -> str:
    """Say in one line how it stands and where to begin."""
    n = Counter(line.finding.state for line in lines)
    said = f"{n[State.OK]} ok, {count(n[State.WARN], 'warning')}, {n[State.WRONG]} WRONG, {n[State.UNSEEN]} not seen."
    for state in (State.WRONG, State.WARN):
        first = next((line for line in lines if line.finding.state is state), None)
        if first is not None:
            return f"{said} Begin with {first.check}: {first.finding.what}"
    return f"{said} Nothing to do."


def json(lines: Sequence[Line]) -> str:
    """Return all of it as one object: status (the exit status) and findings."""
    findings = [
        {"check": one.check, "state": one.finding.state.value.lower(), "what": one.finding.what}
        | {name: value for name, value in (("do", one.finding.do), ("run", one.finding.run)) if value}
        for one in lines
    ]
    return orjson.dumps({"status": status(lines), "findings": findings}, option=orjson.OPT_INDENT_2).decode()

"""What a stranger sees: a live table on a terminal, plain lines everywhere else."""

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

from rich.console import Console as Terminal
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from app.demo.picture import Picture, Row
from app.demo.road import COMPRESSION
from app.demo.shift import Shift, pause
from app.demo.tally import Tally, percentile

DRAWS_A_SECOND: Final = 4
LINES_S: Final = 5.0
ENDED_SHOWN_S: Final = 6.0
ROWS_MAX: Final = 30
ROWS_AROUND: Final = 10  # lines of the terminal that are not rows
# No colour without a word: the place column always says what the colour says.
STYLES: Final = {
    "queued": "bold yellow",
    "offered": "yellow",
    "assigned": "cyan",
    "with_dispatcher": "bold magenta",
    "done": "green",
}
LEGEND: Final = (
    f"? read it back   (U7) said no or did not answer   on the road 1 s stands for {COMPRESSION / 60:.0f} min"
    "   offered after, taken after: true times"
)
MARKS: Final = {"confirmed": "", "probable": " ?", "conflicting": " ≠", "unverified": " ??"}


class Screen:
    """Shows the dispatcher's picture and the totals until the end of the shift."""

    def __init__(self, picture: Picture, tally: Tally, shift: Shift) -> None:
        self._picture, self._tally, self._shift = picture, tally, shift
        self._terminal = Terminal(highlight=False)
        self._said: set[int] = set()

    async def run(self) -> None:
        if self._terminal.is_terminal:
            await self._draw()
        else:
            await self._write()

    async def _draw(self) -> None:
        with Live(self._view(), console=self._terminal, auto_refresh=False, transient=False) as live:
            while not await pause(1 / DRAWS_A_SECOND, self._shift.end):
                live.update(self._view(), refresh=True)

    async def _write(self) -> None:
        due = 0.0
        while not await pause(1 / DRAWS_A_SECOND, self._shift.end):
            for incident_id, (_, row) in self._picture.ended.items():
                if incident_id not in self._said:
                    self._said.add(incident_id)
                    print("  " + "  ".join(c.plain.strip() for c in self._cells(row) if c.plain.strip()), flush=True)  # noqa: T201
            if monotonic() >= due:
                due = monotonic() + LINES_S
                print(self._totals(), flush=True)  # noqa: T201

    def _view(self) -> Group:
        rows = max(min(self._terminal.height - ROWS_AROUND, ROWS_MAX), 3)
        table = Table(box=None, pad_edge=False, header_style="bold", expand=False)
        for name, side in (("no", "right"), ("prio", "right"), ("sign", "left"), ("what is happening", "left"),
                           ("units", "left"), ("age", "right"), ("offered after", "right"), ("taken after", "right"),
                           ("outcome", "left")):  # fmt: skip
            table.add_column(name, justify="right" if side == "right" else "left", no_wrap=True)
        now = monotonic()
        ended = [row for at, row in self._picture.ended.values() if now - at < ENDED_SHOWN_S]
        shown = sorted(self._picture.incidents(), key=lambda r: int(r["id"])) + ended
        for row in sorted(shown, key=lambda r: int(r["id"]))[-rows:]:
            table.add_row(*self._cells(row))
        hidden = len(shown) - rows
        more = Text(f"... and {hidden} older" if hidden > 0 else "", style="dim")
        return Group(table, more, Text(LEGEND, style="dim"), Text(self._totals("\n"), style="bold"))

    def _cells(self, row: Row) -> list[Text]:
        place = row["place"]
        sign = (place["sign_id"] or "a point") + MARKS[place["state"]] if place is not None else "not known yet"
        assignments = self._picture.assignments_of(row)
        units = " ".join(_unit(a) for a in assignments[-3:])
        offered = min((a["offered_at"] for a in assignments), default=None)
        taken = [a for a in assignments if a["acknowledged_at"] is not None]
        after_ms = f"{_between_s(row['received_at'], offered) * 1e3:.0f} ms" if offered is not None else ""
        taken_s = f"{_between_s(taken[0]['offered_at'], taken[0]['acknowledged_at']):.1f} s" if taken else ""
        until = row["closed_at"] or datetime.now(UTC).isoformat()
        return [
            Text(str(row["id"])),
            Text(str(row["priority"])),
            Text(sign),
            Text(_happening(row, assignments), style=STYLES[row["where"]]),
            Text(units),
            Text(f"{_between_s(row['received_at'], until):.0f} s"),
            Text(after_ms),
            Text(taken_s),
            Text((row["outcome"] or "").replace("_", " "), style="green"),
        ]

    def _totals(self, fold: str = "   ") -> str:
        """Return the totals, on two lines where `fold` is a line's end."""
        tally = self._tally
        open_now = len(self._picture.incidents())
        left = "last call: finishing what is open" if self._shift.is_closing else "Ctrl-C ends it"
        return (
            f"calls {tally.calls_acknowledged}/{tally.calls_posted} recorded   presses {tally.presses_acknowledged}"
            f"   offers {tally.seen('offer.made')}: {tally.seen('offer.accepted')} taken,"
            f" {tally.seen('offer.declined')} declined"
            f"   incidents open {open_now}, closed {tally.seen('incident.outcome_recorded')}"
            f"{fold}post to answer p50 {percentile(tally.to_answer_ms, 0.5):.0f} ms"
            f", to the unit's socket p50 {percentile(tally.to_socket_ms, 0.5):.0f} ms   {left}"
        )


def _happening(row: Row, assignments: list[dict[str, Any]]) -> str:
    """Say in words where an incident is: the furthest unit's status, or why it waits."""
    if row["where"] == "with_dispatcher":
        return f"dispatcher: {row['held'].replace('_', ' ')}"
    if row["where"] == "assigned":
        active = [a for a in assignments if a["ended_at"] is None and a["status"] != "offered"]
        return str(active[-1]["status"]).replace("_", " ") if active else "assigned"
    return {"done": "closed", "queued": "waiting for a unit", "offered": "offered"}[str(row["where"])]


def _unit(assignment: Row) -> str:
    """Write a unit that no longer serves in brackets."""
    name = str(assignment["unit_id"])
    return f"({name})" if assignment["status"] in ("declined", "timed_out", "cancelled", "preempted") else name


def _between_s(before: str, after: str) -> float:
    return (datetime.fromisoformat(after) - datetime.fromisoformat(before)).total_seconds()


async def show(screen: Screen) -> None:
    """Run the screen; one that cannot be drawn must not end the demo."""
    try:
        await screen.run()
    except (OSError, asyncio.CancelledError):
        return

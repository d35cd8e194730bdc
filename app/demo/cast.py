"""Who takes part in the demo: the keys of every sender, device and console, kept beside the demo's data."""

from pathlib import Path

import msgspec

from app.embedded.home import write_private

# How those are called whose calls are yours: posted with the key that is printed, or typed on the console.
YOU, DISPATCHER = "you", "dispatcher on duty"
PLAYED = "psap "  # the names of the played PSAPs begin with it: whatever another key reports is yours, too
PRESS = "-press-"  # stands in the number of each played press


class Cast(msgspec.Struct, frozen=True):
    """Keys by who holds them: one PSAP per sector, the towers' network, one dispatcher, one agent per unit, and you.

    `your_unit` is played by nobody: it is on duty when whoever watches the demo signs it on.
    """

    border_seed: int
    psaps: dict[str, str]
    towers: str
    dispatcher: str
    agents: dict[str, str]
    you: str
    your_unit: str = ""  # a cast kept by an earlier version has none


class Plan(msgspec.Struct, frozen=True):
    """What the driver is told. `began` is wall time in seconds; `seconds` None means until somebody stops it."""

    url: str
    cast: Cast
    folder: str
    seed: int
    seconds: float | None
    rate: float
    began: float

    @property
    def journal(self) -> Path:
        return Path(self.folder) / "journal.jsonl"

    @property
    def tally(self) -> Path:
        return Path(self.folder) / "tally.json"


def read_plan(line: str) -> Plan:
    return msgspec.json.decode(line, type=Plan)


def load_cast(file: Path) -> Cast | None:
    """Read the cast of an earlier start; None at the first."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Cast)
    except FileNotFoundError:
        return None


def keep_cast(file: Path, cast: Cast) -> None:
    """Write the cast where only its owner can read it; its presence says that the border was loaded whole."""
    write_private(file, msgspec.json.encode(cast).decode())

"""What the service said it recorded: one line per report answered with a 2xx, written before anything else is done."""

from collections.abc import Iterator
from pathlib import Path

import msgspec


class Entry(msgspec.Struct, frozen=True):
    """One acknowledged report. `what` is call or alert, `source_id` the sender's own id, `row` the service's."""

    what: str
    sender: str
    source_id: str
    row: int
    run: str


class Journal:
    """Appends entries to a file that outlives the driver and every restart of the service."""

    def __init__(self, file: Path) -> None:
        self._out = file.open("ab", buffering=0)

    def write(self, entry: Entry) -> None:
        self._out.write(msgspec.json.encode(entry) + b"\n")

    def close(self) -> None:
        self._out.close()


def read_journal(file: Path) -> Iterator[Entry]:
    """Yield the entries of all runs; a last line cut off by a crash of the driver was never acted on."""
    try:
        lines = file.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    for line in lines[:-1]:
        yield msgspec.json.decode(line, type=Entry)

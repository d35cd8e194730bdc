"""What every attack on every format costs its reader, measured in a process of its own: prints it as JSON.

Time is of the processor; memory is how far the process ever grew above what it had before the first attack, the C
libraries' included.
"""

import json
from pathlib import Path
from time import process_time

from tests.unit.app.interop.attacks import attacks
from tests.unit.app.interop.formats import FORMATS, is_read

TRIES = 3
PROC = Path("/proc/self")


def bytes_of(name: str) -> int:
    """Return a line of the process's own account of its memory."""
    line = next(line for line in (PROC / "status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1_024


def measure() -> dict[str, dict[str, tuple[float, int, str]]]:
    """Return by format and attack: the least time in seconds, the most bytes, and what became of it."""
    for one in FORMATS.values():
        assert is_read(one.read, one.sample)  # what is imported at first use is not the sender's doing
    prepared = {name: attacks(one.syntax, one.sample) for name, one in FORMATS.items()}
    before = bytes_of("VmRSS")
    found: dict[str, dict[str, tuple[float, int, str]]] = {}
    for name, made in prepared.items():
        read = FORMATS[name].read
        for attack, raw in made.items():
            (PROC / "clear_refs").write_text("5")  # forget the highest so far
            least, became = 1e9, ""
            for _ in range(TRIES):
                began = process_time()
                try:
                    became = "read" if is_read(read, raw) else "refused"
                except Exception as error:  # noqa: BLE001 - a reader of ours that breaks is what the test looks for
                    became = f"broke: {error!r}"[:200]
                least = min(least, process_time() - began)
            found.setdefault(name, {})[attack] = (least, bytes_of("VmHWM") - before, became)
    return found


if __name__ == "__main__":
    print(json.dumps(measure()))  # noqa: T201 - to the test that started it

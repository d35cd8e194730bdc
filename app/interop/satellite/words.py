"""What a tower's modem may send in a few paid bytes: our JSON, or one word and values: `SOS B=81 V=3.6 S=5.1`."""

from typing import Final

from app.interop.lorawan.decoders import generic
from app.interop.lorawan.decoders.decoded import Decoded

PRESSED: Final = frozenset({"SOS", "PRESS", "PRESSED", "HELP", "ALARM", "AUXILIO", "911"})
BEATS: Final = frozenset({"HB", "HEARTBEAT", "OK", "ALIVE", "STATUS"})
TAMPERED: Final = frozenset({"TAMPER", "OPEN"})
TESTED: Final = frozenset({"TEST"})
VALUES: Final = {"B": "battery_percent", "V": "battery_v", "S": "solar_v", "T": "temperature_c", "X": "external_power"}
WORDS_MAX: Final = 16


def decode(data: bytes) -> Decoded | None:
    """Return what the bytes say; no bytes say that the modem lives. None when nobody can read them."""
    if not data:
        return Decoded()
    found = generic.decode(0, data)
    if found is not None:
        return found
    try:
        words = data.decode("ascii").strip("\x00 \r\n\t").split()
    except UnicodeDecodeError:
        return None
    return _words(words[:WORDS_MAX]) if words else None


def _words(words: list[str]) -> Decoded | None:
    first = words[0].upper().strip("!.,:;")
    if first not in PRESSED | BEATS | TAMPERED | TESTED:
        return None
    said: dict[str, object] = {"pressed": first in PRESSED, "test": first in TESTED}
    if first in TAMPERED:
        said["tamper"] = True
    for word in words[1:]:
        name, _, value = word.partition("=")
        if name.upper() in VALUES:
            said[VALUES[name.upper()]] = value
    found = generic.read(said)
    # A test is a press nobody is sent for.
    return Decoded(pressed=True, is_test=True) if first in TESTED else found

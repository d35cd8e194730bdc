"""Milesight WS101 smart button: channel, type, value, one after another. However it is pressed, somebody pressed it."""

from typing import Final

from app.interop.lorawan.decoders.decoded import Decoded

NAME: Final = "milesight_ws101"
MODELS: Final = ("ws101",)
BATTERY: Final = (0x01, 0x75)
PRESS: Final = (0xFF, 0x2E)
PRESSES: Final = frozenset({1, 2, 3})  # short, long, double
# How many bytes what the device says at start-up has: version, reset, power on, serial number, hard- and software.
LENGTHS: Final = {
    BATTERY: 1, PRESS: 1, (0xFF, 0x01): 1, (0xFF, 0x0B): 1, (0xFF, 0x16): 8, (0xFF, 0x08): 6, (0xFF, 0x09): 2,
    (0xFF, 0x0A): 2, (0xFF, 0x0F): 1, (0xFF, 0xFE): 1, (0xFF, 0xFF): 2,
}  # fmt: skip


def decode(port: int, data: bytes) -> Decoded | None:  # noqa: ARG001 - the port is configurable
    """Return what could be read; a channel nobody knows ends the reading, because its length is not known either."""
    pressed, percent, at, read = False, None, 0, 0
    warnings: tuple[str, ...] = ()
    while at + 2 <= len(data):
        channel = (data[at], data[at + 1])
        length = LENGTHS.get(channel)
        value = data[at + 2 : at + 2 + (length or 0)]
        if length is None or len(value) < length:
            warnings = ("payload: the rest could not be read",)
            break
        if channel == PRESS:
            if value[0] not in PRESSES:
                warnings = ("payload: an unknown way of pressing, taken as pressed",)
            pressed = True
        elif channel == BATTERY:
            percent = float(value[0]) if value[0] <= 100 else None
        at, read = at + 2 + length, read + 1
    return Decoded(pressed=pressed, battery_percent=percent, warnings=warnings) if read else None

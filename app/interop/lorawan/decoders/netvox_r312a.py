"""Netvox R312A emergency push button, and its siblings of the same report: 11 bytes on port 6.

version, device type, report type; report 1: battery in 0.1 V with the low flag on top, alarm.
"""

from typing import Final

from app.interop.lorawan.decoders.decoded import Decoded

NAME: Final = "netvox_r312a"
MODELS: Final = ("r312a", "rb02i", "r718t")
PORT: Final = 6
DEVICE_TYPES: Final = frozenset({0x10, 0x31, 0x4D})  # RB02I, R718T, R312A: one payload
STARTUP, STATUS = 0, 1
BATTERY_LOW_BIT: Final = 0x80


def decode(port: int, data: bytes) -> Decoded | None:
    """Return what a report says; the start-up report says only that the device lives."""
    if port != PORT or len(data) < 5 or data[1] not in DEVICE_TYPES:
        return None
    if data[2] == STARTUP:
        return Decoded()
    if data[2] != STATUS:
        return None
    low = bool(data[3] & BATTERY_LOW_BIT)
    volts = (data[3] & ~BATTERY_LOW_BIT) / 10
    return Decoded(pressed=data[4] != 0, low_battery=low, battery_v=volts)

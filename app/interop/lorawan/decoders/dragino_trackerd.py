"""Dragino TrackerD with its alarm button. Where the flags stand depends on the port."""

from typing import Final

from app.interop.lorawan.decoders.decoded import Decoded
from geo.point import BadPoint, Point

NAME: Final = "dragino_trackerd"
MODELS: Final = ("trackerd",)
ALARM_BIT: Final = 0x40
FLAGS_AT: Final = {2: 8, 3: 8, 6: 24, 7: 0, 8: 7}  # by port: alarm, then 14 bits of battery in mV
FIX_PORTS: Final = frozenset({2, 3})
TEMPERATURE_AT: Final = {2: 13}
STATUS_PORT: Final = 5
HISTORY_PORT: Final = 4  # a stored fix with its time: where it was, not how it is
MICRODEGREES: Final = 1_000_000
NO_FIX: Final = (0, -1)  # zeros or all ones: the device had no sky


def decode(port: int, data: bytes) -> Decoded | None:
    if port == HISTORY_PORT and len(data) >= 15:
        return Decoded()
    if port == STATUS_PORT and len(data) >= 7:
        return Decoded(battery_v=int.from_bytes(data[5:7]) / 1000)
    at = FLAGS_AT.get(port)
    if at is None or len(data) < at + 2:
        return None
    word = int.from_bytes(data[at : at + 2])
    where = TEMPERATURE_AT.get(port)
    has_temperature = where is not None and len(data) >= where + 2
    return Decoded(
        pressed=bool(data[at] & ALARM_BIT),
        battery_v=(word & 0x3FFF) / 1000,
        temperature_c=int.from_bytes(data[where : where + 2], signed=True) / 10 if has_temperature and where else None,
        point=_fix(data) if port in FIX_PORTS else None,
    )


def _fix(data: bytes) -> Point | None:
    lat, lon = int.from_bytes(data[:4], signed=True), int.from_bytes(data[4:8], signed=True)
    if lat in NO_FIX or lon in NO_FIX:
        return None
    try:
        return Point(lat / MICRODEGREES, lon / MICRODEGREES)
    except BadPoint:
        return None

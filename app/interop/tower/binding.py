"""What an operator says when a device is to speak for a tower, checked alike for the command line and for HTTP."""

import re
from typing import Final

from app.interop.lorawan.decoders import NAMES
from app.interop.tower.devices import DEVICE_CHARS_MAX, Device, device_key
from dispatch.status import Kind
from geo.sign import Sign, SignKind

DEV_EUI: Final = re.compile(r"[0-9a-f]{16}")
IMEI: Final = re.compile(r"[0-9]{15}")
HEARTBEAT_S_MAX: Final = 31 * 86_400


class BadBinding(Exception):
    """A binding that cannot be; `field` names what is wrong with it."""

    def __init__(self, field: str, reason: str) -> None:
        self.field, self.reason = field, reason
        super().__init__(f"{field}: {reason}")


def binding_of(
    sign: Sign | None, device_id: str, decoder: str | None = None, heartbeat_s: int | None = None, kind: str = Kind.REAL
) -> Device:
    """Return the binding of a device to a tower, None for one nobody knows. Raises BadBinding."""
    if not device_key(device_id):
        raise BadBinding("device_id", "not one letter or digit in it")
    if len(device_id) > DEVICE_CHARS_MAX:
        raise BadBinding("device_id", f"over {DEVICE_CHARS_MAX} characters")
    if sign is None:
        raise BadBinding("tower_id", "not a rescue tower of the registry")
    if sign.kind is not SignKind.RESCUE_TOWER:
        raise BadBinding("tower_id", f"{sign.sign_id} is a placard, not a rescue tower")
    if decoder is not None and decoder not in NAMES:
        raise BadBinding("decoder", f"one of {', '.join(NAMES)}")
    if heartbeat_s is not None and not 1 <= heartbeat_s <= HEARTBEAT_S_MAX:
        raise BadBinding("heartbeat_s", f"1 to {HEARTBEAT_S_MAX} seconds")
    if kind not in tuple(Kind):
        raise BadBinding("kind", f"one of {', '.join(Kind)}")
    return Device(device_key(device_id), sign.sign_id, decoder, heartbeat_s, Kind(kind))


def doubts(device_id: str) -> tuple[str, ...]:
    """Return what looks mistyped: a device whose id is one digit off is never heard, and its button rings nowhere.

    Nothing is refused for it: The Things Stack may name a device by a word, and published IMEIs fail their own check.
    """
    key = device_key(device_id)
    if DEV_EUI.fullmatch(key):
        return ()
    if not IMEI.fullmatch(key):
        return ("device_id: neither a DevEUI (16 hexadecimal digits) nor an IMEI (15 digits); check it",)
    return () if _checks(key) else ("device_id: the last digit of an IMEI does not fit the others; check it",)


def _checks(imei: str) -> bool:
    """Whether the last digit fits the others: ISO/IEC 7812, as 3GPP TS 23.003 annex B asks of an IMEI."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(imei)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0

"""The documented JSON of a device we have no decoder for: what the network's own codec made, or the payload itself.

`pressed`, `test`, `tamper`, `low_battery`, `battery_percent`, `battery_v`, `solar_v`, `external_power`,
`temperature_c`; beside them the names that common codecs use. See docs/interop/towers.md.
"""

from typing import Any, Final

import orjson

from app.intake.lenient import Fields, Warnings
from app.interop.lorawan.decoders.decoded import Decoded

NAME: Final = "json"
MODELS: Final[tuple[str, ...]] = ()
PRESSED: Final = ("pressed", "button", "alarm", "sos", "panic", "emergency", "alarmstatus", "press", "buttonevent")
NOT: Final = frozenset(
    {"", "0", "false", "off", "no", "none", "null", "released", "idle", "normal", "ok", "inactive", "others"}
)
TAMPER: Final = ("tamper", "tamperstatus", "tampered", "dooropen")
TEST: Final = ("test", "istest")
LOW: Final = ("lowbattery", "batterylow", "lowbatt")
PERCENT: Final = ("batterypercent", "battery", "batterylevel", "bat", "batt")
VOLTS: Final = ("batteryv", "volt", "batv", "batteryvoltage", "voltage")
SOLAR: Final = ("solarv", "solarvoltage", "solar")
POWER: Final = ("externalpower", "power", "externalpowersource")
TEMPERATURE: Final = ("temperaturec", "temperature", "temp", "tem")
KEYS_MAX: Final = 256
CELL_V_MAX: Final = 4.4  # codecs write volts under `battery` too: 3.6 is a cell's voltage, nobody says 3.6 %


def decode(port: int, data: bytes) -> Decoded | None:  # noqa: ARG001 - JSON may come on any port
    """Return what a payload that is itself JSON says."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return read(value) if isinstance(value, dict) else None


def read(said: dict[str, Any]) -> Decoded | None:
    """Return what the fields say; None when not one of them is known."""
    plain: dict[str, Any] = {}
    for name, value in list(said.items())[:KEYS_MAX]:
        plain.setdefault("".join(c for c in str(name) if c.isalnum()).lower(), value)
    warnings = Warnings()
    known = Fields(plain, warnings)
    flags = {what: _flag(plain, names) for what, names in FLAGS.items()}
    numbers = {
        what: next((n for n in (known.number(name, low, high) for name in names) if n is not None), None)
        for what, (names, low, high) in NUMBERS.items()
    }
    if all(value is None for value in (*flags.values(), *numbers.values())):
        return None
    level = numbers["battery_percent"]
    if level is not None and level < CELL_V_MAX and level != int(level) and numbers["battery_v"] is None:
        numbers |= {"battery_v": level, "battery_percent": None}
    return Decoded(
        pressed=bool(flags["pressed"]),
        is_test=bool(flags["test"]),
        tamper=flags["tamper"],
        low_battery=flags["low"],
        external_power=flags["power"],
        battery_percent=numbers["battery_percent"],
        battery_v=numbers["battery_v"],
        solar_v=numbers["solar_v"],
        temperature_c=numbers["temperature_c"],
        warnings=warnings.kept(),
    )


FLAGS: Final = {"pressed": PRESSED, "test": TEST, "tamper": TAMPER, "low": LOW, "power": POWER}
NUMBERS: Final = {
    "battery_percent": (PERCENT, 0.0, 100.0),
    "battery_v": (VOLTS, 0.0, 60.0),
    "solar_v": (SOLAR, 0.0, 120.0),
    "temperature_c": (TEMPERATURE, -80.0, 120.0),
}


def _flag(plain: dict[str, Any], names: tuple[str, ...]) -> bool | None:
    """Return whether any of the names says yes. A word nobody knows is a yes: of a button it had better be."""
    found = [_yes(plain[name]) for name in names if name in plain]
    said = [one for one in found if one is not None]
    return any(said) if said else None


def _yes(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    if isinstance(value, str):
        return value.strip().casefold() not in NOT
    return None

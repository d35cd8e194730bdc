"""What a decoder made of a payload."""

from dataclasses import dataclass

from geo.point import Point


@dataclass(frozen=True, slots=True)
class Decoded:
    """None is *not said*. `warnings` name fields, never values."""

    pressed: bool = False
    is_test: bool = False
    tamper: bool | None = None
    low_battery: bool | None = None
    battery_percent: float | None = None
    battery_v: float | None = None
    external_power: bool | None = None
    solar_v: float | None = None
    temperature_c: float | None = None
    point: Point | None = None
    warnings: tuple[str, ...] = ()

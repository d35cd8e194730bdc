"""What a tower's device said, in our words, whatever network carried it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.interop.reading import Reading, What
from dispatch.status import Kind
from geo.point import Point


@dataclass(frozen=True, slots=True)
class Vitals:
    """How a device is; None is *not said*, which is never the same as zero."""

    battery_percent: float | None = None
    battery_v: float | None = None
    external_power: bool | None = None
    solar_v: float | None = None
    temperature_c: float | None = None
    rssi_dbm: float | None = None
    snr_db: float | None = None
    gateways: int | None = None
    fault: str | None = None

    def said(self) -> dict[str, Any]:
        """Return what was said, by name."""
        found = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class TowerMessage:
    """One message. `message_id` is the same when the network delivers it again; `names` are what the network calls it.

    `is_heard` is false for what the network says about a device without having heard it. `point` is a fix the device
    made itself, never the network's estimate; it counts only while the registry does not know the tower. `is_personal`
    when it is somebody's own device unless it is bound to a tower; `words` are only ever sealed.
    """

    network: str
    device_id: str
    message_id: str | None
    at: datetime | None
    is_heard: bool = True
    pressed: bool = False
    kind: Kind = Kind.REAL
    tamper: bool | None = None
    low_battery: bool | None = None
    vitals: Vitals = field(default_factory=Vitals)
    names: tuple[str, ...] = ()
    point: Point | None = None
    is_readable: bool = True
    is_cancelled: bool = False
    is_personal: bool = False
    words: str | None = None
    understood: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def reading(self, raw: bytes) -> Reading:
        """Return it as the fields of `POST /v1/alerts`, for whoever only wants to know what was understood."""
        is_call = self.is_personal and self.pressed
        what = What.CALL if is_call else What.ALERT if self.is_heard or self.vitals.said() else What.NOTHING
        report: dict[str, Any] = {
            "type": "activation" if self.pressed else "heartbeat",
            "alert_id": self.message_id,
            "occurred_at": self.at.isoformat() if self.at else None,
            "kind": self.kind.value,
            "tamper": self.tamper,
            "low_battery": self.low_battery,
            **self.vitals.said(),
        }
        shown = {name: value for name, value in report.items() if value is not None}
        said = tuple(("name", name) for name in self.names)
        return Reading(self.network, what, raw, shown, said, understood=self.understood, warnings=self.warnings)

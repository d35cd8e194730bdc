"""Whose device speaks for which tower: bound by an operator, kept in memory, read again when it changed."""

from dataclasses import dataclass
from typing import Final

from app.store.pool import Pool, execute, fetch
from dispatch.status import Kind

DEVICE_CHARS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Device:
    """`device_id` is as `device_key` writes it; `decoder` None: by the model the network names.

    `kind` says that all it sends is a test or an exercise.
    """

    device_id: str
    tower_id: str
    decoder: str | None = None
    heartbeat_s: int | None = None
    kind: Kind = Kind.REAL


def device_key(device_id: str) -> str:
    """Return a device's id as it is compared: networks disagree about capitals and separators."""
    return "".join(c for c in device_id if c.isalnum()).lower()[:DEVICE_CHARS_MAX]


class Devices:
    """The bindings of a region, by device."""

    def __init__(self) -> None:
        self._by_id: dict[str, Device] = {}

    def find(self, device_id: str) -> Device | None:
        return self._by_id.get(device_key(device_id))

    def all(self) -> list[Device]:
        return list(self._by_id.values())

    async def load(self, pool: Pool, region: str) -> None:
        """Read them all."""
        rows = await fetch(pool, "load_tower_devices", region)
        self._by_id = {
            row["device_id"]: Device(
                row["device_id"], row["tower_id"], row["decoder"], row["heartbeat_s"], Kind(row["kind"])
            )
            for row in rows
        }

    async def bind(self, pool: Pool, region: str, device: Device) -> Device:
        """Let a device speak for a tower; other processes know within a few seconds."""
        await execute(
            pool, "bind_tower_device", region, device.device_id, device.tower_id, device.decoder, device.heartbeat_s,
            device.kind.value,
        )  # fmt: skip
        self._by_id[device.device_id] = device
        return device

    async def unbind(self, pool: Pool, region: str, device_id: str) -> bool:
        """Let it speak no more; false when it was not bound."""
        self._by_id.pop(device_key(device_id), None)
        return bool(await fetch(pool, "unbind_tower_device", region, device_key(device_id)))

"""How the towers' devices are: not events. The newest per device in memory, kept by a loop, read whole for the page."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from app.interop.tower.message import Vitals
from app.store.pool import Pool, execute, fetch

log = logging.getLogger(__name__)

MISSED: Final = 3  # heartbeats that may be lost: a LoRaWAN uplink is unconfirmed, a satellite has no sky in a storm
PENDING_MAX: Final = 10_000  # devices between two writings; some 170 towers with two devices each are expected
COLUMNS: Final = tuple(Vitals.__slots__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one device of one tower said last."""

    tower_id: str
    device_id: str
    network: str
    at: datetime
    vitals: Vitals


class TowerHealth:
    """Takes what devices say; `keep` writes it down. What two messages say between two writings is joined."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str], Heard] = {}

    def hear(self, heard: Heard) -> None:
        key = (heard.tower_id, heard.device_id)
        known = self._pending.get(key)
        if known is None and len(self._pending) >= PENDING_MAX:
            log.warning("the health of more than %d devices waits to be written: the oldest is dropped", PENDING_MAX)
            self._pending.pop(next(iter(self._pending)))
        self._pending[key] = heard if known is None else _joined(known, heard)

    async def keep(self, pool: Pool, region: str) -> None:
        """Write what was heard since the last time; what could not be written is tried again."""
        taken, self._pending = self._pending, {}
        if not taken:
            return
        try:
            await execute(pool, "put_tower_health", region, *_columns(taken.values()))
        except BaseException:
            for heard in taken.values():
                self.hear(heard)
            raise

    async def load(self, pool: Pool, region: str, heartbeat_s: int) -> list[dict[str, Any]]:
        """Return every device that speaks for a tower, those never heard too."""
        return [dict(row) for row in await fetch(pool, "load_tower_health", region, heartbeat_s)]


def _joined(one: Heard, other: Heard) -> Heard:
    """Return the newer message, with what only the older one said."""
    older, newer = (one, other) if one.at <= other.at else (other, one)
    said = older.vitals.said() | newer.vitals.said()
    return replace(newer, vitals=Vitals(**said))


def _columns(all_heard: Iterable[Heard]) -> list[list[Any]]:
    rows = [
        (h.tower_id, h.device_id, h.network, h.at, *(getattr(h.vitals, name) for name in COLUMNS)) for h in all_heard
    ]
    return [list(column) for column in zip(*rows, strict=True)]


def quiet_until(row: dict[str, Any], listening_since: datetime) -> datetime:
    """Return until when a device may be quiet: so many heartbeats after it was heard, or was bound to the tower.

    What it said while nobody listened is not its silence: one whole heartbeat must pass with us awake.
    """
    since = max(at for at in (row["heard_at"], row["bound_at"]) if at is not None)
    beat = timedelta(seconds=row["heartbeat_s"])
    until: datetime = max(since + MISSED * beat, listening_since + beat)
    return until


def silent_since(rows: Iterable[dict[str, Any]], listening_since: datetime) -> dict[str, datetime]:
    """Return, per tower, the instant at which the last of its devices had been, or will have been, quiet too long."""
    by_tower: dict[str, datetime] = {}
    for row in rows:
        until = quiet_until(row, listening_since)
        by_tower[row["tower_id"]] = max(by_tower.get(row["tower_id"], until), until)
    return by_tower

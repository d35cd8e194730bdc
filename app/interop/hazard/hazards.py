"""The hazards in force as this process has them, and how messages about them are taken: once, and in chains."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import msgspec
import orjson

from app.interop.hazard import shapes
from app.interop.hazard.hazard import Hazard
from app.interop.reading import Findings
from app.store.pool import ACQUIRE_S, Connection, Pool, fetch
from app.store.statements import statement
from dispatch.status import Kind
from geo.area import Area
from geo.point import Point

log = logging.getLogger(__name__)

USUAL: Final = timedelta(hours=24)  # how long one lasts that does not say; the Weather Service always says
HAZARDS_MAX: Final = 5_000  # held at once; the whole country has some 600
_HAZARD: Final = msgspec.json.Decoder(Hazard)


class Hazards:
    """Hazards by id and zones by code, replaced whole when the database has others."""

    def __init__(self) -> None:
        self._all: dict[str, Hazard] = {}
        self._zones: dict[str, Area] = {}
        self._state: tuple[Any, ...] = ()

    def current(self, now: datetime) -> list[Hazard]:
        """Return those that are not over, the gravest first."""
        found = [hazard for hazard in self._all.values() if not hazard.is_over(now)]
        return sorted(found, key=lambda hazard: (-(hazard.suggested_priority(now) or 0), hazard.event, hazard.id))

    def over(self, point: Point, now: datetime) -> list[Hazard]:
        """Return those whose area holds a point."""
        return [hazard for hazard in self.current(now) if self.area_of(hazard).holds(point)]

    def area_of(self, hazard: Hazard) -> Area:
        """Return where it is: as drawn, else the shapes of its zones as far as they are known."""
        if not hazard.area.is_empty:
            return hazard.area
        polygons = (p for zone in hazard.zones if zone in self._zones for p in self._zones[zone].polygons)
        return Area(tuple(polygons))

    async def load(self, pool: Pool, region: str) -> None:
        """Read them again if the database has others than at the last look."""
        state = tuple((await fetch(pool, "hazards_state", region))[0])
        if state == self._state:
            return
        rows = await fetch(pool, "load_hazards", region, HAZARDS_MAX)
        if len(rows) == HAZARDS_MAX:
            log.warning("more than %d hazards: the oldest are not shown", HAZARDS_MAX)
        zones = await fetch(pool, "load_hazard_zones", region)
        self._all = {hazard.id: hazard for row in rows if (hazard := _HAZARD.decode(row["image"]))}
        ignored = Findings()
        self._zones = {row["zone_id"]: shapes.of_geojson(orjson.loads(row["geometry"]), ignored) for row in zones}
        self._state = state

    async def take(self, pool: Pool, region: str, hazards: Iterable[Hazard], now: datetime) -> dict[str, int]:
        """Take messages and return how many were what. Those sent earlier come first, so a batch may hold a chain."""
        counts = dict.fromkeys(("new", "updated", "cancelled", "repeated", "superseded", "over", "not_real"), 0)
        async with pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            for hazard in sorted(hazards, key=lambda hazard: hazard.sent):
                counts[await self._take_one(connection, region, hazard, now)] += 1
        await self.load(pool, region)
        return counts

    async def _take_one(self, connection: Connection, region: str, hazard: Hazard, now: datetime) -> str:
        if hazard.kind is not Kind.REAL:
            return "not_real"  # nobody is warned by an exercise
        known = await note_message(connection, region, hazard.id, hazard.sent, hazard.refers_to)
        if known is not None:
            return known
        gone = await connection.execute(statement("drop_hazards"), region, list(hazard.refers_to))
        if hazard.is_cancel:
            return "cancelled"
        if hazard.is_over(now):
            return "over"
        image = msgspec.json.encode(hazard).decode()
        await connection.execute(statement("put_hazard"), region, hazard.id, image, hazard.ends or hazard.sent + USUAL)
        return "updated" if gone != "DELETE 0" else "new"


async def note_message(
    connection: Connection, region: str, message_id: str, sent: datetime, refers_to: Iterable[str]
) -> str | None:
    """Note a CAP message and those it takes the place of; say if it was `repeated` or is `superseded` already."""
    refers = [other for other in dict.fromkeys(refers_to) if other != message_id]
    rows = await connection.fetch(statement("find_cap_messages"), region, [message_id, *refers])
    by_id = {row["id"]: row for row in rows}
    own = by_id.get(message_id)
    if own is not None and own["sent"] is not None:
        return "repeated"
    root = _root(own, refers, by_id) or message_id
    await connection.execute(statement("put_cap_message"), region, message_id, root, sent)
    if refers:
        await connection.execute(statement("supersede_cap_messages"), region, refers, root, message_id)
    return "superseded" if own is not None and own["superseded_by"] is not None else None


def _root(own: asyncpg.Record | None, refers: list[str], by_id: dict[str, asyncpg.Record]) -> str | None:
    """Return the first message of the chain as far as it is known: what was heard of it, or what it refers to."""
    if own is not None:
        return str(own["root"])
    known = next((by_id[other]["root"] for other in refers if other in by_id), None)
    return str(known) if known is not None else next(iter(refers), None)

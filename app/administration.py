"""What an operator does beside a running service: imports and exports, through the desk that writes, if any."""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from app.engines import Urls
from app.link.client import LinkClient
from app.main import desk_process, start_task
from app.problems import checked
from app.requests import Request
from app.services import Submitter
from app.settings import Settings, load_sectors
from app.signs import Signs
from app.store.migrate import migrate
from app.store.pool import ACQUIRE_S, Pool, connect, open_pool
from app.store.roles import make_roles, passes_every_wall
from app.store.statements import statement
from dispatch.commands import RecordRegistryImport, RegisterUnits
from dispatch.entities import Unit
from geo.point import BadPoint, Point
from geo.registry import Registry, digest_of
from geo.registry_import import Fault, validate
from geo.registry_rows import read_csv, read_geojson
from geo.sign import Sign
from geo.travel import TravelKind

UNIT_ID: Final = re.compile(r"[A-Za-z]{1,8}[0-9A-Za-z-]{0,8}")
DESK_ANSWERS_S: Final = 1.5
UNIT_COLUMNS: Final = ("unit_id", "kind", "station", "sector", "capabilities", "lat", "lon")


class ImportRefused(Exception):
    """An import with faults; nothing of it was taken."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} faults")


@asynccontextmanager
async def a_desk(settings: Settings, urls: Urls) -> AsyncIterator[tuple[Pool, Submitter]]:
    """Give the running desk over its link, or, when there is none, a desk of our own for as long as the block lasts."""
    await migrate(urls.owner)
    async with AsyncExitStack() as stack:
        pool = await open_pool(urls.database)
        stack.push_async_callback(pool.close)
        heard = asyncio.Event()
        link = LinkClient(pool, settings.region, lambda _seq: heard.set())
        link_stack = await stack.enter_async_context(AsyncExitStack())
        start_task(link_stack, link.run(), "link")
        if await _is_heard(pool, settings.region, heard):
            yield pool, link
        else:
            await link_stack.aclose()
            process = await stack.enter_async_context(desk_process(settings, urls))
            yield pool, process.services


async def _is_heard(pool: Pool, region: str, heard: asyncio.Event) -> bool:
    try:
        async with pool.acquire(timeout=ACQUIRE_S) as connection:
            row = await connection.fetchrow(statement("read_head"), region)
        if row is None or row["desk_address"] is None:
            return False
        async with asyncio.timeout(DESK_ANSWERS_S):
            await heard.wait()
    except TimeoutError:
        return False
    return True


async def set_up_roles(urls: Urls) -> tuple[list[str], bool | None]:
    """Make the roles and say what they may do. Return those made, and whether the service's own has a wall before it.

    None while the owner's URL is the only one known. Raises RolesRefused.
    """
    owner = await connect(urls.owner)
    try:
        made = await make_roles(owner)
    finally:
        await owner.close()
    await migrate(urls.owner)
    if urls.owner == urls.database:
        return made, None
    pool = await open_pool(urls.database, size=1)
    try:
        async with pool.acquire(timeout=ACQUIRE_S) as connection:
            return made, not await passes_every_wall(connection)
    finally:
        await pool.close()


async def load_signs(pool: Pool, settings: Settings) -> Signs:
    """Read the registry as it stands."""
    signs = Signs(load_sectors(settings)[0])
    async with pool.acquire(timeout=ACQUIRE_S) as connection:
        await signs.load(connection, settings.region)
    return signs


async def import_registry(settings: Settings, urls: Urls, text: str, *, geojson: bool) -> dict[str, object]:
    """Take a registry import whole: staged, then recorded as one event. Raises ImportRefused, UnreadableRows."""
    async with a_desk(settings, urls) as (pool, desk):
        before = (await load_signs(pool, settings)).registry
        rows = read_geojson(text) if geojson else read_csv(text)
        sectors = tuple(before.sectors.values())
        signs, faults = validate(rows, sectors, before)
        if faults:
            raise ImportRefused(faults)
        version = before.version + 1
        await stage(pool, settings.region, version, signs)
        command = RecordRegistryImport(version, digest_of(signs, sectors), len(signs))
        return checked(await desk.submit(Request(command, by="registry import")))


async def stage(pool: Pool, region: str, version: int, signs: tuple[Sign, ...]) -> None:
    """Lay the signs out for the desk to record."""
    columns = [
        [s.sign_id for s in signs],
        [s.kind.value for s in signs],
        [s.sector for s in signs],
        [s.point.lat for s in signs],
        [s.point.lon for s in signs],
        [s.point.cell() for s in signs],
        [s.life.value for s in signs],
        [s.access.gate for s in signs],
        [s.access.route for s in signs],
        [s.access.landing_zone for s in signs],
        [s.access.landowner for s in signs],
    ]
    async with pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
        await connection.execute(statement("clear_staged"), region)
        await connection.execute(statement("stage_placards"), region, version, *columns)


async def export_registry(settings: Settings, urls: Urls) -> Registry:
    """Return the registry as it stands."""
    await migrate(urls.owner)
    pool = await open_pool(urls.database)
    try:
        return (await load_signs(pool, settings)).registry
    finally:
        await pool.close()


def read_units(text: str, sectors: frozenset[str]) -> tuple[Unit, ...]:
    """Read a units file (CSV). Raises ImportRefused with every fault found."""
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in UNIT_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise ImportRefused(tuple(Fault(1, name, "column missing") for name in missing))
    units: dict[str, Unit] = {}
    faults: list[Fault] = []
    for number, row in enumerate(reader, 2):
        unit_id = (row["unit_id"] or "").strip()
        found = _unit_faults(row, unit_id, units, sectors)
        faults += [Fault(number, field, reason) for field, reason in found]
        if not found:
            capabilities = tuple(sorted((row["capabilities"] or "").split()))
            home = Point(float(row["lat"]), float(row["lon"]))
            units[unit_id] = Unit(unit_id, row["kind"], row["sector"], row["station"], home, capabilities)
    if faults:
        raise ImportRefused(tuple(faults))
    return tuple(units.values())


def _unit_faults(
    row: dict[str, str], unit_id: str, units: dict[str, Unit], sectors: frozenset[str]
) -> list[tuple[str, str]]:
    faults = []
    if not UNIT_ID.fullmatch(unit_id):
        faults.append(("unit_id", "letters and digits, at most 16"))
    if unit_id in units:
        faults.append(("unit_id", "stands twice in this import"))
    if row["kind"] not in tuple(TravelKind):
        faults.append(("kind", f"one of {', '.join(TravelKind)}"))
    if row["sector"] not in sectors:
        faults.append(("sector", "unknown sector"))
    try:
        Point(float(row["lat"]), float(row["lon"]))
    except BadPoint as error:
        faults.append((error.field, "not a coordinate"))
    except (TypeError, ValueError):
        faults.append(("lat", "not a number"))
    return faults


async def import_units(settings: Settings, urls: Urls, text: str) -> dict[str, object]:
    """Make units known or change what is configured of them. Raises ImportRefused."""
    units = read_units(text, frozenset(s.sector for s in load_sectors(settings)[0]))
    async with a_desk(settings, urls) as (_, desk):
        return checked(await desk.submit(Request(RegisterUnits(units), by="units import")))

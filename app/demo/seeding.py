"""Loading the synthetic border, once, as an operator would: registry import, units import, keys."""

from pathlib import Path

import msgspec

from app.access.identity import Role
from app.access.keys import create_key
from app.administration import import_registry, import_units
from app.demo.border import Border, make_border
from app.demo.cast import DISPATCHER, PLAYED, YOU, Cast, keep_cast, load_cast
from app.engines import Urls, engines
from app.settings import Settings
from app.store.pool import open_pool
from geo.registry import Registry
from geo.registry_rows import to_csv

BORDER_SEED = 1  # the border stays the same from start to start; only what happens on it follows --seed
CAST_FILE = "cast.json"


async def ensure_border(settings: Settings) -> tuple[Cast, bool]:
    """Return the cast, and whether the border had to be loaded for it."""
    file = settings.data_dir / CAST_FILE
    cast = load_cast(file)
    if cast is not None:
        return with_your_unit(file, cast), False
    async with engines(settings) as urls:
        border = make_border(BORDER_SEED)
        await load_border(settings, urls, border)
        cast = await make_keys(settings, urls, border)
    keep_cast(file, cast)
    return cast, True


def with_your_unit(file: Path, cast: Cast) -> Cast:
    """Return the cast with a unit for you, chosen now where an earlier version made it without."""
    if cast.your_unit:
        return cast
    cast = msgspec.structs.replace(cast, your_unit=your_unit_of(make_border(cast.border_seed)))
    keep_cast(file, cast)
    return cast


def your_unit_of(border: Border) -> str:
    """Return the unit whoever watches may be: the first truck with a medic, so that it is asked for often."""
    return next(u.unit_id for u in border.units if u.kind == "truck" and "medic" in u.capabilities)


async def load_border(settings: Settings, urls: Urls, border: Border) -> None:
    """Import the border's signs and units through the same functions as the command line."""
    await import_registry(settings, urls, signs_csv(border), geojson=False)
    await import_units(settings, urls, units_csv(border))


async def make_keys(settings: Settings, urls: Urls, border: Border) -> Cast:
    """Make a key for each part; a PSAP's usual sector is its own."""
    pool = await open_pool(urls.database, size=2)

    async def key(role: Role, name: str, *, sectors: tuple[str, ...] = (), unit_id: str | None = None) -> str:
        return await create_key(pool, settings.region, role, name, sectors=sectors, unit_id=unit_id)

    try:
        return Cast(
            border_seed=BORDER_SEED,
            psaps={s.sector: await key(Role.PSAP, f"{PLAYED}{s.name}", sectors=(s.sector,)) for s in border.sectors},
            towers=await key(Role.TOWER, "tower network"),
            dispatcher=await key(Role.DISPATCHER, DISPATCHER),
            agents={u.unit_id: await key(Role.AGENT, f"agent {u.unit_id}", unit_id=u.unit_id) for u in border.units},
            you=await key(Role.PSAP, YOU),
            your_unit=your_unit_of(border),
        )
    finally:
        await pool.close()


def units_csv(border: Border) -> str:
    """Return the border's units as `auxilio units import` reads them."""
    lines = ["unit_id,kind,station,sector,capabilities,lat,lon"]
    lines += [
        f"{u.unit_id},{u.kind},{u.station},{u.sector},{' '.join(u.capabilities)},{u.point.lat},{u.point.lon}"
        for u in border.units
    ]
    return "\n".join(lines) + "\n"


def signs_csv(border: Border) -> str:
    """Return the border's signs as `auxilio registry import` reads them."""
    return to_csv(Registry(border.signs, border.sectors))

"""An import made beside a running service counts there, without a restart."""

import asyncio
from dataclasses import replace

from app.administration import import_registry
from app.engines import Urls
from app.settings import Settings
from geo.registry import Registry
from geo.registry_rows import to_csv
from geo.sign import LifeCycle
from loadtests.rig import REGION, Engines, Service, client, load_border, make_keys

SEEN_WITHIN_S = 5.0


async def test_a_sign_that_is_moved_while_the_service_runs_is_found_at_its_new_place(rig: Engines) -> None:
    database, folder = await rig.new_database(), rig.folder / "signs"
    border = await load_border(database, rig.valkey.url, folder)
    keys = await make_keys(database)
    sign = next(s for s in border.signs if s.life is LifeCycle.INSTALLED)
    other = next(s for s in border.signs if s.sector == sign.sector and s.point != sign.point)
    moved = replace(sign, point=other.point, life=LifeCycle.MOVED)
    service = Service(database, rig.valkey.url, folder)
    await service.start()
    try:
        settings = Settings(data_dir=folder, region=REGION)
        text = to_csv(Registry((moved,), border.sectors))
        done = await import_registry(settings, Urls(database, rig.valkey.url), text, geojson=False)
        assert (done["version"], done["signs"]) == (2, len(border.signs))
        async with client(service, keys.psap) as psap, asyncio.timeout(SEEN_WITHIN_S):
            while True:
                shown = (await psap.get(f"/v1/signs/{sign.sign_id}")).json()
                if shown["registry_version"] == 2:
                    break
                await asyncio.sleep(0.05)
        assert shown["sign"]["point"] == {"lat": moved.point.lat, "lon": moved.point.lon}
    finally:
        await service.kill()

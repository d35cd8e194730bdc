"""Regions are shards: a ledger and a desk each, held by one process or by several; none is seen in another."""

import asyncio

import httpx

from app.access.identity import Role
from app.access.keys import create_key
from app.store.pool import open_pool
from app.verify import verify
from loadtests.rig import Engines, Service, client
from loadtests.takeover import insist

REGIONS = ("arizona", "texas")
SETTLED_S = 15.0


async def key_of(database: str, region: str) -> str:
    pool = await open_pool(database, size=1)
    try:
        return await create_key(pool, region, Role.PSAP, f"psap-{region}")
    finally:
        await pool.close()


async def regions_at(desk: Service) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=desk.url) as http:
        shown = (await http.get("/health/ready")).json()["regions"]
    return {region: state["checks"]["desk"]["standing"] for region, state in shown.items()}


async def test_one_process_holds_two_regions_and_another_stands_by_for_both(rig: Engines) -> None:
    database, folder = await rig.new_database(), rig.folder / "regions"
    options = tuple(word for region in REGIONS for word in ("--region", region))
    desks = [Service(database, rig.valkey.url, folder / name, "desk", options=options) for name in ("first", "second")]
    gateways = {
        region: Service(database, rig.valkey.url, folder / region, "gateway", env={"AUXILIO_REGION": region})
        for region in REGIONS
    }
    try:
        for service in (*desks, *gateways.values()):
            await service.start()
        assert await regions_at(desks[0]) == dict.fromkeys(REGIONS, "desk")
        assert await regions_at(desks[1]) == dict.fromkeys(REGIONS, "standby")
        keys = {region: await key_of(database, region) for region in REGIONS}
        for region, gateway in gateways.items():
            async with client(gateway, keys[region]) as http:
                incidents = [await insist(http, {"call_id": f"{region}-{n}", "said": "help"}) for n in range(3)]
            assert incidents == [1, 2, 3], "each region numbers its own"
        async with client(gateways["texas"], keys["arizona"]) as http:
            assert (await http.post("/v1/calls", json={"said": "help"})).status_code == 401
        await desks[0].kill()
        for region, gateway in gateways.items():
            async with client(gateway, keys[region]) as http:
                assert await asyncio.wait_for(insist(http, {"call_id": "after", "said": "help"}), SETTLED_S) == 4
        assert await regions_at(desks[1]) == dict.fromkeys(REGIONS, "desk")
        for service in (*gateways.values(), desks[1]):
            assert await service.stop() == 0, service.last_words()
        for region in REGIONS:
            assert (await verify(database, region)).is_sound
    finally:
        for service in (*gateways.values(), *desks):
            await service.kill()

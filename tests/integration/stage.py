"""A stage for stream tests: a service with the synthetic border, keys, and a storm of calls with everything after."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import Random
from time import monotonic
from typing import Any, Final

import httpx

from app.access.identity import Role
from app.access.keys import create_key
from app.store.pool import open_pool
from app.verify import verify
from geo.sign import Sign
from loadtests.rig import REGION, Engines, KeyRing, Service, client, load_border, make_keys
from tests.integration.watcher import Agent, Watcher

SENDERS: Final = 8
QUIET_S: Final = 0.6
QUIET_LOOKS_MAX: Final = 200


@dataclass(slots=True)
class Stage:
    """A running service, its keys, its border's units and signs."""

    service: Service
    keys: KeyRing
    sector_keys: dict[str, str]
    unit_ids: list[str]
    sector_of: dict[str, str]
    signs: list[Sign]
    number: int = 0

    def psap(self, service: Service | None = None) -> httpx.AsyncClient:
        return client(service or self.service, self.keys.psap)

    def dispatcher(self, service: Service | None = None) -> httpx.AsyncClient:
        return client(service or self.service, self.keys.dispatcher)

    def console(self, *topics: str, since: str | None = "unknown", service: Service | None = None) -> Watcher:
        """Return a console; without a cursor of its own it fetches the snapshot first."""
        return Watcher(service or self.service, self.keys.dispatcher, topics, since)

    def agent(self, number: int, *, pace_s: float | None = 0.0, service: Service | None = None) -> Agent:
        unit_id = self.unit_ids[number]
        return Agent(service or self.service, self.keys.agents[unit_id], unit_id, pace_s=pace_s)

    def call(self, sector: str | None = None, rng: Random | None = None) -> dict[str, Any]:
        """Return the body of a new call to a sign of a sector."""
        self.number += 1
        signs = [sign for sign in self.signs if sector is None or sign.sector == sector]
        sign = (rng or Random(self.number)).choice(signs)
        return {"call_id": f"c-{self.number}", "said": sign.sign_id, "callback_number": f"52055{self.number:05d}"}

    async def post_call(self, http: httpx.AsyncClient, **call: Any) -> int:
        """Post a call and return its incident."""
        answer = await http.post("/v1/calls", json=call or self.call())
        assert answer.status_code in (200, 201), answer.text
        incident_id: int = answer.json()["incident_id"]
        return incident_id

    async def only(self, *numbers: int) -> None:
        """Close whatever is open, and leave only these units on duty."""
        async with self.dispatcher() as http:
            for row in (await http.get("/v1/incidents")).json():
                done = {"outcome": "found_well", "release_units": True}
                assert (await http.post(f"/v1/incidents/{row['id']}/outcome", json=done)).status_code == 200
            for number, unit_id in enumerate(self.unit_ids):
                answer = await http.put(f"/v1/units/{unit_id}/duty", json={"on_duty": number in numbers})
                assert answer.status_code == 200, answer.text


@asynccontextmanager
async def stage(rig: Engines, name: str, *, agents: int, redis: str | None = None, **env: str) -> AsyncIterator[Stage]:
    """Run a service of its own with a border; afterwards it must stop in good order with a sound ledger."""
    database = await rig.new_database()
    folder, redis = rig.folder / name, redis or rig.valkey.url
    border = await load_border(database, redis, folder)
    units = border.units[:agents]
    keys = await make_keys(database, [unit.unit_id for unit in units])
    sectors = sorted({unit.sector for unit in border.units})
    pool = await open_pool(database, size=2)
    try:
        sector_keys = {s: await create_key(pool, REGION, Role.DISPATCHER, f"d-{s}", sectors=(s,)) for s in sectors}
    finally:
        await pool.close()
    service = Service(database, redis, folder, env=env)
    await service.start()
    sector_of = {unit.unit_id: unit.sector for unit in units}
    signs = [sign for sign in border.signs if sign.life.value != "retired"]
    try:
        yield Stage(service, keys, sector_keys, list(sector_of), sector_of, signs)
    finally:
        status = await service.stop()
    assert status == 0, service.last_words()
    report = await verify(database, REGION)
    assert report.is_sound, report.faults


async def storm(at: Stage, seconds: float, *, service: Service | None = None, seed: int = 1) -> int:
    """Post calls as fast as a few senders can, and let a dispatcher close what was cleared; return how many calls."""
    ends, rng, calls = monotonic() + seconds, Random(seed), 0

    async def send(http: httpx.AsyncClient) -> None:
        nonlocal calls
        while monotonic() < ends:
            await at.post_call(http, **at.call(rng=rng))
            calls += 1
            await asyncio.sleep(rng.uniform(0.0, 0.1))

    async def close(http: httpx.AsyncClient) -> None:
        while monotonic() < ends:
            for row in (await http.get("/v1/incidents", params={"where": "with_dispatcher"})).json()[:20]:
                done = {"outcome": "found_well", "version": row["version"]}
                await http.post(f"/v1/incidents/{row['id']}/outcome", json=done)
            await asyncio.sleep(0.1)

    async with AsyncExitStack() as stack:
        senders = [await stack.enter_async_context(at.psap(service)) for _ in range(SENDERS)]
        closer = await stack.enter_async_context(at.dispatcher(service))
        await asyncio.gather(*(send(http) for http in senders), close(closer))
    return calls


async def quiet(http: httpx.AsyncClient) -> int:
    """Wait until nothing is recorded for a while and return the seq."""
    seq, since = -1, monotonic()
    for _ in range(QUIET_LOOKS_MAX):
        now: int = (await http.get("/v1/board", params={"topics": "sector:none"})).json()["seq"]
        if now != seq:
            seq, since = now, monotonic()
        elif monotonic() - since > QUIET_S:
            break
        await asyncio.sleep(0.1)
    return seq

"""An installation to be broken: its servers, its processes, the people who go on calling."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import monotonic
from typing import Any, Final

import httpx

from app.embedded.home import home_for
from app.embedded.valkey import Valkey
from app.store.migrate import migrate
from app.verify import verify
from loadtests.chaos.network import FarValkey, Network
from loadtests.checker import Findings, check
from loadtests.crowd import AWAY, PSAP, Crowd, Device
from loadtests.debian import NotToBeHad, program
from loadtests.journal import CallAcked, Journal
from loadtests.replicas import Replicas, replicas
from loadtests.rig import REGION, Service, client, load_border, make_keys, units_of
from loadtests.takeover import Trio

PSAPS: Final = 4
UNITS: Final = 10
PAUSE_S: Final = 0.08  # between a PSAP's calls: some 50 a second together
WHOLE_S: Final = 45.0  # by then everything that was broken serves again
POLL_S: Final = 0.05
REPLACED: Final = 3  # the exit status of a desk whose place another took
FAKETIME: Final = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")


@dataclass(slots=True)
class Scene:
    """What a fault may reach. `clock`: the file that shifts the services' wall clock, None without libfaketime.

    `network`: the hosts, where each server and each process has one of its own.
    """

    folder: Path
    servers: Replicas
    valkey: Valkey | FarValkey
    trio: Trio
    rng: Random
    clock: Path | None
    journal: Journal
    network: Network | None = None
    is_failed_over: bool = False
    _number: int = 0

    @property
    def dsn(self) -> str:
        """The server that holds the truth now."""
        return (self.servers.second if self.is_failed_over else self.servers.first).dsn

    async def probe(self, within_s: float = WHOLE_S) -> float:
        """Post a call until it is answered 2xx; return how long that took. Raises TimeoutError."""
        self._number += 1
        body: dict[str, Any] = {"call_id": f"probe-{self._number}", "said": "help"}
        began = monotonic()
        self.journal.posted += 1
        async with client(self.trio.gateway, self.trio.keys.psap) as http, asyncio.timeout(within_s):
            while True:
                try:
                    answer = await http.post("/v1/calls", json=body)
                except AWAY:
                    await asyncio.sleep(POLL_S)
                    continue
                if answer.is_success:
                    self.journal.keep(CallAcked(PSAP, body["call_id"], int(answer.json()["incident_id"])))
                    return monotonic() - began
                await asyncio.sleep(POLL_S)

    async def become_whole(self) -> None:
        """Wait until there is a desk, a standby, and a gateway that hears the desk. Raises TimeoutError.

        A desk that ended because another took its place is started again, as its parent, or systemd, would.
        """
        for desk in self.trio.desks:
            if desk.process is not None and desk.process.returncode is not None:
                assert desk.process.returncode == REPLACED, f"a desk ended with {desk.process.returncode}"
                await desk.start()
        for standing in ("desk", "standby"):
            await self.trio.at(standing)
        async with asyncio.timeout(WHOLE_S), httpx.AsyncClient(base_url=self.trio.gateway.url, timeout=2.0) as http:
            while True:
                try:
                    if (await http.get("/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(POLL_S)

    async def examine(self) -> Findings:
        """Let the checker, and the service's own verification, look at everything."""
        found = await check(self.dsn, REGION, self.journal.read())
        found.broken += (await verify(self.dsn, REGION)).faults
        return found


@dataclass(slots=True)
class People:
    """Those who talk to the gateway; what they were promised is in the journal."""

    crowd: Crowd
    callers: list["asyncio.Task[None]"] = field(default_factory=list)
    others: list["asyncio.Task[None]"] = field(default_factory=list)


@asynccontextmanager
async def calling(scene: Scene) -> AsyncIterator[People]:
    """Let PSAPs call, devices drive and a dispatcher close while the block lasts; every call is insisted on."""
    crowd = Crowd(
        scene.trio.gateway, scene.journal, scene.trio.signs, scene.rng, prefix=f"{scene.rng.getrandbits(32):x}"
    )
    people = People(crowd)
    keys = scene.trio.keys
    people.callers = [asyncio.create_task(crowd.call(keys.psap, PAUSE_S)) for _ in range(PSAPS)]
    devices = [Device(crowd, unit, key, Random(scene.rng.random())).run() for unit, key in keys.agents.items()]
    people.others = [asyncio.create_task(one) for one in (*devices, crowd.close_incidents(keys.dispatcher, PAUSE_S))]
    try:
        yield people
        crowd.stopping.set()
        await asyncio.wait_for(asyncio.gather(*people.callers), WHOLE_S)
    finally:
        crowd.stopping.set()
        for task in (*people.callers, *people.others):
            task.cancel()
        await asyncio.gather(*people.callers, *people.others, return_exceptions=True)


def faketime() -> Path | None:
    """Return libfaketime, None where it cannot be had."""
    try:
        program("faketime", "faketime")
    except NotToBeHad:
        return None
    return FAKETIME if FAKETIME.exists() else None


@asynccontextmanager
async def scene(folder: Path, seed: int, network: Network | None = None) -> AsyncIterator[Scene]:
    """Run the installation for as long as the block lasts, on the hosts of a network if one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    hosts = {} if network is None else network.hosts
    valkey = FarValkey(folder / "valkey", hosts["valkey"]) if hosts else Valkey(folder / "valkey")
    library = faketime()
    clock = folder / "clock" if library is not None else None
    shifted: dict[str, str] = {}
    if clock is not None:
        clock.write_text("+0")
        shifted = {
            "LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_RESET": "1",
        }  # fmt: skip
    async with replicas(folder / "postgres", hosts=hosts or None) as servers:
        await migrate(servers.dsn)
        await valkey.start()
        try:
            border = await load_border(servers.dsn, valkey.url, folder / "import")
            units = units_of(border)[:UNITS]
            env = {"AUXILIO_KEY_FILE": str(folder / "keys.json"), **shifted}
            desks = [
                Service(servers.dsn, valkey.url, folder / f"desk-{n}", env=env, host=hosts.get(f"desk-{n}"))
                for n in range(2)
            ]
            gateway = Service(
                servers.dsn, valkey.url, folder / "gateway", "gateway", env=env, host=hosts.get("gateway")
            )
            keys = await make_keys(servers.dsn, [unit.id for unit in units])
            try:
                for service in (*desks, gateway):
                    await service.start()
                trio = Trio(desks, gateway, keys, border.signs)
                with Journal(folder / "journal") as journal:
                    yield Scene(folder, servers, valkey, trio, Random(seed), clock, journal, network)
            finally:
                for service in (gateway, *desks):
                    await service.kill()
        finally:
            await valkey.stop()
            shutil.rmtree(home_for(valkey.home), ignore_errors=True)

"""Every check must be able to fail: a defence is removed, and the check that rests on it goes red.

python -m loadtests.chaos.red
"""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import asyncpg
import websockets

from app.store import ledger
from loadtests.checker import Findings, check
from loadtests.journal import Journal
from loadtests.late_desk import append_under_a_lost_epoch, forget_the_epoch
from loadtests.power import Liar, power_cuts
from loadtests.rig import REGION, Engines, Service, client, engines, load_border, make_keys
from loadtests.storm import storm

SEED: Final = 20
SILENT: Final = 3
PAST_S: Final = 17.0  # a device has 10 s to be heard, and the checker allows five more


@dataclass(frozen=True, slots=True)
class Removal:
    """A defence, how it is removed, and the findings that must then not be empty."""

    defence: str
    red: str
    look: Callable[[Engines], Awaitable[Findings]]


def sabotaged(servers: Engines, database: str, fault: str) -> Service:
    folder = servers.folder / f"{fault}-{database.rpartition('/')[2][:12]}"
    return Service(database, servers.valkey.url, folder, argv=("-m", "loadtests.sabotage", fault))


def under_storm(fault: str, *, drop: str = "", kills: int = 0) -> Callable[[Engines], Awaitable[Findings]]:
    """Return a storm on a service with this fault, perhaps without the index that would catch it."""

    async def look(servers: Engines) -> Findings:
        database = await servers.new_database()
        if drop:
            await _execute(database, f"DROP INDEX {drop}")
        service = sabotaged(servers, database, fault)
        try:
            return (await storm(service, kills, SEED)).findings
        finally:
            await service.kill()

    return look


async def silent_devices(servers: Engines, *, fault: str = "stop-timers") -> Findings:
    """Offer a call to a unit whose device is connected and answers nothing; look when its time is long over."""
    database = await servers.new_database()
    service = sabotaged(servers, database, fault)
    border = await load_border(database, servers.valkey.url, service.folder)
    keys = await make_keys(database, [unit.unit_id for unit in border.units[:SILENT]])
    with Journal(service.folder / "journal") as journal:
        try:
            await service.start()
            async with AsyncExitStack() as stack:
                for key in keys.agents.values():
                    headers = {"Authorization": f"Bearer {key}"}
                    socket = await stack.enter_async_context(
                        websockets.connect(service.ws_url, additional_headers=headers)
                    )
                    await socket.send(json.dumps({"kind": "hello"}))
                    await socket.send(json.dumps({"kind": "duty", "id": None, "on_duty": True}))
                sign = next(iter(border.signs))
                async with client(service, keys.psap) as http:
                    (await http.post("/v1/calls", json={"call_id": "1", "said": sign.sign_id})).raise_for_status()
                await asyncio.sleep(PAST_S)
            return await check(database, REGION, journal.read())
        finally:
            await service.kill()


async def edited_row(servers: Engines) -> Findings:
    """Change one word of one recorded event, as somebody with the database's password could."""
    database = await servers.new_database()
    service = Service(database, servers.valkey.url, servers.folder / "edited")
    await load_border(database, servers.valkey.url, service.folder)
    await _execute(database, "UPDATE ledger SET body = replace(body, 'at', 'At') WHERE seq = 2")
    return await check(database, REGION, ())


async def late_desk(servers: Engines) -> Findings:
    """Let a desk write that has lost its epoch: first against the head row's check, then without."""
    with_check, without = await servers.new_database(), await servers.new_database()
    await forget_the_epoch(without)
    found = Findings()
    try:
        await append_under_a_lost_epoch(with_check)
    except ledger.Fenced:
        await append_under_a_lost_epoch(without)
        found.broken.append("a desk wrote under an epoch it had lost")
    return found


def power_cut(liar: Liar) -> Callable[[Engines], Awaitable[Findings]]:
    """Return a power cut on a machine where somebody's syncs only say that they are done."""

    async def look(_: Engines) -> Findings:
        return (await power_cuts(1, SEED, liar)).findings

    return look


async def _execute(database: str, query: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(query)
    finally:
        await connection.close()


REMOVALS: Final = (
    Removal("answer after the commit", "lost", under_storm("early-answer", kills=6)),
    Removal("unique index calls_once", "doubled", under_storm("forget-calls", drop="calls_once")),
    Removal(
        "unique index assignments_one_active", "overlapping", under_storm("double-book", drop="assignments_one_active")
    ),
    Removal("the timer loop", "forgotten", silent_devices),
    Removal("the hash chain over every row", "broken", edited_row),
    Removal("the epoch in the head row", "broken", late_desk),
    Removal("PostgreSQL's fsync", "lost", power_cut("postgres")),
    Removal("the spool's fsync", "lost", power_cut("service")),
)


async def main() -> int:
    """Remove each defence, print what the check then says, return 0 only when every one went red."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    all_red = True
    print("defence removed | went red | the checker said")
    async with engines() as servers:
        for removal in REMOVALS:
            found = await removal.look(servers)
            said = getattr(found, removal.red)
            all_red &= bool(said)
            print(
                f"{removal.defence} | {'yes' if said else 'NO'} | {removal.red}: {(said or ['nothing'])[0]}", flush=True
            )
    return int(not all_red)


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))

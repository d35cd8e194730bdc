"""`auxilio serve --gateways N`: children under watch, restarted when they die or hang, replaced in good order."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from time import monotonic

import httpx
import psutil
import pytest
import pytest_asyncio
import websockets

from loadtests.checker import check
from loadtests.journal import CallAcked, Journal
from loadtests.rig import REGION, Engines, KeyRing, Service, client, make_keys

WAIT_S = 15.0
BLOCKED_S = 4.0  # AUXILIO_BLOCKED_S of these tests, on a busy machine; five as delivered
REPLACED_S = 8.0
STOPPED_S = 10.0  # reliability G20
LEFT_S = 5.0


class Family(Service):
    """A parent and its children."""

    def children(self, name: str) -> list[psutil.Process]:
        """Return the children whose name begins so: `desk`, `gateway-1`, ..."""
        assert self.process is not None
        return [child for child in psutil.Process(self.process.pid).children() if name_of(child).startswith(name)]


def name_of(child: psutil.Process) -> str:
    try:
        words = child.cmdline()
    except psutil.NoSuchProcess:  # just ended
        return ""
    return words[-1] if "app.parent.child" in words else ""


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[tuple[Family, KeyRing]]:
    database = await rig.new_database()
    env = {"AUXILIO_WATCHED": "true", "AUXILIO_BLOCKED_S": str(BLOCKED_S), "AUXILIO_METRICS_PORT": "0"}
    family = Family(database, rig.valkey.url, rig.folder / "family", env=env, options=("--gateways", "2"))
    keys = await make_keys(database)
    await family.start()
    yield family, keys
    began = monotonic()
    async with websockets.connect(
        family.ws_url, additional_headers={"Authorization": f"Bearer {keys.dispatcher}"}
    ) as socket:
        await socket.send('{"kind": "hello"}')
        await socket.recv()
        stopping = asyncio.create_task(family.stop())
        async with asyncio.timeout(LEFT_S):
            await socket.wait_closed()
        assert socket.close_code == 1012, "a client is told that the service restarts, and comes back"
        assert await stopping == 0
    assert monotonic() - began < STOPPED_S


async def until(claim: Callable[[], bool], within_s: float = WAIT_S) -> float:
    began = monotonic()
    async with asyncio.timeout(within_s):
        while not claim():
            await asyncio.sleep(0.05)
    return monotonic() - began


async def keep_calling(family: Family, keys: KeyRing, journal: Journal, stop: asyncio.Event, prefix: str) -> list[int]:
    """Post calls one after the other, each on a connection of its own; return every status but 2xx, 0 for none."""
    bad: list[int] = []
    number = 0
    while not stop.is_set():
        number += 1
        body = {"call_id": f"{prefix}-{number}", "said": "help"}
        journal.posted += 1
        while True:
            try:
                async with client(family, keys.psap) as http:
                    answer = await http.post("/v1/calls", json=body)
            except httpx.TransportError:  # a child died with it in hand
                bad.append(0)
                continue
            if answer.is_success:
                journal.keep(CallAcked("psap-1", body["call_id"], answer.json()["incident_id"]))
                break
            bad.append(answer.status_code)
    return bad


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["hangs", "dies"])
@pytest.mark.parametrize("name", ["gateway", "desk"])
async def test_a_child_that_hangs_or_dies_is_replaced_while_calls_go_on(
    world: tuple[Family, KeyRing], name: str, number: signal.Signals
) -> None:
    family, keys = world
    victim = family.children(name)[-1]
    stop = asyncio.Event()
    with Journal(family.folder / f"journal-{name}-{number}") as journal:
        calling = asyncio.create_task(keep_calling(family, keys, journal, stop, f"{name}-{number}"))
        await asyncio.sleep(0.3)
        os.kill(victim.pid, number)
        await until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE, BLOCKED_S + REPLACED_S)
        await until(lambda: len(family.children("desk")) + len(family.children("gateway")) == 3)
        before = journal.acked
        await until(lambda: journal.acked > before + 5)
        stop.set()
        bad = await asyncio.wait_for(calling, WAIT_S)
        assert set(bad) <= {0, 503}, "only ever: nobody decides just now, send it again"
        assert name == "gateway" or 0 not in bad, "the desk's death is no gateway's"
        found = await check(family.database, REGION, journal.read())
        assert found.is_clean, found


async def test_gateways_are_replaced_one_after_the_other_and_no_call_is_refused(
    world: tuple[Family, KeyRing],
) -> None:
    family, keys = world
    before = {process.pid for process in family.children("gateway")}
    stop = asyncio.Event()
    assert family.process is not None
    with Journal(family.folder / "journal-rolling") as journal:
        calling = asyncio.create_task(keep_calling(family, keys, journal, stop, "rolling"))
        family.process.send_signal(signal.SIGHUP)

        def are_replaced() -> bool:
            now = {process.pid for process in family.children("gateway")}
            return len(now) == 2 and not now & before

        await until(are_replaced, WAIT_S * 2)
        await asyncio.sleep(0.5)
        stop.set()
        assert await calling == []


async def test_no_child_is_lent_what_opens_the_database_as_its_owner(world: tuple[Family, KeyRing]) -> None:
    family, _ = world
    assert family.process is not None
    assert "MIGRATE_DATABASE_URL" in psutil.Process(family.process.pid).environ()
    lent = [child.environ() for name in ("desk", "gateway-1", "gateway-2") for child in family.children(name)]
    assert len(lent) == 3
    assert not [env for env in lent if "MIGRATE_DATABASE_URL" in env]


async def test_the_parent_shows_the_numbers_of_all_its_children(world: tuple[Family, KeyRing]) -> None:
    family, keys = world
    told = family.log.read_text()
    port = int(told.rpartition("metrics at http://127.0.0.1:")[2].partition("/")[0])
    async with client(family, keys.psap) as http, asyncio.timeout(WAIT_S):
        (await http.post("/v1/calls", json={"call_id": "counted", "said": "help"})).raise_for_status()
        shown = ""
        while shown.count("auxilio_holds_desk{") < 3:  # one that was just replaced may still start
            shown = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    assert 'auxilio_holds_desk{process="desk"} 1.0' in shown
    assert 'auxilio_holds_desk{process="gateway-1"} 0.0' in shown
    assert 'said="done"} ' in shown
    assert 'auxilio_child_blocked_total{process="desk"} 1.0' in shown

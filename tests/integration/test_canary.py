"""A day of traffic with canaries in every field personal data goes to; afterwards none may be anywhere in clear."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, Final

import asyncpg
import httpx
import pytest_asyncio
import websockets
from redis.asyncio import Redis

from app.access.identity import Role
from app.access.keys import create_key
from app.interop.callbacks.addresses import set_address
from app.main import HEART_S
from app.relay import channel
from app.routes.eido_examples import EIDO_EXAMPLE, PIDF_EXAMPLE
from app.routes.hazard_examples import CAP_EXAMPLE
from app.settings import Settings
from app.store.pool import open_pool
from loadtests.rig import REGION, Engines, Service, client
from tests.integration.backup import dump_text
from tests.integration.canaries import Answers, Canaries, as_text, found_in
from tests.integration.people import person_key
from tests.integration.scene import Listener, World, a_world

SEED: Final = 20261125
# A sender hears again which field of its own was not understood; the record and everybody else do not.
ECHOED: Final = frozenset({"an unknown field", "a field's name", "a party's field", "a wrong field typed"})
CHANNELS: Final = ("batches", "heads", "positions")


@dataclass(slots=True)
class Day:
    """A service and a gateway that write everything they can to their logs, and all that is said to anybody."""

    world: World
    gateway: Service
    rig: Engines
    keys: dict[str, str]
    put: Canaries
    answers: Answers = field(default_factory=Answers)
    heard: list[Any] = field(default_factory=list)  # by sockets, of every role
    relayed: list[str] = field(default_factory=list)  # by Redis
    exported: list[str] = field(default_factory=list)

    def http(self, who: str, *, by: Service | None = None) -> httpx.AsyncClient:
        """Return a client whose answers are kept."""
        made = client(by or self.world.service, self.keys[who])
        made.event_hooks = self.answers.hook(may_open=who in ("dispatcher", "supervisor"))
        return made

    async def places(self) -> dict[str, str]:
        """Return everything that is to be searched, by where it is."""
        redis = Redis.from_url(self.world.redis)
        stored = [f"{key!r}" async for key in redis.scan_iter(count=1_000)]
        stored += [repr(await redis.dump(key)) async for key in redis.scan_iter(count=1_000)]
        await redis.aclose()
        heads = self.world.service.folder / "heads"
        return {
            "database backup": await dump_text(self.world.database),
            "database's log": self.rig.postgres.log.read_text(errors="replace"),
            "service's log": self.world.service.log.read_text(errors="replace"),
            "gateway's log": self.gateway.log.read_text(errors="replace"),
            "redis": "\n".join(stored),
            "redis, on its way": "\n".join(self.relayed),
            "sockets": as_text(self.heard),
            "answers": "\n".join(self.answers.said),
            "signed heads": "\n".join(file.read_text() for file in sorted(heads.iterdir())),
            "exports": "\n".join(self.exported),
        }


@pytest_asyncio.fixture(scope="module")
async def day(rig: Engines) -> AsyncIterator[Day]:
    """Live through the day once; the tests look at what it left."""
    folder = rig.folder / "canary"
    env = {"AUXILIO_LOG_LEVEL": "debug", "AUXILIO_HEADS_DIR": str(folder / "heads")}
    async with a_world(rig, "canary", units=2, **env) as world:
        gateway_env = env | {"AUXILIO_KEY_FILE": str(folder / "keys.json")}
        gateway = Service(world.database, world.redis, rig.folder / "canary-gateway", "gateway", env=gateway_env)
        await gateway.start()
        lived = Day(world, gateway, rig, await keys_of(world), Canaries(Random(SEED)))
        async with listening(lived):
            await partners(lived)
            await reports(lived)
            incidents = await calls(lived)
            await desk_work(lived, incidents)
            await field_work(lived)
            await custody(lived, incidents)
            await told(lived)
            await asyncio.sleep(2 * HEART_S)
        assert await gateway.stop() == 0
        yield lived


async def keys_of(world: World) -> dict[str, str]:
    """Return a key for every role there is."""
    found = {
        "psap": world.keys.psap,
        "tower": world.keys.tower,
        "dispatcher": world.keys.dispatcher,
        "agent": world.keys.agents[world.unit_ids[0]],
        "nobody": "aux_0123456789ab_nobodyknowsme",
    }
    pool = await open_pool(world.database, size=1)
    try:
        sector = world.border.units[0].sector
        found["sector"] = await create_key(pool, REGION, Role.DISPATCHER, "of a sector", sectors=(sector,))
        found["partner"] = await create_key(pool, REGION, Role.PARTNER, "another agency")
        found["tracker"] = await create_key(pool, REGION, Role.TRACKER, "a phone", unit_id=world.unit_ids[1])
    finally:
        await pool.close()
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR):
        found[role] = await person_key(world.database, role, f"a {role}")
    return found


@asynccontextmanager
async def listening(day: Day) -> AsyncIterator[None]:
    """Hear what every role that has a socket hears, and all that Redis is told."""
    redis = Redis.from_url(day.world.redis)
    async with AsyncExitStack() as stack:
        follower = await stack.enter_async_context(redis.pubsub())
        monitor = await stack.enter_async_context(redis.monitor())
        await follower.subscribe(*(channel(REGION, what) for what in CHANNELS))

        async def monitored() -> None:
            async for command in monitor.listen():
                day.relayed.append(str(command))

        tasks = [asyncio.create_task(monitored())]
        for who in ("dispatcher", "sector", "agent"):
            for service in (day.world.service, day.gateway):
                headers = {"Authorization": f"Bearer {day.keys[who]}"}
                url = service.ws_url
                socket = await stack.enter_async_context(
                    websockets.connect(url, additional_headers=headers, max_size=2**24)
                )
                await socket.send(json.dumps({"kind": "hello"}))
                tasks.append(asyncio.create_task(hear(socket, day.heard)))
        await asyncio.sleep(4 * HEART_S)  # batches are relayed only to somebody who heard the last head
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await redis.aclose()


async def hear(socket: websockets.ClientConnection, heard: list[Any]) -> None:
    with suppress(websockets.ConnectionClosedError):
        async for text in socket:
            heard.append(json.loads(text))  # noqa: PERF401 - kept as it comes, whatever ends it


async def partners(day: Day) -> None:
    """Let partners be told: what waits for them stands in the database, as nobody takes it."""
    settings = Settings(data_dir=day.world.service.folder, region=REGION)
    await set_address(settings, day.world.database, "psap-1", "https://127.0.0.1:9/canary")
    async with day.http("dispatcher") as desk:
        hook = {"url": "http://127.0.0.1:9/canary", "kinds": ["*"], "sectors": []}
        assert (await desk.post("/v1/webhooks", json=hook)).status_code == 201


async def told(day: Day) -> None:
    """Wait until both outboxes have read all of the day: they are filled behind the desk."""
    head = "SELECT seq FROM ledger_head WHERE region = $1"
    (last,) = await day.world.query(head, REGION)
    async with asyncio.timeout(20):
        for cursors in ("callback_cursors", "webhook_cursors"):
            while True:
                (row,) = await day.world.query(f"SELECT seq FROM {cursors} WHERE region = $1", REGION)
                if row["seq"] >= last["seq"]:
                    break
                await asyncio.sleep(0.2)


async def reports(day: Day) -> None:
    """What is unreadable, in the wrong place or of no type: each costs an answer that says nothing of it again."""
    put, sign = day.put, day.world.sign
    words = put.word("words that are no JSON")
    bodies: list[bytes] = [
        f"help {words} at {sign(0)}".encode(),
        b"[" * 3_000 + put.word("deep nonsense").encode(),
        json.dumps([put.word("a list for a body")]).encode(),
        json.dumps({"said": {"x": put.word("an object for a text")}, put.word("a field's name"): 1}).encode(),
        json.dumps(
            {
                name: put.word(f"a wrong {name}")
                for name in (
                    "kind", "priority", "language", "needs", "party", "device", "occurred_at", "type", "sector",
                    "read_back",
                )
            }
        ).encode(),
        json.dumps({"said": sign(1), "party": {put.word("a party's field"): 1}, "needs": [put.word("need")]}).encode(),
        ("\x00" + json.dumps({"name": put.word("a name after a NUL")})).encode(),
        b"\xff\xfe" + put.word("not UTF-8").encode(),
    ]  # fmt: skip
    alert = {"type": "activation", "narrative": put.word("a tower's words"), "tower_id": [put.word("a tower's id")]}
    async with day.http("psap") as psap, day.http("tower") as tower, day.http("nobody") as nobody:
        for body in bodies:
            for http, path in ((psap, "/v1/calls"), (tower, "/v1/alerts"), (psap, "/v1/eido"), (psap, "/v1/pidf-lo")):
                assert (await http.post(path, content=body)).status_code < 500
        for network in ("chirpstack", "tts", "rockblock", "inreach"):
            for body in bodies:
                assert (await tower.post(f"/v1/networks/{network}", content=body)).status_code < 500
        assert (await tower.post("/v1/alerts", json=alert)).status_code == 201
        assert (await nobody.post("/v1/calls", content=bodies[0])).status_code == 401
        key = {"Idempotency-Key": put.word("an idempotency key")}
        for said in (put.word("the first body"), put.word("another body under its key")):
            await psap.post("/v1/calls", json={"narrative": said}, headers=key)


async def calls(day: Day) -> list[int]:
    """Distress in every format, each with every personal field it has; return the incidents."""
    put, sign, found = day.put, day.world.sign, []
    call = {
        "call_id": "canary-1",
        "callback_number": put.number("callback number"),
        "name": put.word("name"),
        "health": put.word("health"),
        "said": f"{sign(2)} {put.word('words read out')}",
        "narrative": put.word("narrative"),
        "device": {"lat": put.degrees("device location"), "lon": -111.5, "radius_m": 20},
        put.word("an unknown field"): put.word("its value"),
    }
    person = {
        "$id": "p",
        "personIncidentRoleRegistryText": ["Caller"],
        "ncPersonComponent": {"name": [{"personFullName": [{"value": put.word("EIDO name")}]}]},
    }
    fix = PIDF_EXAMPLE.replace("31.7321", str(put.degrees("EIDO location"))).replace(
        "caller@", put.word("entity") + "@"
    )
    place = {"$id": "l", "locationTypeDescriptionRegistryText": "Caller", "localIdentifier": [sign(3)]}
    eido = EIDO_EXAMPLE | {
        "personComponent": [person],
        "callbackComponent": [{"$id": "c", "callBackInformationUri": [f"tel:{put.number('EIDO callback number')}"]}],
        "notesComponent": [{"$id": "n", "notesActionComments": f"<p>{put.word('EIDO note')}</p>"}],
        "locationComponent": [place | {"locationByValue": fix}],
        "additionalDataComponent": [{"$id": "a", "additionalDataByValue": comment(put.word("additional data"))}],
    }
    pidf = PIDF_EXAMPLE.replace("31.7321", str(put.degrees("PIDF-LO location")))
    pidf = pidf.replace("caller@", put.word("PIDF-LO entity") + "@")
    sos = {"imei": "300234010753370", "momsn": 1, "data": f"SOS {put.word('satellite text')}".encode().hex()}
    point = {"latitude": put.degrees("inReach location"), "longitude": -111.2, "gpsFix": 2}
    event = {"imei": "300434000000000", "messageCode": 4, "point": point, "freeText": put.word("inReach text")}
    event |= {
        "timeStamp": int(datetime.now(UTC).timestamp() * 1_000),
        "addresses": [{"address": put.word("addressee")}],
    }
    cap = CAP_EXAMPLE.replace(
        "</areaDesc>", f" {put.word('CAP area')}</areaDesc><circle>{put.degrees('CAP circle')},-111.2 0.5</circle>"
    )
    async with day.http("psap") as psap, day.http("tower") as tower, day.http("psap", by=day.gateway) as other:
        answers = [
            await psap.post("/v1/calls", json=call),
            await other.post("/v1/calls", json=call | {"call_id": "canary-2", "said": sign(4)}),
            await psap.post("/v1/calls", json=call | {"narrative": put.word("an update's narrative")}),
            await psap.post("/v1/eido", json=eido),
            await psap.post("/v1/pidf-lo", content=pidf, params={"call_id": "canary-1"}),
            await other.post("/v1/pidf-lo", content=pidf),
            await tower.post("/v1/networks/inreach", json={"Version": "2.0", "Events": [event]}),
            await tower.post("/v1/networks/rockblock", json=sos),
            await psap.post("/v1/cap", content=cap),
        ]
    for answer in answers:
        assert answer.status_code in (200, 201), (answer.request.url, answer.text)
        found += [answer.json()["incident_id"]] if answer.json().get("incident_id") else []
    return sorted(set(found))


def comment(words: str) -> str:
    space = "urn:ietf:params:xml:ns:EmergencyCallData:Comment"
    return (
        f'<c:EmergencyCallData.Comment xmlns:c="{space}"><c:Comment>{words}</c:Comment></c:EmergencyCallData.Comment>'
    )


async def desk_work(day: Day, incidents: list[int]) -> None:
    """What dispatchers write and look up, and what they type wrongly."""
    put, units, first = day.put, day.world.unit_ids, f"/v1/incidents/{incidents[0]}"
    purpose = put.word("purpose")
    async with day.http("dispatcher") as desk, day.http("sector") as sector, day.http("partner") as partner:
        for row in (await desk.get("/v1/sectors")).json():  # units are sent by hand today
            await desk.put(f"/v1/sectors/{row['id']}/mode", json={"mode": "recommend"})
        for unit in units:
            assert (await desk.put(f"/v1/units/{unit}/duty", json={"on_duty": True})).status_code == 200
        assert (await desk.post(f"{first}/notes", json={"text": put.word("note")})).status_code == 201
        rows = (await desk.get(first)).json()["calls"]
        opened = await desk.post(f"/v1/private/{rows[0]['sealed']}", json={"purpose": purpose})
        assert "name" in opened.json(), "the canaries are in the seal, and who may open it sees them"
        typed = {"callback_number": put.number("number looked up"), "sign_id": day.world.sign(5)}
        await desk.post("/v1/duplicates", json=typed)
        await desk.post("/v1/resolve", json={"said": f"{day.world.sign(6)} {put.word('words resolved')}"})
        for path, body in (
            ("priority", {"priority": put.word("a wrong priority typed")}),
            ("assign", {"unit_id": put.word("a unit nobody has")}),
            ("outcome", {"outcome": put.word("a wrong outcome")}),
            ("notes", {put.word("a wrong field typed"): "x"}),
            ("place", {"sign_id": put.word("a sign nobody has")}),
        ):
            ask = desk.put if path in ("priority", "place") else desk.post
            assert (await ask(f"{first}/{path}", json=body)).status_code in (404, 405, 409, 422)
        await desk.get(f"/v1/signs/{put.word('a sign looked up')}")
        for unit in units:
            sent = await desk.post(f"{first}/assign", json={"unit_id": unit, "reason": put.word("reason of assigning")})
            assert sent.status_code == 201, sent.text
        down = {"assignment_id": sent.json()["assignment_id"], "reason": put.word("reason of standing down")}
        assert (await desk.post(f"{first}/stand-down", json=down)).status_code == 200
        for http in (desk, sector, partner):
            for path in (first, f"{first}/eido", f"{first}/cap", "/v1/board", "/v1/incidents", "/v1/alarms", "/v1/me"):
                assert (await http.get(path)).status_code < 500
        for path in ("/v1/units", "/v1/towers", "/v1/hazards", "/v1/callbacks", "/v1/webhooks", "/v1/activations"):
            await desk.get(path)


async def field_work(day: Day) -> None:
    """What agents' devices send, rightly and wrongly."""
    put, unit = day.put, day.world.unit_ids[0]
    async with day.http("agent") as agent, day.http("tracker") as tracker:
        task = (await agent.get(f"/v1/units/{unit}/task")).json()
        held = task["assignment"]["id"]
        headers = {"Authorization": f"Bearer {day.keys['agent']}"}
        async with websockets.connect(day.world.service.ws_url, additional_headers=headers, max_size=2**24) as socket:
            device = Listener(socket)
            await device.say(kind="hello", **{put.word("a frame's field"): 1})
            await device.until("welcome")
            said = {"kind": "decline", "id": "1", "assignment_id": held, "reason": put.word("reason of declining")}
            await device.ask(**said)
            await device.ask(kind="status", id="2", status=put.word("a wrong status"), assignment_id=held)
            await device.ask(kind="mayday", id="3", words=put.word("a mayday's words"))
            day.heard += device.frames
        for text in (put.word("a frame that is no JSON"), json.dumps({"kind": put.word("a wrong kind of frame")})):
            async with websockets.connect(day.world.service.ws_url, additional_headers=headers) as socket:
                await socket.send(text)
                await hear(socket, day.heard)  # until it is closed, with words
                assert socket.close_code == 4400
                day.heard.append(socket.close_reason)
        await agent.post(f"/v1/units/{unit}/status", json={"status": put.word("a status over HTTP")})
        at = str(int(datetime.now(UTC).timestamp()))
        fix = {"lat": "31.9012", "lon": "-111.1034", "timestamp": at, "driverUniqueId": put.word("a phone's owner")}
        await tracker.get("/v1/positions/osmand", params=fix)
        day.put.put[day.keys["tracker"]] = "a key in an address"
        async with httpx.AsyncClient(base_url=day.world.service.url) as bare:
            refused = await bare.get("/v1/positions/osmand", params=fix | {"id": day.keys["tracker"]})
            assert refused.json()["code"] == "not_in_address"
        for name in ("psap", "dispatcher", "agent", "supervisor"):
            day.put.put[day.keys[name]] = f"the key of {name}"


async def custody(day: Day, incidents: list[int]) -> None:
    """What supervisors and auditors do with what is sealed, and the command line's exports."""
    put = day.put
    span = {"since": "2026-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"}
    async with day.http("supervisor") as supervisor, day.http("auditor") as auditor, day.http("dispatcher") as desk:
        done = {"outcome": "found_well", "release_units": True}
        for incident in incidents[:2]:
            assert (await desk.post(f"/v1/incidents/{incident}/outcome", json=done)).status_code == 200
        hold = {"kind": "inquiry", "reason": put.word("reason of a hold")}
        held = await supervisor.post(f"/v1/incidents/{incidents[0]}/holds", json=hold)
        assert held.status_code == 201
        release = {"reason": put.word("reason of a release")}
        assert (await supervisor.post(f"/v1/holds/{held.json()['hold_id']}/release", json=release)).status_code == 200
        find = {"number": put.number("number to find"), "reason": put.word("reason of finding")}
        assert (await supervisor.post("/v1/holdings", json=find)).json() == []
        number = {"number": put.number("number to erase"), "reason": put.word("reason of erasing")}
        assert (await supervisor.post("/v1/erasures", json=number)).status_code == 404
        await supervisor.post("/v1/erasures", json={"number": put.word("no number"), "reason": "x"})
        export = await supervisor.post("/v1/export/incidents", json=span | {"reason": put.word("reason of an export")})
        assert len(export.json()) >= len(incidents)
        await supervisor.get("/v1/export/counts.csv")
        counts = await auditor.get("/v1/audit/counts")
        assert {row["act"] for row in counts.json()} >= {"read", "reseal", "find", "hold", "release", "erase", "export"}
    trail = client(day.world.service, day.keys["auditor"])  # the reasons are an auditor's to read: not kept
    async with trail as http:
        rows = (await http.post("/v1/audit", json={"act": "read"})).json()["rows"]
    assert rows[0]["reason"] in put.put
    env = {"DATABASE_URL": day.world.database, "REDIS_URL": day.world.redis, "AUXILIO_REGION": REGION}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", "export", "incidents", "--since", "2026-01-01", "--until", "2100-01-01",
        "--reason", put.word("reason on the command line"),
        env=os.environ | env | {"AUXILIO_DATA_DIR": str(day.world.service.folder)},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0
    day.exported.append(said.decode())


async def test_no_canary_of_a_day_is_anywhere_in_clear(day: Day) -> None:
    places = await day.places()
    empty = {place for place, text in places.items() if len(text) < 50}
    assert empty <= {"redis", "gateway's log"}, "whatever is searched is there"  # these two may have had nothing to say
    assert len(day.put.put) > 60
    for table in ("callbacks", "webhook_deliveries", "sealed", "audit_trail"):
        (row,) = await day.world.query(f"SELECT count(*) AS n FROM {table}")
        assert row["n"] > 5, table
    assert day.answers.count > 120
    found = found_in(places, day.put.put)
    print(f"{len(day.put.put)} canaries, {len(places)} places, {day.answers.count} answers: {len(found)} found")  # noqa: T201
    known = {(where, "answers") for where in ECHOED}
    assert [hit for hit in found if hit not in known] == []


async def test_the_search_goes_red_wherever_a_canary_is_planted(day: Day) -> None:
    put = Canaries(Random(1))
    word, number = put.word("planted"), put.number("planted number")
    connection = await asyncpg.connect(day.world.database)
    redis = Redis.from_url(day.world.redis)
    try:
        await connection.execute("CREATE TABLE planted (words text, bytes bytea)")
        await connection.execute("INSERT INTO planted VALUES ($1, $2)", "nothing", number.encode())
        await redis.set("planted", word, ex=30)
        before = len(day.answers.said), len(day.heard), len(day.relayed), len(day.exported)
        day.answers.said.append(f"GET /x 422 {word}")
        day.heard.append({"after": word})
        day.relayed.append(number)
        day.exported.append(number[:3] + "-" + number[3:6] + "-" + number[6:])
        with day.world.service.log.open("a") as log:
            log.write(f"a loop broke: KeyError('{word}')\n")
        found = {place for _, place in found_in(await day.places(), put.put)}
    finally:
        await connection.execute("DROP TABLE planted")
        await connection.close()
        await redis.delete("planted")
        await redis.aclose()
    kept = (day.answers.said, day.heard, day.relayed, day.exported)
    for what, length in zip(kept, before, strict=True):
        del what[length:]
    wanted = {"database backup", "redis", "redis, on its way", "sockets", "answers", "service's log", "exports"}
    assert found == wanted

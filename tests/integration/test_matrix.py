"""P6: nobody does what their role, sector and unit do not allow. The policy's table, walked against the real server.

`python -m pytest -s tests/integration/test_matrix.py` prints how much was walked.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest_asyncio
import websockets
from starlette.routing import WebSocketRoute

from app.access.hearing import may_hear
from app.access.identity import Identity, Role
from app.access.limits import LIMITS, UNLIMITED
from app.access.open import OPEN
from app.access.policy import FOR_SESSIONS, FRAMES, HEARS, POLICY, Action, Reach, may_send, reach_of
from app.door import STREAM
from app.field import SHAPES
from app.http import build_http
from app.interop.conveyance.messages import SUBPROTOCOL
from loadtests.rig import Engines, client
from tests.integration.matrix import (
    BOUND,
    NOBODYS,
    Sector,
    Walked,
    Who,
    consumables,
    every_route,
    everybody,
    furnish,
    guarded,
    nobodys,
    routes,
)
from tests.integration.scene import World, a_world

AT_ONCE: Final = 8
# One's own sector was not asked to help: that is an unknown incident to who would agree.
ANSWERED_ELSEWHERE: Final = {"POST /v1/incidents/{incident_id}/share/agree"}
NOT_REFUSED: Final = {401, 403}
SOCKETS: Final = {STREAM: Action.WATCH, "/v1/conveyance": Action.FOLLOW}


@dataclass(slots=True)
class Scene:
    """A server with two furnished sectors and somebody of every role."""

    world: World
    here: Sector
    there: Sector
    everybody: list[Who]

    def who(self, label: str) -> Who:
        return next(who for who in self.everybody if who.label == label)


@pytest_asyncio.fixture(scope="module")
async def scene(rig: Engines) -> AsyncIterator[Scene]:
    async with a_world(rig, "matrix") as world:
        people = await everybody(world, world.sector)
        psap = next(who.key for who in people if who.role is Role.PSAP)
        other = next(u.sector for u in world.border.units if u.sector != world.sector)
        here = await furnish(world, world.sector, psap)
        yield Scene(world, here, await furnish(world, other, world.keys.psap), people)


# Parameters that name what belongs to no sector, with a value nobody has.
OF_NO_SECTOR: Final = {
    "person_id": str(uuid4()),
    "session_id": str(uuid4()),
    "passkey_id": "bm9ib2R5",
    "hold_id": 2**40,
    "key_id": "none",
}

# The table itself.


def test_every_route_has_a_policy_or_stands_among_the_open_ones() -> None:
    without = [walked.name for walked in routes() if (walked.action is None) != (walked.path in OPEN)]
    assert without == []
    every = every_route(build_http(None).routes)
    sockets = {route.path for route in every if isinstance(route, WebSocketRoute)}
    assert sockets == set(SOCKETS)


def test_every_action_frame_and_topic_has_its_row() -> None:
    assert set(POLICY) == set(Action)
    assert set(FRAMES) == {*SHAPES, "renew"}, "renew is no word of the field: it proves the device again"
    assert set(LIMITS) | UNLIMITED == set(Action)
    assert not set(LIMITS) & UNLIMITED
    parameters = {part[1:-1] for walked in guarded() for part in walked.path.split("/") if part.startswith("{")}
    assert parameters - set(BOUND) == {"sign_id", "name", *OF_NO_SECTOR}, "a parameter the matrix does not know"


def test_no_role_beyond_the_floor_handles_incidents_or_opens_what_is_sealed() -> None:
    for action in (Action.SEE_INCIDENT, Action.HANDLE_INCIDENT, Action.OPEN_PRIVATE, Action.HANDLE_ALARM):
        assert set(POLICY[action]) == {Role.DISPATCHER, Role.SUPERVISOR}
    for role in (Role.ADMINISTRATOR, Role.AUDITOR, Role.PARTNER, Role.TRACKER):
        assert all(reach_of(role, action) is None for action in FRAMES.values() if role is not Role.TRACKER)


# Routes.


async def ask(http: httpx.AsyncClient, walked: Walked, at: Any, scene: Scene, sector: Sector) -> httpx.Response:
    named = {walked.bound: at} if walked.bound else {}
    path = walked.path.format(**named, sign_id=sector.tower, name="none", **OF_NO_SECTOR)
    body = None if walked.body is None else dict(walked.body)
    if walked.name == "PUT /v1/towers/devices/{device_id}" and body is not None:
        body["tower_id"] = sector.tower
    if walked.name == "POST /v1/webhooks" and body is not None:
        body |= {"url": "http://127.0.0.1:9/", "sectors": [scene.here.name], "kinds": ["webhook.*"]}
    return await http.request(walked.method, path, json=body)


async def of(world: World, sector: Sector, walked: Walked) -> Any:
    """Return the id of what a sector has of this kind; of what a request may use up, a new one."""
    if walked.bound in ("webhook_id", "callback_id", "device_id"):
        return (await consumables(world, sector))[walked.bound]
    return sector.known.get(walked.bound or "")


async def walk(scene: Scene, who: Who, walked: Walked, http: httpx.AsyncClient) -> tuple[int, list[str]]:
    """Ask one route as one identity; return how many requests that took and what was wrong."""
    world, reach = scene.world, walked.reach(who)
    own = await ask(http, walked, await of(world, scene.here, walked), scene, scene.here)
    label = f"{who.label}: {walked.name}"
    if reach is None:
        problem = own.json()
        refused = (own.status_code, problem["code"]) == (403, "wrong_role")
        return 1, [] if refused else [f"{label}: {own.status_code} without a permission"]
    if walked.action in FOR_SESSIONS:  # what a session may is tried with sessions, in test_people
        refused = (own.status_code, own.json()["code"]) == (403, "no_session")
        return 1, [] if refused else [f"{label}: {own.status_code} for a key"]
    faults = []
    if own.status_code in NOT_REFUSED:
        faults.append(f"{label}: {own.status_code} in spite of the permission")
    is_known = walked.name not in ANSWERED_ELSEWHERE
    if is_known and own.status_code == 404 and walked.bound and own.json().get("field") in ("", walked.bound):
        faults.append(f"{label}: its own answers 404")
    if walked.bound is None or not is_scoped(who, reach) or walked.name.startswith(("PUT /v1/towers/devices", "DELETE /v1/devices")):
        return 1, faults
    foreign = await ask(http, walked, await of(world, scene.there, walked), scene, scene.there)
    unknown = await ask(http, walked, nobodys(walked.bound), scene, scene.there)
    if foreign.status_code != 404:
        faults.append(f"{label}: {foreign.status_code} for another sector's")
    if (foreign.status_code, foreign.content) != (unknown.status_code, unknown.content):
        faults.append(f"{label}: {foreign.text} for a foreign id, {unknown.text} for an unknown one")
    return 3, faults


def is_scoped(who: Who, reach: Reach) -> bool:
    """Whether this permission ends somewhere inside the region."""
    return reach in (Reach.UNIT, Reach.CALLS) or (reach is Reach.SECTORS and bool(who.sectors))


async def test_every_role_may_on_every_route_what_the_table_says_and_nothing_else(scene: Scene) -> None:
    todo = guarded()
    requests, faults = 0, list[str]()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(who: Who) -> tuple[int, list[str]]:
        count, wrong = 0, list[str]()
        async with room, client(scene.world.service, who.key) as http:
            for walked in todo:
                asked, found = await walk(scene, who, walked, http)
                count, wrong = count + asked, wrong + found
        return count, wrong

    for count, wrong in await asyncio.gather(*(one(who) for who in scene.everybody)):
        requests, faults = requests + count, faults + wrong
    assert not faults, "\n".join(faults)
    print(f"\nmatrix: {len(todo)} routes x {len(scene.everybody)} identities, {requests} requests")  # noqa: T201


async def test_without_a_key_or_with_a_wrong_one_no_guarded_route_says_anything(scene: Scene) -> None:
    todo = guarded()
    for headers in ({}, {"Authorization": "Bearer aux_000000000000_guessed"}):
        async with httpx.AsyncClient(base_url=scene.world.service.url, headers=headers) as http:
            for walked in todo:
                answer = await ask(http, walked, scene.here.known.get(walked.bound or ""), scene, scene.here)
                assert answer.status_code == 401, (walked.name, answer.text)


async def test_guessing_ids_tells_nothing_and_takes_as_long(scene: Scene) -> None:
    async with client(scene.world.service, scene.who(f"dispatcher of {scene.here.name}").key) as http:
        last = max(scene.here.known["incident_id"], scene.there.known["incident_id"])
        found = [i for i in range(1, last + 3) if (await http.get(f"/v1/incidents/{i}")).status_code == 200]
        assert scene.here.known["incident_id"] in found
        assert scene.there.known["incident_id"] not in found

        async def took_s(incident_id: int) -> float:
            began = perf_counter()
            assert (await http.get(f"/v1/incidents/{incident_id}")).status_code == 404
            return perf_counter() - began

        pairs = [(await took_s(scene.there.known["incident_id"]), await took_s(NOBODYS)) for _ in range(40)]
        foreign, unknown = (median(times) for times in zip(*pairs, strict=True))
        assert 0.4 < foreign / unknown < 2.5


# The stream.


async def greeted(world: World, key: str, **hello: Any) -> int | str:
    """Open the stream and say hello; return the first frame's kind, or the code it was closed with, or HTTP's."""
    try:
        async with websockets.connect(
            world.service.ws_url, additional_headers={"Authorization": f"Bearer {key}"}, max_size=2**24
        ) as socket:
            await socket.send(json.dumps({"kind": "hello", **hello}))
            return str(json.loads(await socket.recv())["kind"])
    except websockets.InvalidStatus as refused:
        return refused.response.status_code
    except websockets.ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


async def test_every_role_hears_the_topics_the_table_says_and_no_other(scene: Scene) -> None:
    topics = ["board", "nothing", "sector", "unit", "incident:1"]
    topics += [f"{kind}:{name}" for kind in HEARS for s in (scene.here, scene.there) for name in (s.name, s.unit)]
    for who in scene.everybody:
        unit = scene.here.unit if who.role is Role.AGENT else None
        identity = Identity("k", who.role, who.label, who.sectors, unit)
        for topic in topics:
            said = await greeted(scene.world, who.key, topics=[topic])
            if reach_of(who.role, Action.WATCH) is None:
                assert said == 403, (who.label, topic)  # the socket does not even open
            else:
                assert said == ("welcome" if may_hear(identity, topic) else 4400), (who.label, topic)
    print(f"\nmatrix: {len(topics)} topics x {len(scene.everybody)} identities")  # noqa: T201


async def test_every_role_may_send_the_frames_the_table_says_and_no_other(scene: Scene) -> None:
    for who in (who for who in scene.everybody if reach_of(who.role, Action.WATCH) is not None):
        headers = {"Authorization": f"Bearer {who.key}"}
        for kind in (*SHAPES, "hello", "steer"):
            async with websockets.connect(
                scene.world.service.ws_url, additional_headers=headers, max_size=2**24
            ) as socket:
                await socket.send(json.dumps({"kind": "hello"}))
                await socket.recv()
                await socket.send(json.dumps({"kind": kind, "id": "x"}))
                if may_send(who.role, kind):
                    async with asyncio.timeout(5.0):
                        while json.loads(await socket.recv())["kind"] != "answer":
                            pass
                else:
                    code = await closed_with(socket)
                    assert code == 4400, (who.label, kind)
    print(f"\nmatrix: {len(SHAPES) + 2} frame kinds")  # noqa: T201


async def closed_with(socket: websockets.ClientConnection) -> int:
    try:
        async with asyncio.timeout(5.0):
            while True:
                await socket.recv()
    except websockets.ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 0


async def test_every_role_opens_the_conveyance_only_as_the_table_says(scene: Scene) -> None:
    url = scene.world.service.ws_url.replace(STREAM, "/v1/conveyance")
    for who in scene.everybody:
        headers = {"Authorization": f"Bearer {who.key}"}
        try:
            async with websockets.connect(url, additional_headers=headers, subprotocols=[SUBPROTOCOL]):  # type: ignore[list-item]
                opened = True
        except websockets.InvalidStatus:
            opened = False
        assert opened == (reach_of(who.role, Action.FOLLOW) is not None), who.label

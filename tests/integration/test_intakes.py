"""Every foreign intake on the real server: tests page nobody, mutated samples break nothing, none is slow."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from random import Random
from time import perf_counter

import httpx
import pytest
import pytest_asyncio

from app.routes.eido_examples import EIDO_EXAMPLE
from app.routes.hazard_examples import CAP_EXAMPLE
from geo.sign import SignKind
from loadtests.rig import Engines
from tests.integration.rehearsals import rehearsals
from tests.integration.scene import World, a_world
from tests.unit.app.interop.samples import SAMPLES

PATHS = {
    "chirpstack": "/v1/networks/chirpstack", "chirpstack protobuf": "/v1/networks/chirpstack?event=up",
    "tts": "/v1/networks/tts", "rockblock": "/v1/networks/rockblock", "inreach": "/v1/networks/inreach",
    "cap": "/v1/cap", "nws": "/v1/hazards/nws", "osmand": "/v1/positions/osmand",
    "owntracks": "/v1/positions/owntracks",
}  # fmt: skip
AGENT = ("osmand", "owntracks")
MUTATIONS = 60  # of each format
SENT = 150
SENDERS = 8
TURNS = 3
Body = Callable[[int], bytes]
SHARE = 0.5  # issue: at least half of the plain JSON one


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "intakes") as made:
        yield made
        log = made.service.log.read_text(errors="replace")
        assert "Exception in ASGI" not in log
        assert "broke its reader" not in log


async def test_no_test_exercise_or_drill_pages_a_unit_as_real_in_any_format(world: World) -> None:
    sign, unit = world.sign(3), world.unit_ids[0]
    tower = next(s.sign_id for s in world.border.signs if s.kind is SignKind.RESCUE_TOWER and s.sector == world.sector)
    async with world.http("dispatcher") as desk, world.http("psap") as http:
        for device, kind, decoder in (
            ("ed01", "test", "netvox_r312a"), ("ed02", "exercise", "netvox_r312a"), ("ed03", "real", "json"),
            ("ed04", "real", None),
        ):  # fmt: skip
            bound = {"tower_id": tower, "decoder": decoder, "kind": kind}
            assert (await desk.put(f"/v1/towers/devices/{device}", json=bound)).status_code == 200
        assert (await desk.put(f"/v1/units/{unit}/duty", json={"on_duty": True})).status_code == 200
        for path, body, kind in rehearsals(sign, tower):
            before = {row["id"]: row["kind"] for row in (await desk.get("/v1/incidents")).json()}
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if body.startswith("imei=") else {}
            answer = await http.post(path, content=body.encode(), headers=headers)
            assert answer.is_success, (path, body, answer.text)
            made = {row["id"]: row["kind"] for row in (await desk.get("/v1/incidents")).json()}
            new = {made[number] for number in made.keys() - before.keys()}
            assert new <= {kind}, (path, body, new)
        assert "real" not in made.values()
        paged = await world.query("SELECT i.image FROM assignments a JOIN incidents i ON i.id = a.incident_id")
        assert {json.loads(row["image"])["kind"] for row in paged} <= {"exercise"}
        assert (await desk.get("/v1/hazards")).json()["features"] == []
        real = (await http.post("/v1/eido", content=json.dumps(EIDO_EXAMPLE | {"$id": "r"}).encode())).json()
        shown = (await desk.get(f"/v1/incidents/{real['incident_id']}")).json()
        assert shown["incident"]["kind"] == "real", "what says nothing of a test is none"
        assert (await desk.put(f"/v1/units/{unit}/duty", json={"on_duty": False})).status_code == 200


async def test_the_type_alien_is_never_written_whoever_says_it(world: World) -> None:
    async with world.http("dispatcher") as desk, world.http("psap") as http:
        alien = {
            "incidentComponent": {"incidentTypeCommonRegistryText": "ALIEN"},
            "$id": "urn:emergency:uid:incidentid:al:p.example.org",
        }
        bodies = (
            ("/v1/eido", EIDO_EXAMPLE | alien),
            ("/v1/calls", {"call_id": "al-1", "type": "ALIEN", "said": world.sign(5)}),
        )
        for path, body in bodies:
            number = (await http.post(path, content=json.dumps(body).encode())).json()["incident_id"]
            for shown in ("", "/eido", "/cap"):
                answer = await desk.get(f"/v1/incidents/{number}{shown}")
                assert answer.status_code == 200
                assert "ALIEN" not in answer.text.upper(), answer.text
    for row in await world.query("SELECT body FROM ledger"):
        assert '"ALIEN"' not in row["body"].upper()  # what webhooks, call-backs and the stream say is read from here


def mutated(raw: bytes, rng: Random) -> bytes:
    changed = bytearray(raw)
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(changed) + 1)
        match rng.randrange(4):
            case 0:
                del changed[at : at + rng.randrange(30)]
            case 1:
                changed[at:at] = changed[at : at + rng.randrange(30)]
            case 2:
                changed[at:at] = rng.choice([b"null", b"1e400", b"NaN", b"\x00", b'"', b"-1", b"9" * 300, b"{}", b"[]"])
            case _:
                changed[at : at + 1] = rng.randbytes(1)
    return bytes(changed)[:60_000]


@pytest.mark.parametrize("name", PATHS)
async def test_a_mutated_sample_costs_a_2xx_or_a_4xx(world: World, name: str) -> None:
    rng = Random(name)
    role = world.unit_ids[0] if name in AGENT else "psap"
    async with world.http(role) as http:
        for _ in range(MUTATIONS):
            raw = mutated(rng.choice(SAMPLES[name]), rng)
            answer = await http.post(PATHS[name], content=raw)
            assert answer.status_code < 500, (raw, answer.text)


async def rate(http: httpx.AsyncClient, path: str, body: Body) -> float:
    """Return how many a second are taken from a few senders at once."""
    numbers = iter(range(SENT))

    async def send() -> None:
        for number in numbers:
            answer = await http.post(path, content=body(number))
            assert answer.is_success, answer.text

    began = perf_counter()
    await asyncio.gather(*(send() for _ in range(SENDERS)))
    return SENT / (perf_counter() - began)


def shifted(body: Body, by: int) -> Body:
    return lambda number: body(number + by)


def press(number: int) -> bytes:
    """An uplink of a button with a counter of its own, so that each is a press of its own."""
    data = b64encode(bytes.fromhex("014D011E01000000000000")).decode()
    info = {"devEui": "ab01", "deviceProfileName": "R312A"}
    return json.dumps({"deduplicationId": str(number), "deviceInfo": info, "fPort": 6, "data": data}).encode()


def tts_press(number: int) -> bytes:
    uplink = {"session_key_id": "s", "f_cnt": number, "decoded_payload": {"pressed": True}}
    return json.dumps({"end_device_ids": {"device_id": "ab02"}, "uplink_message": uplink}).encode()


async def test_each_intake_is_at_least_half_as_fast_as_the_plain_one(world: World) -> None:
    tower = next(s.sign_id for s in world.border.signs if "R-" in s.sign_id)

    def plain(number: int) -> bytes:
        return json.dumps({"type": "activation", "tower_id": "PLAIN-1", "alert_id": str(number)}).encode()

    def cap(number: int) -> bytes:
        text = CAP_EXAMPLE.replace("<identifier>T-1<", f"<identifier>rate-{number}<").replace("TUCR-07", tower)
        return text.encode()

    bodies: dict[str, tuple[str, Body]] = {
        "plain": ("/v1/alerts", plain),
        "chirpstack": ("/v1/networks/chirpstack?event=up", press),
        "tts": ("/v1/networks/tts", tts_press),
        "rockblock": ("/v1/networks/rockblock", lambda n: f"imei=300234&momsn={n}&data=534f53".encode()),
        "cap": ("/v1/cap", cap),
    }
    async with world.http("psap") as http:
        best: dict[str, float] = {}
        for turn in range(TURNS):  # in turns, and the best of each: the machine is not ours alone
            for name, (path, body) in bodies.items():
                found = await rate(http, path, shifted(body, turn * SENT))
                best[name] = max(best.get(name, 0.0), found)
    print({name: round(value) for name, value in best.items()})  # noqa: T201
    assert {name for name, value in best.items() if value < SHARE * best["plain"]} == set()

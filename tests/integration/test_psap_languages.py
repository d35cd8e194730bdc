"""EIDO, PIDF-LO, conveyance and call-backs on the real server: a PSAP hands over, partners follow, it hears back."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
import websockets
from standardwebhooks.webhooks import Webhook

from app.access.identity import Role
from app.access.keys import create_key
from app.contract.asyncapi import document as asyncapi
from app.interop.callbacks.addresses import drop_address, set_address
from app.interop.conveyance.messages import SUBPROTOCOL
from app.interop.eido.read import read_eido
from app.routes.eido_examples import EIDO_EXAMPLE, PIDF_EXAMPLE
from app.settings import Settings
from app.store.pool import open_pool
from loadtests.rig import REGION, Engines, Service, client
from tests.integration.agreement import check_answer, check_conveyed
from tests.integration.scene import World, a_world
from tests.unit.app.interop.attacks import attacks
from tests.unit.app.interop.formats import FORMATS
from tests.unit.app.interop.nena import faults
from tests.vectors import vector

HEAR_S = 15.0
OFFERED = [websockets.Subprotocol(SUBPROTOCOL)]
CANARIES = ("Xochitl Quauhtli", "5205550987", "hears a train behind a mesquite", "31.4815926")


@dataclass(slots=True)
class Keys:
    """Keys the world's own ring has not."""

    other_psap: str
    partner: str
    sector_partner: dict[str, str]


class LocationServer:
    """A network's server of locations: slow to know, then it answers with a HELD response."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refusals = 1
        self.host = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.split(" ")[1])
        held = "urn:ietf:params:xml:ns:geopriv:held"
        body = f'<locationResponse xmlns="{held}">{PIDF_EXAMPLE}</locationResponse>'.encode()
        if self.refusals > 0:
            self.refusals -= 1
            writer.write(b"HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/held+xml\r\n" + length + body)
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture(scope="module")
async def locations() -> AsyncIterator[LocationServer]:
    known = LocationServer()
    server = await asyncio.start_server(known.serve, "127.0.0.1", 0)
    known.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield known


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines, locations: LocationServer) -> AsyncIterator[World]:
    async with a_world(rig, "psap-languages", AUXILIO_LOCATION_HOSTS=locations.host) as made:
        yield made


@pytest_asyncio.fixture(scope="module")
async def keys(world: World) -> Keys:
    pool = await open_pool(world.database, size=1)
    try:
        sectors = sorted({unit.sector for unit in world.border.units})
        return Keys(
            await create_key(pool, REGION, Role.PSAP, "psap-2"),
            await create_key(pool, REGION, Role.PARTNER, "county"),
            {s: await create_key(pool, REGION, Role.PARTNER, f"county-{s}", sectors=(s,)) for s in sectors},
        )
    finally:
        await pool.close()


def eido(number: int, **parts: Any) -> dict[str, Any]:
    """Return an EIDO of an incident of its own."""
    return EIDO_EXAMPLE | {"$id": f"urn:emergency:uid:incidentid:{number}:psap.example.org"} | parts


def at_sign(sign: str, **more: Any) -> list[dict[str, Any]]:
    return [{"$id": "l", "locationTypeDescriptionRegistryText": "CurrentIncident", "localIdentifier": [sign], **more}]


async def post(http: httpx.AsyncClient, body: Any, status: int = 201) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await http.post("/v1/eido", content=raw, headers={"Content-Type": "application/emergency.eido+json"})
    assert answer.status_code == status, answer.text
    shown: dict[str, Any] = check_answer(answer, "post", "/v1/eido")
    return shown


async def test_nena_s_sample_is_on_the_console_and_its_second_sending_changes_nothing(world: World) -> None:
    raw = vector("eido/samples/nena_sample_call_transfer_eido.json")
    async with world.http("psap") as psap, world.http("dispatcher") as desk:
        done = await post(psap, raw)
        assert "callback number" in done["understood"]
        again = await post(psap, raw, 200)
        assert again["repeated"] is True
        changed = json.loads(raw) | {"notesComponent": [{"$id": "n", "notesActionComments": "<b>he walks</b>"}]}
        update = await post(psap, changed, 200)
        assert update["updated"] is True
        assert done["incident_id"] == again["incident_id"] == update["incident_id"]
        rows = (await desk.get("/v1/board")).json()["rows"]
        call = next(row for row in rows["calls"] if row["id"] == done["call_id"])
        assert call["psap_call_id"] == "urn:emergency:uid:incidentid:a56e556d871:bcf.state.pa.us"
        assert "locationByReferenceUrl: kept sealed, not fetched" in call["warnings"]
        private = (await desk.post(f"/v1/private/{call['sealed']}", json={"purpose": "call back"})).json()
    assert private["callback_number"] == "8195551212"
    assert private["format"] == "EIDO-JSON 1.0"
    assert "he walks" in private["narrative"]
    assert json.loads(base64.b64decode(private["raw"]))["$id"] == call["psap_call_id"]


async def test_a_sign_in_an_eido_sends_the_nearest_unit_and_our_eido_says_so(world: World, keys: Keys) -> None:
    unit = world.unit_ids[0]
    async with world.http("psap") as psap, world.http("dispatcher") as desk, world.http(unit) as agent:
        await agent.put(f"/v1/units/{unit}/duty", json={"on_duty": True})
        done = await post(psap, eido(1, locationComponent=at_sign(world.sign(0))))
        number = done["incident_id"]
        assert done["sign_id"] == world.sign(0)
        whole = (await desk.get(f"/v1/incidents/{number}")).json()
        assignment = whole["assignments"][0]
        for status in ("acknowledged", "en_route", "on_scene"):
            body = {"status": status, "assignment_id": assignment["id"]}
            assert (await agent.post(f"/v1/units/{unit}/status", json=body)).status_code == 200
        shown = await desk.get(f"/v1/incidents/{number}/eido")
        document = check_answer(shown, "get", "/v1/incidents/{incident_id}/eido")
        assert faults(document) == []
        assert document["$id"] == "urn:emergency:uid:incidentid:1:psap.example.org"
        assert document["incidentComponent"]["incidentStatusCommonRegistryText"] == ["ResourcesOnscene"]
        assert document["emergencyResourceComponent"][0]["emergencyResourceName"] == assignment["unit_id"]
        for key in (world.keys.psap, world.keys.dispatcher, keys.partner):
            async with client(world.service, key) as http:
                named = await http.get(f"/v1/eido/{document['$id']}")
                assert check_answer(named, "get", "/v1/eido/{incident}") == document
        for key in (keys.other_psap, keys.sector_partner[other_sector(world, whole["incident"]["sector"])]):
            async with client(world.service, key) as http:
                assert (await http.get(f"/v1/incidents/{number}/eido")).status_code == 404
        for role in ("tower", unit):
            async with world.http(role) as nobody:
                assert (await nobody.get(f"/v1/incidents/{number}/eido")).status_code == 403
        assert read_eido(shown.content).report["call_id"] == document["$id"]  # what we say, our reader reads
        await desk.post(f"/v1/incidents/{number}/outcome", json={"outcome": "found_well", "release_units": True})
        await agent.put(f"/v1/units/{unit}/duty", json={"on_duty": False})


def other_sector(world: World, sector: str) -> str:
    return next(s for s in sorted({unit.sector for unit in world.border.units}) if s != sector)


async def test_an_exercise_never_pages_a_unit(world: World) -> None:
    unit = world.unit_ids[1]
    async with world.http("psap") as psap, world.http("dispatcher") as desk, world.http(unit) as agent:
        await agent.put(f"/v1/units/{unit}/duty", json={"on_duty": True})
        drill = {"incidentTypeInternalCode": "exercise", "incidentTypeCommonRegistryText": "SAR"}
        done = await post(psap, eido(2, incidentComponent=drill, locationComponent=at_sign(world.sign(3))))
        whole = (await desk.get(f"/v1/incidents/{done['incident_id']}")).json()
        assert (whole["incident"]["kind"], whole["incident"]["where"]) == ("exercise", "with_dispatcher")
        assert whole["assignments"] == []
        document = (await desk.get(f"/v1/incidents/{done['incident_id']}/eido")).json()
        assert "not a real incident" in document["incidentComponent"]["incidentTypeInternalText"]
        await agent.put(f"/v1/units/{unit}/duty", json={"on_duty": False})


async def test_a_location_alone_is_a_call_and_one_for_a_known_call_keeps_what_was_known(world: World) -> None:
    xml = {"Content-Type": "application/pidf+xml"}
    async with world.http("psap") as psap, world.http("dispatcher") as desk:
        alone = await psap.post("/v1/pidf-lo", content=PIDF_EXAMPLE, headers=xml)
        assert check_answer(alone, "post", "/v1/pidf-lo")["where"] == "with_dispatcher"
        known = await psap.post(
            "/v1/calls",
            json={"call_id": "p-1", "callback_number": "5205550987", "name": CANARIES[0], "language": "es",
                  "said": world.sign(6), "party": {"adults": 2}},
        )  # fmt: skip
        moved = await psap.post("/v1/pidf-lo", content=PIDF_EXAMPLE, headers=xml, params={"call_id": "p-1"})
        update = check_answer(moved, "post", "/v1/pidf-lo")
        assert (moved.status_code, update["updated"]) == (200, True)
        assert update["incident_id"] == known.json()["incident_id"]
        whole = (await desk.get(f"/v1/incidents/{update['incident_id']}")).json()
        (call,) = whole["calls"]
        assert (call["language"], call["party"]["adults"], call["has_device"]) == ("es", 2, True)
        private = (await desk.post(f"/v1/private/{call['sealed']}", json={"purpose": "look"})).json()
        assert (private["callback_number"], private["name"]) == ("5205550987", CANARIES[0])
        assert private["said"] == world.sign(6)
        assert private["device"]["point"] == {"lat": 31.7321, "lon": -111.2103}
        assert private["locations"][0]["shape"] == "Circle"
        for nothing in (b"<presence/>", b"{}", b"", b"\x00", PIDF_EXAMPLE.replace("31.7321", "NaN").encode()):
            refused = await psap.post("/v1/pidf-lo", content=nothing, headers=xml)
            assert (refused.status_code, refused.json()["code"]) == (400, "nothing_usable")


async def test_what_is_broken_rings_and_what_is_hostile_is_refused(world: World) -> None:
    async with world.http("psap") as psap, world.http("dispatcher") as desk:
        cut = json.dumps(eido(3, locationComponent=at_sign(world.sign(8)))).encode()[:-9]
        done = await post(psap, cut)
        whole = (await desk.get(f"/v1/incidents/{done['incident_id']}")).json()
        assert whole["incident"]["held"] == "report_unreadable"
        seq = await world.seq()
        hostile = (b"", b"{}", b"[" * 60_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000, b'{"hello": 1}', b"\x00\x01")
        for raw in hostile:
            answer = await psap.post("/v1/eido", content=raw)
            assert (answer.status_code, answer.json()["field"]) == (400, "body"), raw[:20]
        assert (await psap.post("/v1/eido", content=b"{" + b" " * 65_536 + b"}")).status_code == 413
        bomb = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><presence>&c;</presence>'
        answer = await psap.post("/v1/pidf-lo", content=bomb)
        assert (answer.status_code, answer.json()["detail"]) == (400, "has a DTD, which is refused")
        assert await world.seq() == seq
    assert "Traceback" not in world.service.log.read_text(errors="replace")


async def test_nothing_personal_of_an_eido_is_outside_the_seal(world: World, keys: Keys) -> None:
    person = {"$id": "p", "personIncidentRoleRegistryText": ["Caller"],
              "ncPersonComponent": {"name": [{"personFullName": [{"value": CANARIES[0]}]}]}}  # fmt: skip
    fix = PIDF_EXAMPLE.replace("31.7321", CANARIES[3])
    body = eido(
        4,
        personComponent=[person],
        callbackComponent=[{"$id": "cb", "callBackInformationUri": [f"tel:{CANARIES[1]}"]}],
        notesComponent=[{"$id": "n", "notesActionComments": f"<p>{CANARIES[2]}</p>"}],
        locationComponent=at_sign(world.sign(9), locationByValue=fix),
    )
    async with world.http("psap") as psap, client(world.service, keys.partner) as partner:
        done = await post(psap, body)
        shown = (await partner.get(f"/v1/incidents/{done['incident_id']}/eido")).text
    lines = [row["body"] for row in await world.query("SELECT body FROM ledger")]
    images = [row["image"] for row in await world.query("SELECT image::text FROM calls")]
    log = world.service.log.read_text(errors="replace")
    for canary in CANARIES:
        assert canary not in json.dumps(done)
        assert canary not in shown
        assert canary not in log
        assert not any(canary in line for line in [*lines, *images])


async def test_a_location_an_eido_refers_to_is_fetched_later_and_only_where_it_may_be(
    world: World, locations: LocationServer
) -> None:
    def referring(number: int, url: str) -> dict[str, Any]:
        caller = {"$id": "r", "locationTypeDescriptionRegistryText": "Caller", "locationByReferenceUrl": url}
        return eido(number, locationComponent=[*at_sign(world.sign(22)), caller])

    async with world.http("psap") as psap, world.http("dispatcher") as desk:
        here = await post(psap, referring(20, f"http://{locations.host}/location?token=oasufdq"))
        strange = ("http://127.0.0.1:9/x", "file:///etc/passwd", f"http://u:p@{locations.host}/x", "https://lrf/x")
        elsewhere = [await post(psap, referring(21 + n, url)) for n, url in enumerate(strange)]

        async def has_fix() -> bool:
            (call,) = (await desk.get(f"/v1/incidents/{here['incident_id']}")).json()["calls"]
            return bool(call["has_device"])

        await until(has_fix, "a fetched location")
        assert locations.asked == ["/location?token=oasufdq"] * 2  # the first time it did not know yet
        (call,) = (await desk.get(f"/v1/incidents/{here['incident_id']}")).json()["calls"]
        private = (await desk.post(f"/v1/private/{call['sealed']}", json={"purpose": "look"})).json()
        assert private["device"]["point"] == {"lat": 31.7321, "lon": -111.2103}
        for done in elsewhere:
            calls = (await desk.get(f"/v1/incidents/{done['incident_id']}")).json()["calls"]
            assert not any(each["has_device"] for each in calls)
    assert "oasufdq" not in world.service.log.read_text(errors="replace")


# --- conveyance ---


@dataclass(slots=True)
class Partner:
    """A partner's client: it acknowledges what it hears, as the field's own does."""

    socket: websockets.ClientConnection
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def say(self, **body: Any) -> None:
        check_conveyed(body, "partner")
        await self.socket.send(json.dumps(body))

    async def next(self, kind: str) -> dict[str, Any]:
        """Return the fields of the next message of a kind, acknowledging events on the way."""
        async with asyncio.timeout(HEAR_S):
            while True:
                message: dict[str, Any] = json.loads(await self.socket.recv())
                self.heard.append(message)
                check_conveyed(message)
                if "event" in message:
                    done = {"transactionId": message["event"]["transactionId"], "statusCode": 200, "statusText": "OK"}
                    await self.say(eventResponse=done)
                if kind in message:
                    fields: dict[str, Any] = message[kind]
                    return fields

    async def told(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the first EIDO from here on that is wanted."""
        while True:
            for document in (await self.next("event"))["notification"]:
                if wanted(document):
                    found: dict[str, Any] = document
                    return found


@asynccontextmanager
async def following(world: World, key: str, **subscribe: Any) -> AsyncIterator[Partner]:
    url = world.service.ws_url.replace("/v1/stream", "/v1/conveyance")
    headers = {"Authorization": f"Bearer {key}"}
    async with websockets.connect(url, additional_headers=headers, subprotocols=OFFERED) as socket:
        assert socket.subprotocol == SUBPROTOCOL
        partner = Partner(socket)
        await partner.say(subscribe={"requestId": "r", "requestType": "eido", "requestSubType": "new"} | subscribe)
        assert (await partner.next("subscribeResponse"))["statusCode"] == 200
        yield partner


async def test_a_partner_follows_an_incident_live_to_its_end(world: World, keys: Keys) -> None:
    async with (
        world.http("psap") as psap,
        world.http("dispatcher") as desk,
        following(world, keys.partner, expires=600) as partner,
    ):
        done = await post(psap, eido(5, locationComponent=at_sign(world.sign(12))))
        number = str(done["incident_id"])
        first = await partner.told(lambda e: e["incidentComponent"]["internalIncidentId"] == number)
        assert faults(first) == []
        assert first["locationComponent"][0]["localIdentifier"] == [world.sign(12)]
        body = {"outcome": "found_well", "release_units": True}
        assert (await desk.post(f"/v1/incidents/{number}/outcome", json=body)).status_code == 200
        last = await partner.told(
            lambda e: (
                e["incidentComponent"]["internalIncidentId"] == number
                and e["incidentComponent"]["incidentStatusCommonRegistryText"] == ["Closed"]
            )
        )
        assert faults(last) == []
        name = partner.heard[0]["subscribeResponse"]["subscriptionId"]
        await partner.say(unsubscribe={"requestId": "u", "subscriptionId": name})
        assert (await partner.next("unsubscribeResponse"))["statusCode"] == 200
        async with asyncio.timeout(HEAR_S):
            await partner.socket.wait_closed()
        assert partner.socket.close_code == 1000


async def test_a_partner_hears_of_its_own_sector_and_a_psap_of_its_own_callers(world: World, keys: Keys) -> None:
    sector = next(s.sector for s in world.border.signs if s.sign_id == world.sign(0))
    elsewhere = other_sector(world, sector)
    async with (
        world.http("psap") as psap,
        following(world, keys.sector_partner[sector]) as here,
        following(world, keys.sector_partner[elsewhere]) as there,
        following(world, keys.other_psap, minRate=5) as other,
    ):
        done = await post(psap, eido(6, locationComponent=at_sign(world.sign(14))))
        number = str(done["incident_id"])
        await here.told(lambda e: e["incidentComponent"]["internalIncidentId"] == number)
        await other.next("event")
        await other.next("event")  # an empty one, because nothing of its own happened within five seconds
        assert all(message["event"]["notification"] == [] for message in other.heard if "event" in message)
        heard = [
            e["incidentComponent"]["internalIncidentId"]
            for m in there.heard
            if "event" in m
            for e in m["event"]["notification"]
        ]
        assert number not in heard


async def test_a_partner_follows_at_a_gateway_what_happens_at_the_desk(world: World, keys: Keys) -> None:
    gateway = Service(world.database, world.redis, world.service.folder, "gateway")
    await gateway.start()
    try:
        url = gateway.ws_url.replace("/v1/stream", "/v1/conveyance")
        headers = {"Authorization": f"Bearer {keys.partner}"}
        async with (
            world.http("psap") as psap,
            websockets.connect(url, additional_headers=headers, subprotocols=OFFERED) as socket,
        ):
            partner = Partner(socket)
            await partner.say(subscribe={"requestId": "g", "requestSubType": "new"})
            done = await post(psap, eido(30, locationComponent=at_sign(world.sign(24))))
            number = str(done["incident_id"])
            await partner.told(lambda e: e["incidentComponent"]["internalIncidentId"] == number)
            async with client(gateway, world.keys.psap) as there:
                again = await post(there, eido(30, locationComponent=at_sign(world.sign(24))), 200)
            assert again["repeated"] is True
    finally:
        assert await gateway.stop() == 0


async def test_a_psap_that_hangs_holds_up_no_other_and_no_loop(world: World, keys: Keys) -> None:
    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(HEAR_S)
        writer.close()

    stuck = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = stuck.sockets[0].getsockname()[1]
    async with (
        receiving() as receiver,
        world.http("psap") as psap,
        client(world.service, keys.other_psap) as other,
        httpx.AsyncClient(base_url=world.service.url) as anybody,
    ):
        await set_address(settings(world), world.database, "psap-1", f"http://127.0.0.1:{port}/")
        await set_address(settings(world), world.database, "psap-2", receiver.url)
        await post(psap, eido(31, locationComponent=at_sign(world.sign(26))))
        await asyncio.sleep(0.7)
        await post(other, eido(32, locationComponent=at_sign(world.sign(28))))
        await until(lambda: len(receiver.taken) == 1, "the other's call-back")
        await asyncio.sleep(3.0)
        checks = (await anybody.get("/health/ready")).json()["checks"]
        assert checks["loop callbacks"]["ok"] is True
        assert checks["loop callbacks"]["last_tick_s"] < 2.0
        for psap_name in ("psap-1", "psap-2"):
            await drop_address(settings(world), world.database, psap_name)
    stuck.close()


async def test_every_message_of_conveyance_is_as_published(world: World, keys: Keys) -> None:
    async with world.http("psap") as psap, world.http("dispatcher") as desk:
        number = (await post(psap, eido(41, locationComponent=at_sign(world.sign(30)))))["incident_id"]
        done = {"outcome": "found_well", "release_units": True}
        assert (await desk.post(f"/v1/incidents/{number}/outcome", json=done)).status_code == 200
        async with following(world, keys.partner, minRate=20, maxRate=1) as partner:
            await partner.say(subscribe={"requestId": "s", "requestSubType": "single", "incidentId": str(number)})
            ended = await partner.next("terminate")  # it is closed: told once
            await partner.say(terminateResponse={"requestId": ended["requestId"], "statusCode": 200})
            await partner.say(unsubscribe={"requestId": "u", "subscriptionId": "none"})
            assert (await partner.next("unsubscribeResponse"))["statusCode"] == 404
            await partner.socket.send("what?")
            assert (await partner.next("subscribeResponse"))["statusCode"] == 400
            name = partner.heard[0]["subscribeResponse"]["subscriptionId"]
            await partner.say(terminate={"requestId": "t", "subscriptionId": name})
            answer = {"terminateResponse": await partner.next("terminateResponse")}
    published = {key.removeprefix("told.") for key in asyncapi()["components"]["messages"] if key.startswith("told.")}
    assert {kind for message in partner.heard for kind in message} == published
    more: list[dict[str, Any]] = [{"hello": {}}, {"terminateResponse": {}}, {**answer, "more": 1}, {"event": {}}]
    for spoiled in more:
        with pytest.raises((AssertionError, KeyError, ValueError)):
            check_conveyed(spoiled)


async def test_a_hostile_partner_is_answered_or_cut_off(world: World, keys: Keys) -> None:
    """Each attack on a socket of its own: an answer as published or a close that says why; then one is let in."""
    url = world.service.ws_url.replace("/v1/stream", "/v1/conveyance")
    headers = {"Authorization": f"Bearer {keys.partner}"}
    for name, raw in attacks("json", FORMATS["conveyance"].sample).items():
        async with websockets.connect(url, additional_headers=headers, subprotocols=OFFERED) as socket:
            await socket.send(raw.decode(errors="replace"))
            try:
                async with asyncio.timeout(HEAR_S):
                    assert check_conveyed(json.loads(await socket.recv())) == "subscribeResponse", name
            except websockets.ConnectionClosed:
                assert socket.close_code in (1009, 4400), name
    async with following(world, keys.partner):
        pass


@pytest.mark.parametrize("role", ["tower", "agent", "nobody", "no subprotocol"])
async def test_nobody_else_is_let_in(world: World, keys: Keys, role: str) -> None:
    url = world.service.ws_url.replace("/v1/stream", "/v1/conveyance")
    key = {"tower": world.keys.tower, "agent": world.keys.agents[world.unit_ids[0]], "nobody": "aux_0_0"}.get(
        role, keys.partner
    )
    subprotocols = None if role == "no subprotocol" else OFFERED
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(url, additional_headers={"Authorization": f"Bearer {key}"}, subprotocols=subprotocols)
    assert refused.value.response.status_code == 403


# --- call-backs ---


class Receiver:
    """A PSAP's own server: keeps what it is told, and refuses the first so many."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.taken: list[tuple[dict[str, str], bytes]] = []
        self.tries = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) != b"":
                names = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
                headers = {name.lower(): value for name, value in names.items()}
                body = await reader.readexactly(int(headers["content-length"]))
                self.tries += 1
                if self.refusals > 0:
                    self.refusals -= 1
                    writer.write(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
                else:
                    self.taken.append((headers, body))
                    writer.write(b"HTTP/1.1 204 Yes\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(refusals: int = 0) -> AsyncIterator[Receiver]:
    receiver = Receiver(refusals)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/calls"
    async with server:
        yield receiver


async def until(claim: Callable[[], Awaitable[bool] | bool], what: str) -> None:
    ends = asyncio.get_running_loop().time() + HEAR_S
    while True:
        found = claim()
        if found if isinstance(found, bool) else await found:
            return
        assert asyncio.get_running_loop().time() < ends, f"never: {what}"
        await asyncio.sleep(0.05)


def settings(world: World) -> Settings:
    return Settings(data_dir=world.service.folder, region=REGION)


async def test_a_psap_hears_what_became_of_its_caller_though_it_first_refuses(world: World) -> None:
    async with receiving(refusals=2) as receiver, world.http("psap") as psap, world.http("dispatcher") as desk:
        secret = await set_address(settings(world), world.database, "psap-1", receiver.url)
        done = await post(psap, eido(7, locationComponent=at_sign(world.sign(16))))
        body = {"outcome": "false_activation"}
        assert (await desk.post(f"/v1/incidents/{done['incident_id']}/cancel", json=body)).status_code == 200
        await until(lambda: len(receiver.taken) == 2, "two call-backs")
        said = [Webhook(secret).verify(body, headers) for headers, body in receiver.taken]
        assert [each["event"] for each in said] == ["accepted", "rejected"]
        assert said[1]["reason"] == "false_activation"
        assert {each["call_id"] for each in said} == {"urn:emergency:uid:incidentid:7:psap.example.org"}
        assert receiver.tries == 4
        rows = check_answer(await desk.get("/v1/callbacks"), "get", "/v1/callbacks")
        assert {row["state"] for row in rows if row["incident_id"] == done["incident_id"]} == {"delivered"}
        await drop_address(settings(world), world.database, "psap-1")


async def test_what_nobody_takes_for_a_day_is_given_up_alarmed_and_may_be_tried_again(world: World) -> None:
    async with receiving(refusals=1_000) as receiver, world.http("psap") as psap, world.http("dispatcher") as desk:
        await set_address(settings(world), world.database, "psap-1", receiver.url)
        done = await post(psap, eido(8, locationComponent=at_sign(world.sign(18))))

        async def pending() -> bool:
            rows = await world.query(
                "SELECT 1 FROM callbacks WHERE incident_id = $1 AND tries > 0", done["incident_id"]
            )
            return bool(rows)

        await until(pending, "a first try")
        await world.query(
            "UPDATE callbacks SET made_at = now() - interval '25 hours', due_at = now() WHERE state = 'pending'"
        )

        async def dead() -> bool:
            rows = (await desk.get("/v1/callbacks")).json()
            return any(row["state"] == "dead" and row["incident_id"] == done["incident_id"] for row in rows)

        await until(dead, "a dead letter")
        alarms = (await desk.get("/v1/alarms")).json()
        assert any(alarm["reason"] == "call-backs to psap-1 are not taken: HTTP 503" for alarm in alarms)
        receiver.refusals = 0
        row = next(r for r in (await desk.get("/v1/callbacks")).json() if r["state"] == "dead")
        path = "/v1/callbacks/{callback_id}/retry"
        again = await desk.post(path.format(callback_id=row["id"]))
        assert check_answer(again, "post", path)["state"] == "pending"
        assert (await desk.post(path.format(callback_id=10**9))).status_code == 404
        await until(lambda: len(receiver.taken) == 1, "the revived call-back")
        at = datetime.fromisoformat(json.loads(receiver.taken[0][1])["at"])
        assert at < datetime.now(UTC)
        await drop_address(settings(world), world.database, "psap-1")


NUMBERS = (921, 922, 923)  # of no other test: the same number again is the same call


async def test_call_backs_due_when_the_service_dies_all_come_in_order(world: World) -> None:
    async with receiving(refusals=1_000) as receiver, world.http("psap") as psap, world.http("dispatcher") as desk:
        secret = await set_address(settings(world), world.database, "psap-1", receiver.url)
        body = {"outcome": "false_activation", "release_units": True}
        for number in NUMBERS:
            done = await post(psap, eido(number, locationComponent=at_sign(world.sign(number % 900))))
            assert (await desk.post(f"/v1/incidents/{done['incident_id']}/cancel", json=body)).status_code == 200
        await until(lambda: receiver.tries > 0, "a first try")
        await world.service.kill()
        receiver.refusals = 0
        await world.service.start()
        calls = [f"urn:emergency:uid:incidentid:{number}:psap.example.org" for number in NUMBERS]

        def heard() -> list[dict[str, Any]]:
            told = (Webhook(secret).verify(body, headers) for headers, body in receiver.taken)
            return [each for each in told if each["call_id"] in calls]

        def firsts(call_id: str) -> list[str]:
            return list(dict.fromkeys(each["event"] for each in heard() if each["call_id"] == call_id))

        await until(lambda: all(len(firsts(call)) == 2 for call in calls), "both call-backs of every call")
        assert [firsts(call) for call in calls] == [["accepted", "rejected"]] * 3
        await drop_address(settings(world), world.database, "psap-1")


async def test_the_service_is_still_fit(world: World) -> None:
    async with httpx.AsyncClient(base_url=world.service.url) as anybody:
        answer = await anybody.get("/health/ready")
    assert answer.status_code == 200, answer.text

"""Webhooks out, to a real receiver that checks signatures with Standard Webhooks' own library."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from time import monotonic
from typing import Any

import httpx
import pytest
import pytest_asyncio
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from loadtests.rig import Engines
from tests.integration.scene import World, a_world

EVENTUALLY_S = 15.0
SENSITIVE = ("5205550177", "Ocotillo Quiroga", "snake under the mesquite")


@dataclass(slots=True)
class Receiver:
    """Keeps what it is sent; `status` is what it answers."""

    port: int = 0
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?tenant=7"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:]
                headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in lines) if k}
                self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
                writer.write(b"HTTP/1.1 %d x\r\ncontent-length: 0\r\nlocation: /else\r\n\r\n" % self.status)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def said(self, kind: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(body) for _, body in self.got]
        return [one for one in found if kind is None or one["type"] == kind]


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines) -> AsyncIterator[World]:
    async with a_world(rig, "webhooks", AUXILIO_WEBHOOK_TRIES="2") as made:
        yield made
        log = made.service.log.read_text(errors="replace")
        assert "failed" not in log, log[-3000:]
        assert "tenant=7" not in log


@pytest_asyncio.fixture
async def desk(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with world.http("dispatcher") as http:
        yield http


async def eventually(look: Callable[[], Awaitable[Any] | Any]) -> Any:
    ends = monotonic() + EVENTUALLY_S
    while True:
        seen = look()
        seen = await seen if asyncio.iscoroutine(seen) else seen
        if seen:
            return seen
        assert monotonic() < ends, "it never came"
        await asyncio.sleep(0.05)


async def hook(desk: httpx.AsyncClient, to: Receiver, *kinds: str, sectors: tuple[str, ...] = ()) -> dict[str, Any]:
    body = {"url": to.url, "kinds": kinds, "sectors": sectors}
    answer = await desk.post("/v1/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def drop(desk: httpx.AsyncClient, made: dict[str, Any]) -> None:
    assert (await desk.delete(f"/v1/webhooks/{made['id']}")).status_code == 204


async def call(world: World, number: int, **more: Any) -> int:
    async with world.http("psap") as psap:
        said = {"said": world.sign(number), "call_id": f"hook-{number}-{monotonic()}", "read_back": True} | more
        return int((await psap.post("/v1/calls", json=said)).json()["incident_id"])


async def log_of(desk: httpx.AsyncClient, made: dict[str, Any], state: str = "") -> list[dict[str, Any]]:
    params = {"state": state} if state else {}
    return list((await desk.get(f"/v1/webhooks/{made['id']}/deliveries", params=params)).json())


async def test_what_happens_is_told_signed_and_holds_nothing_personal(world: World, desk: httpx.AsyncClient) -> None:
    async with receiver() as to:
        made = await hook(desk, to, "incident.*", "call.received")
        private = {"callback_number": SENSITIVE[0], "name": SENSITIVE[1], "narrative": SENSITIVE[2]}
        number = await call(world, 0, kind="exercise", **private)
        await eventually(lambda: to.said("incident.opened") and to.said("call.received"))
        (opened,) = to.said("incident.opened")
        assert opened["data"]["event"]["incident"]["id"] == number
        assert (opened["data"]["incident_kind"], opened["data"]["incident_id"]) == ("exercise", number)
        verifier = Webhook(made["secret"])
        for headers, body in to.got:
            assert verifier.verify(body, headers)
            assert headers["webhook-id"].startswith(f"wh_{made['id']}_")
            assert not any(word.encode() in body for word in SENSITIVE)
        headers, body = to.got[0]
        with pytest.raises(WebhookVerificationError):
            verifier.verify(body.replace(b"incident", b"accident"), headers)
        assert {one["type"].partition(".")[0] for one in to.said()} <= {"incident", "call"}
        rows = await log_of(desk, made, "delivered")
        assert {(row["said"], row["tries"]) for row in rows} == {("HTTP 204", 1)}
        await drop(desk, made)


async def test_only_its_sectors_and_nothing_of_the_past(world: World, desk: httpx.AsyncClient) -> None:
    mine = world.border.units[0].sector
    other = next(s for s in sorted({u.sector for u in world.border.units}) if s != mine)
    async with receiver() as to, receiver() as elsewhere:
        here = await hook(desk, to, "incident.opened", sectors=(mine,))
        there = await hook(desk, elsewhere, "incident.*", sectors=(other,))
        number = await call(world, 1)
        await eventually(lambda: to.said("incident.opened"))
        assert [one["data"]["incident_id"] for one in to.said()] == [number]
        assert elsewhere.got == []
        for made in (here, there):
            await drop(desk, made)


async def test_what_is_not_taken_comes_again_then_is_dead_then_is_replayed(
    world: World, desk: httpx.AsyncClient
) -> None:
    async with receiver() as to:
        to.status = 500
        made = await hook(desk, to, "incident.opened")
        number = await call(world, 2)
        (dead,) = await eventually(lambda: log_of(desk, made, "dead"))
        assert (dead["tries"], dead["said"]) == (2, "HTTP 500")
        assert len({headers["webhook-id"] for headers, _ in to.got}) == 1  # the same message, told twice
        alarms = [a for a in (await desk.get("/v1/alarms")).json() if made["id"] in a["reason"]]
        assert alarms[0]["kind"] == "system"
        to.status = 200
        assert (await desk.post(f"/v1/webhooks/{made['id']}/replay", json={})).json() == {"waiting": 1}
        await eventually(lambda: log_of(desk, made, "delivered"))
        assert {one["data"]["incident_id"] for one in to.said()} == {number}
        before = len(to.got)
        one = {"delivery_id": dead["id"]}
        assert (await desk.post(f"/v1/webhooks/{made['id']}/replay", json=one)).json() == {"waiting": 1}
        await eventually(lambda: len(to.got) > before)
        await drop(desk, made)


async def test_a_new_partner_asks_for_the_past(world: World, desk: httpx.AsyncClient) -> None:
    earlier = await call(world, 3)
    async with receiver() as to:
        made = await hook(desk, to, "incident.opened")
        answer = (await desk.post(f"/v1/webhooks/{made['id']}/replay", json={"since_seq": 0})).json()
        assert answer["is_whole"] is True
        await eventually(lambda: earlier in {one["data"]["incident_id"] for one in to.said()})
        await drop(desk, made)


async def test_a_receiver_that_is_gone_for_good_is_left_alone(world: World, desk: httpx.AsyncClient) -> None:
    async with receiver() as to:
        to.status = 410
        made = await hook(desk, to, "incident.opened")
        await call(world, 4)
        await eventually(lambda: log_of(desk, made, "dead"))
        (row,) = [row for row in (await desk.get("/v1/webhooks")).json() if row["id"] == made["id"]]
        assert (row["stopped_at"] is not None, row["dead"]) == (True, 1)
        seen = len(to.got)
        await call(world, 5)
        await asyncio.sleep(1.5)
        assert len(to.got) == seen
        await drop(desk, made)


async def test_a_redirect_is_not_followed_and_a_dead_address_holds_up_nobody(
    world: World, desk: httpx.AsyncClient
) -> None:
    async with receiver() as moved, receiver() as well:
        moved.status = 302
        nobody = Receiver(port=9)
        hooks = [await hook(desk, to, "incident.opened") for to in (moved, nobody, well)]
        number = await call(world, 6)
        await eventually(lambda: number in {one["data"]["incident_id"] for one in well.said()})
        (dead,) = await eventually(lambda: log_of(desk, hooks[0], "dead"))
        assert dead["said"] == "HTTP 302"
        (lost,) = await eventually(lambda: log_of(desk, hooks[1], "dead"))
        assert lost["said"] == "ConnectError"
        for made in hooks:
            await drop(desk, made)


async def test_nothing_is_lost_when_the_service_dies(world: World, desk: httpx.AsyncClient) -> None:
    async with receiver() as to:
        made = await hook(desk, to, "incident.opened")
        numbers = {await call(world, number) for number in (7, 8, 9)}
        await world.service.kill()
        await world.service.start()
        numbers.add(await call(world, 10))
        await eventually(lambda: numbers <= {one["data"]["incident_id"] for one in to.said()})
        await drop(desk, made)


def told_as_often(to: Receiver, number: int) -> bool:
    return len(to.said("webhook.test")) == number


async def test_a_receiver_can_be_tried(desk: httpx.AsyncClient) -> None:
    async with receiver() as to:
        made = await hook(desk, to, "alarm.*")
        for number in (1, 2):
            assert (await desk.post(f"/v1/webhooks/{made['id']}/test")).json() == {"waiting": 1}
            await eventually(partial(told_as_often, to, number))
        await drop(desk, made)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"url": "http://partner.example.org/"}, "url"),
        ({"url": "ftp://partner.example.org/"}, "url"),
        ({"url": "https://user:secret@partner.example.org/"}, "url"),
        ({"kinds": ["incidents.*"]}, "kinds"),
        ({"kinds": []}, "kinds"),
        ({"sectors": ["NOWHERE"]}, "sectors"),
    ],
)
async def test_a_mistake_is_named(desk: httpx.AsyncClient, change: dict[str, Any], named: str) -> None:
    body = {"url": "https://partner.example.org/", "kinds": ["*"]} | change
    answer = await desk.post("/v1/webhooks", json=body)
    assert (answer.status_code, answer.json()["field"].partition(".")[0]) == (422, named)


async def test_only_dispatchers_handle_them(world: World, desk: httpx.AsyncClient) -> None:
    for role in ("psap", "tower", world.unit_ids[0]):
        async with world.http(role) as http:
            assert (await http.get("/v1/webhooks")).status_code == 403
    assert (await desk.get("/v1/webhooks/nobody/deliveries")).status_code == 404
    assert (await desk.delete("/v1/webhooks/nobody")).status_code == 404

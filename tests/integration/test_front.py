"""The front of `deploy/`: the real HAProxy before the service's own server, and those who try to get past it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import websockets

from loadtests.debian import NotToBeHad, program
from loadtests.echo import NOWHERE, echoing
from loadtests.haproxy import Front, front

HEADERS_S = 5.0  # as haproxy.cfg says
SLACK_S = 3.0


@pytest_asyncio.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Front]:
    try:
        program("haproxy", "haproxy")
    except NotToBeHad as error:
        pytest.skip(str(error))
    async with echoing() as port, front(tmp_path_factory.mktemp("front"), port) as running:
        yield running


async def seen(world: Front, headers: dict[str, str], *, client: ssl.SSLContext | None = None) -> dict[str, str]:
    """Return the headers a service sees."""
    async with httpx.AsyncClient(verify=client or world.trusting()) as browser:
        answer = await browser.get(f"{world.url}/", headers=headers)
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        told: dict[str, str] = answer.json()["headers"]
        return told


async def test_a_verified_certificate_is_told_to_the_service(world: Front) -> None:
    told = await seen(world, {}, client=world.trusting(world.member))
    assert told["x-client-cert-sha256"] == world.member.fingerprint
    assert told["x-forwarded-for"] == "127.0.0.1"
    assert told["x-forwarded-proto"] == "https"


@pytest.mark.parametrize("name", ["X-Client-Cert-Sha256", "x-client-cert-sha256", "X-Client-Cert-Anything"])
async def test_nobody_can_claim_a_certificate_or_an_address(world: Front, name: str) -> None:
    lie = {name: world.member.fingerprint, "X-Forwarded-For": "10.0.0.1", "Forwarded": "for=10.0.0.1", "X-Real-IP": "1"}
    for context in (world.trusting(), world.trusting(world.stranger)):
        told = await seen(world, lie, client=context)
        assert not [one for one in told if one.startswith("x-client-cert")]
        assert told["x-forwarded-for"] == "127.0.0.1"
        assert "forwarded" not in told
        assert "x-real-ip" not in told


async def test_old_tls_is_refused(world: Front) -> None:
    context = world.trusting()
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError):
        await asyncio.open_connection("localhost", world.port, ssl=context)


async def test_a_websocket_goes_through(world: Front) -> None:
    async with websockets.connect(f"wss://localhost:{world.port}/", ssl=world.trusting()) as socket:
        await socket.send("still there")
        assert await socket.recv() == "still there"


async def test_who_never_ends_its_headers_is_shown_out_and_others_are_served_meanwhile(world: Front) -> None:
    """400 half-open requests: more than enough to fill a small server, and none of them reaches ours."""
    slow = []
    for _ in range(400):
        reader, writer = await asyncio.open_connection("localhost", world.port, ssl=world.trusting())
        writer.write(b"POST /v1/calls HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        slow.append((reader, writer))
    assert (await seen(world, {}))["x-forwarded-proto"] == "https"
    async with asyncio.timeout(HEADERS_S + SLACK_S):
        for reader, _ in slow:
            assert (await reader.read(64)).startswith((b"HTTP/1.1 408", b""))
    for _, writer in slow:
        writer.close()


@pytest.mark.usefixtures("world")
async def test_a_stranger_who_hammers_is_held_off_and_whoever_has_a_key_is_not(tmp_path: Path) -> None:
    """A front of its own: the count is by address, and all of a test come from one."""
    async with (
        echoing() as port,
        front(tmp_path, port) as world,
        httpx.AsyncClient(verify=world.trusting()) as stranger,
    ):
        statuses = [(await stranger.get(f"{world.url}{NOWHERE}")).status_code for _ in range(60)]
        assert statuses[0] == 404
        held = await stranger.get(f"{world.url}/v1/board")
        assert held.status_code == 429
        assert held.headers["retry-after"] == "10"
        key = {"Authorization": "Bearer aux_x"}
        assert (await stranger.post(f"{world.url}/v1/calls", headers=key, content=b"{}")).status_code == 200


@pytest.mark.usefixtures("world")
async def test_with_no_service_ready_one_that_lives_is_asked(tmp_path: Path) -> None:
    """A service whose picture is old still keeps reports; an answer of the front's own would not."""
    async with echoing() as port, front(tmp_path, 1, port) as world, httpx.AsyncClient(verify=world.trusting()) as psap:
        for _ in range(5):
            assert (await psap.post(f"{world.url}/v1/calls", content=b"{}")).status_code == 200

"""`auxilio serve --tls` with real clients: HTTPS, the stream over wss, the page for phones, the way there."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import segno
import websockets

from app.access.identity import Role
from app.access.keys import create_key
from app.store.pool import open_pool
from app.tls.authority import Credentials, ensure
from app.tls.invitation import words
from loadtests.rig import REGION, Engines, Service

SHOWN_S = 10.0


class Secure(Service):
    """`auxilio serve --tls`, and what it says at its start."""

    said = ""

    async def listen_to(self, until: str) -> str:
        """Read on until the terminal has said this, and return all it said since it served."""
        assert self.process is not None
        assert self.process.stdout is not None
        async with asyncio.timeout(SHOWN_S):
            while until not in self.said:
                self.said += (await self.process.stdout.readline()).decode()
        return self.said


@asynccontextmanager
async def secure(rig: Engines, database: str, folder: Path) -> AsyncIterator[Secure]:
    env = {"AUXILIO_TLS": "true", "AUXILIO_AUTHORITY_PORT": "0", "AUXILIO_HOST": "127.0.0.1"}
    service = Secure(database, rig.valkey.url, folder, env=env)
    await service.start()
    try:
        yield service
    finally:
        assert await service.stop() == 0, service.last_words()


@pytest_asyncio.fixture(scope="module")
async def database(rig: Engines) -> str:
    return await rig.new_database()


@pytest_asyncio.fixture(scope="module")
async def world(rig: Engines, database: str) -> AsyncIterator[Secure]:
    async with secure(rig, database, rig.folder / "tls") as service:
        await service.listen_to("/agent")
        yield service


@pytest_asyncio.fixture(scope="module")
async def trusting(world: Secure) -> ssl.SSLContext:
    """A phone that went to the page the terminal names, and installed what it got there."""
    found = re.search(r"http://127\.0\.0\.1:\d+/", world.said)
    assert found is not None, world.said
    async with httpx.AsyncClient() as phone:
        page = await phone.get(found[0])
        assert "script" not in page.text
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        got = await phone.get(found[0] + "auxilio-authority.crt")
        assert got.headers["content-type"] == "application/x-x509-ca-cert"
        assert (await phone.get(found[0] + "console")).status_code == 404
        assert (await phone.get(found[0] + "authority.key")).status_code == 404
    assert f"https://127.0.0.1:{world.port}/agent" in page.text
    shown = re.search(r"SHA-256\): ([0-9A-F:]{95})", world.said)
    assert shown is not None
    assert shown[1] in page.text
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=got.content)
    return context


async def test_a_phone_that_installed_the_authority_speaks_https(world: Secure, trusting: ssl.SSLContext) -> None:
    async with httpx.AsyncClient(verify=trusting) as phone:
        assert (await phone.get(f"https://127.0.0.1:{world.port}/health/live")).json() == {"status": "ok"}
        agent = await phone.get(f"https://localhost:{world.port}/agent")
        assert "content-security-policy" in agent.headers or agent.status_code == 503


async def test_one_that_did_not_is_warned(world: Secure) -> None:
    async with httpx.AsyncClient() as phone:
        with pytest.raises(httpx.ConnectError, match="certificate"):
            await phone.get(f"https://127.0.0.1:{world.port}/health/live")


async def test_nothing_is_served_in_clear(world: Secure) -> None:
    async with httpx.AsyncClient() as phone:
        with pytest.raises(httpx.HTTPError):
            await phone.get(f"http://127.0.0.1:{world.port}/health/live")


async def test_the_stream_runs_over_wss(world: Secure, trusting: ssl.SSLContext, database: str) -> None:
    pool = await open_pool(database, size=1)
    try:
        key = await create_key(pool, REGION, Role.DISPATCHER, "d")
    finally:
        await pool.close()
    headers = {"Authorization": f"Bearer {key}", "Origin": f"https://localhost:{world.port}"}
    url = f"wss://localhost:{world.port}/v1/stream"
    async with websockets.connect(url, additional_headers=headers, ssl=trusting, max_size=2**24) as socket:
        await socket.send('{"kind": "hello"}')
        assert '"welcome"' in str(await socket.recv())


async def test_the_certificate_is_kept_and_renewed_at_the_next_start(
    rig: Engines, world: Secure, database: str
) -> None:
    folder = world.folder / "tls"
    old = (folder / "authority.crt").read_bytes(), (folder / "server.crt").read_bytes()
    await world.stop()
    await world.start()
    assert ((folder / "authority.crt").read_bytes(), (folder / "server.crt").read_bytes()) == old
    ended = datetime(2020, 1, 1, tzinfo=UTC)
    elsewhere = rig.folder / "tls-old"
    ensure(elsewhere / "tls", ("localhost",), (), ended)  # years ago
    before = (elsewhere / "tls" / "server.crt").read_bytes()
    await world.stop()
    async with secure(rig, database, elsewhere) as later:
        assert (elsewhere / "tls" / "server.crt").read_bytes() != before
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=elsewhere / "tls" / "authority.crt")
        async with httpx.AsyncClient(verify=context) as phone:
            assert (await phone.get(f"https://127.0.0.1:{later.port}/health/live")).status_code == 200
    await world.start()


BLOCKS = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}  # light modules are drawn: terminals are dark


def test_the_terminal_draws_the_code_that_leads_to_the_page() -> None:
    url = "http://192.168.1.7:8910/"
    said = words(Credentials(Path(), Path(), b"", "AB:CD", datetime.now(UTC)), url, "https://192.168.1.7:8911/agent")
    drawn = [line for line in re.sub(r"\x1b\[[0-9;]*m", "", said).splitlines() if line and set(line) <= set(BLOCKS)]
    rows = [[BLOCKS[block][half] for block in line] for line in drawn for half in (0, 1)]
    code = [list(row) for row in segno.make(url, error="m").matrix_iter(border=4)]
    assert [row[: len(code)] for row in rows[: len(code)]] == code
    assert "AB:CD" in said

"""People at a running service, each with a browser of their own as far as HTTP goes: cookie, Origin, network."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx
import pyotp

from app.access.identity import Role
from app.access.people.accounts import Accounts
from app.access.people.links import Links
from app.store.pool import open_pool
from loadtests.rig import REGION, Engines, Service

PASSWORD: Final = "mesquite wash at noon"  # noqa: S105 - nobody's
CHEAP: Final = {"AUXILIO_PASSWORD_KIB": "64"}
COOKIE: Final = "__Host-auxilio"


@dataclass(slots=True)
class Staffed:
    """A service of its own, and its database."""

    service: Service
    database: str

    def browser(self, source: str = "127.0.0.1", **headers: str) -> httpx.AsyncClient:
        """Return a browser on a page of the service's own; `source` is the loopback address it comes from."""
        said = {"Origin": self.service.url, "X-Auxilio": "screen"} | headers
        transport = httpx.AsyncHTTPTransport(local_address=source)
        return httpx.AsyncClient(base_url=self.service.url, headers=said, transport=transport, timeout=20.0)

    async def query(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(sql, *args)
            return rows
        finally:
            await connection.close()

    async def invite(self, login: str, role: Role = Role.DISPATCHER, sectors: tuple[str, ...] = ()) -> str:
        """Make somebody known and return the secret of their one-time link."""
        pool = await open_pool(self.database, size=1)
        try:
            person_id = await Accounts(pool, REGION).add(login, f"{login.title()} Canary", role, sectors=sectors)
            now = (await self.query("SELECT now()"))[0]["now"]
            return await Links(pool, REGION).make(person_id, now)
        finally:
            await pool.close()

    @asynccontextmanager
    async def person(
        self, login: str, role: Role = Role.DISPATCHER, source: str = "127.0.0.1", sectors: tuple[str, ...] = ()
    ) -> AsyncIterator["Somebody"]:
        """Invite somebody, let them accept, and give them their browser, signed in."""
        link = await self.invite(login, role, sectors)
        async with self.browser(source) as http:
            secret, codes = await accept(http, link)
            rows = await self.query("SELECT id FROM people WHERE login = $1", login)
            yield Somebody(login, rows[0]["id"], http, pyotp.TOTP(secret), codes)

    async def no_code_taken(self, who: "Somebody") -> None:
        """Let the code of now be taken again: a test signs in more often than every 30 s."""
        await self.query("UPDATE people SET totp_step = 0 WHERE id = $1", who.id)


@dataclass(slots=True)
class Somebody:
    """A person with their own ways in."""

    login: str
    id: UUID
    http: httpx.AsyncClient
    totp: pyotp.TOTP
    codes: list[str]

    def typed(self, **changed: str) -> dict[str, str]:
        """Return what the person types to sign in."""
        return {"login": self.login, "password": PASSWORD, "code": self.totp.now()} | changed


async def accept(http: httpx.AsyncClient, link: str, **more: str) -> tuple[str, list[str]]:
    """Use a link up; return the authenticator's secret and the recovery codes."""
    looked = await http.post("/v1/welcome/look", json={"link": link})
    assert looked.status_code == 200, looked.text
    secret = looked.json()["authenticator"]["secret"]
    body = {"link": link, "password": PASSWORD, "secret": secret, "code": pyotp.TOTP(secret).now()} | more
    answer = await http.post("/v1/welcome", json=body)
    assert answer.status_code == 201, answer.text
    keep(http, answer)
    return secret, answer.json()["recovery_codes"]


def keep(http: httpx.AsyncClient, answer: httpx.Response) -> None:
    """Keep the session's cookie as Chromium does on this machine; httpx takes no Secure cookie over http."""
    set_cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=strict", "Secure"} <= {part.strip() for part in set_cookie.split(";")}
    assert "Domain" not in set_cookie
    http.headers["Cookie"] = set_cookie.partition(";")[0]


def cookie_of(http: httpx.AsyncClient) -> str:
    return http.headers["Cookie"].partition("=")[2]


@asynccontextmanager
async def staffed(
    rig: Engines, name: str, env: dict[str, str] | None = None, *, said: bool = True
) -> AsyncIterator[tuple[Staffed, str]]:
    """Run a service with an empty database; give it, and what its start said of the first link, if it should."""
    database = await rig.new_database()
    service = Service(database, rig.valkey.url, rig.folder / name, env=CHEAP | (env or {}))
    await service.start()
    assert service.process is not None
    assert service.process.stdout is not None
    words = ""
    try:
        async with asyncio.timeout(5):
            while said and "#" not in words:
                words += (await service.process.stdout.readline()).decode()
        yield Staffed(service, database), words
    finally:
        assert await service.stop() == 0

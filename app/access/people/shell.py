"""What an operator does about accounts from the shell, beside a running service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from app.access.identity import Role
from app.access.people.accounts import Accounts
from app.access.people.links import Links, address
from app.access.people.person import LOGIN, Person, State, login_of
from app.access.people.sessions import Sessions
from app.engines import Urls
from app.settings import Settings
from app.store.migrate import migrate
from app.store.pool import open_pool


class Unknown(Exception):
    """Nobody has this login, or it cannot be one; says which."""


@dataclass(frozen=True, slots=True)
class Shell:
    """The parts an operator needs; no key file, nothing sealed."""

    accounts: Accounts
    links: Links
    sessions: Sessions

    async def find(self, login: str) -> Person:
        """Return a person. Raises Unknown."""
        person = await self.accounts.find_by_login(login_of(login))
        if person is None:
            raise Unknown(f"nobody has the login {login_of(login)}")
        return person


@asynccontextmanager
async def shell(settings: Settings, urls: Urls) -> AsyncIterator[Shell]:
    await migrate(urls.owner)
    pool = await open_pool(urls.database, size=2)
    try:
        region = settings.region
        yield Shell(Accounts(pool, region), Links(pool, region), Sessions(pool, region, settings.session_s))
    finally:
        await pool.close()


async def invite(at: Shell, url: str, login: str, name: str, role: Role, sectors: tuple[str, ...]) -> str:
    """Invite somebody, or somebody again who has lost their ways in; return the link. Raises Unknown, LoginTaken."""
    wanted = login_of(login)
    if not LOGIN.fullmatch(wanted):
        raise Unknown("a login has small letters, digits and . _ @ + -")
    person = await at.accounts.find_by_login(wanted)
    if person is not None and person.state is State.DISABLED:
        raise Unknown(f"{wanted} is disabled; enable it first")
    person_id = person.id if person is not None else await at.accounts.add(wanted, name, role, sectors=sectors)
    return address(url, await at.links.make(person_id, datetime.now(UTC)))


async def set_disabled(at: Shell, login: str, *, disabled: bool) -> int:
    """Disable somebody, or enable them again; return how many sessions ended. Raises Unknown, LastAdministrator."""
    person = await at.find(login)
    is_ready = person.password_hash is not None or person.issuer is not None or person.passkeys > 0
    state = State.DISABLED if disabled else State.ACTIVE if is_ready else State.INVITED
    await at.accounts.change(
        person, name=person.name, role=person.role, sectors=person.sectors, state=state, never_idle=person.never_idle
    )
    return await at.sessions.end_all(person.id, datetime.now(UTC)) if disabled else 0


async def people_lines(at: Shell) -> list[str]:
    """Return a line for everybody."""
    rows = await at.accounts.list(datetime.now(UTC))
    return [
        f"{row['login']:24} {row['call_sign']:20} {row['role']:14} {' '.join(row['sectors']) or 'all':12} "
        f"{row['state']:9} {row['sessions']} sessions  {row['name']}"
        for row in rows
    ]


async def session_lines(at: Shell, login: str) -> list[str]:
    """Return a line for each open session of somebody. Raises Unknown."""
    rows = await at.sessions.list((await at.find(login)).id, datetime.now(UTC))
    return [
        f"{row['id']} {row['means']:10} from {row['source']:18} since {row['started_at']:%Y-%m-%d %H:%M}Z "
        f"seen {row['seen_at']:%H:%M}Z ends {row['ends_at']:%Y-%m-%d %H:%M}Z"
        for row in rows
    ]

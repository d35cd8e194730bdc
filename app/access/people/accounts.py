"""The accounts in the store. A change that must not race is one statement; its row says it was done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from app.access.identity import Role
from app.access.people.person import Person, State, person_of
from app.store.pool import ACQUIRE_S, Pool, execute, fetch
from app.store.statements import statement


class LoginTaken(Exception):
    """Somebody has this login or call sign already."""


class LastAdministrator(Exception):
    """Nobody would be left who lets others in, or there is no such person."""


class Accounts:
    """Finds, adds and changes people of one region."""

    def __init__(self, pool: Pool, region: str) -> None:
        self._pool = pool
        self._region = region

    async def find(self, person_id: UUID) -> Person | None:
        return await self._one("find_person", person_id)

    async def find_by_login(self, login: str) -> Person | None:
        return await self._one("find_person_by_login", login)

    async def find_by_subject(self, issuer: str, subject: str) -> Person | None:
        return await self._one("find_person_by_subject", issuer, subject)

    async def list(self, now: datetime) -> Sequence[Any]:
        """Return everybody's row, with how many sessions each has open."""
        return await fetch(self._pool, "list_people", self._region, now)

    async def has_administrator(self) -> bool:
        rows = await fetch(self._pool, "count_administrators", self._region)
        return bool(rows[0]["found"])

    async def add(
        self,
        login: str,
        name: str,
        role: Role,
        *,
        sectors: Sequence[str] = (),
        call_sign: str | None = None,
        state: State = State.INVITED,
        never_idle: bool = False,
        issuer: str | None = None,
        subject: str | None = None,
    ) -> UUID:
        """Add a person and return their id. Raises LoginTaken."""
        person_id = uuid4()
        rows = await fetch(
            self._pool, "add_person", person_id, self._region, login, call_sign, name, role.value, list(sectors),
            state.value, never_idle, issuer, subject,
        )  # fmt: skip
        if not rows:
            raise LoginTaken
        return person_id

    async def change(
        self, person: Person, *, name: str, role: Role, sectors: Sequence[str], state: State, never_idle: bool
    ) -> None:
        """Change what an administrator may. Raises LastAdministrator."""
        rows = await fetch(
            self._pool, "change_person", self._region, person.id, name, role.value, list(sectors), state.value,
            never_idle,
        )  # fmt: skip
        if not rows:
            raise LastAdministrator

    async def activate(
        self, person_id: UUID, password_hash: str, totp_secret: bytes | None, step: int, codes: Sequence[bytes]
    ) -> bool:
        """Set the ways in that came with an invitation, and take away all earlier ones. False: disabled meanwhile."""
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            done = await connection.fetch(
                statement("activate_person"), self._region, person_id, password_hash, totp_secret, step
            )
            if not done:
                return False
            await connection.execute(statement("drop_passkeys"), person_id)
            await connection.execute(statement("drop_recovery_codes"), person_id)
            await connection.execute(statement("add_recovery_codes"), person_id, list(codes))
        return True

    async def set_password(self, person_id: UUID, password_hash: str) -> None:
        await execute(self._pool, "set_password", self._region, person_id, password_hash)

    async def set_totp(self, person_id: UUID, secret: bytes, step: int) -> None:
        await execute(self._pool, "set_totp", self._region, person_id, secret, step)

    async def take_totp_step(self, person_id: UUID, step: int) -> bool:
        """Take a code's time step, once."""
        return bool(await fetch(self._pool, "take_totp_step", self._region, person_id, step))

    async def take_recovery_code(self, person_id: UUID, digest: bytes) -> bool:
        return bool(await fetch(self._pool, "take_recovery_code", person_id, digest))

    async def renew_recovery_codes(self, person_id: UUID, digests: Sequence[bytes]) -> None:
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            await connection.execute(statement("drop_recovery_codes"), person_id)
            await connection.execute(statement("add_recovery_codes"), person_id, list(digests))

    async def recovery_codes_left(self, person_id: UUID) -> int:
        rows = await fetch(self._pool, "count_recovery_codes", person_id)
        return int(rows[0]["found"])

    async def is_known_source(self, person_id: UUID, source: str) -> bool:
        return bool(await fetch(self._pool, "is_known_source", person_id, source))

    async def know_source(self, person_id: UUID, source: str, now: datetime) -> None:
        await execute(self._pool, "know_source", person_id, source, now)

    async def _one(self, name: str, *args: Any) -> Person | None:
        rows = await fetch(self._pool, name, self._region, *args)
        return person_of(rows[0]) if rows else None

"""One-time links. The secret stands behind the `#` of the address, which a browser never sends; the page posts it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from app.store.pool import ACQUIRE_S, Pool, fetch
from app.store.statements import statement

FIRST_S: Final = 3_600  # whoever starts the service stands before it
INVITATION_S: Final = 3 * 86_400  # somebody may be off for two days
CHARS_MAX: Final = 64
PATH: Final = "/console/welcome"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is good for: the person it invites, or None for the first administrator."""

    person_id: UUID | None
    ends_at: datetime


class Links:
    """Makes links and uses them, each once; a new one makes the earlier ones of its person worthless."""

    def __init__(self, pool: Pool, region: str) -> None:
        self._pool = pool
        self._region = region

    async def make(self, person_id: UUID | None, now: datetime) -> str:
        """Return the secret of a new link, which is nowhere kept."""
        secret = secrets.token_urlsafe(32)
        ends_at = now + timedelta(seconds=FIRST_S if person_id is None else INVITATION_S)
        async with self._pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            await connection.execute(statement("void_links"), self._region, person_id)
            await connection.execute(statement("add_link"), _hash(secret), self._region, person_id, ends_at)
        return secret

    async def look(self, secret: str, now: datetime) -> Link | None:
        """Return what a link is good for, without using it."""
        if len(secret) > CHARS_MAX:
            return None
        rows = await fetch(self._pool, "find_link", self._region, _hash(secret), now)
        return Link(rows[0]["person_id"], rows[0]["ends_at"]) if rows else None

    async def use(self, secret: str, now: datetime) -> bool:
        """Use a link up; false when somebody was quicker."""
        return bool(await fetch(self._pool, "use_link", self._region, _hash(secret), now))


def address(url: str, secret: str) -> str:
    """Return a link as it is told: the secret in the fragment."""
    return f"{url.rstrip('/')}{PATH}#{secret}"


def _hash(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "surrogatepass")).digest()

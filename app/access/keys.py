"""Keys: `aux_<id>_<secret>`, shown once, kept as a hash. The secret is 256 random bits, so SHA-256 once is enough."""

import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import asyncpg

from app.access.authority import Authority
from app.access.identity import Identity, Role
from app.access.roll import Roll
from app.access.usage import Usage
from app.store.pool import ACQUIRE_S, Pool, execute, fetch
from app.store.statements import statement

KEY_CHARS_MAX: Final = 128
OVERLAP: Final = timedelta(days=7)  # how long a replaced key lives on by itself: a vendor's next maintenance day
Find = Callable[[Sequence[str], str], Awaitable[Sequence[Any]]]  # keys' rows by their ids and region


class TwoLive(Exception):
    """The holder has two keys that live; one must end before a third is made."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: whose it is, and what must be proved beside it."""

    identity: Identity
    hash: bytes
    must_sign: bool
    public_key: bytes | None
    certificate: str | None
    in_url: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What a key is made with. No `scopes`: all its role may do. `public_key` is DER, `certificate` SHA-256 in hex."""

    role: Role
    name: str
    sectors: tuple[str, ...] = ()
    unit_id: str | None = None
    scopes: tuple[str, ...] | None = None
    must_sign: bool = False
    public_key: bytes | None = None
    certificate: str | None = None
    in_url: bool = False
    device: str | None = None
    expires_at: datetime | None = None


class Keys(Authority):
    """Looks keys up. One that is revoked in any process is refused in every process within a second or two."""

    def __init__(self, pool: Pool, region: str, find: Find) -> None:
        self._find = find
        self._region = region
        self._roll = Roll(self._load)
        self.usage = Usage(pool, region, "note_keys_used")

    async def refresh(self) -> None:
        await self._roll.refresh()

    async def still(self, identity: Identity) -> Identity | None:
        key = await self._roll.find(identity.key_id)
        return key.identity if key is not None else None

    async def by_text(self, text: str) -> Key | None:
        """Return the key that was sent, None when it is nobody's."""
        if len(text) > KEY_CHARS_MAX or not text.isascii():
            return None
        prefix, _, rest = text.partition("_")
        key_id = rest.partition("_")[0]
        if prefix != "aux" or not key_id or "\x00" in key_id:
            return None
        key = await self._roll.find(key_id)
        if key is None or not hmac.compare_digest(key.hash, sha256(text.encode()).digest()):
            return None
        return key

    async def by_id(self, key_id: str) -> Key | None:
        """Return a key by its id, for a sender that proves by a signature that it holds it."""
        if not key_id or len(key_id) > KEY_CHARS_MAX or not key_id.isascii() or "\x00" in key_id:
            return None
        return await self._roll.find(key_id)

    def forget(self, key_id: str) -> None:
        """It was revoked here: refused from now on, not from the next second on."""
        self._roll.forget(key_id)

    async def _load(self, key_ids: Sequence[str]) -> dict[str, Key]:
        rows = await self._find(key_ids, self._region)
        return {row["id"]: _key(row) for row in rows}


def _key(row: Any) -> Key:
    scopes = frozenset(row["scopes"]) if row["scopes"] is not None else None
    sectors = tuple(row["sectors"])
    identity = Identity(
        row["id"], Role(row["role"]), row["name"], sectors, row["unit_id"], scopes=scopes, device=row["device"]
    )
    return Key(identity, row["hash"], row["must_sign"], row["public_key"], row["certificate"], row["in_url"])


async def add_key(pool: Pool, region: str, terms: Terms) -> tuple[str, str]:
    """Make a key and return its id and its text, which is nowhere kept. Raises TwoLive."""
    key_id = secrets.token_hex(6)
    text = f"aux_{key_id}_{secrets.token_urlsafe(32).replace('_', '-')}"
    row = (
        key_id, region, terms.role.value, terms.name, sha256(text.encode()).digest(), list(terms.sectors),
        terms.unit_id, list(terms.scopes) if terms.scopes is not None else None, terms.expires_at, terms.must_sign,
        terms.public_key, terms.certificate, terms.in_url, terms.device,
    )  # fmt: skip
    async with pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
        await connection.execute(statement("end_expired_keys"), region)
        try:
            made = await connection.fetchval(statement("add_key"), *row)
        except asyncpg.UniqueViolationError:
            made = None  # somebody else made one at the same moment
    if made is None:
        raise TwoLive(terms.name)
    return key_id, text


async def create_key(
    pool: Pool, region: str, role: Role, name: str, *, sectors: tuple[str, ...] = (), unit_id: str | None = None
) -> str:
    """Make a key with all its role may do and return its text. Raises TwoLive."""
    return (await add_key(pool, region, Terms(role, name, sectors, unit_id)))[1]


async def rotate_key(pool: Pool, region: str, key_id: str, now: datetime, overlap: timedelta) -> tuple[str, str] | None:
    """Make a key's successor on the same terms; the old one ends after `overlap`. None: no such key. Raises TwoLive."""
    rows = await fetch(pool, "find_key_whole", region, key_id)
    if not rows:
        return None
    made = await add_key(pool, region, _terms(dict(rows[0])))
    await execute(pool, "let_key_expire", region, key_id, now + overlap)
    return made


def _terms(row: dict[str, Any]) -> Terms:
    scopes = row.pop("scopes")
    return Terms(
        role=Role(row.pop("role")),
        sectors=tuple(row.pop("sectors")),
        scopes=tuple(scopes) if scopes is not None else None,
        **row,
    )


async def revoke_key(pool: Pool, region: str, key_id: str) -> bool:
    """End a key; False when there is none that lives. Its open sockets are closed within seconds."""
    return bool(await fetch(pool, "revoke_key", region, key_id))

"""Keys: `aux_<id>_<secret>`, shown once, kept as a hash. The secret is 256 random bits, so SHA-256 once is enough."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Any, Final

from app.access.identity import Identity, Role
from app.store.pool import Pool, execute, fetch

KNOWN_S: Final = 5.0  # a revoked key stops working within this
KNOWN_MAX: Final = 10_000
KEY_CHARS_MAX: Final = 128
Find = Callable[[str, str], Awaitable[Sequence[Any]]]  # a key's row by its id and region


class Keys:
    """Looks keys up and remembers them for a few seconds, the unknown ones too, so guessing costs no database."""

    def __init__(self, pool: Pool, region: str) -> None:
        self.find: Find = partial(fetch, pool, "find_key")
        self._region = region
        self._known: OrderedDict[bytes, tuple[float, Identity | None]] = OrderedDict()

    async def identify(self, key: str) -> Identity | None:
        """Return whose key this is, None when nobody's."""
        if len(key) > KEY_CHARS_MAX or not key.isascii():
            return None
        hashed = sha256(key.encode()).digest()
        found = self._known.get(hashed)
        if found is not None and found[0] > monotonic():
            return found[1]
        identity = await self._look_up(key, hashed)
        self._known[hashed] = (monotonic() + KNOWN_S, identity)
        if len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)
        return identity

    async def _look_up(self, key: str, hashed: bytes) -> Identity | None:
        prefix, _, rest = key.partition("_")
        key_id = rest.partition("_")[0]
        if prefix != "aux" or not key_id or "\x00" in key_id:
            return None
        rows = await self.find(key_id, self._region)
        if not rows or not hmac.compare_digest(rows[0]["hash"], hashed):
            return None
        row = rows[0]
        return Identity(row["id"], Role(row["role"]), row["name"], tuple(row["sectors"]), row["unit_id"])


async def create_key(
    pool: Pool, region: str, role: Role, name: str, *, sectors: tuple[str, ...] = (), unit_id: str | None = None
) -> str:
    """Make a key and return its text, which is nowhere kept."""
    key_id = secrets.token_hex(6)
    key = f"aux_{key_id}_{secrets.token_urlsafe(32).replace('_', '-')}"
    hashed = sha256(key.encode()).digest()
    await execute(pool, "add_key", key_id, region, role.value, name, hashed, list(sectors), unit_id)
    return key

"""What one step of signing in leaves for the next: single use, minutes, in the store, so that any process can go on."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from app.store.pool import Pool, execute, fetch

LIFE_S: Final = 300  # longer than it takes to find one's phone
UNDER_WAY_MAX: Final = 10_000  # anybody may begin one; a flood fills this and then waits for the five minutes to pass
CHARS_MAX: Final = 64


class TooManyCeremonies(Exception):
    """More sign-ins are half-way than the store keeps."""


class Ceremonies:
    """Keeps small bodies under a random name, known by its hash alone."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def leave(self, kind: str, body: dict[str, Any], now: datetime) -> str:
        """Keep a body and return its name. Raises TooManyCeremonies."""
        name = secrets.token_urlsafe(32)
        ends_at = now + timedelta(seconds=LIFE_S)
        text = orjson.dumps(body).decode()
        rows = await fetch(self._pool, "add_ceremony", _hash(name), kind, text, ends_at, UNDER_WAY_MAX)
        if not rows:
            raise TooManyCeremonies
        return name

    async def take(self, kind: str, name: str, now: datetime) -> dict[str, Any] | None:
        """Return what was left under this name, once, in time."""
        if len(name) > CHARS_MAX:
            return None
        rows = await fetch(self._pool, "take_ceremony", _hash(name), kind)
        if not rows or rows[0]["ends_at"] < now:
            return None
        body: dict[str, Any] = orjson.loads(rows[0]["body"])
        return body

    async def forget(self, now: datetime) -> None:
        await execute(self._pool, "forget_ceremonies", now)


def _hash(name: str) -> bytes:
    return sha256(name.encode("utf-8", "surrogatepass")).digest()

"""Steps of signing in that a later one goes on from: a challenge to a device, a flow through the agency's provider.

Anybody may begin one, so beginning one keeps nothing here: a flood of them would push out a dispatcher's. What the next
step must know is in the name the browser keeps, signed and timed; what must stay secret is made anew from that name
with a key from the key file. Only names that were used are written down, so that each is used once.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from app.sealing import Sealer
from app.store.pool import Pool, execute, fetch

LIFE_S: Final = 300  # longer than it takes to find one's phone
NAME_CHARS_MAX: Final = 1_024
SIGNED: Final = "ceremony"


class Ceremonies:
    """Names steps, and knows its names again; in any process with the same key file."""

    def __init__(self, pool: Pool, sealer: Sealer) -> None:
        self._pool = pool
        self._digest = sealer.digest

    def begin(self, kind: str, facts: dict[str, Any], now: datetime) -> str:
        """Return the name of a new step. `facts` are no secrets: the browser could read them."""
        body = {"kind": kind, "facts": facts, "ends": now.timestamp() + LIFE_S, "nonce": secrets.token_hex(16)}
        text = _packed(orjson.dumps(body))
        return f"{text}.{_packed(self._digest(SIGNED, text.encode()))}"

    def facts(self, kind: str, name: str, now: datetime) -> dict[str, Any] | None:
        """Return what a step was begun with; None when the name is none of ours, of another kind, or too old."""
        text, _, mac = name.partition(".")
        if len(name) > NAME_CHARS_MAX or not name.isascii():
            return None
        if not hmac.compare_digest(mac, _packed(self._digest(SIGNED, text.encode()))):
            return None
        body: dict[str, Any] = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if body["kind"] != kind or body["ends"] < now.timestamp():
            return None
        facts: dict[str, Any] = body["facts"]
        return facts

    def secret(self, name: str, what: str) -> str:
        """Return a secret of this step, the same each time: 256 bits, in URL-safe characters."""
        return _packed(self._digest(f"{SIGNED} {what}", name.encode()))

    async def use_up(self, name: str, now: datetime) -> bool:
        """Use a step, once; false when it was used before."""
        ends_at = now + timedelta(seconds=LIFE_S)
        return bool(await fetch(self._pool, "use_ceremony", sha256(name.encode()).digest(), ends_at))

    async def forget(self, now: datetime) -> None:
        """Forget used names that are too old to be used again."""
        await execute(self._pool, "forget_ceremonies", now)


def _packed(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()

"""The random tokens that stand for callback numbers, for 24 hours, so that the ledger never learns a number's hash."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from app.store.ledger import Caller
from app.store.pool import Connection
from app.store.statements import statement
from dispatch.status import JOIN_WINDOW

RENEW: Final = timedelta(hours=1)  # a token used again lives on; writing that at every call would be waste


class Callers:
    """Keyed hash to token. `token` tells whether the row has to be written with the batch."""

    def __init__(self) -> None:
        self._known: dict[bytes, Caller] = {}

    async def load(self, connection: Connection, region: str, now: datetime) -> None:
        rows = await connection.fetch(statement("load_callers"), region, now)
        self._known = {row["hash"]: Caller(**row) for row in rows}

    def token(self, number_hash: bytes, now: datetime) -> tuple[Caller, bool]:
        """Return the caller of a number's hash, and whether it is new or renewed."""
        known = self._known.get(number_hash)
        if known is not None and known.expires_at - now > JOIN_WINDOW - RENEW:
            return known, False
        token = known.token if known is not None and known.expires_at > now else secrets.token_hex(8)
        caller = Caller(number_hash, token, now + JOIN_WINDOW)
        self._known[number_hash] = caller
        if len(self._known) % 4096 == 0:
            self._known = {h: c for h, c in self._known.items() if c.expires_at > now}
        return caller, True

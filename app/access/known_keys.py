"""The hashes of all keys on local disk, so that senders are still known while PostgreSQL is away. Never a key.

Written while the database is there, checked by a keyed digest, asked only when the database does not answer. What was
revoked is gone with the next writing; a copy older than `AGE_MAX` is believed no more.
"""

import asyncio
import hmac
import logging
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any, Final

import msgspec

from app.access.identity import Role
from app.embedded.home import sync_folder
from app.sealing import Sealer
from app.store.pool import Pool, fetch
from app.store.soon import fetch_soon

log = logging.getLogger(__name__)

KEEP_S: Final = 30.0  # how long a key revoked just before the database went away may still be known
AGE_MAX: Final = timedelta(hours=24)  # no outage is meant to last longer; a stolen disk tells nobody in after it
AWAY_S: Final = 1.0  # how long after a silence the next key is not asked about: one call a second waits for it


class Row(msgspec.Struct, array_like=True):
    """A key as the store holds it."""

    id: str
    role: Role
    name: str
    hash: bytes
    sectors: tuple[str, ...]
    unit_id: str | None
    scopes: tuple[str, ...] | None
    must_sign: bool
    public_key: bytes | None
    certificate: str | None
    in_url: bool
    device: str | None
    expires_at: datetime | None


class _Copy(msgspec.Struct):
    written_at: datetime
    region: str
    keys: list[Row]


class KnownKeys:
    """Asks the database, and its copy on disk only while the database is away."""

    def __init__(self, pool: Pool, region: str, path: Path, sealer: Sealer) -> None:
        self._pool, self._region, self._path, self._sealer = pool, region, path, sealer
        self._copy = self._read()
        self._by_id = {row.id: row for row in self._copy.keys} if self._copy is not None else {}
        self._away_until = 0.0

    async def find(self, key_ids: Sequence[str], region: str) -> Sequence[Any]:
        """Return the rows of those that are keys. Raises TimeoutError when nobody can say of one."""
        if monotonic() >= self._away_until:
            rows = await fetch_soon(self._pool, "find_keys", key_ids, region)
            if rows is not None:
                return rows
            self._away_until = monotonic() + AWAY_S
        known = [self._by_id.get(key_id) for key_id in key_ids] if self._is_fresh() else [None]
        if None in known:
            raise TimeoutError("the store is away, and this key is not known here")
        now = datetime.now(UTC)
        good = [row for row in known if row is not None and (row.expires_at is None or row.expires_at > now)]
        return [msgspec.structs.asdict(row) for row in good]

    def _is_fresh(self) -> bool:
        return self._copy is not None and datetime.now(UTC) - self._copy.written_at < AGE_MAX

    async def keep(self) -> None:
        """Write the copy anew from the database. Raises what the store raises, OSError."""
        rows = await fetch(self._pool, "list_known_keys", self._region)
        keys = [msgspec.convert(list(row.values()), Row) for row in rows]
        self._copy = _Copy(datetime.now(UTC), self._region, keys)
        self._by_id = {row.id: row for row in keys}
        body = msgspec.msgpack.encode(self._copy)
        await asyncio.to_thread(self._write, self._sealer.digest("known keys", body) + body)

    def _write(self, data: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)

    def _read(self) -> _Copy | None:
        """Return the copy on disk; None when there is none, or it is not as it was written."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:  # this disk must not keep the service from starting
            log.warning("the copy of the keys cannot be read: %s", type(error).__name__)
            return None
        digest, body = data[:32], data[32:]
        if not hmac.compare_digest(digest, self._sealer.digest("known keys", body)):
            log.warning("the copy of the keys is not as it was written; it is not used")
            return None
        try:
            copy = msgspec.msgpack.decode(body, type=_Copy)
        except msgspec.MsgspecError:
            log.warning("the copy of the keys is another release's; it is written anew")
            return None
        return copy if copy.region == self._region else None

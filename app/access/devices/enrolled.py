"""The devices that are enrolled: nonces to sign, tokens of five minutes for it, and whether one is still good."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import asyncpg
import msgspec

from app.access.authority import Authority
from app.access.devices.codes import digest_of, plain_code
from app.access.devices.proof import is_proof
from app.access.identity import Identity, Role
from app.access.once import Once
from app.access.roll import Roll
from app.access.stamp import Stamps
from app.access.usage import Usage
from app.clock import Clock
from app.sealing import Sealer
from app.store.pool import Pool, fetch

TOKEN_PREFIX: Final = "axd_"  # noqa: S105 - not one
NONCE_S: Final = 60.0
ID_BYTES: Final = 8
Sector = Callable[[str], str | None]


class KeyInUse(Exception):
    """The public key is another device's: each enrolment makes a new pair."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device as it is kept."""

    id: str
    unit_id: str
    label: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token says: which device, for which unit, in which sector."""

    device_id: str
    unit_id: str
    sector: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is handed out; `seconds` is how long it is good."""

    text: str
    unit_id: str
    sector: str
    seconds: float


class EnrolledDevices(Authority):
    """`sector_of` names a unit's sector; a token of a unit that has moved to another is no good any more."""

    def __init__(
        self, pool: Pool, region: str, sealer: Sealer, clock: Clock, sector_of: Sector, token_s: float
    ) -> None:
        self._pool = pool
        self._region = region
        self._sealer = sealer
        self._clock = clock
        self._sector_of = sector_of
        self._token_s = token_s
        self._tokens = Stamps(sealer, "device token")
        self._nonces = Stamps(sealer, "device nonce")
        self._once = Once(pool, region)
        self._roll = Roll(self._load)
        self.usage = Usage(pool, region, "note_devices_used")

    async def refresh(self) -> None:
        await self._roll.refresh()

    async def enrol(self, code: str, public_key: bytes) -> Enrolled | None:
        """Use a code up for a device's public key (DER); None for a code that is no good. Raises KeyInUse.

        The same again, by a device that heard no answer, is answered the same.
        """
        plain = plain_code(code)
        if plain is None:
            return None
        hashed, now = digest_of(self._sealer, plain), self._clock.now()
        device_id = secrets.token_hex(ID_BYTES)
        try:
            rows = await fetch(self._pool, "enrol_device", self._region, hashed, now, device_id, public_key)
        except asyncpg.UniqueViolationError:
            raise KeyInUse from None
        if not rows:
            rows = await fetch(self._pool, "find_enrolled", self._region, hashed, public_key)
        if not rows:
            return None
        return Enrolled(rows[0]["id"], rows[0]["unit_id"], rows[0]["label"], public_key)

    def nonce(self) -> str:
        """Return something new to sign. It is nobody's in particular: it tells nothing of which devices exist."""
        return self._nonces.make(b"", self._clock.now().timestamp() + NONCE_S)

    async def grant(self, device_id: str, nonce: str, signature: bytes) -> Token | None:
        """Return a token for a nonce signed by the device; None for anything else, whatever it was."""
        now = self._clock.now().timestamp()
        stamp = self._nonces.read(nonce, now)
        device = await self._roll.find(device_id)
        if stamp is None or device is None or not is_proof(device.public_key, device_id, nonce, signature):
            return None
        sector = self._sector_of(device.unit_id)
        if sector is None or not await self._once.spend("nonce", stamp.mark, datetime.fromtimestamp(stamp.until, UTC)):
            return None
        grant = msgspec.json.encode(Grant(device.id, device.unit_id, sector))
        return Token(
            TOKEN_PREFIX + self._tokens.make(grant, now + self._token_s), device.unit_id, sector, self._token_s
        )

    async def by_token(self, text: str) -> Identity | None:
        """Return whose token this is; None when it is over, was touched, or its device was taken off."""
        stamp = self._tokens.read(text.removeprefix(TOKEN_PREFIX), self._clock.now().timestamp())
        if stamp is None:
            return None
        grant = msgspec.json.decode(stamp.claims, type=Grant)
        identity = Identity(
            grant.device_id, Role.AGENT, f"unit {grant.unit_id}", (grant.sector,), grant.unit_id,
            source=f"device:{grant.device_id}", until=stamp.until,
        )  # fmt: skip
        found = await self.still(identity)
        if found is not None:
            self.usage.note(grant.device_id, self._clock.now())
        return found

    async def still(self, identity: Identity) -> Identity | None:
        device = await self._roll.find(identity.key_id)
        if device is None or device.unit_id != identity.unit_id:
            return None
        return identity if identity.sectors == (self._sector_of(device.unit_id),) else None

    async def revoke(self, device_id: str, by: str) -> bool:
        """Take a device off; False when there is none that is enrolled. Its open sockets are closed within seconds."""
        gone = bool(await fetch(self._pool, "revoke_device", self._region, device_id, by))
        self._roll.forget(device_id)
        return gone

    async def _load(self, device_ids: Sequence[str]) -> dict[str, Enrolled]:
        rows = await fetch(self._pool, "find_devices", device_ids, self._region)
        return {row["id"]: Enrolled(*row) for row in rows}

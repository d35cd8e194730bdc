"""One-time codes that enrol a device: short enough to type, good for minutes, used once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.sealing import Sealer
from app.store.pool import Pool, execute

# Crockford's base 32: no I, L, O, U. Ten of them are 50 bits; within its quarter of an hour a code cannot be guessed
# over a network, and what the database keeps of it needs the key file to be tried.
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARS: Final = 10
CODE_LIFE: Final = timedelta(minutes=15)
MISREAD: Final = str.maketrans("ILOU", "110V")
CODE_CHARS_MAX: Final = 64  # as typed, with spaces and dashes


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is shown, once."""

    text: str
    unit_id: str
    until: datetime


def plain_code(typed: str) -> str | None:
    """Return a code as it was made, however it was typed; None for what is none."""
    plain = "".join(c for c in typed.upper().translate(MISREAD) if c not in " -\u2013\u00a0")
    return plain if len(plain) == CODE_CHARS and all(c in LETTERS for c in plain) else None


def digest_of(sealer: Sealer, code: str) -> bytes:
    return sealer.digest("enrol", code.encode())


async def make_code(
    pool: Pool, region: str, sealer: Sealer, unit_id: str, label: str, *, by: str, now: datetime
) -> Code:
    """Make a code for a unit's next device."""
    plain = "".join(secrets.choice(LETTERS) for _ in range(CODE_CHARS))
    until = now + CODE_LIFE
    await execute(pool, "add_device_code", region, digest_of(sealer, plain), unit_id, label, by, until)
    return Code(f"{plain[:5]}-{plain[5:]}", unit_id, until)

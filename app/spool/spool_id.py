"""The id a report is answered with when it is spooled: its sender sends it again under it and meets its twin.

It is the command's own id, so nothing has to be remembered: 80 random bits and a keyed check that ties it to the
sender's key. Nobody else can use it, to be told what became of somebody's call.
"""

import secrets
from typing import Final
from uuid import UUID

from app.sealing import Sealer

RANDOM_BYTES: Final = 10


def new_id(sealer: Sealer, key_id: str) -> UUID:
    """Return an id for a report of this sender."""
    return _id_of(sealer, key_id, secrets.token_bytes(RANDOM_BYTES))


def own_id(sealer: Sealer, key_id: str, said: str) -> UUID | None:
    """Return the id a sender gives back; None when it is no id, or was given to somebody else."""
    try:
        given = UUID(said)
    except ValueError:
        return None
    return given if given == _id_of(sealer, key_id, given.bytes[:RANDOM_BYTES]) else None


def _id_of(sealer: Sealer, key_id: str, random: bytes) -> UUID:
    check = sealer.digest("spool id", key_id.encode() + b"\0" + random)
    return UUID(bytes=random + check[: 16 - RANDOM_BYTES])

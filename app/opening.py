"""Opening what is sealed: who, what and why is recorded first, then the value is opened, once."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.access.identity import Identity
from app.sealing import RAW, KeyMissing, SealedValue, raw_id
from app.services import Services
from app.store.pool import fetch
from app.trail import Act, Trail


@dataclass(frozen=True, slots=True)
class Found:
    """A sealed value, with the incident it is with, and the message it was read from while that is kept."""

    value: SealedValue
    incident_id: int | None
    raw: SealedValue | None


async def find_sealed(services: Services, sealed_id: UUID) -> Found | None:
    """Return a value as it is stored; None when there is none, or its time is over."""
    rows = await fetch(services.pool, "read_opened", services.settings.region, [sealed_id, raw_id(sealed_id)])
    values = {row["id"]: SealedValue(*list(row)[:5]) for row in rows}
    value = values.get(sealed_id)
    if value is None:
        return None
    incident_id = next(row["incident_id"] for row in rows if row["id"] == sealed_id)
    return Found(value, incident_id, values.get(raw_id(sealed_id)))


async def open_sealed(services: Services, identity: Identity, found: Found, purpose: str) -> Any:
    """Return what was sealed. Raises KeyMissing when its time is over."""
    await Trail(services.pool, services.settings.region, services.sealer).record(
        Act.READ,
        identity.name,
        role=identity.role,
        about=str(found.value.id),
        incident_id=found.incident_id,
        reason=purpose,
        more={"what": found.value.kind},
    )
    value = services.sealer.open(found.value)
    if found.raw is not None and isinstance(value, dict):
        try:
            value[RAW] = services.sealer.open(found.raw)
        except KeyMissing:
            return value
    return value

"""What a PSAP said before of the same call: a location that comes alone must not take the number away."""

from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from app.access.identity import Identity
from app.interop.reading import Reading
from app.sealing import KeyMissing, SealedValue
from app.services import Services
from app.store.soon import fetch_soon
from app.trail import Act, Trail
from app.view import as_json

KEPT_PRIVATE: Final = ("callback_number", "name", "health", "said", "narrative")
KEPT_PUBLIC: Final = ("language", "party", "needs")


@dataclass(frozen=True, slots=True)
class Earlier:
    """The fields of an earlier report, and the name of its sealed part; nothing when there was none."""

    fields: dict[str, Any] = field(default_factory=dict)
    sealed: str | None = None

    def under(self, reading: Reading) -> Reading:
        """Return the reading with what was said before and is not said again."""
        if self.sealed is None:
            return reading
        before = dict(self.fields)
        said_before = before.pop("said", None)
        said = reading.said or ((("earlier", said_before),) if said_before else ())
        private = reading.private | {"before": self.sealed}
        return replace(reading, report=before | reading.report, said=said, private=private)


async def earlier_of(services: Services, identity: Identity, call_id: str | None) -> Earlier:
    """Return what this sender said of its call; nobody reads it here, it is sealed again in the same breath."""
    known = services.view.board.call_of.get((identity.name, call_id)) if call_id else None
    if known is None:
        return Earlier()
    call = services.view.board.calls[known]
    row = as_json(call)
    public = {name: row[name] for name in KEPT_PUBLIC if row.get(name)}
    return Earlier(public | await _private(services, identity, UUID(call.sealed), call.incident_id), call.sealed)


async def _private(services: Services, identity: Identity, sealed_id: UUID, incident_id: int) -> dict[str, Any]:
    rows = await fetch_soon(services.pool, "read_private", services.settings.region, sealed_id)
    if not rows:
        return {}
    trail = Trail(services.pool, services.settings.region, services.sealer)
    await trail.record(Act.RESEAL, identity.name, role=identity.role, about=str(sealed_id), incident_id=incident_id)
    try:
        value = services.sealer.open(SealedValue(**rows[0]))
    except KeyMissing:
        return {}
    return {name: value[name] for name in KEPT_PRIVATE if value.get(name)}

"""What a PSAP said before of the same call: a location that comes alone must not take the number away."""

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from app.access.identity import Identity
from app.interop.reading import Reading
from app.sealing import KeyMissing, SealedValue
from app.services import Services
from app.store.pool import fetch
from app.view import as_json
from dispatch.entities import Call

KEPT_PRIVATE: Final = ("callback_number", "name", "health", "said", "narrative")
KEPT_PUBLIC: Final = ("language", "party", "needs")


async def with_earlier(reading: Reading, services: Services, identity: Identity) -> Reading:
    """Return the reading with what the sender's earlier report of the same call said and this one does not."""
    call_id = reading.report.get("call_id")
    known = services.view.board.call_of.get((identity.name, call_id)) if call_id else None
    if known is None:
        return reading
    call: Call = services.view.board.calls[known]
    row = as_json(call)
    before: dict[str, Any] = {name: row[name] for name in KEPT_PUBLIC if row.get(name)}
    before |= await _private(services, UUID(call.sealed))
    said = reading.said or ((("earlier", before["said"]),) if before.get("said") else ())
    report = {name: value for name, value in before.items() if name != "said"} | reading.report
    return replace(reading, report=report, said=said, private=reading.private | {"before": call.sealed})


async def _private(services: Services, sealed_id: UUID) -> dict[str, Any]:
    """Return the earlier private part; nobody reads it here, it is sealed again in the same breath."""
    rows = await fetch(services.pool, "read_private", services.settings.region, sealed_id)
    if not rows:
        return {}
    try:
        value = services.sealer.open(SealedValue(**rows[0]))
    except KeyMissing:
        return {}
    return {name: value[name] for name in KEPT_PRIVATE if value.get(name)}

"""From a CAP message to the desk or to the hazards. Taken once; a Cancel closes nothing somebody may be waiting in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from app.access.identity import Identity
from app.interop.cap.meaning import read_distress, read_hazard, what_is
from app.interop.cap.message import CapAlert
from app.interop.intake import request_of
from app.interop.reading import What
from app.problems import checked
from app.requests import Request
from app.services import Services
from app.store.pool import execute
from app.store.soon import fetch_soon
from app.stream.acts import command_id
from dispatch.commands import RaiseSystemAlarm


async def take_cap(
    services: Services, identity: Identity, alert: CapAlert, raw: bytes, warnings: tuple[str, ...]
) -> dict[str, Any]:
    """Record one message and say what became of it. Raises Problem, DeskUnavailable."""
    now = services.clock.now()
    what = what_is(alert)
    if alert.is_cancel and what is not What.NOTHING and await _cancels_distress(services, identity, alert):
        what = What.CALL
    answer: dict[str, Any] = {"id": alert.id, "what": what.value, "message_type": alert.message_type}
    if what is What.NOTHING:
        return answer | {"became": "nothing", "warnings": warnings}
    if what is What.ADVICE:
        counts = await services.hazards.take(services.pool, services.settings.region, [read_hazard(alert, now)], now)
        return answer | {"became": _only(counts), "warnings": warnings}
    return answer | await _distress(services, identity, alert, raw, warnings, now)


async def _distress(
    services: Services, identity: Identity, alert: CapAlert, raw: bytes, warnings: tuple[str, ...], now: datetime
) -> dict[str, Any]:
    """Submit first and note afterwards: what is noted is never lost, what is not comes again and is the same call."""
    known = await _known(services, (alert.id, *alert.references))
    first = alert.references[0] if alert.references else alert.id
    root = known[alert.id].root if alert.id in known else next((one.root for one in known.values()), first)
    if alert.id in known and known[alert.id].is_superseded:
        incident_id = _incident_of(services, identity, root)
        if incident_id is not None:
            return {"became": "superseded", "incident_id": incident_id, "warnings": warnings}
    if alert.is_cancel:
        reply = await _cancel(services, identity, alert, root)
    else:
        reading = read_distress(alert, root, raw, warnings)
        asked, said = request_of(reading, identity.name, identity.sectors, now, services.intake)
        digest = services.sealer.digest("cap", alert.id.encode())
        asked = replace(asked, id=command_id(identity, f"cap:{alert.id}"), digest=digest)
        reply = checked(await services.submit(asked)) | {"became": "recorded"}
        warnings = said.all()
    others = list(dict.fromkeys(alert.references))
    await execute(
        services.pool, "note_cap_message", services.settings.region, alert.id, root, alert.sent or now, others
    )
    return {**reply, "warnings": warnings}


async def _cancel(services: Services, identity: Identity, alert: CapAlert, root: str) -> dict[str, Any]:
    """Tell a dispatcher that the sender took its alert back; the incident stays open until somebody knows why."""
    incident_id = _incident_of(services, identity, root)
    if incident_id is not None:
        reason = "the sender took its CAP alert back; it stays open until somebody knows what became of the person"
        request = Request(RaiseSystemAlarm(reason, incident_id), identity.name, command_id(identity, f"cap:{alert.id}"))
        checked(await services.submit(request))
    return {"became": "told" if incident_id is not None else "nothing", "incident_id": incident_id}


async def _cancels_distress(services: Services, identity: Identity, alert: CapAlert) -> bool:
    """Whether what a Cancel refers to is a call or an alert of ours; a Cancel itself often says nothing else."""
    known = await _known(services, alert.references)
    roots = {*(one.root for one in known.values()), *alert.references}
    return any(_incident_of(services, identity, root) is not None for root in roots)


@dataclass(frozen=True, slots=True)
class _Known:
    root: str
    is_superseded: bool


async def _known(services: Services, ids: Iterable[str]) -> dict[str, _Known]:
    """Return what is known of these messages, in order; nothing while the store is away: distress does not wait."""
    wanted = list(ids)
    rows = await fetch_soon(services.pool, "find_cap_messages", services.settings.region, wanted) or []
    found = {row["id"]: _Known(row["root"], row["superseded_by"] is not None) for row in rows}
    return {one: found[one] for one in wanted if one in found}


def _incident_of(services: Services, identity: Identity, root: str) -> int | None:
    """Return the open incident of a chain."""
    board, key = services.view.board, f"cap:{root}"[:128]
    call_id = board.call_of.get((identity.name, key))
    incident_id = board.calls[call_id].incident_id if call_id is not None else None
    if incident_id is None:
        found = (a.incident_id for a in reversed(board.alerts.values()) if key in a.source_ids)
        incident_id = next(found, None)
    return incident_id if incident_id is not None and board.incidents[incident_id].is_open else None


def _only(counts: dict[str, int]) -> str:
    return next(what for what, count in counts.items() if count)

"""Personal data in good hands: holds, erasing before the time, the trail of who opened what, exports."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Query, Response

from app import export
from app.access.guard import (
    MayAudit,
    MayExportCounts,
    MayExportIncidents,
    MayHoldPrivate,
    MaySeeHolds,
    Parts,
)
from app.access.identity import Identity
from app.intake.numbers import usable_number
from app.problems import Problem
from app.retention.erasing import Whose, erase
from app.retention.holds import Holds
from app.routes import custody_bodies as bodies
from app.routes import examples
from app.routes.incidents import IncidentId
from app.sealing import KeyMissing, SealedValue
from app.services import Services
from app.store.pool import fetch
from app.trail import Act, Trail

router = APIRouter(prefix="/v1", tags=["custody"], responses=examples.ERRORS)
LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
SEQ_MAX: Final = 2**53
SHOWN_MAX: Final = 5
FOUND_MAX: Final = 1_000
Since = Annotated[datetime | None, Query(description="with a time zone; default: from the beginning")]
Until = Annotated[datetime | None, Query(description="with a time zone; default: until now")]


def holds_of(services: Services) -> Holds:
    return Holds(services.pool, services.settings.region, services.sealer, services.clock)


def trail_of(services: Services) -> Trail:
    return Trail(services.pool, services.settings.region, services.sealer)


async def ensure_own(services: Services, identity: Identity, statement: str, row_id: int, field: str) -> None:
    """Raise the same Problem for what does not exist and for what is another sector's."""
    rows = await fetch(services.pool, statement, services.settings.region, row_id)
    if not rows or (identity.sectors and rows[0]["sector"] not in identity.sectors):
        raise Problem(404, "not_found", "no such row, or not yours to see", field=field)


@router.post("/incidents/{incident_id}/holds", status_code=201)
async def set_hold(
    incident_id: IncidentId, body: bodies.HoldBody, services: Parts, identity: MayHoldPrivate
) -> dict[str, Any]:
    """Keep everything sealed of an incident until the hold is released: nothing of it is purged or erased."""
    await ensure_own(services, identity, "sector_of_incident", incident_id, "incident_id")
    hold_id = await holds_of(services).set(incident_id, body.kind, identity.name, identity.role, body.reason)
    if hold_id is None:
        raise Problem(409, "already_done", "a hold of this kind stands already", field="kind")
    return {"hold_id": hold_id, "incident_id": incident_id, "kind": body.kind}


@router.post("/holds/{hold_id}/release")
async def release_hold(
    hold_id: Annotated[int, Path(ge=1, le=SEQ_MAX)],
    body: bodies.ReasonBody,
    services: Parts,
    identity: MayHoldPrivate,
) -> dict[str, Any]:
    """End a hold; the incident's time runs again from its outcome."""
    await ensure_own(services, identity, "sector_of_hold", hold_id, "hold_id")
    incident_id = await holds_of(services).release(hold_id, identity.name, identity.role, body.reason)
    if incident_id is None:
        raise Problem(409, "already_done", "it was released before", field="hold_id")
    return {"hold_id": hold_id, "incident_id": incident_id}


@router.get("/holds")
async def list_holds(services: Parts, identity: MaySeeHolds) -> Response:
    """Return the holds that stand, and those released lately."""
    return _json(await holds_of(services).all(identity.sectors))


@router.post("/holdings")
async def find_holdings(body: bodies.FindBody, services: Parts, identity: MayHoldPrivate) -> Response:
    """Find what is sealed of a caller, because the person asks what is known of them. Each is opened by its own act."""
    number = _digest(services, body.number)
    await trail_of(services).record(Act.FIND, identity.name, role=identity.role, reason=body.reason)
    rows = await fetch(services.pool, "find_holdings", services.settings.region, number, FOUND_MAX)
    shown = [dict(row) for row in rows if not identity.sectors or row["sector"] in identity.sectors]
    return _json([row | {"sealed": str(row["sealed"])} for row in shown])


@router.post("/erasures")
async def erase_values(body: bodies.EraseBody, services: Parts, identity: MayHoldPrivate) -> dict[str, Any]:
    """Erase before the time, because the person asks for it: here at once, in backups when they expire."""
    number = None if body.number is None else _digest(services, body.number)
    done = await erase(
        services.pool,
        services.settings.region,
        services.sealer,
        Whose(body.incident_id, number, body.sealed_id),
        identity.name,
        identity.role,
        body.reason,
        identity.sectors,
    )
    kept = [{"incident_id": incident_id, "why": why} for incident_id, why in sorted(done.kept.items())]
    if kept and not done.values:
        why = ", ".join(f"incident {one['incident_id']} is {one['why']}" for one in kept[:SHOWN_MAX])
        raise Problem(409, "not_allowed_now", f"{why}: what is sealed of it is kept")
    if not done.values:
        raise Problem(404, "not_found", "nothing sealed is kept of that")
    return {
        "values": done.values,
        "incidents": done.incidents,
        "kept": kept,
        "gone_from_backups_in_days": services.settings.backup_days,
    }


@router.post("/audit")
async def read_trail(body: bodies.TrailBody, services: Parts, identity: MayAudit) -> Response:
    """Return the trail, the newest first: who opened, held, erased, exported what, and why. That you asked is in it."""
    await trail_of(services).record(Act.READ_TRAIL, identity.name, role=identity.role)
    rows = await fetch(
        services.pool,
        "search_audit",
        services.settings.region,
        body.before or SEQ_MAX,
        body.since or EARLIEST,
        body.until or LATEST,
        body.act,
        body.by,
        body.incident_id,
        body.limit + 1,
    )
    reasons = await _reasons(services, [row["reason"] for row in rows if row["reason"] is not None])
    shown = [
        dict(row) | {"reason": reasons.get(row["reason"]), "more": orjson.Fragment(row["more"])}
        for row in rows[: body.limit]
    ]
    return _json({"rows": shown, "is_whole": len(rows) <= body.limit})


@router.get("/audit/counts")
async def count_trail(services: Parts, identity: MayAudit, since: Since = None, until: Until = None) -> Response:
    """Return how often who did what, by month: what an auditor may hand on."""
    return _json(await _trail_counts(services, identity, since, until))


@router.get("/audit/counts.csv")
async def count_trail_csv(services: Parts, identity: MayAudit, since: Since = None, until: Until = None) -> Response:
    """Return the same as a table."""
    return _csv(await _trail_counts(services, identity, since, until), ("month", "by", "act", "n"))


@router.get("/export/counts")
async def export_counts(
    services: Parts, identity: MayExportCounts, since: Since = None, until: Until = None
) -> Response:
    """Return incidents counted by month and H3 cell of resolution 7; fewer than five are never told apart."""
    return _json(await _export_counts(services, identity, since, until))


@router.get("/export/counts.csv")
async def export_counts_csv(
    services: Parts, identity: MayExportCounts, since: Since = None, until: Until = None
) -> Response:
    """Return the same as a table."""
    return _csv(await _export_counts(services, identity, since, until), export.COUNTED)


@router.post("/export/incidents")
async def export_incidents(body: bodies.ExportBody, services: Parts, identity: MayExportIncidents) -> Response:
    """Return incidents one by one with their places, for a reason that is recorded. Nothing sealed is among it."""
    since, until = _aware(body.since), _aware(body.until)
    if since is None or until is None or since >= until:
        raise Problem(422, "invalid", "ends before it begins", field="until")
    try:
        rows = await export.list_incidents(services.pool, services.settings.region, since, until, identity.sectors)
    except export.TooMany as refused:
        raise Problem(422, "invalid", f"{refused}: take a shorter time", field="until") from None
    more = {"incidents": len(rows), "since": since.isoformat(), "until": until.isoformat()}
    await trail_of(services).record(Act.EXPORT, identity.name, role=identity.role, reason=body.reason, more=more)
    return _json(rows)


def _digest(services: Services, number: str) -> bytes:
    """Return what stands for a callback number. Raises Problem."""
    plain = usable_number(number, frozenset(), services.intake.number_region)
    if plain is None:
        raise Problem(422, "invalid", "not a number that tells callers apart", field="number")
    return services.sealer.digest("number", plain.encode())


async def _trail_counts(
    services: Services, identity: Identity, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    await trail_of(services).record(Act.READ_TRAIL, identity.name, role=identity.role)
    span = (_aware(since) or EARLIEST, _aware(until) or LATEST)
    return [dict(row) for row in await fetch(services.pool, "count_audit", services.settings.region, *span)]


async def _export_counts(
    services: Services, identity: Identity, since: datetime | None, until: datetime | None
) -> list[dict[str, Any]]:
    span = (_aware(since) or EARLIEST, _aware(until) or services.clock.now())
    rows = await export.count_incidents(services.pool, services.settings.region, *span, identity.sectors)
    await trail_of(services).record(Act.EXPORT, identity.name, role=identity.role, more={"counts": len(rows)})
    return rows


async def _reasons(services: Services, ids: list[Any]) -> dict[Any, str | None]:
    """Return the reasons that are still kept; staff wrote them, and only an auditor reads them."""
    rows = await fetch(services.pool, "read_opened", services.settings.region, ids)
    found: dict[Any, str | None] = {}
    for row in rows:
        try:
            found[row["id"]] = str(services.sealer.open(SealedValue(*list(row)[:5]))["text"])
        except KeyMissing:
            found[row["id"]] = None
    return found


def _aware(at: datetime | None) -> datetime | None:
    """Return the instant; one without a time zone is UTC, as everything here."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value, option=orjson.OPT_UTC_Z), media_type="application/json")


def _csv(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Response:
    return Response(export.to_csv(rows, columns), media_type="text/csv")

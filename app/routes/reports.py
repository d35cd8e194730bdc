"""POST /v1/calls and /v1/alerts: a distress report is never refused for its quality, and 2xx means recorded."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response
from msgspec.structs import replace
from starlette.requests import Request

from app.access.guard import MayReportAlerts, MayReportCalls, Parts
from app.access.identity import Identity
from app.codec import to_json
from app.intake import alerts, calls
from app.intake.lenient import NothingReadable, Warnings
from app.interop.reading import Unusable
from app.metrics.meters import count_report
from app.problems import Problem, checked
from app.requests import Answer, DeskUnavailable, Spooled
from app.requests import Request as DeskRequest
from app.routes import examples
from app.services import Services
from app.spool import spool_id
from app.stream.acts import command_id
from dispatch.commands import RaiseSystemAlarm, ReportCall
from dispatch.errors import Code

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["distress"])

KEY_HEADER: Final = "idempotency-key"
SPOOL_HEADER: Final = "spool-id"


@router.post("/calls", status_code=201, responses=examples.REPORTED, openapi_extra=examples.CALL)
async def report_call(request: Request, services: Parts, identity: MayReportCalls) -> Response:
    """Record a call. The same `call_id` again is the same call: identical answers 200, different is an update."""
    return await take_call(request, services, identity)


@router.post("/alerts", status_code=201, responses=examples.REPORTED, openapi_extra=examples.ALERT)
async def report_alert(request: Request, services: Parts, identity: MayReportAlerts) -> Response:
    """Record a rescue tower's activation, or what the tower says of itself."""
    return await take_alert(request, services, identity)


async def take_call(request: Request, services: Services, identity: Identity) -> Response:
    """Read, record and answer a call."""

    def read(raw: bytes) -> tuple[DeskRequest, Warnings]:
        return calls.read_call(raw, identity.name, identity.sectors, services.clock.now(), services.intake)

    return await record(request, services, identity, read)


async def take_alert(request: Request, services: Services, identity: Identity) -> Response:
    """Read, record and answer an alert."""

    def read(raw: bytes) -> tuple[DeskRequest, Warnings]:
        return alerts.read_alert(raw, identity.name, services.clock.now(), services.intake)

    return await record(request, services, identity, read)


async def _flag_flood(services: Services, identity: Identity) -> None:
    """Ring once. The call itself is recorded already, and is answered whatever becomes of the flag."""
    try:
        await services.ask(RaiseSystemAlarm(f"flood of calls from {identity.name}"), by="intake")
    except DeskUnavailable:
        log.warning("a flood of calls from %s, and the desk is away: the pulse shows it", identity.name)


async def record(
    request: Request,
    services: Services,
    identity: Identity,
    read: Callable[[bytes], tuple[DeskRequest, Warnings]],
    more: dict[str, Any] | None = None,
) -> Response:
    """Read a report, submit it and answer after the commit; `read` may put into `more` what the answer says beside."""
    raw = await request.body()
    try:
        asked, warnings = read(raw) if services.tracing is None else services.tracing.read(read, raw)
    except NothingReadable:
        raise Problem(400, "nothing_readable", "not one letter or digit could be read", field="body") from None
    except Unusable as unusable:
        raise Problem(400, "nothing_usable", unusable.reason, field=unusable.field) from None
    except Exception as error:
        # The reader is ours: a body that breaks it is our bug, and the person behind it still gets help.
        log.exception("a report broke its reader")
        warnings = Warnings()
        warnings.add("body", f"could not be read: {type(error).__name__}")
        asked = calls.bare_request(raw, identity.name, services.clock.now(), services.intake, type(error).__name__)
    asked = replace(
        asked, id=_report_id(request, services, identity, warnings), digest=services.sealer.digest("body", raw)
    )
    reply: dict[str, Any] = checked(await _submit(request, services, identity, asked))
    is_new = not (reply.get("repeated") or reply.get("updated"))
    if is_new and isinstance(asked.command, ReportCall) and services.floods.count(identity.name, monotonic()):
        await _flag_flood(services, identity)
    shown = {**reply, **(more or {}), "warnings": warnings.all()}
    return Response(to_json(shown), 201 if is_new else 200, media_type="application/json")


def _report_id(request: Request, services: Services, identity: Identity, warnings: Warnings) -> UUID:
    """Return the command's id: by the sender's own key, or as it was answered when it was spooled, or a new one."""
    own_id, spooled = request.headers.get(KEY_HEADER), request.headers.get(SPOOL_HEADER)
    if own_id:
        return command_id(identity, own_id)
    given = spool_id.own_id(services.sealer, identity.key_id, spooled) if spooled else None
    if spooled and given is None:
        warnings.add("Spool-Id", "not one of this key's, the report is taken as new")
    return given or spool_id.new_id(services.sealer, identity.key_id)


async def _submit(request: Request, services: Services, identity: Identity, asked: DeskRequest) -> Answer:
    """Submit a report. Under a spool id other words are no contradiction: they are a further report, an update."""
    try:
        answer = await services.submit(asked)
    except DeskUnavailable as error:
        count_report("spooled" if isinstance(error, Spooled) else "unavailable")
        raise
    count_report(answer.outcome)
    if answer.code == Code.ALREADY_DONE and not request.headers.get(KEY_HEADER):
        return await services.submit(replace(asked, id=spool_id.new_id(services.sealer, identity.key_id)))
    return answer

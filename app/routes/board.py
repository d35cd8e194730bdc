"""The board snapshot, alarms, calls' private parts, sectors' modes, the registry, tickets."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Response

from app.access.guard import (
    MayHandleAlarms,
    MayIntroduceOneself,
    MayLookUpSigns,
    MayOpenPrivate,
    MayResolve,
    MaySeeIncidents,
    MaySetModes,
    MayWatch,
    Parts,
)
from app.access.hearing import may_hear
from app.access.tickets import SUBPROTOCOL, TICKET_S
from app.codec import to_json
from app.intake.numbers import usable_number
from app.opening import find_sealed, open_sealed
from app.problems import Problem
from app.routes import bodies, examples
from app.routes.opening import may_open
from app.routes.units import OwnId, do
from app.sealing import KeyMissing
from app.services import Services
from app.store.pool import fetch
from app.view import as_json
from dispatch.commands import AcknowledgeAlarm, ClearAlarm, SetMode
from dispatch.entities import Alarm, Place
from dispatch.related import foresee
from geo.place import DeviceFix, PlaceState
from geo.point import Point

router = APIRouter(prefix="/v1", tags=["board"], responses=examples.ERRORS)
TOPICS_CHARS_MAX = 2_000


@router.get("/board")
async def snapshot(
    services: Parts, identity: MayWatch, topics: Annotated[str | None, Query(max_length=TOPICS_CHARS_MAX)] = None
) -> Response:
    """Return every live row you may see, with the cursor to open the stream with."""
    wanted = frozenset(t for t in (topics or "").split(",") if t) or identity.topics()
    if not all(may_hear(identity, topic) for topic in wanted):
        raise Problem(403, "wrong_topic", "not all of these are yours to hear", field="topics")
    return Response(services.view.snapshot(wanted), media_type="application/json")


@router.get("/alarms")
async def list_alarms(services: Parts, identity: MaySeeIncidents) -> list[dict[str, Any]]:
    """Return the open alarms, oldest first."""
    rows = [row for row in services.view.live_rows("alarms", identity.topics()) if isinstance(row, Alarm)]
    return [as_json(row) for row in sorted(rows, key=lambda row: row.id)]


@router.post("/alarms/{alarm_id}/acknowledge")
async def acknowledge(
    alarm_id: Annotated[int, Path(ge=1, le=2**53)], services: Parts, identity: MayHandleAlarms, own_id: OwnId = None
) -> dict[str, Any]:
    """Take an alarm on. One about a condition that lasts comes back after 60 s."""
    if not services.view.may_see("alarms", alarm_id, identity.topics()):
        raise Problem(404, "not_found", "no such alarm", field="alarm_id")
    return await do(services, identity, AcknowledgeAlarm(alarm_id, identity.name), own_id)


@router.post("/alarms/{alarm_id}/clear")
async def clear(
    alarm_id: Annotated[int, Path(ge=1, le=2**53)], services: Parts, identity: MayHandleAlarms, own_id: OwnId = None
) -> dict[str, Any]:
    """Say that the cause is gone: a mayday is answered, a loop runs again."""
    if not services.view.may_see("alarms", alarm_id, identity.topics()):
        raise Problem(404, "not_found", "no such alarm", field="alarm_id")
    return await do(services, identity, ClearAlarm(alarm_id, identity.name), own_id)


@router.post("/private/{sealed_id}")
async def read_private(
    sealed_id: UUID, body: bodies.PurposeBody, services: Parts, identity: MayOpenPrivate
) -> Response:
    """Open a sealed value (a call's private part, a note). Who read what, and why, is recorded first."""
    found = await find_sealed(services, sealed_id)
    if found is None or not await may_open(services, identity, sealed_id):
        raise Problem(404, "not_found", "no such value", field="sealed_id")
    try:
        value = await open_sealed(services, identity, found, body.purpose)
    except KeyMissing:
        raise Problem(404, "not_found", "its time is over; the key was destroyed", field="sealed_id") from None
    return Response(orjson.dumps(value), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/sectors")
async def list_sectors(services: Parts, _: MayLookUpSigns) -> list[dict[str, Any]]:
    """Return the sectors, each with its mode."""
    return [as_json(row) for row in services.view.board.sectors.values()]


@router.put("/sectors/{sector_id}/mode")
async def set_mode(
    sector_id: Annotated[str, Path(max_length=16)],
    body: bodies.ModeBody,
    services: Parts,
    identity: MaySetModes,
    own_id: OwnId = None,
) -> dict[str, Any]:
    """`auto` offers trusted places at once; `recommend` waits for a dispatcher's key."""
    if identity.sectors and sector_id not in identity.sectors:
        raise Problem(404, "not_found", "no such sector", field="sector_id")
    return await do(services, identity, SetMode(sector_id, body.mode, identity.name), own_id)


@router.get("/signs/{sign_id}")
async def one_sign(sign_id: Annotated[str, Path(max_length=64)], services: Parts, _: MayLookUpSigns) -> Response:
    """Return a sign of the registry, however its id is written."""
    sign = services.signs.find(sign_id)
    if sign is None:
        raise Problem(404, "not_found", "not in the registry", field="sign_id")
    shown = {"sign": sign, "cell": sign.point.cell(), "registry_version": services.signs.version}
    return Response(to_json(shown), media_type="application/json")


@router.post("/resolve")
async def resolve(body: bodies.ResolveBody, services: Parts, identity: MayResolve) -> Response:
    """Resolve what was read out, without recording anything."""
    device = None
    if body.device is not None:
        device = DeviceFix(Point(body.device.lat, body.device.lon), body.device.radius_m)
    sectors = tuple(body.sectors) or identity.sectors
    resolution = services.signs.resolve(body.said, device, sectors, read_back=body.read_back)
    shown = {"resolution": resolution, "registry_version": services.signs.version}
    return Response(to_json(shown), media_type="application/json")


@router.post("/duplicates")
async def find_duplicates(body: bodies.DuplicatesBody, services: Parts, identity: MaySeeIncidents) -> Response:
    """Return what a call being typed would join, and what it may double, before it is saved. Records nothing."""
    outlook = foresee(
        services.view.board,
        await caller_of(services, body.callback_number),
        body.kind,
        _place_of(services, body),
        services.clock.now(),
    )
    topics = identity.topics()
    seen = [one for one in outlook.related if services.view.may_see("incidents", one.incident_id, topics)]
    joins = outlook.joins if any(one.incident_id == outlook.joins for one in seen) else None
    return Response(orjson.dumps({"joins": joins, "related": seen}), media_type="application/json")


async def caller_of(services: Services, number: str) -> str | None:
    """Return the token that stands for a callback number for a day, None when nobody called from it."""
    plain = usable_number(number, services.intake.shared_numbers, services.intake.number_region)
    if plain is None:
        return None
    hashed = services.sealer.digest("number", plain.encode())
    rows = await fetch(services.pool, "find_caller", services.settings.region, hashed, services.clock.now())
    return str(rows[0]["token"]) if rows else None


def _place_of(services: Services, body: bodies.DuplicatesBody) -> Place | None:
    if body.sign_id is not None:
        sign = services.signs.find(body.sign_id)
        if sign is None:
            raise Problem(404, "not_found", "not in the registry", field="sign_id")
        return Place(sign.point, PlaceState.PROBABLE, "stated", sign.point.cell(), sign.sign_id, sign.sector)
    if (body.lat is None) != (body.lon is None):
        raise Problem(422, "invalid", "a point has both", field="lat" if body.lat is None else "lon")
    if body.lat is None or body.lon is None:
        return None
    point = Point(body.lat, body.lon)
    return Place(point, PlaceState.PROBABLE, "device", point.cell())


@router.get("/me")
async def who_am_i(identity: MayIntroduceOneself) -> dict[str, Any]:
    """Return whose key this is: a screen says who signed in before it shows anything."""
    return {
        "name": identity.name,
        "role": identity.role,
        "sectors": identity.sectors,
        "unit_id": identity.unit_id,
    }


@router.post("/tickets", status_code=201)
async def give_ticket(services: Parts, identity: MayWatch) -> dict[str, Any]:
    """Return a single-use ticket for a browser's websocket: subprotocols `auxilio.v1, ticket.<ticket>`."""
    ticket = services.tickets.give(identity)
    return {"ticket": ticket, "subprotocols": [SUBPROTOCOL, f"ticket.{ticket}"], "seconds": TICKET_S}

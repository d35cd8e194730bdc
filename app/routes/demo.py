"""The demo's keys, so that its screens sign in by themselves. There is no such route but in a demo."""

import asyncio
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request

from app.access.devices.codes import make_code
from app.access.guard import Parts
from app.demo.cast import load_cast
from app.problems import Problem
from app.routes.admission_bodies import DemoUnitBody

router = APIRouter(prefix="/v1", include_in_schema=False)
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get("/demo")
async def demo_keys(request: Request, services: Parts) -> dict[str, Any]:
    """Return the dispatcher's key and each unit's, of made-up people, to a browser on this very machine."""
    file = services.settings.demo_cast
    cast = await asyncio.to_thread(load_cast, file) if file is not None and is_from_here(request) else None
    if cast is None:
        raise Problem(404, "not_found", "this is no demo")
    return {
        "dispatcher": cast.dispatcher,
        "psap": cast.you,
        "your_unit": cast.your_unit,
        "agents": cast.agents,
    }


@router.post("/demo/codes", status_code=201)
async def demo_code(body: DemoUnitBody, request: Request, services: Parts) -> dict[str, Any]:
    """Make a code that enrols this browser as one of the demo's units; again only for a browser on this machine."""
    if services.settings.demo_cast is None or not is_from_here(request):
        raise Problem(404, "not_found", "this is no demo")
    if body.unit_id not in services.view.board.units:
        raise Problem(404, "not_found", "no such unit", field="unit_id")
    region, now = services.settings.region, services.clock.now()
    made = await make_code(services.pool, region, services.sealer, body.unit_id, "demo", by="demo", now=now)
    return {"code": made.text}


def is_from_here(request: Request) -> bool:
    """Whether a page of this machine asks: by address, by name (a foreign name may lead here), not through a proxy."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    return ip_address(request.client.host).is_loopback and (host == "localhost" or _is_loopback(host))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

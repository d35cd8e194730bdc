"""The demo's made-up people: their sessions and keys, so that its screens sign in by themselves. Only in a demo."""

import asyncio
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from app.access.devices.codes import make_code
from app.access.guard import Parts
from app.access.identity import Role
from app.access.origin import is_loopback
from app.access.people.accounts import LoginTaken
from app.access.people.entrance import check_page
from app.access.people.person import Person, State
from app.access.people.sessions import Means
from app.demo.cast import DISPATCHER, Cast, load_cast
from app.problems import Problem
from app.routes.admission_bodies import DemoUnitBody
from app.routes.people_bodies import DemoRoleBody
from app.routes.sign_in import begin
from app.services import Services

router = APIRouter(prefix="/v1", include_in_schema=False)
MADE_UP: Final = {
    Role.DISPATCHER: "Dana Made-Up",
    Role.SUPERVISOR: "Sam Made-Up",
    Role.ADMINISTRATOR: "Ada Made-Up",
    Role.AUDITOR: "Audra Made-Up",
}
FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get("/demo")
async def demo_keys(request: Request, services: Parts) -> dict[str, Any]:
    """Return the dispatcher's key and each unit's, of made-up people, to a browser on this very machine."""
    cast = await _cast(request, services)
    return {
        "dispatcher": cast.dispatcher,
        "psap": cast.you,
        "your_unit": cast.your_unit,
        "agents": cast.agents,
    }


@router.post("/demo/session")
async def be_somebody(body: DemoRoleBody, request: Request, response: Response, services: Parts) -> dict[str, Any]:
    """Sign in as one of the demo's made-up people, who have no password and no other way in."""
    await _cast(request, services)
    check_page(request, services)
    return await begin(request, response, services, await _made_up(services, Role(body.role)), Means.DEMO)


async def _cast(request: Request, services: Services) -> Cast:
    file = services.settings.demo_cast
    cast = await asyncio.to_thread(load_cast, file) if file is not None and is_from_here(request) else None
    if cast is None:
        raise Problem(404, "not_found", "this is no demo")
    return cast


async def _made_up(services: Services, role: Role) -> Person:
    """Return the demo's person of a role, made the first time. The dispatcher is whom the demo plays, too."""
    accounts, login = services.people.accounts, f"demo.{role}"
    person = await accounts.find_by_login(login)
    if person is None:
        call_sign = DISPATCHER if role is Role.DISPATCHER else f"{role} of the demo"
        with suppress(LoginTaken):  # another page of the same browser was quicker
            await accounts.add(login, MADE_UP[role], role, call_sign=call_sign, state=State.ACTIVE)
        person = await accounts.find_by_login(login)
    if person is None or not person.is_active:
        raise Problem(404, "not_found", "this part was disabled; begin the demo anew")
    return person


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
    return is_loopback(request.client.host) and is_loopback(host)

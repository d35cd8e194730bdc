"""One-time links: the first administrator's, and invitations. Whoever has one is told whom it is for, and uses it."""

from typing import Any

import segno
from fastapi import APIRouter, Request, Response

from app.access.guard import Parts
from app.access.people import welcome as welcoming
from app.access.people.passwords import WeakPassword
from app.access.people.sessions import Means
from app.access.people.totp import address_of, new_secret
from app.routes import examples, people_bodies
from app.routes.sign_in import Page, begin, refused

router = APIRouter(prefix="/v1", tags=["sign in"], responses=examples.ERRORS)


@router.post("/welcome/look")
async def look_at_link(body: people_bodies.LinkBody, services: Parts, _: Page) -> dict[str, Any]:
    """Return whom a one-time link is for, without using it, and an authenticator's secret with its QR code to scan."""
    try:
        link, guest = await welcoming.guest_of(services.people, body.link, services.clock.now())
    except welcoming.LinkOver as error:
        raise refused(error) from None
    return {
        "first": link.person_id is None,
        "login": guest.login if guest is not None else None,
        "name": guest.name if guest is not None else None,
        "role": guest.role if guest is not None else "administrator",
        "ends_at": link.ends_at,
        "authenticator": authenticator(guest.login if guest is not None else "administrator"),
    }


@router.post("/welcome", status_code=201)
async def use_link(
    body: people_bodies.WelcomeBody, request: Request, response: Response, services: Parts, _: Page
) -> dict[str, Any]:
    """Use a one-time link up: set a password and an authenticator, and be signed in. Recovery codes are shown once."""
    answers = welcoming.Answers(body.login, body.name, body.password, body.secret, body.code)
    try:
        person, codes = await welcoming.accept(services.people, body.link, answers, services.clock.now())
    except (welcoming.LinkOver, welcoming.BadAnswer, WeakPassword) as error:
        raise refused(error) from None
    return await begin(request, response, services, person, Means.INVITATION) | {"recovery_codes": codes}


def authenticator(login: str) -> dict[str, str]:
    """Return a new authenticator's secret, to type and as a QR code (an SVG path of `size` modules a side)."""
    secret = new_secret()
    code = segno.make(address_of(secret, login), error="m")
    return {"secret": secret, "qr": code.svg_data_uri(border=4, dark="#000", light="#fff")}

"""The ways in, and one-time links. Open to anybody; each says only that it worked, or that it did not."""

import logging
from dataclasses import asdict
from datetime import datetime
from math import ceil
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.access.guard import Parts
from app.access.origin import keeps_secrets
from app.access.people import agency as agencies
from app.access.people import welcome as welcoming
from app.access.people.agency_guests import account_of
from app.access.people.cookie import cookie_of, give
from app.access.people.entrance import address_of, check_page
from app.access.people.passkeys import BadPasskey
from app.access.people.passwords import CHARS_MIN, TooBusy, WeakPassword
from app.access.people.person import Person
from app.access.people.sessions import Means
from app.access.people.signing_in import Attempt, NotSignedIn, Throttled, sign_in
from app.access.people.source import source_of
from app.problems import Problem
from app.routes import examples, people_bodies
from app.services import Services

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["sign in"], responses=examples.ERRORS | examples.TOO_MANY)


async def _page(request: Request, services: Parts) -> str:
    """Return the page that asks: one of ours, over a line nobody reads along."""
    origin = check_page(request, services)
    if not keeps_secrets(origin):
        raise Problem(
            403, "not_private", "sign in over https, or on this machine; over plain http anybody between reads along"
        )
    return origin


Page = Annotated[str, Depends(_page)]


@router.get("/ways-in")
async def ways_in(services: Parts) -> dict[str, Any]:
    """Return which ways in there are: what a sign-in page shows before anybody is known."""
    agency = services.people.agency
    return {
        "agency": agency.name if agency is not None else None,
        "second_factor": services.settings.second_factor,
        "password_chars_min": CHARS_MIN,
    }


@router.post("/sign-in")
async def by_password(
    body: people_bodies.SignInBody, request: Request, response: Response, services: Parts, _: Page
) -> dict[str, Any]:
    """Sign in with a password and a code; the answer sets the session's cookie. No failure says what was wrong."""
    source = source_of(address_of(request, services))
    with_code = Attempt(body.login, body.password, body.code, source)
    try:
        person = await sign_in(services.people, with_code, services.clock.now())
    except (NotSignedIn, Throttled, TooBusy) as error:
        raise refused(error) from None
    return await begin(request, response, services, person, Means.PASSWORD)


@router.post("/sign-in/passkey/begin", status_code=201)
async def begin_passkey(services: Parts, page: Page) -> dict[str, Any]:
    """Return what to give `navigator.credentials.get`, and the name of the step that waits for its answer."""
    return asdict(services.people.passkeys.begin_using(page, "", services.clock.now()))


@router.post("/sign-in/passkey")
async def by_passkey(
    body: people_bodies.PasskeyBody, request: Request, response: Response, services: Parts, page: Page
) -> dict[str, Any]:
    """Sign in with a passkey. Never throttled: nobody guesses one."""
    people, now = services.people, services.clock.now()
    try:
        used = await people.passkeys.use(body.ceremony, body.credential, page, "", now)
    except BadPasskey as error:
        raise refused(error) from None
    person = await people.accounts.find(used["person_id"])
    if person is None or not person.is_active:
        raise refused(NotSignedIn())
    return await begin(request, response, services, person, Means.PASSKEY)


@router.post("/sign-in/agency/begin", status_code=201)
async def begin_agency(body: people_bodies.FlowBody, services: Parts, page: Page) -> dict[str, Any]:
    """Return where the agency's identity provider is, and the flow to come back with."""
    agency = agency_of(services)
    try:
        url, flow = await agency.begin(page, services.clock.now(), again=body.again, idle_s=services.settings.idle_s)
    except agencies.AgencyRefused as error:
        raise not_by_agency(error) from None
    return {"url": url, "flow": flow}


@router.post("/sign-in/agency")
async def by_agency(
    body: people_bodies.ReturnedBody, request: Request, response: Response, services: Parts, page: Page
) -> dict[str, Any]:
    """Come back from the agency's provider. A session of the same person goes on when the proof was a new one."""
    people, now = services.people, services.clock.now()
    back = agencies.Returned(body.flow, body.state, body.code, body.issuer)
    try:
        guest, is_again = await agency_of(services).finish(back, page, now)
        person = await account_of(people, guest)
    except agencies.AgencyRefused as error:
        raise not_by_agency(error) from None
    cookie = cookie_of(request)
    session = await people.sessions.find(cookie, now) if is_again and cookie is not None else None
    if session is not None and session.person_id == person.id and await people.sessions.prove(session, now):
        return shown(person)
    return await begin(request, response, services, person, Means.AGENCY, guest.proved_at)


async def begin(
    request: Request,
    response: Response,
    services: Services,
    person: Person,
    means: Means,
    proved_at: datetime | None = None,
) -> dict[str, Any]:
    """Begin a session of this browser; the one it had, if any, ends: nobody can have planted it."""
    people, now, source = services.people, services.clock.now(), source_of(address_of(request, services))
    before = cookie_of(request)
    old = await people.sessions.find(before, now) if before is not None else None
    if old is not None:
        await people.sessions.end(old.person_id, old.id, now)
    cookie = await people.sessions.start(person, means, source, now, proved_at or now)
    await people.accounts.know_source(person.id, source, now)
    give(response, cookie, services.settings.session_s)
    log.info("%s signed in: %s", person.call_sign, means)
    return shown(person)


def agency_of(services: Services) -> agencies.Agency:
    agency = services.people.agency
    if agency is None:
        raise Problem(404, "not_found", "no agency's identity provider is set up here")
    return agency


def not_by_agency(error: agencies.AgencyRefused) -> Problem:
    log.warning("nobody came in by the agency's provider: %s", error)
    return Problem(401, "not_signed_in", "the agency's provider did not let you in here")


def shown(person: Person) -> dict[str, Any]:
    return {"call_sign": person.call_sign, "name": person.name, "role": person.role}


def refused(error: Exception) -> Problem:
    """Return what somebody is told whom a way in did not take."""
    match error:
        case Throttled():
            wait_s = ceil(error.wait_s)
            return Problem(
                429, "too_many_failures", f"too many failures; try again in {wait_s} s, or use a passkey",
                headers={"Retry-After": str(wait_s)},
            )  # fmt: skip
        case TooBusy():
            return Problem(429, "busy", "too many sign in at this moment; try again")
        case welcoming.LinkOver():
            return Problem(404, "link_over", "this link was used, or its time is over; ask for a new one", field="link")
        case welcoming.BadAnswer():
            return Problem(422, "invalid", error.reason, field=error.field)
        case WeakPassword():
            return Problem(422, "weak_password", str(error), field="password")
        case _:
            return Problem(401, "not_signed_in", "that did not let you in; nobody is told which part was wrong")

"""The way in by a session's cookie: who it is, which page asks, and whether somebody still sits there."""

from typing import Final

from starlette.requests import HTTPConnection, Request

from app.access.front import source_of
from app.access.identity import Identity
from app.access.origin import is_ours
from app.access.people.sessions import Session
from app.access.people.source import is_within
from app.access.policy import SEEN_WHILE_IDLE, STEP_UP, Action, roles_for
from app.problems import Problem
from app.services import Services

SAFE: Final = ("GET", "HEAD", "OPTIONS")
ASKED_BY: Final = "x-auxilio"  # a header no form and no foreign page can send without asking first


async def enter(request: Request, services: Services, action: Action, cookie: str) -> Identity:
    """Return who asks, by their session. Raises Problem; 403 `reauthenticate` means: prove again who you are."""
    people, now = services.people, services.clock.now()
    session = await people.sessions.find(cookie, now)
    if session is None:
        raise Problem(401, "signed_out", "your session is over; sign in again")
    is_act = request.method not in SAFE
    if is_act:
        check_page(request, services)
    if session.role not in roles_for(action):
        raise Problem(403, "wrong_role", f"this is for {', '.join(sorted(roles_for(action)))}")
    may_wait = action in SEEN_WHILE_IDLE or (not is_act and action is not Action.OPEN_PRIVATE)
    if is_idle(request, services, session) and not may_wait:
        raise Problem(403, "reauthenticate", "nobody has touched this screen for a while; prove again who you are")
    if is_act and action in STEP_UP and not session.is_proved(now, services.settings.proof_s):
        raise Problem(403, "reauthenticate", "this changes who gets in; prove again who you are")
    await people.sessions.note(session, now, acted=is_act and action not in SEEN_WHILE_IDLE)
    request.state.session = session
    return session.identity()


async def enter_socket(connection: HTTPConnection, services: Services, cookie: str) -> Identity | None:
    """Return who opens a websocket from a page of ours, by their session; an idle one may, it only listens."""
    if not is_page_of_ours(connection, services):
        return None
    session = await services.people.sessions.find(cookie, services.clock.now())
    return session.identity() if session is not None else None


def check_page(request: Request, services: Services) -> str:
    """Return the Origin of a page of ours that says it is one. Raises Problem for any other."""
    if not is_page_of_ours(request, services) or ASKED_BY not in request.headers:
        raise Problem(403, "wrong_origin", "only a page of this service may ask this; send Origin and X-Auxilio")
    return request.headers["origin"]


def is_page_of_ours(connection: HTTPConnection, services: Services) -> bool:
    host, origin = connection.headers.get("host", ""), connection.headers.get("origin")
    return is_ours(origin, host, connection.scope["scheme"], services.settings.origins)


def is_idle(connection: HTTPConnection, services: Services, session: Session) -> bool:
    """Whether a new proof is needed before the next act."""
    idle_s = idle_s_of(connection, services, session)
    return idle_s is not None and session.is_idle(services.clock.now(), idle_s)


def idle_s_of(connection: HTTPConnection, services: Services, session: Session) -> float | None:
    """Return after how long without a touch a new proof is needed; None for never: on a dispatch floor, say."""
    settings = services.settings
    if session.never_idle or is_within(address_of(connection, services), settings.floor_networks):
        return None
    return settings.idle_s


def address_of(connection: HTTPConnection, services: Services) -> str:
    """Return the address a request comes from, through the fronts an operator trusts."""
    return source_of(connection, services.settings.trusted_proxies)


def session_of(request: Request) -> Session:
    """Return the session of a request that the guard let in. Raises Problem for a key, which is nobody's account."""
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        raise Problem(403, "no_session", "this is for people who have signed in, not for keys")
    return session

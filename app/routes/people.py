"""Who has an account: inviting, changing, disabling, ending sessions. For administrators, who see no person's data."""

import logging
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request

from app.access.guard import MayManagePeople, MaySeePeople, Parts
from app.access.identity import Role
from app.access.people.accounts import LastAdministrator, LoginTaken
from app.access.people.links import INVITATION_S, address
from app.access.people.person import LOGIN, Person, State, login_of
from app.problems import Problem
from app.routes import examples, people_bodies
from app.routes.account import SessionId, sessions_shown
from app.services import Services

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1/people", tags=["people"], responses=examples.ERRORS)
PersonId = Annotated[UUID, Path()]


@router.get("")
async def list_people(services: Parts, _: MaySeePeople) -> list[dict[str, Any]]:
    """Return everybody who has, had or is invited to an account."""
    now = services.clock.now()
    return [person_shown(row) for row in await services.people.accounts.list(now)]


@router.post("", status_code=201)
async def invite(
    body: people_bodies.InviteBody, request: Request, services: Parts, identity: MayManagePeople
) -> dict[str, Any]:
    """Invite somebody. The one-time link is shown this once: tell it to them on another way than their login."""
    login = login_of(body.login)
    if not LOGIN.fullmatch(login):
        raise Problem(422, "invalid", "small letters, digits and . _ @ + -", field="login")
    check_sectors(services, body.sectors)
    try:
        person_id = await services.people.accounts.add(
            login, body.name, Role(body.role), sectors=body.sectors, call_sign=body.call_sign,
            never_idle=body.never_idle,
        )  # fmt: skip
    except LoginTaken:
        raise Problem(409, "already_done", "somebody has this login or call sign", field="login") from None
    log.info("%s invited a %s", identity.name, body.role)
    return await _linked(request, services, person_id)


@router.post("/{person_id}/link", status_code=201)
async def invite_again(
    person_id: PersonId, request: Request, services: Parts, identity: MayManagePeople
) -> dict[str, Any]:
    """Make a new link: for a lost invitation, or for somebody who has lost their ways in. The earlier one is void.

    Nothing changes before it is used; then the old password, authenticator, passkeys and sessions are gone.
    """
    person = await known(services, person_id)
    if person.state is State.DISABLED:
        raise Problem(409, "not_allowed_now", "disabled; enable the account first", field="person_id")
    log.info("%s made a link for %s", identity.name, person.call_sign)
    return await _linked(request, services, person_id)


@router.put("/{person_id}", status_code=204)
async def change(
    person_id: PersonId, body: people_bodies.PersonBody, services: Parts, identity: MayManagePeople
) -> None:
    """Change a role, sectors, name, or whether somebody may come in. It counts within 5 s, on open screens too."""
    person = await known(services, person_id)
    check_sectors(services, body.sectors)
    people, now = services.people, services.clock.now()
    state = state_after(person, disabled=body.disabled)
    try:
        await people.accounts.change(
            person, name=body.name, role=Role(body.role), sectors=body.sectors, state=state,
            never_idle=body.never_idle,
        )  # fmt: skip
    except LastAdministrator:
        raise Problem(
            409, "not_allowed_now", "nobody would be left who lets others in", field="role",
            allowed=["make another administrator first"],
        ) from None  # fmt: skip
    people.sessions.forget_known()
    if state is State.DISABLED:
        await people.sessions.end_all(person.id, now)
    log.info("%s changed %s", identity.name, person.call_sign)


@router.get("/{person_id}/sessions")
async def list_sessions(person_id: PersonId, services: Parts, identity: MaySeePeople) -> list[dict[str, Any]]:
    """Return somebody's open sessions."""
    own = identity.source.partition(":")[2]
    return await sessions_shown(services, await known(services, person_id), own)


@router.delete("/{person_id}/sessions", status_code=204)
async def end_sessions(person_id: PersonId, services: Parts, identity: MayManagePeople) -> None:
    """End all of somebody's sessions, on every screen within 5 s."""
    person = await known(services, person_id)
    count = await services.people.sessions.end_all(person.id, services.clock.now())
    log.info("%s ended %d sessions of %s", identity.name, count, person.call_sign)


@router.delete("/{person_id}/sessions/{session_id}", status_code=204)
async def end_session(person_id: PersonId, session_id: SessionId, services: Parts, identity: MayManagePeople) -> None:
    """End one of somebody's sessions."""
    person = await known(services, person_id)
    if not await services.people.sessions.end(person.id, session_id, services.clock.now()):
        raise Problem(404, "not_found", "no such session", field="session_id")
    log.info("%s ended a session of %s", identity.name, person.call_sign)


def state_after(person: Person, *, disabled: bool) -> State:
    """Return the state an administrator's answer leads to; who is enabled again and has no way in is invited again."""
    if disabled:
        return State.DISABLED
    if person.state is not State.DISABLED:
        return person.state
    has_way_in = person.password_hash is not None or person.issuer is not None or person.passkeys > 0
    return State.ACTIVE if has_way_in else State.INVITED


def check_sectors(services: Services, sectors: list[str]) -> None:
    """Refuse a sector that is none: who is given only such would be given the wrong thing."""
    if not set(sectors) <= set(services.view.board.sectors):
        raise Problem(422, "invalid", "no such sector", field="sectors")


def person_shown(row: Any) -> dict[str, Any]:
    seen_at: datetime | None = row["seen_at"]
    return {
        "id": str(row["id"]),
        "login": row["login"],
        "call_sign": row["call_sign"],
        "name": row["name"],
        "role": row["role"],
        "sectors": row["sectors"],
        "state": row["state"],
        "never_idle": row["never_idle"],
        "by_agency": row["issuer"] is not None,
        "has_password": row["password_hash"] is not None,
        "has_authenticator": row["totp_secret"] is not None,
        "passkeys": row["passkeys"],
        "sessions": row["sessions"],
        "seen_at": seen_at,
    }


async def known(services: Services, person_id: UUID) -> Person:
    person = await services.people.accounts.find(person_id)
    if person is None:
        raise Problem(404, "not_found", "nobody has this id", field="person_id")
    return person


async def _linked(request: Request, services: Services, person_id: UUID) -> dict[str, Any]:
    now = services.clock.now()
    secret = await services.people.links.make(person_id, now)
    origin = request.headers["origin"]
    return {"person_id": str(person_id), "link": address(origin, secret), "seconds": INVITATION_S}

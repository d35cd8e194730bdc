"""One's own session and account: proving again who one is, passkeys, password, authenticator, open sessions."""

import logging
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from webauthn.helpers import bytes_to_base64url

from app.access.guard import MayChangeAccount, MayUseAccount, Parts
from app.access.people.cookie import take_back
from app.access.people.entrance import idle_s_of, is_idle, session_of
from app.access.people.passkeys import BadPasskey
from app.access.people.passwords import TooBusy, WeakPassword, check_strength
from app.access.people.person import Person
from app.access.people.sessions import Means, Session
from app.access.people.signing_in import NotSignedIn, Throttled, prove_again
from app.access.people.welcome import BadAnswer, proved_step
from app.problems import Problem
from app.routes import examples, people_bodies
from app.routes.sign_in import refused
from app.routes.welcome import authenticator
from app.services import Services

log = logging.getLogger(__name__)
router = APIRouter(prefix="/v1", tags=["account"], responses=examples.ERRORS)
SessionId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
PasskeyId = Annotated[str, Path(max_length=1_400)]


@router.get("/session")
async def own_session(request: Request, services: Parts, _: MayUseAccount) -> dict[str, Any]:
    """Return who sits here, and how long this goes on. Asking does not count as touching the screen."""
    return session_shown(request, services, session_of(request))


@router.post("/session/active")
async def stay_active(request: Request, services: Parts, _: MayUseAccount) -> dict[str, Any]:
    """Say that somebody touched the screen: a page says so at most once in a while. A session that is idle stays so."""
    session, now = session_of(request), services.clock.now()
    if is_idle(request, services, session):
        raise Problem(403, "reauthenticate", "nobody has touched this screen for a while; prove again who you are")
    await services.people.sessions.note(session, now, acted=True)
    return session_shown(request, services, session)


@router.post("/session/proof", responses=examples.TOO_MANY)
async def prove(body: people_bodies.ProofBody, request: Request, services: Parts, _: MayUseAccount) -> dict[str, Any]:
    """Prove again who you are, with a password or a code. The session goes on from now; a failure ends nothing."""
    try:
        is_proved = await prove_again(
            services.people, session_of(request), body.password, body.code, services.clock.now()
        )
    except (Throttled, TooBusy) as error:
        raise refused(error) from None
    if not is_proved:
        raise Problem(403, "not_proved", "that is not your password or a new code", field="password")
    return _renewed(request, services)


@router.post("/session/proof/passkey/begin", status_code=201)
async def begin_proof(request: Request, services: Parts, _: MayUseAccount) -> dict[str, Any]:
    """Return what to give `navigator.credentials.get` to prove again who you are."""
    whose = str(session_of(request).person_id)
    return asdict(services.people.passkeys.begin_using(request.headers["origin"], whose, services.clock.now()))


@router.post("/session/proof/passkey")
async def prove_by_passkey(
    body: people_bodies.PasskeyBody, request: Request, services: Parts, _: MayUseAccount
) -> dict[str, Any]:
    """Prove again who you are, with a passkey of yours."""
    session, now, people = session_of(request), services.clock.now(), services.people
    try:
        origin = request.headers["origin"]
        await people.passkeys.use(body.ceremony, body.credential, origin, str(session.person_id), now)
    except BadPasskey:
        raise Problem(403, "not_proved", "that is not a passkey of yours", field="credential") from None
    await people.sessions.prove(session, now)
    return _renewed(request, services)


@router.delete("/session")
async def sign_out(request: Request, response: Response, services: Parts, _: MayUseAccount) -> dict[str, Any]:
    """End this session. `leave` is where to sign out at the agency's provider as well."""
    session, agency = session_of(request), services.people.agency
    await services.people.sessions.end(session.person_id, session.id, services.clock.now())
    take_back(response)
    by_agency = agency is not None and session.means is Means.AGENCY
    leave = await agency.leaving(request.headers["origin"]) if agency is not None and by_agency else None
    return {"leave": leave}


@router.get("/account")
async def own_account(request: Request, services: Parts, _: MayUseAccount) -> dict[str, Any]:
    """Return your ways in, and your sessions that are open."""
    session = session_of(request)
    person = await person_of(services, session)
    passkeys = await services.people.passkeys.list(person)
    return {
        "login": person.login,
        "has_password": person.password_hash is not None,
        "has_authenticator": person.totp_secret is not None,
        "recovery_codes_left": await services.people.accounts.recovery_codes_left(person.id),
        "passkeys": [passkey_shown(row) for row in passkeys],
        "sessions": await sessions_shown(services, person, session.id),
    }


@router.post("/account/passkeys/begin", status_code=201)
async def begin_new_passkey(request: Request, services: Parts, _: MayChangeAccount) -> dict[str, Any]:
    """Return what to give `navigator.credentials.create`."""
    person = await person_of(services, session_of(request))
    begun = await services.people.passkeys.begin_creating(person, request.headers["origin"], services.clock.now())
    return asdict(begun)


@router.post("/account/passkeys", status_code=201)
async def add_passkey(
    body: people_bodies.NewPasskeyBody, request: Request, services: Parts, _: MayChangeAccount
) -> dict[str, Any]:
    """Keep a new passkey."""
    person = await person_of(services, session_of(request))
    try:
        await services.people.passkeys.create(
            person, body.ceremony, body.credential, body.name, request.headers["origin"], services.clock.now()
        )
    except BadPasskey:
        raise Problem(422, "invalid", "this passkey could not be taken", field="credential") from None
    log.info("%s added a passkey", person.call_sign)
    return {"passkeys": [passkey_shown(row) for row in await services.people.passkeys.list(person)]}


@router.delete("/account/passkeys/{passkey_id}", status_code=204)
async def drop_passkey(passkey_id: PasskeyId, request: Request, services: Parts, _: MayChangeAccount) -> None:
    """Remove a passkey of yours, unless it is your only way in."""
    person = await person_of(services, session_of(request))
    if not await services.people.passkeys.drop(person, passkey_id):
        raise Problem(409, "not_allowed_now", "no such passkey, or your only way in", field="passkey_id")
    log.info("%s removed a passkey", person.call_sign)


@router.put("/account/password", status_code=204)
async def change_password(
    body: people_bodies.PasswordBody, request: Request, services: Parts, _: MayChangeAccount
) -> None:
    """Set a new password; your other sessions end."""
    session, people = session_of(request), services.people
    person = await person_of(services, session)
    try:
        check_strength(body.password, person.login, person.name)
    except WeakPassword as error:
        raise refused(error) from None
    await people.accounts.set_password(person.id, await people.hasher.hash(body.password))
    await people.sessions.end_all(person.id, services.clock.now(), but=session.id)
    log.info("%s set a new password", person.call_sign)


@router.post("/account/authenticator/begin", status_code=201)
async def begin_authenticator(request: Request, services: Parts, _: MayChangeAccount) -> dict[str, Any]:
    """Return a new authenticator's secret with its QR code. Nothing has changed before its first code comes back."""
    return authenticator((await person_of(services, session_of(request))).login)


@router.put("/account/authenticator")
async def change_authenticator(
    body: people_bodies.AuthenticatorBody, request: Request, services: Parts, _: MayChangeAccount
) -> dict[str, Any]:
    """Set a new authenticator by its first code; your recovery codes are new, too, and shown this once."""
    people, person = services.people, await person_of(services, session_of(request))
    try:
        step = proved_step(body.secret, body.code, services.clock.now())
    except BadAnswer as error:
        raise refused(error) from None
    await people.accounts.set_totp(person.id, people.vault.seal(person.id, body.secret), step)
    codes, digests = people.vault.recovery_codes(person.id)
    await people.accounts.renew_recovery_codes(person.id, digests)
    log.info("%s set a new authenticator", person.call_sign)
    return {"recovery_codes": codes}


@router.delete("/account/sessions/{session_id}", status_code=204)
async def end_own_session(session_id: SessionId, request: Request, services: Parts, _: MayUseAccount) -> None:
    """End a session of yours: a screen you forgot to leave."""
    if not await services.people.sessions.end(session_of(request).person_id, session_id, services.clock.now()):
        raise Problem(404, "not_found", "no such session", field="session_id")


def session_shown(request: Request, services: Services, session: Session) -> dict[str, Any]:
    """Return what a screen needs of its session. `idle_at` is when acts will need a new proof, None for never."""
    settings, idle_s, now = services.settings, idle_s_of(request, services, session), services.clock.now()
    return {
        "id": session.id,
        "call_sign": session.call_sign,
        "name": session.name,
        "role": session.role,
        "sectors": session.sectors,
        "means": session.means,
        "is_idle": idle_s is not None and session.is_idle(now, idle_s),
        "idle_s": idle_s,
        "idle_at": session.acted_at + timedelta(seconds=idle_s) if idle_s is not None else None,
        "is_proved": session.is_proved(now, settings.proof_s),
        "ends_at": session.ends_at,
    }


async def sessions_shown(services: Services, person: Person, own: str = "") -> list[dict[str, Any]]:
    """Return a person's open sessions; `is_this` marks the one that asks."""
    rows = await services.people.sessions.list(person.id, services.clock.now())
    return [dict(row) | {"is_this": row["id"] == own} for row in rows]


def passkey_shown(row: Any) -> dict[str, Any]:
    return {
        "id": bytes_to_base64url(row["id"]),
        "name": row["name"],
        "host": row["host"],
        "made_at": row["made_at"],
        "used_at": row["used_at"],
    }


async def person_of(services: Services, session: Session) -> Person:
    person = await services.people.accounts.find(session.person_id)
    if person is None:
        raise refused(NotSignedIn())
    return person


def _renewed(request: Request, services: Services) -> dict[str, Any]:
    """Return the session as it is after a proof."""
    cookie_session = session_of(request)
    now = services.clock.now()
    ends_at = now + timedelta(seconds=services.settings.session_s)
    fresh = replace(cookie_session, acted_at=now, proved_at=now, ends_at=ends_at)
    return session_shown(request, services, fresh)

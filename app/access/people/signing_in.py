"""Signing in with a password and a second factor, and proving again who one is. A failure never says what was wrong."""

from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from app.access.people.people import People
from app.access.people.person import Person, login_of
from app.access.people.sessions import Session
from app.access.people.throttle import Key
from app.access.people.totp import step_of


class NotSignedIn(Exception):
    """Login, password or code: one of them is wrong."""


class Throttled(Exception):
    """Too many failures; `wait_s` says how long to wait."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(f"{wait_s:.0f} s")


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and the network they typed it in."""

    login: str
    password: str
    code: str
    source: str


async def sign_in(people: People, attempt: Attempt, now: datetime) -> Person:
    """Return who this is. Raises NotSignedIn, Throttled, TooBusy; takes as long for a login that nobody has."""
    login = login_of(attempt.login)
    person = await people.accounts.find_by_login(login)
    known = person is not None and await people.accounts.is_known_source(person.id, attempt.source)
    keys: tuple[Key, ...] = (("source", attempt.source), ("account", login))
    if person is not None and known:
        keys = (("known", str(person.id), attempt.source),)
    count(people, keys)
    hashed = person.password_hash if person is not None and person.is_active else None
    if not await people.hasher.verify(hashed, attempt.password, known=known) or person is None:
        raise NotSignedIn
    if not await second_factor(people, person, attempt.code, now):
        raise NotSignedIn
    people.throttle.succeeded(keys)
    if hashed is not None and people.hasher.is_old(hashed):
        await people.accounts.set_password(person.id, await people.hasher.hash(attempt.password))
    return person


async def second_factor(people: People, person: Person, code: str, now: datetime) -> bool:
    """Whether the code is the person's, taken now and never again; without an authenticator, whether none is needed."""
    if person.totp_secret is None:
        return not people.settings.second_factor
    return await take_code(people, person, code, now)


async def take_code(people: People, person: Person, code: str, now: datetime) -> bool:
    """Take a code of the person's authenticator, or one of their recovery codes."""
    if person.totp_secret is not None:
        secret = people.vault.open(person.id, person.totp_secret)
        step = step_of(secret, code, now.timestamp())
        if step is not None:
            return await people.accounts.take_totp_step(person.id, step)
    return await people.accounts.take_recovery_code(person.id, people.vault.digest(person.id, code))


async def prove_again(people: People, session: Session, password: str, code: str, now: datetime) -> bool:
    """Take a password or a code as a new proof of who sits here. Raises Throttled, TooBusy; false when it is wrong.

    One factor will do: the session stands for the other. Failures slow this session's proofs down, and end nothing.
    """
    keys: tuple[Key, ...] = (("known", str(session.person_id), session.id),)
    count(people, keys)
    person = await people.accounts.find(session.person_id)
    if person is None or not person.is_active:
        return False
    if password:
        right = await people.hasher.verify(person.password_hash, password, known=True)
    else:
        right = await take_code(people, person, code, now)
    if right:
        people.throttle.succeeded(keys)
        return await people.sessions.prove(session, now)
    return False


def count(people: People, keys: tuple[Key, ...]) -> None:
    """Count a try. Raises Throttled when it comes too early; such a try is not looked at and not counted."""
    wait_s = people.throttle.wait_s(keys, monotonic())
    if wait_s > 0:
        raise Throttled(wait_s)
    people.throttle.try_one(keys, monotonic())

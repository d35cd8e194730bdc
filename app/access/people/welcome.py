"""Following a one-time link: the first administrator's, or an invitation. Whoever has it sets their own ways in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.access.identity import Role
from app.access.people.accounts import LoginTaken
from app.access.people.links import Link
from app.access.people.passwords import check_strength
from app.access.people.people import People
from app.access.people.person import LOGIN, Person, login_of
from app.access.people.totp import step_of

SECRET_CHARS = 32


class LinkOver(Exception):
    """The link was used, its time is over, or it never was one."""


class BadAnswer(Exception):
    """A field that will not do; says which, and why."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True)
class Answers:
    """What the person set. `login` and `name` count for the first administrator only; the others have theirs."""

    login: str
    name: str
    password: str
    secret: str
    code: str


async def guest_of(people: People, secret: str, now: datetime) -> tuple[Link, Person | None]:
    """Return a link and whom it is for. Raises LinkOver."""
    link = await people.links.look(secret, now)
    if link is None:
        raise LinkOver
    if link.person_id is not None:
        person = await people.accounts.find(link.person_id)
        if person is None or person.state == "disabled":
            raise LinkOver
        return link, person
    if await people.accounts.has_administrator():
        raise LinkOver
    return link, None


async def accept(people: People, link_secret: str, answers: Answers, now: datetime) -> tuple[Person, list[str]]:
    """Use a link up and return who is in, and their recovery codes. Raises LinkOver, BadAnswer, WeakPassword."""
    link, guest = await guest_of(people, link_secret, now)
    login, name = (guest.login, guest.name) if guest is not None else (login_of(answers.login), answers.name.strip())
    if not LOGIN.fullmatch(login):
        raise BadAnswer("login", "small letters, digits and . _ @ + -")
    if not name:
        raise BadAnswer("name", "your name, as your colleagues know you")
    check_strength(answers.password, login, name)
    step = proved_step(answers.secret, answers.code, now) if answers.secret or people.settings.second_factor else None
    hashed = await people.hasher.hash(answers.password)
    if guest is None and await people.accounts.find_by_login(login) is not None:
        raise BadAnswer("login", "somebody has it")
    if not await people.links.use(link_secret, now):
        raise LinkOver
    person_id = link.person_id or await _add_first(people, login, name)
    sealed = people.vault.seal(person_id, answers.secret) if step is not None else None
    codes, digests = people.vault.recovery_codes(person_id) if step is not None else ([], [])
    if not await people.accounts.activate(person_id, hashed, sealed, step or 0, digests):
        raise LinkOver
    await people.sessions.end_all(person_id, now)
    person = await people.accounts.find(person_id)
    if person is None:
        raise LinkOver
    return person, codes


async def _add_first(people: People, login: str, name: str) -> UUID:
    try:
        return await people.accounts.add(login, name, Role.ADMINISTRATOR)
    except LoginTaken:
        raise LinkOver from None  # somebody was quicker; the next start prints another link


def proved_step(secret: str, code: str, now: datetime) -> int:
    """Return the time step of a new authenticator's first code. Raises BadAnswer."""
    if len(secret) != SECRET_CHARS or not set(secret) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"):
        raise BadAnswer("secret", "not the one that was shown")
    step = step_of(secret, code, now.timestamp())
    if step is None:
        raise BadAnswer("code", "not the code of now: look at the clock of the phone")
    return step

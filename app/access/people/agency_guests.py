"""The account of somebody whom the agency's provider vouches for: made at the first time, its rights new at each."""

from hashlib import sha256

from app.access.people.accounts import LastAdministrator, LoginTaken
from app.access.people.agency import AgencyRefused, Guest
from app.access.people.people import People
from app.access.people.person import LOGIN, Person, State, login_of


async def account_of(people: People, guest: Guest) -> Person:
    """Return the account of somebody from the agency, made at the first time, with the rights they have there today."""
    accounts = people.accounts
    person = await accounts.find_by_subject(guest.issuer, guest.subject)
    if person is None:
        await _add(people, guest)
        person = await accounts.find_by_subject(guest.issuer, guest.subject)
    if person is None or not person.is_active:
        raise AgencyRefused("the account is disabled here")
    try:
        await accounts.change(
            person, name=guest.name, role=guest.role, sectors=guest.sectors, state=State.ACTIVE,
            never_idle=person.never_idle,
        )  # fmt: skip
    except LastAdministrator:
        raise AgencyRefused("the agency no longer calls its last administrator one") from None
    people.sessions.forget_known()
    return await accounts.find(person.id) or person


async def _add(people: People, guest: Guest) -> None:
    """Add the account; a login that somebody has already, or that cannot be one, is replaced: nobody types it."""
    login = login_of(guest.login)
    for wanted in (login, f"agency-{sha256(f'{guest.issuer} {guest.subject}'.encode()).hexdigest()[:12]}"):
        if not LOGIN.fullmatch(wanted):
            continue
        try:
            await people.accounts.add(
                wanted, guest.name, guest.role, sectors=guest.sectors, state=State.ACTIVE, issuer=guest.issuer,
                subject=guest.subject,
            )  # fmt: skip
        except LoginTaken:
            continue
        return

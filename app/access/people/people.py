"""Everything about people's accounts that a process holds, built in one place."""

from dataclasses import dataclass

from app.access.people.accounts import Accounts
from app.access.people.agency import Agency, agency_of
from app.access.people.ceremonies import Ceremonies
from app.access.people.links import Links
from app.access.people.passkeys import Passkeys
from app.access.people.passwords import Hasher
from app.access.people.sessions import Sessions
from app.access.people.throttle import Throttle
from app.access.people.vault import Vault
from app.sealing import Sealer
from app.settings import Settings
from app.store.pool import Pool


@dataclass(frozen=True, slots=True)
class People:
    """The parts; `agency` is None where the installation stands alone."""

    settings: Settings
    accounts: Accounts
    sessions: Sessions
    links: Links
    ceremonies: Ceremonies
    passkeys: Passkeys
    hasher: Hasher
    vault: Vault
    throttle: Throttle
    agency: Agency | None


def build_people(settings: Settings, pool: Pool, sealer: Sealer) -> People:
    region, ceremonies = settings.region, Ceremonies(pool, sealer)
    return People(
        settings=settings,
        accounts=Accounts(pool, region),
        sessions=Sessions(pool, region, settings.session_s),
        links=Links(pool, region),
        ceremonies=ceremonies,
        passkeys=Passkeys(pool, region, ceremonies),
        hasher=Hasher(settings.password_kib),
        vault=Vault(sealer),
        throttle=Throttle(),
        agency=agency_of(settings, ceremonies),
    )

"""What all checks look at: settings, where the servers are, and a session with each PostgreSQL that answers."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from app.doctor.aside import aside
from app.doctor.finding import Away
from app.doctor.store import Host, Store, reach
from app.embedded.errors import EmbeddedError
from app.engines import Urls, made_already
from app.settings import Settings

FILES_S: Final = 2.0  # finding the embedded servers' files; longer means that the disk hangs


@dataclass(frozen=True, slots=True)
class Scene:
    """`fault` says why the embedded servers could not even be looked for; `home` is where PostgreSQL's would be."""

    settings: Settings
    urls: Urls
    home: Path
    fault: str
    hosts: tuple[Host, ...]
    owners: tuple[Host, ...]

    @property
    def region(self) -> str:
        return self.settings.region

    @property
    def is_embedded(self) -> bool:
        """Whether PostgreSQL is the one of the data folder."""
        return self.settings.database_url is None

    @property
    def host(self) -> Host:
        """The server that takes writes, as the service's own role reaches it. Raises Away."""
        return _writable(self.hosts)

    @property
    def store(self) -> Store:
        """The session with it. Raises Away."""
        return self.host.session

    @property
    def owner(self) -> Store:
        """The session of the owner's role, where one is known, else of the service's. Raises Away."""
        return _writable(self.owners or self.hosts).session


def _writable(hosts: tuple[Host, ...]) -> Host:
    for host in hosts:
        if host.takes_writes:
            return host
    raise Away("PostgreSQL is away")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Scene]:
    """Give the scene; whatever is down is down in it. Takes five seconds at most."""
    urls, home, fault = Urls("", ""), settings.data_dir / "postgres", ""
    try:
        async with asyncio.timeout(FILES_S):
            urls, home = await aside(partial(_find, settings))
    except TimeoutError:
        fault = f"the disk of {settings.data_dir} does not answer within {FILES_S:.0f} s"
    except EmbeddedError as error:
        fault = str(error)
    except OSError as error:
        fault = f"{settings.data_dir} cannot be read: {error.strerror}"
    hosts, owners = await asyncio.gather(_reach(urls.database), _reach(urls.owner_database))
    try:
        yield Scene(settings, urls, home, fault, hosts, owners)
    finally:
        for host in (*hosts, *owners):
            if host.store is not None:
                host.store.close()


def _find(settings: Settings) -> tuple[Urls, Path]:
    """Return where the servers are, and where the embedded PostgreSQL lives: for root that may be another folder."""
    urls, place = made_already(settings), settings.data_dir / "postgres"
    return urls, (place / "home").resolve() if (place / "home").is_symlink() else place


async def _reach(dsn: str) -> tuple[Host, ...]:
    return await reach(dsn, time.time) if dsn else ()
